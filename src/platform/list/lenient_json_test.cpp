// SPDX-License-Identifier: Apache-2.0
#include "platform/list/lenient_json.hpp"

#include <gtest/gtest.h>

namespace steward::platform {
namespace {

using Type = LenientValue::Type;

/// The value as strict JSON, to compare whole trees.
std::string Plain(const LenientValue& value) {
  std::string out;
  switch (value.type) {
    case Type::kNull:
      return "null";
    case Type::kBoolean:
    case Type::kNumber:
      return value.text;
    case Type::kString:
      return "\"" + value.text + "\"";
    case Type::kArray:
      for (const auto& item : value.items) out += (out.empty() ? "" : ",") + Plain(item);
      return "[" + out + "]";
    case Type::kObject:
      for (const auto& [name, member] : value.members)
        out += (out.empty() ? "\"" : ",\"") + name + "\":" + Plain(member);
      return "{" + out + "}";
  }
  return out;
}

}  // namespace

TEST(LenientJson, Accepted_EveryForm_ReadsTheSame) {
  struct Case {
    const char* text;
    const char* plain;
  };
  const Case cases[] = {
      {" [ 1 , -2.5e+3, \"a\" ] ", "[1,-2.5e+3,\"a\"]"},
      {"{'a': 'b', \"c\": {}}", "{\"a\":\"b\",\"c\":{}}"},
      {"[true, False, TRUE, null, None, NULL]", "[true,false,true,null,null,null]"},
      {R"('it\'s "so"')", "\"it's \"so\"\""},
      {R"("it's \"so\"")", "\"it's \"so\"\""},
      {R"("\b\f\n\r\t\/\\")", "\"\b\f\n\r\t/\\\""},
      {R"("\u00e9\u20AC\ud83d\ude00")", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
      {"[]", "[]"},
      {"{}", "{}"},
  };
  for (const Case& c : cases) {
    const auto value = ParseLenientJson(c.text, "filter");
    ASSERT_TRUE(value.has_value()) << c.text << ": " << value.error().message;
    EXPECT_EQ(Plain(*value), c.plain) << c.text;
  }
}

TEST(LenientJson, Refused_NamesParameterPositionAndExpectation) {
  struct Case {
    std::string text;
    std::size_t position;
    const char* expected;
  };
  const Case cases[] = {
      {"", 0, "a value"},
      {"[1", 2, "',' or ']'"},
      {"[1,]", 3, "a value"},
      {"{\"a\" 1}", 5, "':'"},
      {"{a: 1}", 1, "a quoted name"},
      {"{\"a\": 1,}", 8, "a quoted name"},
      {"{\"a\": 1", 7, "',' or '}'"},
      {"[] x", 3, "nothing more"},
      {"\"open", 5, "the closing quote"},
      {"\"open\\", 6, "the closing quote"},
      {R"("\x")", 3, "a valid escape"},
      {R"("\ud83d")", 7, "a valid escape"},
      {R"("\udc00")", 7, "a valid escape"},
      {R"("\u0000")", 7, "a valid escape"},
      {R"("\u12")", 3, "a valid escape"},
      {std::string("\"a\0b\"", 5), 2, "no NUL"},
      {"nothing", 0, "a value"},
      {"@", 0, "a value"},
  };
  for (const Case& c : cases) {
    const auto value = ParseLenientJson(c.text, "sort");
    ASSERT_FALSE(value.has_value()) << c.text;
    EXPECT_EQ(value.error().parameter, "sort");
    EXPECT_NE(value.error().message.find(c.expected), std::string::npos) << value.error().message;
    EXPECT_NE(value.error().message.find("position " + std::to_string(c.position)), std::string::npos)
        << c.text << ": " << value.error().message;
  }
}

TEST(LenientJson, Depth_BeyondTheLimit_Refused) {
  EXPECT_TRUE(ParseLenientJson(std::string(32, '[') + std::string(32, ']'), "filter").has_value());
  const auto deep = ParseLenientJson(std::string(100000, '['), "filter");
  ASSERT_FALSE(deep.has_value());
  EXPECT_NE(deep.error().message.find("fewer levels"), std::string::npos);
}

TEST(LenientJson, Positions_OfEveryValue_AreOffsets) {
  const auto value = ParseLenientJson(R"([{"a": 'x'}, 7])", "filter");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->items[0].position, 1U);
  EXPECT_EQ(value->items[0].Find("A")->position, 7U);
  EXPECT_EQ(value->items[1].position, 13U);
  EXPECT_EQ(value->items[0].Find("b"), nullptr);
}

}  // namespace steward::platform
