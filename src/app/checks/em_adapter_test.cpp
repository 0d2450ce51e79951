// SPDX-License-Identifier: Apache-2.0
// The adapter of Cloud Connect and a simulated Enterprise Manager, without a network in between.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/adapter_test_base.hpp"
#include "agent/em/adapter.hpp"
#include "lab/em_server.hpp"

namespace steward::agent::em {
namespace {

using testing::HasSubstr;

const lab::Moment kStart = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());

class EmAdapterTest : public AdapterTestBase {
 protected:
  EmAdapterTest() {
    clock_.Freeze(kStart);
    config_.url = "https://em.example:9398";
    config_.user = "lab";
    config_.password = "secret";
    config_.states = std::chrono::seconds(1);
    options_.user = "lab";
    options_.password = "secret";
    options_.task_time = std::chrono::milliseconds(20);
    server_ = std::make_unique<lab::EmServer>(lab::MakeCloudEstate(1, kStart), clock_, options_);
    OpenStore(folder_);
  }

  void Begin() {
    adapter_ = std::make_unique<EmAdapter>(config_, *store_, *status_,
                                           [this] { return [this](const auto& request) { return Carry(request); }; });
  }

  Result<net::ClientResponse> Carry(const net::ClientRequest& client) {
    if (cut_) return Fail(ErrorCode::kUnavailable, "Connection refused");
    net::Request request;
    request.method = client.method;
    const std::string target = client.url.substr(config_.url.size());
    const auto mark = target.find('?');
    if (mark != std::string::npos) request.query = net::ParseQuery(target.substr(mark + 1), false);
    request.path = target.substr(0, mark);
    request.headers = client.headers;
    request.body = client.body;
    const auto response = server_->Handle(request);
    return net::ClientResponse{.status = response.status, .headers = response.headers, .body = response.body};
  }

  inventory::BackupServer Neighbour(const std::string& name) {
    inventory::BackupServer row;
    row.set_uid("0f0e0d0c-0b0a-4908-8706-050403020100");
    row.set_installation_uid("vbr");
    row.set_name(name);
    row.set_address("https://vbr.example:9419");
    row.set_role("CloudConnect");
    return row;
  }

