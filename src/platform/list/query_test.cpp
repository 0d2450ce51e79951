// SPDX-License-Identifier: Apache-2.0
#include "platform/list/query.hpp"

#include <gtest/gtest.h>

#include "db/test_database.hpp"
#include "platform/list/sample_schema.hpp"

namespace steward::platform {
namespace {

const TenantScope kProvider{.all = true};

contract::Operation Things() {
  return {.kind = contract::OperationKind::kList, .schema = &sample::kThing, .view = "things"};
}

class QueryTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    connection_ = std::make_unique<db::Connection>(db::TestServer::Shared().Fresh(), std::vector<std::string>{});
    sample::CreateThings(*connection_);
  }
  static void TearDownTestSuite() { connection_.reset(); }

  /// Names of the page's rows in their order; an error's message when the parameters are refused.
  static std::string Names(const ListParameters& parameters, const TenantScope& scope = kProvider,
                           const std::vector<Condition>& bindings = {},
                           const contract::Operation& operation = Things()) {
    const auto query = CompileList(operation, parameters, bindings, scope);
    if (!query) return query.error().message;
    return Names(query->PageStatement());
  }
  static std::string Names(const db::Statement& page) {
    const auto rows = connection_->Query(page.sql, page.params);
    std::string names;
    for (int row = 0; row < rows.Count(); ++row) names += (row > 0 ? " " : "") + rows.Text(row, "name");
    return names;
  }
  /// Rows zz0001 to zz1200 of the blue company; every sixth has no size.
  static void AddMany() {
    connection_->Script(
        "insert into api.things (\"instanceUid\", name, size, scope_organization) select "
        "('00000000-0000-4000-9000-' || lpad(i::text, 12, '0'))::uuid, 'zz' || lpad(i::text, 4, '0'), nullif(i % 6, "
        "0), "
        "'00000000-0000-4000-8000-00000000000b' from generate_series(1, 1200) i");
  }
  static void RemoveMany() { connection_->Script("delete from api.things where name like 'zz%'"); }
  static std::string Sorted(const std::string& sort) { return Names({.sort = sort}); }

  static std::unique_ptr<db::Connection> connection_;
};
std::unique_ptr<db::Connection> QueryTest::connection_;

/// Names of the output columns.
std::string Columns(const ListParameters& parameters) {
  const auto query = CompileList(Things(), parameters, {}, kProvider);
  if (!query) return query.error().message;
  std::string out;
  for (const auto& column : query->columns)
    out += fmt::format("{}{}", out.empty() ? "" : " ",
                       column.property != nullptr ? column.property->name : column.expand->name);
  return out;
}

}  // namespace

TEST_F(QueryTest, Sort_EveryForm_OrdersRows) {
  struct Case {
    const char* sort;
    const char* names;
  };
  const Case cases[] = {
      {"", "Beta alpha gamma void"},
      {R"([{"property": "size", "direction": "descending"}])", "void gamma Beta alpha"},
      {R"([{"property": "SIZE", "direction": "ascending"}])", "alpha Beta gamma void"},
      {R"([{"property": "size"}])", "alpha Beta gamma void"},
      {R"([{"property": "name", "direction": "ascending", "collation": "ignorecase"}])", "alpha Beta gamma void"},
      {R"([{"property": "status"}, {"property": "size"}])", "alpha gamma Beta void"},
      {R"([{"property": "details.depth", "direction": "ascending"}, {"property": "name", "direction": "descending"}])",
       "Beta alpha void gamma"},
      {R"([{"property": "_embedded.maker.age", "direction": "ascending"}, {"property": "size"}])",
       "alpha Beta gamma void"},
  };
  for (const Case& c : cases) EXPECT_EQ(Sorted(c.sort), c.names) << c.sort;
}

TEST_F(QueryTest, Sort_EqualValues_KeyOfTheViewDecides) {
  const std::string tied = R"([{"property": "locationUid", "direction": "descending"}])";
  EXPECT_EQ(Sorted(tied), "void gamma Beta alpha");  // nulls first, and among them by uid, descending too
}

TEST_F(QueryTest, Order_OfTheOperation_HoldsWhenTheCallerGivesNone) {
  contract::Operation operation = Things();
  static constexpr contract::OrderBy kBySize[] = {{"size", true}};
  operation.order = kBySize;
  EXPECT_EQ(Names({}, kProvider, {}, operation), "void gamma Beta alpha");
  EXPECT_EQ(Names({.sort = R"([{"property": "size"}])"}, kProvider, {}, operation), "alpha Beta gamma void");
}

