// SPDX-License-Identifier: Apache-2.0
#include "license/license.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/signing.hpp"
#include "license/key_ring.hpp"

namespace steward::license {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

License Example() {
  License license{.license_id = "0b0b6a1e-64a3-4f0a-9d0b-2f6b4a1c0d11"};
  license.revision = 3;
  license.licensed_to = "Müller & Söhne = GmbH";
  license.email = "it@mueller.example";
  license.contact_person = "A. Müller";
  license.type = Type::kInternal;
  license.edition = "Enterprise Plus";
  license.package = "Suite";
  license.product_id = "server-suite";
  license.contract_id = "C-100";
  license.issued = sys_days(year(2026) / 11 / 1);
  license.expires = sys_days(year(2027) / 2 / 28);
  license.support_id = "S1";
  license.support_expires = sys_days(year(2027) / 3 / 31);
  license.amount = 47;
  license.automatic_reporting = Automatic::kAlwaysOn;
  license.automatic_extension = Automatic::kOn;
  license.workloads = {{.id = "vm", .count = 10, .multiplier = 2500}, {.id = "entra", .count = 30, .multiplier = 700}};
  license.others = {{"Region", "EU"}};
  return license;
}

class LicenseTest : public testing::Test {
 protected:
  /// Lines of the example with one text in place of another, signed again.
  std::string Changed(const std::string& from, const std::string& to) const {
    std::string lines = text_.substr(0, text_.find("Signature="));
    const auto at = lines.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    lines.replace(at, from.size(), to);
    return lines + "Signature=" + key_.key_id + ":" + *Sign(lines, key_.secret_key) + "\r\n";
  }
  std::string Refusal(const std::string& text) const {
    const auto read = Read(text);
    return read ? "read" : read.error().message;
  }

  SigningKey key_ = NewSigningKey();
  PublicKey open_ = PublicPart(key_);
  std::string text_ = Write(Example(), key_);
};

TEST_F(LicenseTest, WrittenAndRead_SaysTheSame) {
  EXPECT_TRUE(Verify(text_, {PublicPart(NewSigningKey()), open_}));
  const auto read = Read(text_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->licensed_to, "Müller & Söhne = GmbH");
  EXPECT_EQ(read->type, Type::kInternal);
  EXPECT_EQ(read->expires, sys_days(year(2027) / 2 / 28));
  EXPECT_EQ(read->support_expires, sys_days(year(2027) / 3 / 31));
  EXPECT_EQ(read->amount, 47);
  EXPECT_EQ(read->automatic_extension, Automatic::kOn);
  ASSERT_EQ(read->workloads.size(), 2U);
  EXPECT_EQ(read->workloads[0].multiplier, 2500);
  EXPECT_EQ(read->others, Example().others);
  EXPECT_EQ(Write(*read, key_), text_);
}

TEST_F(LicenseTest, Form_IsLinesOfKeyAndValue) {
  EXPECT_NE(text_.find("\r\nLicense expires=28/02/2027\r\n"), std::string::npos);
  EXPECT_NE(text_.find("\r\nWorkload vm=10*2.5\r\n"), std::string::npos);
  EXPECT_NE(text_.find("\r\nCloud Connect Provider=No\r\n"), std::string::npos);
  EXPECT_NE(text_.find("\r\nSignature=" + key_.key_id + ":"), std::string::npos);
}

TEST_F(LicenseTest, OneChangedByteAnywhere_IsDetected) {
  for (std::size_t at = 0; at < text_.size(); ++at) {
    for (const int change : {1, 32, 128}) {
      std::string changed = text_;
      changed[at] = static_cast<char>(changed[at] ^ change);
      EXPECT_FALSE(Verify(changed, {open_})) << at;
    }
    std::string shorter = text_;
    EXPECT_FALSE(Verify(shorter.erase(at, 1), {open_})) << at;
    std::string longer = text_;
    EXPECT_FALSE(Verify(longer.insert(at, 1, ' '), {open_})) << at;
  }
  EXPECT_FALSE(Verify(text_ + "\r\n", {open_}));
  EXPECT_FALSE(Verify(text_ + "Points=1\r\n", {open_}));
}

TEST_F(LicenseTest, AnotherKey_IsRefusedInWords) {
  const auto refused = Verify(text_, {PublicPart(NewSigningKey())});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find(key_.key_id), std::string::npos);
  EXPECT_FALSE(Verify(text_, {}));
  EXPECT_FALSE(Verify(text_, {{.key_id = key_.key_id, .public_key = PublicPart(NewSigningKey()).public_key}}));
}

