// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "base/iso_time.hpp"
#include "lab/em_answers.hpp"
#include "lab/em_server.hpp"

namespace steward::lab {
namespace {

using Json = nlohmann::json;
using std::chrono::days;

const Moment kStart = *ParseIsoTime("2026-11-24T22:00:00Z");

/// Signed in to an Enterprise Manager whose changes take no time.
class EnterpriseManager : public testing::Test {
 protected:
  void SetUp() override {
    clock_.Freeze(kStart);
    Start(std::chrono::milliseconds(0));
  }
  void Start(std::chrono::milliseconds task_time) {
    server_ = std::make_unique<EmServer>(MakeCloudEstate(1, kStart), clock_,
                                         EmOptions{.user = "em\\user", .password = "secret", .task_time = task_time});
    net::Request request = Make("POST", "/api/sessionMngr/", nullptr);
    request.query = {{"v", "latest"}};
    request.headers.emplace_back("Authorization", "Basic ZW1cdXNlcjpzZWNyZXQ=");
    const auto answer = server_->Handle(request);
    ASSERT_EQ(answer.status, 201) << answer.body;
    for (const auto& [name, value] : answer.headers) {
      if (name == "X-RestSvcSessionId") token_ = value;
    }
  }
  net::Request Make(const std::string& method, const std::string& target, const Json& body) const {
    net::Request request;
    request.method = method;
    request.path = target.substr(0, target.find('?'));
    if (target.find('?') != std::string::npos)
      request.query = net::ParseQuery(target.substr(target.find('?') + 1), false);
    request.headers = {{"Accept", "application/json"}, {"Host", "em:9398"}};
    if (!token_.empty()) request.headers.emplace_back("X-RestSvcSessionId", token_);
    if (body.is_null()) return request;
    request.body = body.dump();
    request.headers.emplace_back("Content-Type", "application/json");
    return request;
  }
  net::Response Call(const std::string& method, const std::string& path, const Json& body = nullptr) {
    net::Request request = Make(method, "/api/" + path, body);
    return server_->Handle(request);
  }
  Json Get(const std::string& path) {
    const auto answer = Call("GET", path);
    EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
    return Json::parse(answer.body);
  }
  /// Carries a change out; its finished task.
  Json Do(const std::string& method, const std::string& path, const Json& body = nullptr) {
    const auto answer = Call(method, path, body);
    EXPECT_EQ(answer.status, 202) << path << " " << answer.body;
    if (answer.status != 202) return nullptr;
    return Get("tasks/" + Json::parse(answer.body)["TaskId"].get<std::string>());
  }
  Json Tenant(const std::string& name) {
    const Json all = Get("cloud/tenants?format=Entity");
    for (const auto& tenant : all["CloudTenants"]) {
      if (tenant["Name"] == name) return tenant;
    }
    return nullptr;
  }
  static std::string Path(const Json& tenant) { return "cloud/tenants/" + IdOf(tenant["UID"]); }