TEST_F(QueryTest, Pages_LimitAndOffset_AlsoDeepOnes) {
  EXPECT_EQ(Names({.limit = 2}), "Beta alpha");
  EXPECT_EQ(Names({.limit = 2, .offset = 2}), "gamma void");
  EXPECT_EQ(Names({.limit = 2, .offset = 5}), "");
  // Beyond the depth where keys are read first, the answer must be what a plain offset gives.
  AddMany();
  const std::string filter = R"([{"property": "name", "operation": "contains", "value": "zz"}])";
  EXPECT_EQ(Names({.filter = filter, .limit = 3, .offset = 1000}), "zz1001 zz1002 zz1003");
  EXPECT_EQ(Names({.filter = filter,
                   .sort = R"([{"property": "name", "direction": "descending"}])",
                   .limit = 2,
                   .offset = 1198}),
            "zz0002 zz0001");
  EXPECT_EQ(Names({.limit = 1, .offset = 1003}), "zz1000");
  const auto query = CompileList(Things(), {.filter = filter, .limit = 1, .offset = 1000}, {}, kProvider);
  EXPECT_EQ(connection_->Query(query->CountStatement().sql, query->CountStatement().params).Int(0, "total"), 1200);
  RemoveMany();
}

TEST_F(QueryTest, Marks_OfEverySort_LeadToTheSamePages) {
  AddMany();
  for (const char* sort :
       {R"([{"property": "name"}])", R"([{"property": "name", "direction": "descending"}])",
        R"([{"property": "size"}])", R"([{"property": "size", "direction": "descending"}])",
        R"([{"property": "name", "collation": "ignorecase"}])", R"([{"property": "at", "direction": "descending"}])"}) {
    ListParameters parameters{.sort = sort, .limit = 5, .offset = 950};
    const auto query = CompileList(Things(), parameters, {}, kProvider);
    ASSERT_TRUE(query.has_value() && query->Markable()) << sort;
    const auto marks = query->MarksStatement(nullptr, 100);
    const auto rows = connection_->Query(marks.sql, marks.params);
    for (int i = 0; i < rows.Count(); ++i) {
      const Mark mark{rows.Int(i, "position"), rows.Text(i, "value"), rows.Text(i, "key")};
      EXPECT_EQ(mark.position % 100, 0) << sort;
      const std::string page = Names(query->PageStatement(mark));
      // A page that comes back short is read by its offset instead.
      if (std::count(page.begin(), page.end(), ' ') == 4) {
        EXPECT_EQ(page, Names(query->PageStatement())) << sort << " from " << mark.position;
      }
    }
    EXPECT_GT(rows.Count(), std::string_view(sort).find("\"at\"") == std::string_view::npos ? 6 : -1) << sort;
  }
  RemoveMany();
}

TEST_F(QueryTest, Markable_OneColumnAndTheKey_InOneDirection) {
  const auto markable = [](const char* sort) {
    return CompileList(Things(), {.sort = sort}, {}, kProvider)->Markable();
  };
  EXPECT_TRUE(markable(""));
  EXPECT_TRUE(markable(R"([{"property": "size", "direction": "descending"}])"));
  EXPECT_FALSE(markable(R"([{"property": "size"}, {"property": "name"}])"));
  EXPECT_FALSE(markable(R"([{"property": "instanceUid"}])"));
}

TEST_F(QueryTest, Scope_EachKind_BindsRows) {
  EXPECT_EQ(Names({}, {.organizations = {sample::kRedCompany}}), "Beta alpha");
  EXPECT_EQ(Names({}, {.organizations = {sample::kRedCompany, sample::kBlueCompany}}), "Beta alpha gamma void");
  EXPECT_EQ(Names({}, {.organizations = {sample::kRedCompany}, .locations = {sample::kOffice}}), "alpha");
  EXPECT_EQ(Names({}, TenantScope{}), "");
  // No condition of the caller reaches around the scope.
  const std::string either =
      R"([{"operation": "or", "items": [{"property": "name", "operation": "equals", "value": "gamma"},
                                                               {"property": "size", "operation": "notEquals", "value": 7}]}])";
  EXPECT_EQ(Names({.filter = either}, {.organizations = {sample::kRedCompany}}), "Beta alpha");
}

TEST_F(QueryTest, Bindings_WithFilterAndScope_AllHold) {
  const std::vector<Condition> small = {{"size", "<=", "2"}};
  EXPECT_EQ(Names({}, kProvider, small), "Beta alpha");
  EXPECT_EQ(Names({.filter = R"([{"property": "enabled", "operation": "equals", "value": true}])"}, kProvider, small),
            "alpha");
  EXPECT_EQ(Names({}, {.organizations = {sample::kBlueCompany}}, small), "");
}

