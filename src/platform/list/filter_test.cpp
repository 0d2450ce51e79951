// SPDX-License-Identifier: Apache-2.0
#include "platform/list/filter.hpp"

#include <gtest/gtest.h>

#include "db/test_database.hpp"
#include "platform/list/sample_schema.hpp"

namespace steward::platform {
namespace {

/// What a filter means is what PostgreSQL answers to it, so every case is run.
class FilterTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    connection_ = std::make_unique<db::Connection>(db::TestServer::Shared().Fresh(), std::vector<std::string>{});
    sample::CreateThings(*connection_);
  }
  static void TearDownTestSuite() { connection_.reset(); }

  /// Names of the rows that the filter lets through, in the order of the alphabet; an error's message when it is
  /// refused.
  static std::string Names(const std::string& filter) {
    db::Params params;
    const auto condition = CompileFilter(sample::kThing, filter, params);
    if (!condition) return condition.error().message;
    const auto rows = connection_->Query(
        "select coalesce(string_agg(name, ' ' order by lower(name)), '') as names from api.things where " +
            (condition->empty() ? "true" : *condition),
        params);
    return rows.Text(0, "names");
  }

  struct Case {
    const char* filter;
    const char* names;
  };
  static void Expect(std::initializer_list<Case> cases) {
    for (const Case& c : cases) EXPECT_EQ(Names(c.filter), c.names) << c.filter;
  }

  static std::unique_ptr<db::Connection> connection_;
};
std::unique_ptr<db::Connection> FilterTest::connection_;

}  // namespace

TEST_F(FilterTest, Equality_EachKind_ComparesAsThatKind) {
  Expect({
      {R"([{"property": "name", "operation": "equals", "value": "alpha"}])", "alpha"},
      {R"([{"property": "name", "operation": "equals", "value": "ALPHA"}])", ""},
      {R"([{"property": "name", "operation": "equals", "value": "ALPHA", "collation": "ordinal"}])", ""},
      {R"([{"property": "name", "operation": "equals", "value": "ALPHA", "collation": "ignorecase"}])", "alpha"},
      {R"([{"property": "instanceUid", "operation": "equals", "value": "00000000-0000-4000-8000-000000000002"}])",
       "Beta"},
      {R"([{"property": "size", "operation": "equals", "value": 2}])", "Beta"},
      {R"([{"property": "size", "operation": "equals", "value": "2"}])", "Beta"},
      {R"([{"property": "ratio", "operation": "equals", "value": -2}])", "gamma"},
      {R"([{"property": "enabled", "operation": "equals", "value": true}])", "alpha"},
      {R"([{"property": "enabled", "operation": "equals", "value": "FALSE"}])", "Beta"},
      {R"([{"property": "day", "operation": "equals", "value": "2026-02-28"}])", "Beta"},
      {R"([{"property": "status", "operation": "equals", "value": "failed"}])", "Beta"},
      {R"([{"property": "SIZE", "operation": "equals", "value": 3}])", "gamma"},
      {"[{'property': 'name', 'operation': 'equals', 'value': 'gamma'}]", "gamma"},
      {R"({"property": "name", "operation": "equals", "value": "gamma"})", "gamma"},
  });
}

TEST_F(FilterTest, NullValues_EqualsAndNotEquals_AreTold) {
  Expect({
      {R"([{"property": "size", "operation": "equals", "value": null}])", "void"},
      {R"([{"property": "size", "operation": "equals", "value": None}])", "void"},
      {R"([{"property": "size", "operation": "equals"}])", "void"},
      {R"([{"property": "size", "operation": "notEquals", "value": null}])", "alpha Beta gamma"},
      {R"([{"property": "size", "operation": "notEquals", "value": 1}])", "Beta gamma void"},
      {R"([{"property": "tags", "operation": "equals", "value": null}])", "void"},
      {R"([{"property": "tags", "operation": "notEquals", "value": null}])", "alpha Beta gamma"},
  });
}

