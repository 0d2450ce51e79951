// SPDX-License-Identifier: Apache-2.0
// Licences on a backup server: installed once, judged by what the server shows, and never put where they do not belong.
#include "adapter_fixture.hpp"
#include "agent/vbr/license_orders.hpp"
#include "license/license.hpp"

namespace steward::agent::vbr {
namespace {

class LicenseOrdersTest : public AdapterTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    AdapterTest::SetUp();
    Begin(lab::MakeSmallServer(1, kStart, GetParam()));
    client_ = std::make_unique<Client>(config_, [this](const auto& request) { return Count(request); });
  }

  Result<net::ClientResponse> Count(const net::ClientRequest& request) {
    const bool install = request.url.ends_with("license/install");
    if (install) ++installs_;
    auto answer = Answer(request);
    if (install && lose_answer_) return Fail(ErrorCode::kUnavailable, "Connection reset by peer");
    return answer;
  }

  static license::License Wanted() {
    license::License out;
    out.license_id = "5a3c2a5e-5a0e-4bb1-9c87-0f3a3d1c9b11";
    out.licensed_to = "Acme Ltd.";
    out.edition = "EnterprisePlus";
    out.package = "Suite";
    out.product_id = "backup-server";
    out.contract_id = "C-1";
    out.issued = std::chrono::floor<std::chrono::days>(kStart);
    out.expires = out.issued + std::chrono::days(90);
    out.support_id = "01234567";
    out.amount = 75;
    return out;
  }
  CommandOutcome Install(const license::License& file) {
    LicenseAction action;
    action.set_install(license::Write(file, key_));
    return LicenseOrders(*client_).Execute(action);
  }
  CommandOutcome Renew(const license::License& older, const license::License& newer) {
    LicenseAction action;
    action.mutable_renew()->set_old_file(license::Write(older, key_));
    action.mutable_renew()->set_new_file(license::Write(newer, key_));
    return LicenseOrders(*client_).Execute(action);
  }
  CommandOutcome RemoveFile(const license::License& file) {
    LicenseAction action;
    action.set_remove_file(license::Write(file, key_));
    return LicenseOrders(*client_).Execute(action);
  }
  Json Installed() { return client_->Get("license").value(); }

  license::SigningKey key_ = license::NewSigningKey();
  std::unique_ptr<Client> client_;
  int installs_ = 0;
  bool lose_answer_ = false;
};

INSTANTIATE_TEST_SUITE_P(Versions, LicenseOrdersTest, testing::Bool(),
                         [](const auto& version) { return version.param ? "Modern" : "Older"; });

TEST_P(LicenseOrdersTest, InstalledOnceHoweverOftenItIsSent) {
  const auto outcome = Install(Wanted());
  EXPECT_TRUE(outcome.done) << outcome.message;
  EXPECT_EQ(MissingOf(Wanted(), Installed()), "");
  const auto again = Install(Wanted());
  EXPECT_TRUE(again.done) << again.message;
  EXPECT_EQ(installs_, 1);
  auto longer = Wanted();
  longer.expires += std::chrono::days(30);
  EXPECT_TRUE(Install(longer).done);
  EXPECT_EQ(installs_, 2);
}

TEST_P(LicenseOrdersTest, WhatTheServerShowsCountsNotWhatItSaid) {
  lose_answer_ = true;
  const auto outcome = Install(Wanted());
  EXPECT_TRUE(outcome.done) << outcome.message;
  EXPECT_EQ(installs_, 1);
}

TEST_P(LicenseOrdersTest, ExpiredOne_RefusedInTheServersWords) {
  auto old = Wanted();
  old.expires = old.issued - std::chrono::days(2);
  const auto outcome = Install(old);
  EXPECT_FALSE(outcome.done);
  EXPECT_THAT(outcome.message, testing::HasSubstr("expired"));
}

TEST_P(LicenseOrdersTest, CloudConnectAndBackupServersStayApart) {
  auto provider = Wanted();
  provider.cloud_connect_provider = true;
  const auto outcome = Install(provider);
  EXPECT_FALSE(outcome.done);
  EXPECT_THAT(outcome.message, testing::HasSubstr("serves no tenants"));
  EXPECT_EQ(installs_, 0);
  const Json site = {{"cloudConnect", "Enabled"}, {"type", "Rental"}};
  EXPECT_THAT(Misplaced(Wanted(), site), testing::HasSubstr("does not allow"));
  EXPECT_EQ(Misplaced(provider, site), "");
  EXPECT_EQ(Misplaced(provider, {{"cloudConnect", "Disabled"}, {"type", "Empty"}}), "") << "a server without a licence";
}

TEST_P(LicenseOrdersTest, RemovedSwitchedAndUpdated) {
  LicenseAction action;
  action.set_auto_update(false);
  EXPECT_TRUE(LicenseOrders(*client_).Execute(action).done);
  EXPECT_FALSE(Installed().at("autoUpdateEnabled").get<bool>());
  action.set_update(true);
  EXPECT_TRUE(LicenseOrders(*client_).Execute(action).done);
  action.set_remove_section("All");
  EXPECT_TRUE(LicenseOrders(*client_).Execute(action).done);
  EXPECT_EQ(Installed().at("type"), "Free");
  EXPECT_FALSE(Installed().contains("expirationDate"));
}

TEST_P(LicenseOrdersTest, RenewedWhereTheOlderOneIsAndTheSwitchIsOn) {
  auto newer = Wanted();
  newer.amount += 5;
  const auto stranger = Renew(Wanted(), newer);
  EXPECT_FALSE(stranger.done);
  EXPECT_THAT(stranger.message, testing::HasSubstr("another licence"));
  ASSERT_TRUE(Install(Wanted()).done);
  EXPECT_TRUE(Renew(Wanted(), newer).done);
  EXPECT_TRUE(Renew(Wanted(), newer).done) << "it has it already";
  EXPECT_EQ(MissingOf(newer, Installed()), "");
  EXPECT_EQ(installs_, 2);
  LicenseAction off;
  off.set_auto_update(false);
  ASSERT_TRUE(LicenseOrders(*client_).Execute(off).done);
  EXPECT_THAT(Renew(newer, Wanted()).message, testing::HasSubstr("switched off"));
  EXPECT_EQ(MissingOf(newer, Installed()), "");
}

TEST_P(LicenseOrdersTest, RemovedOnlyWhenItIsThatOne) {
  auto other = Wanted();
  other.amount += 5;
  ASSERT_TRUE(Install(Wanted()).done);
  const auto left = RemoveFile(other);
  EXPECT_TRUE(left.done);
  EXPECT_THAT(left.message, testing::HasSubstr("did not have"));
  EXPECT_EQ(MissingOf(Wanted(), Installed()), "");
  EXPECT_TRUE(RemoveFile(Wanted()).done);
  EXPECT_EQ(Installed().at("type"), "Free");
}

TEST_P(LicenseOrdersTest, NoLicenceFile_TheServerIsNotAsked) {
  LicenseAction action;
  action.set_install("License ID=1\r\n");
  const int before = calls_;
  EXPECT_FALSE(LicenseOrders(*client_).Execute(action).done);
  EXPECT_EQ(calls_, before);
  EXPECT_FALSE(LicenseOrders(*client_).Execute({}).done);
}

}  // namespace
}  // namespace steward::agent::vbr
