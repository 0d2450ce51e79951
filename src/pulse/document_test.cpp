// SPDX-License-Identifier: Apache-2.0
#include "pulse/document.hpp"

#include <gtest/gtest.h>

#include <set>

#include "pulse/embedded.hpp"
#include "pulse/handlers.hpp"
#include "pulse/products.hpp"

namespace steward::pulse {
namespace {

using nlohmann::json;

class DocumentTest : public testing::Test {
 protected:
  const Document::Operation& Operation(const std::string& method, const std::string& path) const {
    return *document_.Find(method, path).value().operation;
  }
  /// What the document says of a body.
  Error Refusal(const std::string& method, const std::string& path, const std::string& body) const {
    const auto read = document_.ReadBody(Operation(method, path), {.body = body});
    return read ? Error{.message = "read"} : read.error();
  }

  const Document document_{DocumentText()};
};

constexpr auto kLicense = R"({"productId": "p", "contractId": "c", "expirationDate": "2027-01-31",
  "workloads": [{"workloadId": "vm", "count": 1}]})";

/// The license above with something else in it.
std::string With(const char* patch) {
  json body = json::parse(kLicense);
  body.merge_patch(json::parse(patch));
  return body.dump();
}

TEST_F(DocumentTest, Paths_AreFoundWithTheirValues) {
  const auto match = document_.Find("POST", "/api/v1/licenses/abc/assign");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->operation->id, "assignLicense");
  EXPECT_EQ(match->path.at("licenseUid"), "abc");
  EXPECT_EQ(Operation("GET", "/api/v1/openapi.json").id, "getDocument");
  EXPECT_TRUE(Operation("GET", "/api/v1/keys").anonymous);
  EXPECT_FALSE(Operation("GET", "/api/v1/contracts").anonymous);
  EXPECT_EQ(Operation("POST", "/api/v1/tenants").status, 201);
}

TEST_F(DocumentTest, OtherPathsAndMethods_AreRefused) {
  for (const std::string path : {"", "/", "/api/v1", "/api/v1/licenses/", "/api/v1/licenses//assign",
                                 "/api/v1/licenses/a/b/c", "/api/v1/Licenses", "api/v1/licenses"}) {
    const auto match = document_.Find("GET", path);
    ASSERT_FALSE(match) << path;
    EXPECT_EQ(match.error().code, ErrorCode::kNotFound);
  }
  const auto match = document_.Find("PUT", "/api/v1/licenses/abc");
  ASSERT_FALSE(match);
  EXPECT_EQ(match.error().code, ErrorCode::kMethodNotAllowed);
  EXPECT_NE(match.error().message.find("GET, PATCH, DELETE"), std::string::npos);
}

TEST_F(DocumentTest, Bodies_AreCheckedAsDeclared) {
  const std::string path = "/api/v1/licenses";
  EXPECT_EQ(Refusal("POST", path, kLicense).message, "read");
  EXPECT_EQ(Refusal("POST", path, With(R"({"description": null, "type": "Internal", "unknown": 1})")).message, "read");
  EXPECT_EQ(Refusal("POST", path, With(R"({"productId": null})")).property, "productId");
  EXPECT_EQ(Refusal("POST", path, With(R"({"productId": ""})")).property, "productId");
  EXPECT_EQ(Refusal("POST", path, With(R"({"type": "Perpetual"})")).message, "type must be one of Rental, Internal.");
  EXPECT_EQ(Refusal("POST", path, With(R"({"expirationDate": "31.1.2027"})")).property, "expirationDate");
  EXPECT_EQ(Refusal("POST", path, With(R"({"isAutomaticReportingEnabled": "yes"})")).property,
            "isAutomaticReportingEnabled");
  EXPECT_EQ(Refusal("POST", path, With(R"({"workloads": []})")).property, "workloads");
  EXPECT_EQ(Refusal("POST", path, With(R"({"workloads": [{"workloadId": "vm", "count": -1}]})")).property,
            "workloads[0].count");
  EXPECT_EQ(Refusal("POST", path, With(R"({"workloads": [{"workloadId": "vm", "count": 1.5}]})")).property,
            "workloads[0].count");
  EXPECT_EQ(Refusal("POST", path, With(R"({"workloads": [{"count": 1}]})")).property, "workloads[0].workloadId");
  for (const std::string body : {"", "{", "[]", "null", "\"x\"", "{\"name\": \"\xff\"}"}) {
    EXPECT_EQ(Refusal("POST", path, body).code, ErrorCode::kInvalid) << body;
  }
  EXPECT_EQ(Refusal("POST", "/api/v1/licenses/x/copy", "").message, "read");
}

TEST_F(DocumentTest, LongTexts_AreCountedInCharacters) {
  std::string umlauts;
  for (int i = 0; i < 255; ++i) umlauts += "ü";
  EXPECT_EQ(Refusal("POST", "/api/v1/tenants", json{{"name", umlauts}}.dump()).message, "read");
  EXPECT_EQ(Refusal("POST", "/api/v1/tenants", json{{"name", umlauts + "x"}}.dump()).property, "name");
}