TEST_F(FilterTest, Order_EachKind_ComparesAsThatKind) {
  Expect({
      {R"([{"property": "size", "operation": "lessThan", "value": 2}])", "alpha"},
      {R"([{"property": "size", "operation": "lessThanOrEqual", "value": 2}])", "alpha Beta"},
      {R"([{"property": "size", "operation": "greaterThan", "value": 2}])", "gamma"},
      {R"([{"property": "size", "operation": "greaterThanOrEqual", "value": 2}])", "Beta gamma"},
      {R"([{"property": "ratio", "operation": "lessThan", "value": 0.75}])", "alpha gamma"},
      {R"([{"property": "name", "operation": "greaterThan", "value": "beta"}])", "gamma void"},
      {R"([{"property": "name", "operation": "greaterThan", "value": "BETA", "collation": "ignorecase"}])",
       "gamma void"},
      {R"([{"property": "day", "operation": "greaterThan", "value": "2026-02-28"}])", "gamma"},
      {R"([{"property": "status", "operation": "lessThan", "value": "Failed"}])", "alpha gamma"},
  });
}

TEST_F(FilterTest, Times_EveryAcceptedForm_MeansTheSameMoment) {
  for (const char* time :
       {"2026-01-31T05:04:03.25Z", "2026-01-31t05:04:03.25z", "2026-01-31 05:04:03.25", "2026-01-31T06:04:03.25+01:00",
        "2026-01-31T06:04:03.25 01:00", "2026-01-31T00:34:03.2500000-04:30"}) {
    EXPECT_EQ(Names(fmt::format(R"([{{"property": "at", "operation": "equals", "value": "{}"}}])", time)), "alpha")
        << time;
  }
  Expect({
      {R"([{"property": "at", "operation": "lessThan", "value": "2026-01-31T06:05 01:00"}])", "alpha"},
      {R"([{"property": "at", "operation": "lessThan", "value": "2026-01-31T06:04 01:00"}])", ""},
      {R"([{"property": "at", "operation": "greaterThanOrEqual", "value": "2026-03-01"}])", "gamma"},
  });
}

TEST_F(FilterTest, InAndSubset_OfSingleValue_OneOfTheList) {
  Expect({
      {R"([{"property": "name", "operation": "in", "value": ["alpha", "gamma"]}])", "alpha gamma"},
      {R"([{"property": "name", "operation": "in", "value": ["ALPHA"], "collation": "ignorecase"}])", "alpha"},
      {R"([{"property": "name", "operation": "in", "value": "alpha"}])", "alpha"},
      {R"([{"property": "name", "operation": "in", "value": []}])", ""},
      {R"([{"property": "status", "operation": "subset", "value": ["Failed", "warning"]}])", "Beta gamma"},
      {R"([{"property": "size", "operation": "in", "value": [1, 3]}])", "alpha gamma"},
  });
}

TEST_F(FilterTest, Contains_Text_IsSearchedLiterally) {
  Expect({
      {R"([{"property": "name", "operation": "contains", "value": "et"}])", "Beta"},
      {R"([{"property": "name", "operation": "contains", "value": "ET"}])", ""},
      {R"([{"property": "name", "operation": "contains", "value": "ET", "collation": "ignorecase"}])", "Beta"},
      {R"([{"property": "name", "operation": "superset", "value": "amm"}])", "gamma"},
      {R"([{"property": "comment", "operation": "contains", "value": "%_"}])", "Beta"},
      {R"([{"property": "comment", "operation": "contains", "value": "5_"}])", ""},
      {R"([{"property": "comment", "operation": "contains", "value": "\\"}])", ""},
      {R"([{"property": "comment", "operation": "contains", "value": "'; drop table api.things --"}])", ""},
      {R"([{"property": "status", "operation": "contains", "value": "ail"}])", "Beta"},
      {R"([{"property": "size", "operation": "contains", "value": 2}])", "Beta"},
  });
}

TEST_F(FilterTest, Lists_EachOperation_ComparesAsSets) {
  Expect({
      {R"([{"property": "tags", "operation": "contains", "value": "b"}])", "alpha Beta"},
      {R"([{"property": "tags", "operation": "superset", "value": ["b", "a"]}])", "alpha"},
      {R"([{"property": "tags", "operation": "subset", "value": ["b", "c"]}])", "Beta gamma"},
      {R"([{"property": "tags", "operation": "in", "value": ["b", "c"]}])", "Beta gamma"},
      {R"([{"property": "tags", "operation": "equals", "value": ["b"]}])", "Beta"},
      {R"([{"property": "tags", "operation": "notEquals", "value": ["b"]}])", "alpha gamma void"},
      {R"([{"property": "tags", "operation": "contains", "value": "\"], [\""}])", ""},
      {R"([{"property": "numbers", "operation": "contains", "value": 2}])", "alpha"},
      {R"([{"property": "numbers", "operation": "contains", "value": "003"}])", "gamma"},
      {R"([{"property": "switches", "operation": "contains", "value": "TRUE"}])", "alpha"},
  });
}