  Clock clock_{kStart, 1};
  std::unique_ptr<EmServer> server_;
  std::string token_;
};

TEST_F(EnterpriseManager, Strangers_AreRefused) {
  token_ = "wrong";
  EXPECT_EQ(Call("GET", "cloud/tenants").status, 401);
  token_.clear();
  EXPECT_EQ(Call("GET", "cloud/tenants").status, 401);
  EXPECT_EQ(Call("GET", "").status, 200);
}

TEST_F(EnterpriseManager, Lists_AreReferencesOrEntities) {
  const auto references = Get("cloud/tenants")["Refs"];
  const auto entities = Get("cloud/tenants?format=Entity")["CloudTenants"];
  ASSERT_EQ(references.size(), 10U);
  ASSERT_EQ(entities.size(), 10U);
  EXPECT_EQ(references[0]["UID"], entities[0]["UID"]);
  EXPECT_FALSE(references[0].contains("Enabled"));
  EXPECT_EQ(Get("cloud/gateways?format=Entity")["CloudGateways"].size(), 6U);
  EXPECT_EQ(Get("cloud/hardwarePlans?format=Entity")["CloudHardwarePlans"].size(), 2U);
  EXPECT_EQ(Get("CLOUD/gatewaypools?format=entity")["CloudGatewayPools"].size(), 2U);
  EXPECT_EQ(Call("GET", "cloud/tenants/00000000-0000-0000-0000-000000000000").status, 404);
}

TEST_F(EnterpriseManager, WhatTenantsUse_GrowsToTheQuota) {
  const auto used = [&](const char* name) {
    return Tenant(name)["Resources"]["CloudTenantResources"][0]["RepositoryQuota"]["UsedQuota"].get<std::int64_t>();
  };
  const auto before = used("brookstone");
  const auto still = used("fernhill");
  clock_.Freeze(kStart + days(10));
  EXPECT_NEAR(static_cast<double>(used("brookstone") - before), 10 * 0.004 * 2048 * 1024, 10);
  EXPECT_EQ(used("fernhill"), still);
  clock_.Freeze(kStart + days(1000));
  EXPECT_EQ(used("brookstone"), 2048 * 1024);
}

TEST_F(EnterpriseManager, ATenant_IsMadeChangedAndDeleted) {
  const auto server = Get("backupServers?format=Entity")["BackupServers"][0]["UID"];
  const auto repository = Get("repositories?format=Entity")["Repositories"][0]["UID"];
  const Json spec = {
      {"Name", "new"},
      {"Password", "pw"},
      {"BackupServerUid", server},
      {"Enabled", "true"},
      {"Resources", {{"BackupResources", {{{"Name", "Gold"}, {"RepositoryUid", repository}, {"QuotaMb", 2048}}}}}}};
  const auto made = Do("POST", "cloud/tenants", spec);
  EXPECT_TRUE(made["Result"]["Success"]);
  EXPECT_EQ(made["Links"][0]["Rel"], "Related");
  Json tenant = Tenant("new");
  ASSERT_FALSE(tenant.is_null());
  EXPECT_EQ(tenant["Resources"]["CloudTenantResources"][0]["RepositoryQuota"]["Quota"], 2048);
  const auto again = Do("POST", "cloud/tenants", spec);
  EXPECT_FALSE(again["Result"]["Success"]);
  EXPECT_EQ(again["State"], "Finished");

  Json change = {{"TenantType", tenant["TenantType"]},
                 {"Enabled", false},
                 {"LeaseOptions", {{"Enabled", true}, {"ExpirationDate", "2027-01-01T00:00:00Z"}}},
                 {"Resources", tenant["Resources"]}};
  change["Resources"]["CloudTenantResources"][0]["RepositoryQuota"]["Quota"] = 4096;
  EXPECT_TRUE(Do("PUT", Path(tenant), change)["Result"]["Success"]);
  tenant = Tenant("new");
  EXPECT_FALSE(tenant["Enabled"]);
  EXPECT_EQ(tenant["LeaseOptions"]["ExpirationDate"], "2027-01-01T00:00:00Z");
  EXPECT_EQ(tenant["Resources"]["CloudTenantResources"][0]["RepositoryQuota"]["Quota"], 4096);
  change.erase("TenantType");
  EXPECT_EQ(Call("PUT", Path(tenant), change).status, 500);
  EXPECT_TRUE(Do("DELETE", Path(tenant))["Result"]["Success"]);
  EXPECT_TRUE(Tenant("new").is_null());
  EXPECT_EQ(Call("DELETE", Path(tenant)).status, 404);
}

TEST_F(EnterpriseManager, Quotas_ComeAndGoOnePerRepository) {
  const Json tenant = Tenant("brookstone");
  const auto repositories = Get("repositories?format=Entity")["Repositories"];
  const Json second = {
      {"Name", "Second"}, {"RepositoryUid", repositories[1]["UID"]}, {"QuotaMb", 1024}, {"WanAcceleratorUid", ""}};
  const auto added = Do("POST", Path(tenant) + "/resources", second);
  EXPECT_TRUE(added["Result"]["Success"]);
  EXPECT_FALSE(Do("POST", Path(tenant) + "/resources", second)["Result"]["Success"]);
  const Json elsewhere = {{"Name", "Third"}, {"RepositoryUid", repositories[3]["UID"]}, {"QuotaMb", 1024}};
  EXPECT_EQ(Do("POST", Path(tenant) + "/resources", elsewhere)["Result"]["Message"],
            "The repository belongs to another backup server");
  const auto list = Get(Path(tenant) + "/resources")["CloudTenantResources"];
  ASSERT_EQ(list.size(), 2U);
  EXPECT_TRUE(Do("DELETE", Path(tenant) + "/resources/" + list[1]["Id"].get<std::string>())["Result"]["Success"]);
  EXPECT_EQ(Get(Path(tenant) + "/resources")["CloudTenantResources"].size(), 1U);
}

TEST_F(EnterpriseManager, Subtenants_ComeChangeAndGo) {
  const Json tenant = Tenant("ironbridge");
  const std::string list = Path(tenant) + "/subtenants";
  const Json spec = {{"Name", "ironbridge-second"},
                     {"Password", "pw"},
                     {"TenantResourceId", tenant["Resources"]["CloudTenantResources"][0]["Id"]},
                     {"QuotaMb", 2048},
                     {"UnlimitedQuota", false}};
  EXPECT_TRUE(Do("POST", list, spec)["Result"]["Success"]);
  const auto all = Get(list)["CloudSubtenants"];
  ASSERT_EQ(all.size(), 2U);
  const std::string one = list + "/" + all[1]["Id"].get<std::string>();
  EXPECT_TRUE(Do("PUT", one, {{"Enabled", false}, {"RepositoryQuota", {{"QuotaMb", 4096}}}})["Result"]["Success"]);
  EXPECT_EQ(Get(one)["RepositoryQuota"]["QuotaMb"], 4096);
  EXPECT_FALSE(Get(one)["Enabled"]);
  EXPECT_TRUE(Do("DELETE", one)["Result"]["Success"]);
  EXPECT_EQ(Get(list)["CloudSubtenants"].size(), 1U);
}

TEST_F(EnterpriseManager, Tasks_RunBeforeTheyAreSeen) {
  Start(std::chrono::milliseconds(100));
  const Json tenant = Tenant("eastgate");
  const auto answer =
      Json::parse(Call("PUT", Path(tenant), {{"TenantType", tenant["TenantType"]}, {"Description", "new"}}).body);
  EXPECT_EQ(answer["State"], "Running");
  EXPECT_EQ(Tenant("eastgate")["Description"], "");
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  EXPECT_EQ(Tenant("eastgate")["Description"], "new");
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  EXPECT_EQ(Get("tasks/" + answer["TaskId"].get<std::string>())["State"], "Finished");
}

TEST_F(EnterpriseManager, AServerThatIgnoresQuotas_SaysThatItIsDone) {
  net::Request fault = Make("POST", "/lab/fault", {{"mode", "ok"}, {"ignoreQuotas", true}});
  ASSERT_EQ(server_->Handle(fault).status, 200);
  Json tenant = Tenant("brookstone");
  const auto old = tenant["Resources"]["CloudTenantResources"][0]["RepositoryQuota"]["Quota"];
  tenant["Resources"]["CloudTenantResources"][0]["RepositoryQuota"]["Quota"] = 9999;
  EXPECT_TRUE(Do("PUT", Path(tenant),
                 {{"TenantType", tenant["TenantType"]}, {"Resources", tenant["Resources"]}})["Result"]["Success"]);
  EXPECT_EQ(Tenant("brookstone")["Resources"]["CloudTenantResources"][0]["RepositoryQuota"]["Quota"], old);
}

}  // namespace
}  // namespace steward::lab