  lab::Clock clock_{kStart, 1};
  CloudConnectConfig config_;
  lab::EmOptions options_;
  std::unique_ptr<lab::EmServer> server_;
  std::unique_ptr<EmAdapter> adapter_;
  bool cut_ = false;
};

TEST_F(EmAdapterTest, ReadsTheEstateOnce) {
  Begin();
  adapter_->LookOnce(true);
  EXPECT_EQ(All<inventory::BackupServer>("BackupServer").size(), 2U);
  EXPECT_EQ(All<inventory::BackupRepository>("BackupRepository").size(), 4U);
  EXPECT_EQ(All<inventory::CloudTenant>("CloudTenant").size(), 10U);
  EXPECT_EQ(All<inventory::CloudTenantBackupResource>("CloudTenantBackupResource").size(), 12U);
  EXPECT_EQ(All<inventory::CloudSubtenant>("CloudSubtenant").size(), 4U);
  EXPECT_EQ(All<inventory::CloudGateway>("CloudGateway").size(), 6U);
  for (const auto& quota : All<inventory::CloudTenantBackupResource>("CloudTenantBackupResource")) {
    EXPECT_EQ(quota.storage_quota() % kMb, 0);
    EXPECT_LE(quota.used_quota(), quota.storage_quota());
  }
}

TEST_F(EmAdapterTest, AServerThatIsReadByItselfTooIsOneRow) {
  const auto neighbour = Neighbour("CC-North.provider.example");
  config_.neighbours.addresses = {neighbour.address()};
  config_.neighbours.publishing = std::make_shared<std::mutex>();
  store_->Publish("BackupServer", {{neighbour.uid(), neighbour.SerializeAsString()}});
  Begin();
  adapter_->LookOnce(true);
  const auto servers = All<inventory::BackupServer>("BackupServer");
  ASSERT_EQ(servers.size(), 2U);
  std::size_t tenants = 0;
  for (const auto& tenant : All<inventory::CloudTenant>("CloudTenant")) {
    tenants += tenant.backup_server_uid() == neighbour.uid() ? 1 : 0;
  }
  EXPECT_EQ(tenants, 5U) << "the tenants of cc-north belong to the row that is there";
  for (const auto& repository : All<inventory::BackupRepository>("BackupRepository")) {
    EXPECT_NE(repository.backup_server_uid(), neighbour.uid()) << "its repositories are told by the other adapter";
  }
  // What is gone on the server goes here too, although it belongs to the neighbour's row.
  server_ = std::make_unique<lab::EmServer>(lab::CloudEstate{}, clock_, options_);
  adapter_->LookOnce(true);
  EXPECT_TRUE(All<inventory::CloudTenant>("CloudTenant").empty());
  EXPECT_EQ(All<inventory::BackupServer>("BackupServer").size(), 1U) << "the neighbour's row stays";
}

TEST_F(EmAdapterTest, HalfAFirstLookDeletesNothing) {
  Begin();
  adapter_->LookOnce(true);
  adapter_.reset();
  Begin();
  cut_ = true;
  adapter_->LookOnce(true);
  EXPECT_EQ(All<inventory::CloudTenant>("CloudTenant").size(), 10U);
  for (const auto& server : All<inventory::BackupServer>("BackupServer")) {
    EXPECT_EQ(server.status(), "Inaccessible");
    EXPECT_THAT(server.status_reason(), HasSubstr("Connection refused"));
  }
  cut_ = false;
  adapter_->LookOnce(true);
  EXPECT_EQ(All<inventory::BackupServer>("BackupServer").front().status(), "Healthy");
}

TEST_F(EmAdapterTest, AnAnswerThatIsCutOffIsJudgedByWhatIsThere) {
  Begin();
  adapter_->LookOnce(true);
  adapter_->Start();
  const auto tenant = All<inventory::CloudTenant>("CloudTenant").front();
  Command command;
  auto& action = *command.mutable_cloud_tenant();
  action.set_backup_server_uid(tenant.backup_server_uid());
  action.set_tenant_uid(tenant.uid());
  action.mutable_change()->set_description("new words");
  auto outcome = adapter_->Execute(command, [](std::uint32_t) {});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->done) << outcome->message;
  cut_ = true;
  action.mutable_change()->set_description("other words");
  outcome = adapter_->Execute(command, [](std::uint32_t) {});
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->done);
  EXPECT_THAT(outcome->message, HasSubstr("did not answer"));
  cut_ = false;
  action.set_backup_server_uid("00000000-0000-4000-8000-000000000000");
  EXPECT_FALSE(adapter_->Execute(command, [](std::uint32_t) {})) << "another server's order is not for this adapter";
  adapter_->Stop();
}

TEST(EmAnswers, ListsAreReadInAllTheirForms) {
  const auto size = [](const char* text) { return ItemsOf(Json::parse(text)).size(); };
  EXPECT_EQ(size(R"([1, 2])"), 2U);
  EXPECT_EQ(size(R"({"CloudTenants": [1, 2]})"), 2U);
  EXPECT_EQ(size(R"({"Tasks": {"Tasks": [1, 2, 3]}, "Links": [1]})"), 3U);
  EXPECT_EQ(size(R"({"Links": [1]})"), 0U);
  EXPECT_EQ(size("null"), 0U);
  const Json row = Json::parse(R"({"NAME": "x", "flag": "True", "Uid": "urn:veeam:Job:AB-1"})");
  EXPECT_EQ(Text(row, "Name"), "x");
  EXPECT_TRUE(Flag(row, "Flag"));
  EXPECT_EQ(Guid(Text(row, "UID")), "ab-1");
  EXPECT_EQ(Guid("https://em/api/backupServers/F0?format=Entity"), "f0");
}

}  // namespace
}  // namespace steward::agent::em