TEST_F(QueryTest, Arguments_GoToTheFunctionOfTheView) {
  connection_->Script(
      "create function api.things(smallest bigint, called text) returns setof api.things language sql stable as $$ "
      "select * from api.things where size >= coalesce(smallest, 0) and name = coalesce(called, name) $$");
  contract::Operation operation = Things();
  static constexpr contract::Argument kArguments[] = {{.parameter = "smallest"}, {.parameter = "called"}};
  operation.arguments = kArguments;
  const auto all = Names({}, kProvider, {}, operation);
  EXPECT_EQ(all, Names({.arguments = {std::nullopt, std::nullopt}}, kProvider, {}, operation));
  EXPECT_EQ(Names({.arguments = {std::nullopt, "alpha"}}, kProvider, {}, operation), "alpha");
  EXPECT_EQ(Names({.filter = R"([{"property": "name", "operation": "equals", "value": "alpha"}])",
                   .arguments = {"0", std::nullopt}},
                  kProvider, {{"name", "=", "alpha"}}, operation),
            "alpha");
  const auto query = CompileList(operation, {}, {}, kProvider);
  EXPECT_GT(connection_->Query(query->CountStatement().sql, query->CountStatement().params).Int(0, "total"), 1);
  connection_->Script("drop function api.things(bigint, text)");
}

TEST_F(QueryTest, Select_PartOfAnObject_ReadsThatPartOnly) {
  const auto query =
      CompileList(Things(),
                  {.filter = R"([{"property": "name", "operation": "equals", "value": "alpha"}])",
                   .select = R"([{"propertyPath": "details.color"}, {"propertyPath": "details.depth"}])"},
                  {}, kProvider);
  ASSERT_TRUE(query.has_value());
  const auto rows = connection_->Query(query->PageStatement().sql, query->PageStatement().params);
  ASSERT_EQ(rows.Columns(), 1);
  EXPECT_EQ(rows.Raw(0, 0), R"({"color": "Red", "depth": 3})");
}

TEST(Query, Select_Names_ChooseColumns) {
  const std::string all =
      "instanceUid locationUid name size ratio enabled at day status comment tags numbers switches details free";
  EXPECT_EQ(Columns({}), all);
  EXPECT_EQ(Columns({.select = "[]"}), all);
  EXPECT_EQ(Columns({.select = R"([{"propertyPath": "SIZE"}, {"propertyPath": "name"}])"}), "name size");
  EXPECT_EQ(Columns({.select = R"([{"propertyPath": "name"}, {"propertyPath": "nope"}])"}), "name");
  EXPECT_EQ(Columns({.select = R"([{"propertyPath": "nope"}])"}), all);
  EXPECT_EQ(
      Columns({.select = R"([{"propertyPath": "name"}, {"propertyPath": "_embedded.maker"}])", .expand = {"Maker"}}),
      "name Maker");
  EXPECT_EQ(Columns({.select = R"([{"propertyPath": "name"}])", .expand = {"Extra", "Maker"}}), "name Maker Extra");
  EXPECT_EQ(Columns({.select = R"([{"propertyPath": "name"}])", .expand = {"Nobody"}}), "name");
}

TEST(Query, Parameters_Wrong_RefusedNamingParameterAndPosition) {
  struct Case {
    ListParameters parameters;
    const char* parameter;
    const char* words;
  };
  const Case cases[] = {
      {{.sort = "7"}, "sort", "JSON array"},
      {{.sort = "[{"}, "sort", "position 2"},
      {{.sort = "[{}]"}, "sort", "position 1"},
      {{.sort = R"([{"property": "nope"}])"}, "sort", "no property nope (position 14)"},
      {{.sort = R"([{"property": "name", "direction": "up"}])"}, "sort", "ascending or descending at position 35"},
      {{.sort = R"([{"property": "name", "direction": "descending; drop"}])"}, "sort", "ascending or descending"},
      {{.select = "{}"}, "select", "JSON array"},
      {{.select = R"([{"property": "name"}])"}, "select", "position 1"},
      {{.select = R"([{"propertyPath": 7}])"}, "select", "position 1"},
      {{.filter = "[{}]"}, "filter", "position 1"},
  };
  for (const Case& c : cases) {
    const auto query = CompileList(Things(), c.parameters, {}, kProvider);
    ASSERT_FALSE(query.has_value()) << c.words;
    EXPECT_EQ(query.error().parameter, c.parameter);
    EXPECT_NE(query.error().message.find(c.words), std::string::npos) << query.error().message;
  }
}

}  // namespace steward::platform
