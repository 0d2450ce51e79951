// SPDX-License-Identifier: Apache-2.0
#include "package/package.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <fstream>

#include "package/version.hpp"

namespace steward::package {
namespace {

class PackageTest : public testing::Test {
 public:
  ~PackageTest() override { std::filesystem::remove(file_); }

 protected:
  PackageTest() : file_(std::filesystem::temp_directory_path() / fmt::format("steward-package-{}", getpid())) {}

  void Write(const std::string& bytes) { std::ofstream(file_, std::ios::binary) << bytes; }
  std::string Made() const { return *MakePackage("a program\n\nwith empty lines", kFacts, keys_.secret_key); }

  static inline const Header kFacts{.version = "1.4.0", .platform = "Linux", .architecture = "x86_64"};
  Keys keys_ = NewKeys();
  std::filesystem::path file_;
};

TEST_F(PackageTest, MadeAndRead_SameProgram) {
  Write(Made());
  const auto package = ReadPackage(file_, {NewKeys().public_key, keys_.public_key});
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->program, "a program\n\nwith empty lines");
  EXPECT_EQ(package->header.version, "1.4.0");
  EXPECT_EQ(package->header.architecture, "x86_64");
  const auto header = ReadHeader(package->header_text, {keys_.public_key});
  ASSERT_TRUE(header);
  Write(package->program);
  EXPECT_TRUE(CheckProgram(file_, *header));
}

TEST_F(PackageTest, AnyByteChanged_Refused) {
  const std::string good = Made();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    Write(bad);
    EXPECT_FALSE(ReadPackage(file_, {keys_.public_key})) << "byte " << i;
  }
  Write(good + "x");
  EXPECT_FALSE(ReadPackage(file_, {keys_.public_key}));
  Write(good.substr(0, good.size() - 1));
  EXPECT_FALSE(ReadPackage(file_, {keys_.public_key}));
}

TEST_F(PackageTest, OtherKeyOrNone_Forbidden) {
  Write(Made());
  const auto other = ReadPackage(file_, {NewKeys().public_key, "no key at all"});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kForbidden);
  EXPECT_NE(other.error().message.find("none of the 2 key(s)"), std::string::npos);
  const auto none = ReadPackage(file_, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kForbidden);
}

TEST_F(PackageTest, FactsThatWouldNotReadBack_NotMade) {
  for (const auto& [version, platform] :
       {std::pair{"1.4 beta", "Linux"}, {"1.4", "Linux\nversion 9"}, {"", "Linux"}, {"1.4", ""}}) {
    EXPECT_FALSE(
        MakePackage("x", {.version = version, .platform = platform, .architecture = "x86_64"}, keys_.secret_key))
        << version << platform;
  }
  EXPECT_FALSE(MakePackage("", kFacts, keys_.secret_key));
  EXPECT_FALSE(MakePackage("x", kFacts, keys_.public_key));
}

TEST(Version, Order) {
  EXPECT_TRUE(IsNewer("0.10.0", "0.9.9"));
  EXPECT_TRUE(IsNewer("1.0.1", "1.0"));
  EXPECT_FALSE(IsNewer("1.0", "1.0.0"));
  EXPECT_FALSE(IsNewer("1.0", "1.1"));
  for (const char* text : {"", ".", "1.", ".1", "1..2", "-1", "1.2.3.4.5", "1.x", "1000000", " 1", "1 "}) {
    EXPECT_FALSE(VersionNumbers(text)) << text;
    EXPECT_FALSE(IsNewer(text, "0")) << text;
    EXPECT_FALSE(IsNewer("9", text)) << text;
  }
}

}  // namespace
}  // namespace steward::package
