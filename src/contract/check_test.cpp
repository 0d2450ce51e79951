// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/contract.hpp"

namespace steward::contract {
namespace {

using nlohmann::json;

constexpr std::string_view kWords[] = {"Active", "Disabled"};
constexpr Property kInnerProperties[] = {
    {.name = "city", .kind = Kind::kString},
    {.name = "code", .kind = Kind::kInteger, .required = true},
};
constexpr Schema kInner{.name = "Inner", .properties = kInnerProperties};
constexpr Property kProperties[] = {
    {.name = "instanceUid", .kind = Kind::kUuid, .required = true, .read_only = true},
    {.name = "name", .kind = Kind::kString, .required = true, .min_length = 1, .max_length = 8},
    {.name = "note", .kind = Kind::kString, .nullable = true},
    {.name = "limit", .kind = Kind::kInteger, .minimum = 0, .maximum = 10},
    {.name = "count", .kind = Kind::kInteger},
    {.name = "ratio", .kind = Kind::kNumber},
    {.name = "enabled", .kind = Kind::kBoolean},
    {.name = "until", .kind = Kind::kDateTime},
    {.name = "day", .kind = Kind::kDate},
    {.name = "status", .kind = Kind::kEnum, .words = kWords},
    {.name = "owner", .kind = Kind::kUuid},
    {.name = "address", .kind = Kind::kObject, .schema = &kInner},
    {.name = "extras", .kind = Kind::kObject},
    {.name = "tags", .kind = Kind::kArray, .item_kind = Kind::kString},
    {.name = "states", .kind = Kind::kArray, .item_kind = Kind::kEnum, .words = kWords},
    {.name = "places", .kind = Kind::kArray, .item_kind = Kind::kObject, .schema = &kInner},
    {.name = "any", .kind = Kind::kAny},
};
constexpr Schema kThing{.name = "Thing", .properties = kProperties};

}  // namespace

TEST(CheckBody, Accepted_NamesAndWords_InTheContractsSpelling) {
  const auto body = CheckBody(kThing, json::parse(R"({"NAME": "a", "Status": "disabled", "ADDRESS": {"CODE": 1, "x": 2},
    "places": [{"code": 3, "City": "B"}], "states": ["ACTIVE"], "nobody": 1, "instanceUid": "kept out", "note": null, "limit": 10,
    "any": [1], "extras": {"Free": 1}, "until": "2026-01-31T05:00:00Z", "day": "2026-01-31", "ratio": 1, "enabled": false})"));
  ASSERT_TRUE(body.has_value()) << body.error().message;
  EXPECT_EQ(
      *body,
      json::parse(R"({"name": "a", "status": "Disabled", "address": {"code": 1}, "places": [{"code": 3, "city": "B"}],
    "states": ["Active"], "note": null, "limit": 10, "any": [1], "extras": {"Free": 1}, "until": "2026-01-31T05:00:00Z",
    "day": "2026-01-31", "ratio": 1, "enabled": false})"));
}

TEST(CheckBody, NumberForAText_IsThatText) {
  const auto body = CheckBody(kThing, json::parse(R"({"name": 36100, "tags": ["x", -7, 1.5]})"));
  ASSERT_TRUE(body.has_value()) << body.error().message;
  EXPECT_EQ(*body, json::parse(R"({"name": "36100", "tags": ["x", "-7", "1.5"]})"));
}

TEST(CheckBody, Refused_NamesTheProperty) {
  struct Case {
    const char* body;
    const char* property;
    const char* words;
  };
  const Case cases[] = {
      {"[]", "", "JSON object"},
      {"{}", "name", "required"},
      {R"({"name": null})", "name", "must not be null"},
      {R"({"name": ""})", "name", "at least 1"},
      {R"({"name": "123456789"})", "name", "shorter"},
      {R"({"name": 123456789})", "name", "shorter"},
      {R"({"name": true})", "name", "a text"},
      {R"({"name": "a\u0000b"})", "name", "NUL"},
      {R"({"name": "a", "limit": 11})", "limit", "between 0 and 10"},
      {R"({"name": "a", "limit": -1})", "limit", "between 0 and 10"},
      {R"({"name": "a", "limit": 1.5})", "limit", "whole number"},
      {R"({"name": "a", "count": 9223372036854775808})", "count", "2^63"},
      {R"({"name": "a", "ratio": "1"})", "ratio", "a number"},
      {R"({"name": "a", "enabled": "true"})", "enabled", "true or false"},
      {R"({"name": "a", "owner": "me"})", "owner", "a uid"},
      {R"({"name": "a", "until": "tomorrow"})", "until", "a date"},
      {R"({"name": "a", "until": "2026-02-30T05:00:00Z"})", "until", "a date"},
      {R"({"name": "a", "until": "2026-01-31T99:00:00Z"})", "until", "a date"},
      {R"({"name": "a", "day": "2026-13-01"})", "day", "a date"},
      {R"({"name": "a", "status": "Ill"})", "status", "one of: Active, Disabled"},
      {R"({"name": "a", "status": 1})", "status", "one of"},
      {R"({"name": "a", "address": 7})", "address", "JSON object"},
      {R"({"name": "a", "address": {}})", "address.code", "required"},
      {R"({"name": "a", "extras": []})", "extras", "JSON object"},
      {R"({"name": "a", "tags": "x"})", "tags", "JSON array"},
      {R"({"name": "a", "tags": ["x", {}]})", "tags[1]", "a text"},
      {R"({"name": "a", "places": [{"code": 1}, {}]})", "places[1].code", "required"},
      {R"({"name": "a", "places": [null]})", "places[0]", "JSON object"},
  };
  for (const Case& c : cases) {
    const auto body = CheckBody(kThing, json::parse(c.body));
    ASSERT_FALSE(body.has_value()) << c.body;
    EXPECT_EQ(body.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(body.error().property, c.property) << c.body;
    EXPECT_NE(body.error().message.find(c.words), std::string::npos) << c.body << ": " << body.error().message;
  }
}

TEST(ApplyPatch, Accepted_EachOperation_GivesTheWholeObject) {
  const json current = json::parse(
      R"({"instanceUid": "6d3f2c1a-0b4e-4c57-9d0f-1a2b3c4d5e6f", "name": "old", "note": "n", "tags": ["a"]})");
  struct Case {
    const char* patch;
    const char* result;
  };
  const Case cases[] = {
      {R"([{"op": "replace", "path": "/Name", "value": "new"}])", R"({"name": "new", "note": "n", "tags": ["a"]})"},
      {R"([{"op": "replace", "path": "/limit", "value": 3}])",
       R"({"name": "old", "note": "n", "tags": ["a"], "limit": 3})"},
      {R"([{"op": "add", "path": "/address/code", "value": 3}])",
       R"({"name": "old", "note": "n", "tags": ["a"], "address": {"code": 3}})"},
      {R"([{"op": "remove", "path": "/note"}])", R"({"name": "old", "tags": ["a"]})"},
      {R"([{"op": "add", "path": "/tags/-", "value": "b"}])", R"({"name": "old", "note": "n", "tags": ["a", "b"]})"},
      {R"([{"op": "copy", "from": "/note", "path": "/name"}])", R"({"name": "n", "note": "n", "tags": ["a"]})"},
      {R"([{"op": "test", "path": "/name", "value": "old"}, {"op": "replace", "path": "/extras/free/deep", "value": 1}])",
       R"({"name": "old", "note": "n", "tags": ["a"], "extras": {"free": {"deep": 1}}})"},
  };
  for (const Case& c : cases) {
    const auto result = ApplyPatch(kThing, current, json::parse(c.patch));
    ASSERT_TRUE(result.has_value()) << c.patch << ": " << result.error().message;
    EXPECT_EQ(*result, json::parse(c.result)) << c.patch;
  }
}

TEST(ApplyPatch, ValueThatWasWrongBefore_Untouched_Passes) {
  const json current = json::parse(R"({"name": null, "limit": 99})");
  const auto note = ApplyPatch(kThing, current, json::parse(R"([{"op": "add", "path": "/note", "value": "n"}])"));
  ASSERT_TRUE(note.has_value()) << note.error().message;
  EXPECT_EQ(*note, json::parse(R"({"name": null, "limit": 99, "note": "n"})"));
  EXPECT_FALSE(ApplyPatch(kThing, current, json::parse(R"([{"op": "replace", "path": "/limit", "value": 98}])")));
}

TEST(ApplyPatch, Refused_NamesStepOrPath) {
  const json current = json::parse(R"({"name": "old", "note": "n"})");
  struct Case {
    const char* patch;
    const char* property;
  };
  const Case cases[] = {
      {"{}", ""},
      {"[]", ""},
      {"[7]", "[0]"},
      {R"([{"op": "replace"}])", "[0]"},
      {R"([{"op": 1, "path": "/name"}])", "[0]"},
      {R"([{"op": "replace", "path": "/name", "value": "a"}, {"op": "add", "path": "/note"}])", "[1].value"},
      {R"([{"op": "replace", "path": "name", "value": "a"}])", "name"},
      {R"([{"op": "replace", "path": "/nobody", "value": "a"}])", "/nobody"},
      {R"([{"op": "replace", "path": "/address/nobody", "value": "a"}])", "/address/nobody"},
      {R"([{"op": "replace", "path": "/instanceUid", "value": "a"}])", "/instanceUid"},
      {R"([{"op": "remove", "path": "/limit"}])", "/limit"},
      {R"([{"op": "test", "path": "/name", "value": "new"}])", "/name"},
      {R"([{"op": "copy", "from": 7, "path": "/name"}])", "[0].from"},
      {R"([{"op": "explode", "path": "/name", "value": 1}])", "/name"},
      {R"([{"op": "remove", "path": "/name"}])", "name"},
      {R"([{"op": "replace", "path": "/name", "value": {}}])", "name"},
      {R"([{"op": "replace", "path": "/address/city", "value": "B"}])", "address.code"},
  };
  for (const Case& c : cases) {
    const auto result = ApplyPatch(kThing, current, json::parse(c.patch));
    ASSERT_FALSE(result.has_value()) << c.patch;
    EXPECT_EQ(result.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(result.error().property, c.property) << c.patch << ": " << result.error().message;
  }
}

}  // namespace steward::contract