TEST_F(LicenseTest, ValuesWithLineEnds_ForgeNoLine) {
  auto license = Example();
  license.licensed_to = "Evil\r\nPoints=999999\nEdition=x\rSignature=a:b";
  license.others = {{"Note", "x\r\nPoints=5"}};
  const auto read = Read(Write(license, key_));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->amount, 47);
  EXPECT_EQ(read->edition, "Enterprise Plus");
  EXPECT_EQ(read->licensed_to, "Evil  Points=999999 Edition=x Signature=a:b");
}

TEST_F(LicenseTest, KeysThatWouldForgeLines_AreRefused) {
  for (const std::string id : {"", "a=b", "a\r\nPoints=9", "vm ", "a\x7f"}) {
    auto license = Example();
    license.workloads[0].id = id;
    EXPECT_THROW(Write(license, key_), std::invalid_argument) << id;
  }
  for (const std::string key : {"", "a=b", "Points", "Signature", "Workload vm", "x\ny", " Points"}) {
    auto license = Example();
    license.others = {{key, "1"}};
    EXPECT_THROW(Write(license, key_), std::invalid_argument) << key;
  }
}

TEST_F(LicenseTest, Duplicates_AreRefused) {
  EXPECT_NE(Refusal(Changed("Points=47", "Points=47\r\nPoints=48")).find("\"Points\" more than once"),
            std::string::npos);
  EXPECT_NE(Refusal(Changed("Region=EU", "Region=EU\r\nRegion=US")).find("more than once"), std::string::npos);
  EXPECT_NE(Refusal(Changed("Points=47", "Points=47\r\nInstances=4")).find("one of them"), std::string::npos);
}

TEST_F(LicenseTest, MissingKeys_AreRefused) {
  for (const std::string line : {"License ID=0b0b6a1e-64a3-4f0a-9d0b-2f6b4a1c0d11\r\n", "Product ID=server-suite\r\n",
                                 "Points=47\r\n", "License expires=28/02/2027\r\n", "Cloud Connect Provider=No\r\n"}) {
    const std::string key = line.substr(0, line.find('=') + 1);
    EXPECT_NE(Refusal(Changed(line, "")).find("no line \"" + key), std::string::npos) << line;
  }
}

TEST_F(LicenseTest, BadValues_AreRefused) {
  for (const std::string date : {"30/02/2027", "2027-02-28", "28/2/2027", "28/02/27", "", "28/02/2027 "}) {
    EXPECT_NE(Refusal(Changed("28/02/2027", date)).find("License expires="), std::string::npos) << date;
  }
  for (const std::string value : {"10", "10*", "*2.5", "10*2.50", "-1*2.5", "10*2.5*2", "1e3*1", "10*1.2345"}) {
    EXPECT_NE(Refusal(Changed("10*2.5", value)).find("count*multiplier"), std::string::npos) << value;
  }
  EXPECT_NE(Refusal(Changed("=Internal", "=Pirated")), "read");
  EXPECT_NE(Refusal(Changed("=47", "=+47")), "read");
  EXPECT_NE(Refusal(Changed("Region=EU", "Region")), "read");
  EXPECT_NE(Refusal(Changed("Region=EU", "=EU")), "read");
  EXPECT_NE(Refusal("").find("no licence file"), std::string::npos);
  EXPECT_NE(Refusal("Signature=a:b\r\n"), "read");
}

TEST_F(LicenseTest, Expiry_IsTheLastGoodDay) {
  EXPECT_TRUE(CheckExpiry(Example(), sys_days(year(2027) / 2 / 28)));
  EXPECT_FALSE(CheckExpiry(Example(), sys_days(year(2027) / 3 / 1)));
}