TEST_F(FilterTest, Nested_PathsIntoObjects_CompareAsTheirKind) {
  Expect({
      {R"([{"property": "details.color", "operation": "equals", "value": "Red"}])", "alpha"},
      {R"([{"property": "Details.COLOR", "operation": "equals", "value": "red", "collation": "ignorecase"}])", "alpha"},
      {R"([{"property": "details.depth", "operation": "lessThan", "value": 10}])", "alpha Beta"},
      {R"([{"property": "details.inner.flag", "operation": "equals", "value": false}])", "Beta"},
      {R"([{"property": "details.inner.since", "operation": "lessThan", "value": "2026-01-02"}])", "alpha"},
      {R"([{"property": "details.marks", "operation": "contains", "value": "x"}])", "alpha"},
      {R"([{"property": "details.depth", "operation": "equals", "value": null}])", "gamma void"},
      {R"([{"property": "_embedded.maker.name", "operation": "equals", "value": "Ann"}])", "alpha"},
      {R"([{"property": "_embedded.maker.age", "operation": "greaterThan", "value": 45}])", "Beta"},
      {R"([{"property": "_embedded.weight", "operation": "equals", "value": 8}])", "Beta"},
  });
}

TEST_F(FilterTest, Groups_NestedAndMixed_FollowLogic) {
  Expect({
      {"[]", "alpha Beta gamma void"},
      {R"([{"property": "size", "operation": "greaterThan", "value": 1}, {"property": "size", "operation": "lessThan", "value": 3}])",
       "Beta"},
      {R"([{"operation": "and", "items": [{"property": "size", "operation": "greaterThan", "value": 1},
                                          {"property": "size", "operation": "lessThan", "value": 3}]}])",
       "Beta"},
      {R"([{"operation": "or", "items": [{"property": "size", "operation": "equals", "value": 1},
                                         {"property": "name", "operation": "equals", "value": "void"}]}])",
       "alpha void"},
      // A null compares as unknown; "not" must still let the row through.
      {R"([{"operation": "not", "items": [{"property": "size", "operation": "equals", "value": 1}]}])",
       "Beta gamma void"},
      {R"([{"operation": "exclusiveOr", "items": [{"property": "size", "operation": "lessThan", "value": 3},
                                                  {"property": "enabled", "operation": "equals", "value": true}]}])",
       "Beta"},
      {R"([{"operation": "or", "items": [
             {"operation": "and", "items": [{"property": "size", "operation": "equals", "value": 1},
                                            {"property": "enabled", "operation": "equals", "value": false}]},
             {"operation": "not", "items": [{"property": "size", "operation": "notEquals", "value": 3}]}]}])",
       "gamma"},
      {R"([{"property": "size", "operation": "equals", "value": 3},
           {"operation": "or", "items": [{"property": "name", "operation": "equals", "value": "alpha"},
                                         {"property": "name", "operation": "equals", "value": "gamma"}]}])",
       "gamma"},
  });
}

