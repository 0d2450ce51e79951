// SPDX-License-Identifier: Apache-2.0
#include "pulse/service.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/uuid.hpp"
#include "pulse/products.hpp"

namespace steward::pulse {
namespace {

using nlohmann::json;

std::chrono::sys_days Date(int y, unsigned m, unsigned d) {
  return std::chrono::year(y) / std::chrono::month(m) / std::chrono::day(d);
}

/// An authority with two partners, in this process. Every answer is checked against the document.
class ServiceTest : public testing::Test {
 public:
  ~ServiceTest() override { std::filesystem::remove_all(folder_); }

 protected:
  ServiceTest()
      : folder_(Folder()), service_(folder_ / "pulse.db", [this] { return now_; }), store_(folder_ / "pulse.db") {
    const auto mine = store_.AddPartner("One").value();
    const auto other = store_.AddPartner("Two").value();
    token_ = store_.MakeToken(mine, "t", Date(2030, 1, 1), now_).value();
    other_token_ = store_.MakeToken(other, "t", Date(2030, 1, 1), now_).value();
    AddContract({.id = "C-1", .partner_id = mine.id, .ends = Date(2027, 12, 31), .points_limit = 100});
    AddContract({.id = "C-FLEX", .partner_id = mine.id, .ends = Date(2027, 12, 31), .no_commit = true});
    AddContract({.id = "C-OTHER", .partner_id = other.id, .ends = Date(2027, 12, 31)});
    const auto products = ReadProducts(std::string(DemoProducts()));
    for (const auto& product : *products) store_.Set(product);
  }

  static std::filesystem::path Folder() {
    auto folder = std::filesystem::temp_directory_path() / ("steward-pulse-" + NewUuid());
    std::filesystem::create_directories(folder);
    return folder;
  }
  void AddContract(const Contract& contract) { ASSERT_TRUE(store_.Set(contract)); }

  net::Response Send(const std::string& method, const std::string& path, const json& body = nullptr,
                     const std::string& key = "") {
    net::Request request{.method = method, .path = "/api/v1" + path};
    request.headers = {{"Authorization", "Bearer " + token_}};
    if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
    if (!body.is_null()) request.body = body.dump();
    auto response = service_.Serve(request);
    CheckAnswer(request, response);
    return response;
  }
  void CheckAnswer(const net::Request& request, const net::Response& response) {
    const auto match = service_.Contract().Find(request.method, request.path);
    if (!match || response.status >= 300) return;
    EXPECT_EQ(response.status, match->operation->status);
    if (match->operation->answer == nullptr) return;
    const auto good = service_.Contract().Check(*match->operation->answer, json::parse(response.body), "");
    EXPECT_TRUE(good) << request.path << ": " << good.error().message;
  }
  /// The data of a call that must succeed.
  json Data(const std::string& method, const std::string& path, const json& body = nullptr) {
    const auto response = Send(method, path, body);
    EXPECT_LT(response.status, 300) << method << ' ' << path << ": " << response.body;
    return json::parse(response.body).value("data", json());
  }
  std::string Tenant(const std::string& name = "Acme") {
    return Data("POST", "/tenants", {{"name", name}}).at("tenantId");
  }
  static json Wanted(int users, const std::string& contract = "C-1") {
    return {{"productId", "microsoft-365-backup"},
            {"contractId", contract},
            {"expirationDate", "2027-01-31T00:00:00Z"},
            {"workloads", {{{"workloadId", "m365-user"}, {"count", users}}}}};
  }
  /// A licence's path, assigned.
  std::string Assigned(int users, const std::string& contract = "C-1") {
    const std::string path =
        "/licenses/" + Data("POST", "/licenses", Wanted(users, contract)).at("licenseUid").get<std::string>();
    Data("POST", path + "/assign", {{"tenantId", Tenant()}});
    return path;
  }
  std::string Message(const net::Response& response) {
    return json::parse(response.body).at("errors").at(0).at("message");
  }
  static json ReportOf(const std::string& month, const std::string& contract = "C-1") {
    return {{"contractId", contract},
            {"month", month},
            {"lines",
             {{{"organization", "Acme"},
               {"licenseId", "L"},
               {"workloadId", "m365-user"},
               {"count", 3},
               {"weight", 2.5},
               {"points", 99}}}}};
  }