TEST_F(DocumentTest, FixedThings_CannotBePatched) {
  const auto refusal = Refusal("PATCH", "/api/v1/licenses/x", R"({"contractId": "other"})");
  EXPECT_EQ(refusal.property, "contractId");
  EXPECT_NE(refusal.message.find("cannot be changed"), std::string::npos);
}

TEST_F(DocumentTest, Pages_HaveLimits) {
  const auto& list = Operation("GET", "/api/v1/licenses");
  EXPECT_EQ(document_.PageOf(list, {}).limit, 100);
  const net::Request good{.query = {{"limit", "500"}, {"offset", "7"}}};
  EXPECT_TRUE(document_.CheckParameters(list, good));
  EXPECT_EQ(document_.PageOf(list, good).limit, 500);
  EXPECT_EQ(document_.PageOf(list, good).offset, 7);
  for (const std::string limit : {"0", "501", "-1", "x", "", "1.5", "99999999999999999999"}) {
    const auto checked = document_.CheckParameters(list, {.query = {{"limit", limit}}});
    ASSERT_FALSE(checked) << limit;
    EXPECT_EQ(checked.error().parameter, "limit");
  }
}

TEST_F(DocumentTest, OtherMediaTypes_AreRefused) {
  const auto& create = Operation("POST", "/api/v1/tenants");
  const net::Request form{.headers = {{"content-type", "application/x-www-form-urlencoded"}},
                          .body = R"({"name": "x"})"};
  EXPECT_EQ(document_.ReadBody(create, form).error().code, ErrorCode::kUnsupportedMedia);
  const net::Request good{.headers = {{"content-type", "application/json; charset=utf-8"}}, .body = R"({"name": "x"})"};
  EXPECT_TRUE(document_.ReadBody(create, good));
}

TEST_F(DocumentTest, WordsThatNothingChecks_AreRefusedAtTheStart) {
  json changed = document_.Json();
  changed["components"]["schemas"]["TenantInput"]["properties"]["name"]["pattern"] = "^a";
  EXPECT_THROW(Document{changed.dump()}, std::runtime_error);
  changed = document_.Json();
  changed["components"]["schemas"]["TenantInput"]["properties"]["name"]["format"] = "hostname";
  EXPECT_THROW(Document{changed.dump()}, std::runtime_error);
}

TEST_F(DocumentTest, Handlers_AreOneForEachOperation) {
  EXPECT_NO_THROW(CheckHandlers(document_, AllHandlers()));
  auto missing = AllHandlers();
  missing.erase("assignLicense");
  auto surplus = AllHandlers();
  surplus["inventLicense"] = surplus.at("getLicense");
  for (const auto& [handlers, word] :
       {std::pair(missing, "assignLicense has no handler"), {surplus, "inventLicense is no operation"}}) {
    try {
      CheckHandlers(document_, handlers);
      ADD_FAILURE() << word;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  }
}

TEST_F(DocumentTest, OperationIds_AreDifferent) {
  std::set<std::string> ids;
  for (const auto& operation : document_.Operations()) EXPECT_TRUE(ids.insert(operation.id).second) << operation.id;
  EXPECT_EQ(ids.size(), 24U);
}

TEST(Products, DemoList_IsRead) {
  const auto products = ReadProducts(std::string(DemoProducts()));
  ASSERT_TRUE(products) << products.error().message;
  ASSERT_EQ(products->size(), 3U);
  EXPECT_TRUE(products->at(1).cloud_connect);
  EXPECT_EQ(products->at(2).workloads.at(1).multiplier, 700);
}

TEST(Products, WrongLists_AreRefusedWithTheLine) {
  const std::string good =
      "products:\n  - {productId: a, name: A, edition: E, version: 1, workloads: [{workloadId: vm, name: V, "
      "multiplier: 1}]}\n";
  EXPECT_TRUE(ReadProducts(good));
  const auto without = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    const auto read = ReadProducts(text);
    return read ? "read" : read.error().message;
  };
  EXPECT_NE(without("productId: a", "productId: \"a=b\"").find("Line 2"), std::string::npos);
  EXPECT_NE(without("multiplier: 1", "multiplier: -1").find("multiplier"), std::string::npos);
  EXPECT_NE(without("multiplier: 1", "multiplier: 1}, {workloadId: vm, name: V, multiplier: 1").find("twice"),
            std::string::npos);
  EXPECT_NE(without("name: A,", "").find("name is missing"), std::string::npos);
  for (const std::string text : {"", "a", "[", "products: 1", "products: [1]"})
    EXPECT_FALSE(ReadProducts(text)) << text;
}

}  // namespace
}  // namespace steward::pulse