TEST(FilterErrors, Refused_NamesParameterPropertyAndPosition) {
  struct Case {
    std::string filter;
    std::string property;
    std::string marker;  ///< the position is where this text begins
    std::string words;
  };
  const Case cases[] = {
      {R"([{"property": "nope", "operation": "equals", "value": 1}])", "nope", "\"nope\"", "no property nope"},
      {R"([{"property": "details.nope", "operation": "equals"}])", "details.nope", "\"details.n", "no property"},
      {R"([{"property": "name.first", "operation": "equals"}])", "name.first", "\"name.", "no property"},
      {R"([{"property": "free.any", "operation": "equals"}])", "free.any", "\"free.", "no property"},
      {R"([{"property": "_embedded.nope.x", "operation": "equals"}])", "_embedded.nope.x", "\"_emb", "no property"},
      {R"([{"property": "_embedded", "operation": "equals"}])", "_embedded", "\"_emb", "no property"},
      {R"([{"property": "size", "operation": "like", "value": 1}])", "size", "\"like\"", "unknown operation like"},
      {R"([{"property": "tags", "operation": "lessThan", "value": 1}])", "tags", "\"lessThan\"", "does not fit a list"},
      {R"([{"property": "details", "operation": "equals", "value": 1}])", "details", "\"equals\"", "is an object"},
      {R"([{"property": "enabled", "operation": "lessThan", "value": true}])", "enabled", "\"lessThan\"", "no order"},
      {R"([{"property": "size", "operation": "equals", "value": 1.5}])", "size", "1.5", "whole number"},
      {R"([{"property": "size", "operation": "equals", "value": 9223372036854775808}])", "size", "922", "whole number"},
      {R"([{"property": "ratio", "operation": "equals", "value": "much"}])", "ratio", "\"much\"", "a number"},
      {R"([{"property": "ratio", "operation": "equals", "value": "nan"}])", "ratio", "\"nan\"", "a number"},
      {R"([{"property": "enabled", "operation": "equals", "value": 1}])", "enabled", "1}", "true or false"},
      {R"([{"property": "instanceUid", "operation": "equals", "value": "7"}])", "instanceUid", "\"7\"", "a uid"},
      {R"([{"property": "status", "operation": "equals", "value": "Ill"}])", "status", "\"Ill\"",
       "one of Healthy, Warning"},
      {R"([{"property": "size", "operation": "lessThan", "value": null}])", "size", "null", "single value"},
      {R"([{"property": "size", "operation": "equals", "value": [1]}])", "size", "[1]", "single value"},
      {R"([{"property": "size", "operation": "in", "value": [1, "x"]}])", "size", "\"x\"", "whole number"},
      {R"([{"property": "name", "operation": "contains", "value": {}}])", "name", "{}", "a text to look for"},
      {R"([{"property": "name", "operation": "equals", "value": "a", "collation": "loud"}])", "name", "\"loud\"",
       "unknown collation"},
      {R"([{"operation": "equals", "value": 1}])", "", "{", "needs a property"},
      {R"([{"property": "size"}])", "", "{", "needs an operation"},
      {R"([ 7 ])", "", "7", "must be an object"},
      {R"([{"operation": "or"}])", "", "{", "non-empty array items"},
      {R"([{"operation": "not", "items": []}])", "", "{", "non-empty array items"},
  };
  for (const Case& c : cases) {
    db::Params params;
    const auto condition = CompileFilter(sample::kThing, c.filter, params);
    ASSERT_FALSE(condition.has_value()) << c.filter;
    const Error& error = condition.error();
    EXPECT_EQ(error.code, ErrorCode::kInvalid) << c.filter;
    EXPECT_EQ(error.parameter, "filter") << c.filter;
    EXPECT_EQ(error.property, c.property) << c.filter;
    EXPECT_NE(error.message.find(c.words), std::string::npos) << c.filter << ": " << error.message;
    const std::string position = fmt::format("(position {})", c.filter.find(c.marker));
    EXPECT_NE(error.message.find(position), std::string::npos) << c.filter << ": " << error.message;
  }
}

TEST(FilterErrors, Times_OutOfRangeOrMalformed_Refused) {
  for (const char* time :
       {"2026-13-01", "2026-02-30", "2025-02-29", "0000-01-01", "2026-1-1", "yesterday", "2026-01-01X05:00",
        "2026-01-01T24:00", "2026-01-01T05:60", "2026-01-01T05:00:60", "2026-01-01T05:00:1.2.3",
        "2026-01-01T05:00:00+15:00", "2026-01-01T05:00:00+0100", "2026-01-01T05:00:00 1:00", "2026-01-01T5:00",
        " 026-01-01", "+026-01-01", "2026-01-01T+5:00"}) {
    db::Params params;
    const auto condition = CompileFilter(
        sample::kThing, fmt::format(R"([{{"property": "at", "operation": "lessThan", "value": "{}"}}])", time), params);
    ASSERT_FALSE(condition.has_value()) << time;
    EXPECT_EQ(condition.error().property, "at") << time;
  }
}

TEST(FilterErrors, NotAnArray_Refused) {
  db::Params params;
  EXPECT_EQ(CompileFilter(sample::kThing, "7", params).error().parameter, "filter");
  EXPECT_EQ(CompileFilter(sample::kThing, "[{]", params).error().parameter, "filter");
  EXPECT_EQ(CompileFilter(sample::kThing, "", params).value(), "");
}

}  // namespace steward::platform