  std::chrono::sys_seconds now_ = Date(2026, 11, 30) + std::chrono::hours(9);
  std::filesystem::path folder_;
  Service service_;
  Store store_;
  std::string token_, other_token_;
};

TEST_F(ServiceTest, Licence_FromTemplateToFileAndBack) {
  const auto made = Data("POST", "/licenses", Wanted(3));
  EXPECT_EQ(made.at("state"), "Template");
  EXPECT_EQ(made.at("points"), 8);
  EXPECT_TRUE(made.at("licenseId").is_null());
  const std::string path = "/licenses/" + made.at("licenseUid").get<std::string>();
  EXPECT_EQ(Send("GET", path + "/file").status, 409);
  EXPECT_EQ(Data("GET", "/contracts").at(0).at("usedPoints"), 0);

  const auto assigned = Data("POST", path + "/assign", {{"tenantId", Tenant()}});
  EXPECT_EQ(assigned.at("state"), "Assigned");
  EXPECT_EQ(Data("GET", "/contracts").at(0).at("usedPoints"), 8);
  EXPECT_EQ(Send("DELETE", path).status, 409);
  const auto file = Send("GET", path + "/file");
  EXPECT_EQ(file.content_type, "text/plain; charset=utf-8");
  const auto keys = Data("GET", "/keys");
  const auto key = license::ToPublicKey(keys.at(0).at("publicKey")).value();
  EXPECT_TRUE(license::Verify(file.body, {key}));
  EXPECT_EQ(license::Read(file.body)->license_id, assigned.at("licenseId"));

  const json server = {{"serverId", "s1"}, {"serverName", "vbr"}};
  Data("POST", path + "/installed", server);
  const auto installed = Data("POST", path + "/installed", server);
  EXPECT_EQ(installed.at("state"), "Installed");
  EXPECT_EQ(installed.at("installations").size(), 1U);

  const auto revoked = Data("POST", path + "/revoke");
  EXPECT_EQ(revoked.at("state"), "Revoked");
  EXPECT_EQ(Send("GET", path + "/file").status, 409);
  EXPECT_EQ(Send("POST", path + "/revoke").status, 409);
  EXPECT_EQ(Data("GET", "/contracts").at(0).at("usedPoints"), 0);
  const auto again = Data("POST", path + "/assign", {{"tenantId", Tenant("Other")}});
  EXPECT_NE(again.at("licenseId"), assigned.at("licenseId"));
  EXPECT_TRUE(again.at("installations").empty());
  Data("POST", path + "/revoke");
  EXPECT_EQ(Send("DELETE", path).status, 204);
  EXPECT_EQ(Send("GET", path).status, 404);
}

TEST_F(ServiceTest, Edit_RaisesRevisionAndChangesTheFile) {
  const auto path = Assigned(4);
  const auto before = Send("GET", path + "/file").body;
  EXPECT_EQ(Send("GET", path + "/file").body, before);
  const auto changed = Data("PATCH", path, {{"workloads", {{{"workloadId", "m365-user"}, {"count", 8}}}}});
  EXPECT_EQ(changed.at("revision"), 2);
  EXPECT_EQ(changed.at("points"), 20);
  EXPECT_NE(Send("GET", path + "/file").body, before);
  EXPECT_EQ(Data("PATCH", path, json::object()).at("revision"), 2);
  EXPECT_EQ(Send("PATCH", path, {{"productId", "x"}}).status, 400);
  EXPECT_EQ(Send("PATCH", path, {{"expirationDate", "2028-01-01"}}).status, 409);
  Data("PATCH", path, {{"isAutomaticExtensionEnabled", true}, {"expirationDate", "2028-01-01"}});
  EXPECT_EQ(Send("PATCH", path, {{"isAutomaticExtensionEnabled", false}}).status, 409);
}

TEST_F(ServiceTest, PointsLimit_CountsAssignedLicencesOnly) {
  const auto first = Assigned(32);
  const auto second = "/licenses/" + Data("POST", "/licenses", Wanted(9)).at("licenseUid").get<std::string>();
  const auto refused = Send("POST", second + "/assign", {{"tenantId", Tenant()}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_NE(Message(refused).find("80 of them are used by assigned licences and this one needs 23: 3 too many"),
            std::string::npos)
      << Message(refused);
  EXPECT_EQ(Send("PATCH", first, {{"workloads", {{{"workloadId", "m365-user"}, {"count", 41}}}}}).status, 409);
  EXPECT_EQ(Data("GET", first).at("points"), 80);
  Data("POST", first + "/revoke");
  Data("POST", second + "/assign", {{"tenantId", Tenant()}});
}

TEST_F(ServiceTest, ExpiredContract_GivesNothingNew) {
  const auto path = Assigned(1);
  const auto spare = "/licenses/" + Data("POST", "/licenses", Wanted(1)).at("licenseUid").get<std::string>();
  now_ = Date(2028, 1, 1);
  EXPECT_NE(Message(Send("POST", "/licenses", Wanted(1))).find("expired on 2027-12-31"), std::string::npos);
  EXPECT_EQ(Send("POST", spare + "/assign", {{"tenantId", Tenant()}}).status, 409);
  EXPECT_EQ(Send("POST", path + "/copy").status, 409);
  Data("PATCH", path, {{"description", "old"}});
}

TEST_F(ServiceTest, ManyCustomers_CannotBeAssignedCopiedRevoked) {
  json wanted = Wanted(1);
  wanted["usageType"] = "MultiCustomerUse";
  const auto made = Data("POST", "/licenses", wanted);
  EXPECT_EQ(made.at("automaticReportingStatus"), "AlwaysOff");
  const std::string path = "/licenses/" + made.at("licenseUid").get<std::string>();
  EXPECT_EQ(Send("POST", path + "/assign", {{"tenantId", Tenant()}}).status, 409);
  EXPECT_EQ(Send("POST", path + "/copy").status, 409);
  EXPECT_EQ(Send("POST", path + "/revoke").status, 409);
  EXPECT_EQ(Send("PATCH", path, {{"isAutomaticReportingEnabled", true}}).status, 409);
  wanted["isAutomaticReportingEnabled"] = true;
  EXPECT_EQ(Send("POST", "/licenses", wanted).status, 409);
}

TEST_F(ServiceTest, Copy_IsATemplate) {
  const auto path = Assigned(2);
  const auto copy = Data("POST", path + "/copy");
  EXPECT_EQ(copy.at("state"), "Template");
  EXPECT_TRUE(copy.at("licenseId").is_null());
  EXPECT_TRUE(copy.at("tenantId").is_null());
  EXPECT_EQ(copy.at("points"), 5);
  EXPECT_EQ(Data("GET", "/licenses").size(), 2U);
}

TEST_F(ServiceTest, Tenants_AreChangedMergedAndSplit) {
  const auto parent = Tenant("Parent");
  const auto child = Tenant("Child");
  const auto changed = Data("PATCH", "/tenants/" + child, {{"externalId", "42"}, {"email", "a@b.example"}});
  EXPECT_EQ(changed.at("name"), "Child");
  EXPECT_EQ(changed.at("externalId"), "42");
  EXPECT_TRUE(Data("PATCH", "/tenants/" + child, {{"externalId", nullptr}}).at("externalId").is_null());
  EXPECT_EQ(Data("POST", "/tenants/" + child + "/merge", {{"parentTenantId", parent}}).at("parentTenantId"), parent);
  EXPECT_EQ(Send("POST", "/tenants/" + parent + "/merge", {{"parentTenantId", child}}).status, 409);
  EXPECT_TRUE(Data("POST", "/tenants/" + child + "/split").at("parentTenantId").is_null());
  EXPECT_EQ(Send("POST", "/tenants/" + child + "/split").status, 409);
  EXPECT_EQ(Send("POST", "/tenants/" + child + "/merge", {{"parentTenantId", NewUuid()}}).status, 400);
}

TEST_F(ServiceTest, OtherPartner_SeesNothing) {
  const auto tenant = Tenant();
  const auto path = Assigned(1);
  const std::string report = Data("POST", "/reports", ReportOf("2026-10")).at("reportId");
  std::swap(token_, other_token_);
  for (const auto* list : {"/tenants", "/licenses", "/reports"}) EXPECT_TRUE(Data("GET", list).empty()) << list;
  EXPECT_EQ(Data("GET", "/contracts").size(), 1U);
  EXPECT_EQ(Data("GET", "/session").at("partnerName"), "Two");
  for (const auto& one : {path, path + "/file", "/tenants/" + tenant, "/reports/" + report}) {
    EXPECT_EQ(Send("GET", one).status, 404) << one;
  }
  EXPECT_EQ(Send("PATCH", path, {{"description", "mine"}}).status, 404);
  EXPECT_EQ(Send("DELETE", path).status, 404);
  for (const auto* act : {"/copy", "/revoke"}) EXPECT_EQ(Send("POST", path + act).status, 404) << act;
  EXPECT_EQ(Send("POST", path + "/installed", {{"serverId", "s"}, {"serverName", "s"}}).status, 404);
  EXPECT_EQ(Send("POST", "/licenses", Wanted(1)).status, 400);  // the contract is another's
  EXPECT_EQ(Send("POST", "/reports", ReportOf("2026-10")).status, 400);
  const auto own = "/licenses/" + Data("POST", "/licenses", Wanted(1, "C-OTHER")).at("licenseUid").get<std::string>();
  EXPECT_EQ(Send("POST", own + "/assign", {{"tenantId", tenant}}).status, 400);
  EXPECT_EQ(Send("POST", "/tenants/" + Tenant() + "/merge", {{"parentTenantId", tenant}}).status, 400);
}

TEST_F(ServiceTest, Reports_AreAcceptedOnceAndCorrected) {
  const auto first = Data("POST", "/reports", ReportOf("2026-10"));
  EXPECT_EQ(first.at("totalPoints"), 7.5);
  EXPECT_EQ(first.at("lines").at(0).at("points"), 7.5);
  const auto second = Send("POST", "/reports", ReportOf("2026-10"));
  EXPECT_EQ(second.status, 409);
  EXPECT_NE(Message(second).find(first.at("reportId").get<std::string>()), std::string::npos);
  EXPECT_EQ(Send("POST", "/reports", ReportOf("2026-11")).status, 409);
  json correction = ReportOf("2026-10");
  correction["correction"] = true;
  EXPECT_EQ(Send("POST", "/reports", correction).status, 400);
  correction["reason"] = "A server was missing.";
  const auto corrected = Data("POST", "/reports", correction);
  EXPECT_EQ(corrected.at("version"), 2);
  EXPECT_NE(corrected.at("reportId"), first.at("reportId"));
  EXPECT_EQ(Data("GET", "/reports").size(), 2U);
  EXPECT_EQ(Data("GET", "/reports/" + corrected.at("reportId").get<std::string>()), corrected);
}

TEST_F(ServiceTest, Tokens_ThatAreNotGood_AreRefusedInWords) {
  const auto refusal = [&](const std::string& token) {
    token_ = token;
    const auto response = Send("GET", "/session");
    EXPECT_EQ(response.status, 401);
    return Message(response);
  };
  const auto partner = store_.FindPartner("One").value();
  const auto revoked = store_.MakeToken(partner, "old", Date(2030, 1, 1), now_).value();
  ASSERT_TRUE(store_.RevokeToken(partner, "old"));
  const auto good = token_;
  EXPECT_NE(refusal(revoked).find("revoked"), std::string::npos);
  EXPECT_NE(refusal("stp_x").find("not known"), std::string::npos);
  EXPECT_NE(refusal("").find("not known"), std::string::npos);
  now_ = Date(2030, 1, 1);
  EXPECT_NE(refusal(good).find("expired on 2030-01-01T00:00:00Z"), std::string::npos);
}

TEST_F(ServiceTest, IdempotencyKeys_RepeatTheAnswerNotTheEffect) {
  const json body = {{"name", "Once"}};
  const auto first = Send("POST", "/tenants", body, "k");
  const auto again = Send("POST", "/tenants", body, "k");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(Data("GET", "/tenants").size(), 1U);
  const auto other = Send("POST", "/tenants", {{"name", "Twice"}}, "k");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(json::parse(other.body).at("errors").at(0).at("code"), 422);
  EXPECT_EQ(Send("POST", "/licenses", Wanted(1), "k").status, 422);
  std::swap(token_, other_token_);  // keys are each partner's own
  EXPECT_NE(Send("POST", "/tenants", body, "k").body, first.body);
}

TEST_F(ServiceTest, RefusedRequest_DoesNotUseUpItsKey) {
  const auto path = Assigned(40);
  const auto second = "/licenses/" + Data("POST", "/licenses", Wanted(9)).at("licenseUid").get<std::string>();
  const json tenant = {{"tenantId", Tenant()}};
  EXPECT_EQ(Send("POST", second + "/assign", tenant, "k").status, 409);
  Data("POST", path + "/revoke");
  EXPECT_EQ(Send("POST", second + "/assign", tenant, "k").status, 200);
}

TEST_F(ServiceTest, AutomaticExtension_IsByReportAndOnceAMonth) {
  const auto path = Assigned(1, "C-FLEX");
  const auto still = Assigned(1);
  EXPECT_EQ(service_.RunDaily(), 0);
  Data("POST", "/reports", ReportOf("2026-10", "C-FLEX"));
  EXPECT_EQ(service_.RunDaily(), 0);  // it was not there in October
  now_ = Date(2026, 12, 2);
  EXPECT_EQ(service_.RunDaily(), 0);
  Data("POST", "/reports", ReportOf("2026-11", "C-FLEX"));
  Data("POST", "/reports", ReportOf("2026-11"));
  EXPECT_EQ(service_.RunDaily(), 1);
  EXPECT_EQ(service_.RunDaily(), 0);
  EXPECT_EQ(Data("GET", path).at("expirationDate"), "2027-02-28T00:00:00Z");
  EXPECT_EQ(Data("GET", path).at("revision"), 2);
  EXPECT_EQ(Data("GET", still).at("expirationDate"), "2027-01-31T00:00:00Z");
}

TEST_F(ServiceTest, LateReports_ExtendForEachMonth_OldOnesNot) {
  const auto path = Assigned(1);
  now_ = Date(2027, 1, 10);
  Data("POST", "/reports", ReportOf("2026-11"));
  now_ = Date(2027, 2, 20);
  Data("POST", "/reports", ReportOf("2026-12"));
  Data("POST", "/reports", ReportOf("2027-01"));
  EXPECT_EQ(service_.RunDaily(), 0);
  Data("PATCH", path, {{"isAutomaticExtensionEnabled", true}});
  EXPECT_EQ(service_.RunDaily(), 2);  // that of November came too long ago
  EXPECT_EQ(Data("GET", path).at("expirationDate"), "2027-03-28T00:00:00Z");
}

TEST_F(ServiceTest, ExpiredContract_ExtendsNothing) {
  auto contract = store_.FindContract("C-FLEX").value();
  const auto path = Assigned(1, "C-FLEX");
  now_ = Date(2026, 12, 2);
  Data("POST", "/reports", ReportOf("2026-11", "C-FLEX"));
  contract.ends = Date(2026, 12, 1);
  AddContract(contract);
  EXPECT_EQ(service_.RunDaily(), 0);
  contract.ends = Date(2026, 12, 2);
  AddContract(contract);
  EXPECT_EQ(service_.RunDaily(), 1);
}

TEST_F(ServiceTest, Lists_HavePages) {
  for (int i = 0; i < 5; ++i) Tenant("T" + std::to_string(i));
  net::Request request{.method = "GET", .path = "/api/v1/tenants", .query = {{"limit", "2"}, {"offset", "4"}}};
  request.headers = {{"Authorization", "Bearer " + token_}};
  const auto answer = json::parse(service_.Serve(request).body);
  EXPECT_EQ(answer.at("data").size(), 1U);
  EXPECT_EQ(answer.at("meta").at("pagingInfo"), (json{{"total", 5}, {"count", 1}, {"offset", 4}}));
}

TEST_F(ServiceTest, StartWithoutAHandler_Fails) {
  auto handlers = AllHandlers();
  handlers.erase("sendReport");
  EXPECT_THROW(Service(
                   folder_ / "other.db", [this] { return now_; }, DocumentText(), handlers),
               std::runtime_error);
}

TEST_F(ServiceTest, ContractOfAnother_CannotBeTaken) {
  auto contract = store_.FindContract("C-OTHER").value();
  contract.partner_id = store_.FindPartner("One")->id;
  EXPECT_FALSE(store_.Set(contract));
  EXPECT_FALSE(store_.AddPartner("One"));
  EXPECT_FALSE(store_.MakeToken(store_.FindPartner("One").value(), "t", Date(2031, 1, 1), now_));
}

TEST_F(ServiceTest, KeysAreRotatedAndRevoked) {
  const auto list = [&] { return Data("GET", "/keys"); };
  const auto first = list().at(0);
  EXPECT_TRUE(first.at("retiredAt").is_null());
  const auto second = store_.RotateKey(now_);
  ASSERT_EQ(list().size(), 2U);
  EXPECT_EQ(list().at(0).at("keyId"), second.key_id);
  EXPECT_EQ(list().at(1).at("keyId"), first.at("keyId"));
  EXPECT_FALSE(list().at(1).at("retiredAt").is_null());
  EXPECT_TRUE(list().at(1).at("revokedAt").is_null());
  EXPECT_EQ(store_.SigningKey().key_id, second.key_id);
  EXPECT_TRUE(store_.RevokeKey(first.at("keyId"), now_));
  EXPECT_EQ(list().size(), 2U) << "it did not sign any more";
  EXPECT_FALSE(store_.RevokeKey(first.at("keyId"), now_));
  EXPECT_FALSE(store_.RevokeKey("unknown", now_));
  EXPECT_TRUE(store_.RevokeKey(second.key_id, now_));
  EXPECT_EQ(list().size(), 3U) << "a new one takes its place";
  EXPECT_TRUE(list().at(0).at("retiredAt").is_null());
  EXPECT_NE(store_.SigningKey().key_id, second.key_id);
}

TEST(Keys, OfAnOlderVersion_AreKept) {
  const auto file = std::filesystem::temp_directory_path() / ("steward-pulse-" + NewUuid() + ".db");
  const auto key = license::NewSigningKey();
  {
    sqlite::Sqlite old(file);
    old.Run("create table signing_key (id text primary key, secret text not null, created integer not null) strict;");
    sqlite::Query(old, "insert into signing_key values (?, ?, 1)").Bind(key.key_id, key.secret_key).Execute();
  }
  for (int again = 0; again < 2; ++again) {
    Store store(file);
    EXPECT_EQ(store.SigningKey().key_id, key.key_id);
    ASSERT_EQ(store.Keys({}).rows.size(), 1U);
    EXPECT_EQ(store.Keys({}).rows[0].key.public_key, license::PublicPart(key).public_key);
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace steward::pulse