TEST_F(LicenseTest, Keys_AreReadFromTheirFile) {
  const auto keys = ReadPublicKeys("# authority\n\n" + open_.key_id + " " + open_.public_key + "\r\n");
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->at(0).key_id, key_.key_id);
  EXPECT_TRUE(Verify(text_, *keys));
  EXPECT_FALSE(ReadPublicKeys("\n"));
  EXPECT_FALSE(ReadPublicKeys("rubbish\n"));
  EXPECT_FALSE(ToSigningKey(open_.public_key));
  EXPECT_EQ(ToSigningKey(key_.secret_key)->key_id, key_.key_id);
}

TEST_F(LicenseTest, RetiredKey_IsGoodForWhatItSignedUntilThen) {
  const auto at = [&](unsigned at_day) {
    auto key = open_;
    key.retired = sys_days(year(2026) / 11 / std::chrono::day(at_day));
    return Verify(text_, {PublicPart(NewSigningKey()), key});
  };
  EXPECT_EQ(at(1)->key_id, key_.key_id) << "issued on the very day";
  EXPECT_TRUE(at(2));
  auto key = open_;
  key.retired = sys_days(year(2026) / 10 / 31);
  const auto late = Verify(text_, {key});
  ASSERT_FALSE(late);
  EXPECT_NE(late.error().message.find("issued on 01/11/2026"), std::string::npos) << late.error().message;
}

TEST_F(LicenseTest, RevokedKey_IsGoodForNothing) {
  auto key = open_;
  key.revoked = sys_days(year(2030) / 1 / 1);
  for (const auto& keys : {std::vector{key}, std::vector{open_, key}, std::vector{key, open_}}) {
    const auto refused = Verify(text_, keys);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("revoked on 01/01/2030"), std::string::npos) << refused.error().message;
  }
}

TEST_F(LicenseTest, KeyRings_SayWhatIsRetiredAndRevoked) {
  auto key = open_;
  key.retired = sys_days(year(2027) / 1 / 31);
  key.revoked = sys_days(year(2027) / 2 / 1);
  const std::string list =
      R"({"data": [{"keyId": "x", "retiredAt": "2027-01-31T12:00:00Z", "revokedAt": "2027-02-01T00:00:00Z", "publicKey": ")" +
      open_.public_key + R"("}], "meta": {}})";
  for (const std::string& text : {KeyLine(key) + "\n", list}) {
    const auto read = ReadPublicKeys(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->at(0).key_id, key_.key_id);
    EXPECT_EQ(read->at(0).retired, key.retired);
    EXPECT_EQ(read->at(0).revoked, key.revoked);
  }
  EXPECT_FALSE(ReadPublicKeys("id revoked=soon " + open_.public_key));
  EXPECT_FALSE(ReadPublicKeys(R"({"data": []})"));
  EXPECT_FALSE(ReadPublicKeys(R"({"data": [{"publicKey": 3}]})"));
  EXPECT_FALSE(ReadPublicKeys(R"({"errors": []})"));
  EXPECT_FALSE(ReadPublicKeys(list.substr(0, list.size() - 3)));
  EXPECT_FALSE(ReadPublicKeys(R"({"data": [{"revokedAt": 5, "publicKey": ")" + open_.public_key + R"("}]})"));
}

TEST(Weight, Decimals_AreExact) {
  EXPECT_EQ(DecimalText(2500), "2.5");
  EXPECT_EQ(DecimalText(10000), "10");
  EXPECT_EQ(DecimalText(75), "0.075");
  EXPECT_EQ(ParseDecimal("0.7"), 700);
  EXPECT_EQ(ParseDecimal("0"), 0);
  for (const std::string text : {"", ".5", "1.", "01", "1.0", "-1", "1,5", "1000001", "9999999999999999999"}) {
    EXPECT_FALSE(ParseDecimal(text)) << text;
  }
  EXPECT_EQ(RoundedUp(30 * *FromNumber(0.7)), 21);
  EXPECT_EQ(RoundedUp(10 * *FromNumber(1.1)), 11);
  EXPECT_EQ(RoundedUp(3 * 2500), 8);
  EXPECT_FALSE(FromNumber(-0.5));
}

}  // namespace
}  // namespace steward::license
