// SPDX-License-Identifier: Apache-2.0
#include "platform/list/row_writer.hpp"

#include <gtest/gtest.h>

#include "db/test_database.hpp"
#include "platform/list/sample_schema.hpp"

namespace steward::platform {
namespace {

using contract::Kind;
using contract::Property;

class RowWriterTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    connection_ = std::make_unique<db::Connection>(db::TestServer::Shared().Fresh(), std::vector<std::string>{});
  }
  static void TearDownTestSuite() { connection_.reset(); }

  /// The row of a select statement as the writer puts it.
  static std::string Json(const std::string& select, const std::vector<OutputColumn>& columns) {
    const db::Rows rows = connection_->Query(select, {}, db::Format::kBinary);
    std::string out;
    RowWriter(rows, columns).AppendObject(out, 0);
    return out;
  }
  static std::string Csv(const std::string& expression) {
    static constexpr Property kAny{.name = "v", .kind = Kind::kAny, .nullable = true};
    const std::vector<OutputColumn> columns = {{.property = &kAny}};
    const db::Rows rows = connection_->Query("select " + expression, {}, db::Format::kBinary);
    std::string out;
    RowWriter(rows, columns).AppendCsv(out, 0);
    return out;
  }

  static std::unique_ptr<db::Connection> connection_;
};
std::unique_ptr<db::Connection> RowWriterTest::connection_;

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

}  // namespace

TEST_F(RowWriterTest, Values_EachPostgresType_WrittenAsJson) {
  struct Case {
    const char* expression;
    const char* json;
  };
  const Case cases[] = {
      {"true", "true"},
      {"false", "false"},
      {"(-32768)::smallint", "-32768"},
      {"(-2147483648)::int", "-2147483648"},
      {"9223372036854775807::bigint", "9223372036854775807"},
      {"(-9223372036854775808)::bigint", "-9223372036854775808"},
      {"0.5::real", "0.5"},
      {"0.1::double precision", "0.1"},
      {"1e300::double precision", "1e+300"},
      {"'nan'::double precision", "null"},
      {"'infinity'::double precision", "null"},
      {"'a\"b\\c'::text", R"("a\"b\\c")"},
      {"'v'::varchar(3)", "\"v\""},
      {"'Provider'::core.organization_type", "\"Provider\""},
      {"timestamptz '2026-01-31T05:04:03.123456Z'", "\"2026-01-31T05:04:03.1234560+00:00\""},
      {"timestamptz '2026-01-31T01:00:00+02:00'", "\"2026-01-30T23:00:00.0000000+00:00\""},
      {"timestamptz '1999-12-31T23:59:59.999999Z'", "\"1999-12-31T23:59:59.9999990+00:00\""},
      {"timestamptz '0001-01-01T00:00:00Z'", "\"0001-01-01T00:00:00.0000000+00:00\""},
      {"date '2026-02-28'", "\"2026-02-28\""},
      {"date '1970-01-01'", "\"1970-01-01\""},
      {"'6D3F2C1A-0B4E-4C57-9D0F-1A2B3C4D5E6F'::uuid", "\"6d3f2c1a-0b4e-4c57-9d0f-1a2b3c4d5e6f\""},
      {"'{\"b\": [1, null]}'::json", "{\"b\": [1, null]}"},
      {"'{\"b\":[1,null]}'::jsonb", "{\"b\": [1, null]}"},
      {"array['a', null, '\"', 'null']", R"(["a",null,"\"","null"])"},
      {"'{}'::text[]", "[]"},
  };
  static constexpr Property kValue{.name = "v", .kind = Kind::kAny};
  for (const Case& c : cases) {
    EXPECT_EQ(Json(fmt::format("select {}", c.expression), {{.property = &kValue}}),
              fmt::format(R"({{"v":{}}})", c.json))
        << c.expression;
  }
}

TEST_F(RowWriterTest, InfiniteTimes_HaveNoText_WrittenAsNull) {
  static constexpr Property kValue{.name = "v", .kind = Kind::kDateTime, .nullable = true};
  for (const char* expression :
       {"timestamptz 'infinity'", "timestamptz '-infinity'", "date 'infinity'", "date '-infinity'"}) {
    EXPECT_EQ(Json(fmt::format("select {}", expression), {{.property = &kValue}}), R"({"v":null})") << expression;
  }
}

TEST_F(RowWriterTest, Nulls_ByRuleOfTheContract_NullUnknownOrNoKey) {
  static constexpr Property kNullable{.name = "nullable", .nullable = true};
  static constexpr Property kRequired{.name = "required", .required = true};
  static constexpr Property kState{.name = "state", .kind = Kind::kEnum, .has_unknown = true};
  static constexpr Property kNullableState{.name = "both", .kind = Kind::kEnum, .nullable = true, .has_unknown = true};
  static constexpr Property kPlain{.name = "plain"};
  EXPECT_EQ(Json("select null::text, null::text, null::text, null::text, null::text", {{.property = &kPlain},
                                                                                       {.property = &kNullable},
                                                                                       {.property = &kRequired},
                                                                                       {.property = &kState},
                                                                                       {.property = &kNullableState}}),
            R"({"nullable":null,"required":null,"state":"Unknown","both":null})");
}

TEST_F(RowWriterTest, Embedded_ObjectsFlatAndAbsent_StandUnderOneKey) {
  const OutputColumn name{.property = &sample::kThingProperties[2]};
  const OutputColumn maker{.expand = &sample::kThingExpands[0]};
  const OutputColumn extra{.expand = &sample::kThingExpands[1]};
  EXPECT_EQ(Json(R"(select 'n'::text, '{"name":"Ann"}'::jsonb, '{"weight":7}'::jsonb)", {name, maker, extra}),
            R"({"name":"n","_embedded":{"maker":{"name": "Ann"},"weight": 7}})");
  EXPECT_EQ(Json("select 'n'::text, null::jsonb", {name, maker}), R"({"name":"n","_embedded":{}})");
  EXPECT_EQ(Json("select null::jsonb", {maker}), R"({"_embedded":{}})");
  EXPECT_EQ(Json(R"(select '{}'::jsonb, '{"name":"Ann"}'::jsonb)", {extra, maker}),
            R"({"_embedded":{"maker":{"name": "Ann"}}})");
}

TEST_F(RowWriterTest, Types_ThatListsCannotWrite_RefusedNamingTheColumn) {
  static constexpr Property kValue{.name = "v"};
  for (const char* type : {"numeric", "timestamp", "interval", "uuid[]"}) {
    try {
      Json(fmt::format("select null::{} as wide", type), {{.property = &kValue}});
      FAIL() << type;
    } catch (const std::logic_error& error) {
      EXPECT_NE(std::string(error.what()).find("column wide"), std::string::npos) << error.what();
    }
  }
}

TEST_F(RowWriterTest, Csv_QuotesAndFormulas_AreSafe) {
  struct Case {
    const char* expression;
    const char* line;
  };
  const Case cases[] = {
      {"'plain'::text", "plain\r\n"},
      {"null::text", "\r\n"},
      {"'a,b'::text", "\"a,b\"\r\n"},
      {"'say \"hi\"'::text", "\"say \"\"hi\"\"\"\r\n"},
      {"E'two\\nlines'::text", "\"two\nlines\"\r\n"},
      {"'=1+1'::text", "'=1+1\r\n"},
      {"'+1'::text", "'+1\r\n"},
      {"'-1'::text", "'-1\r\n"},
      {"'@cmd'::text", "'@cmd\r\n"},
      {"E'\\t=1'::text", "'\t=1\r\n"},
      {"E'\\r=1'::text", "\"'\r=1\"\r\n"},
      {"'=HYPERLINK(\"a\",\"b\")'::text", "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"\r\n"},
      {"-5::bigint", "-5\r\n"},
      {"timestamptz '2026-01-31T05:04:03Z'", "2026-01-31T05:04:03.0000000+00:00\r\n"},
      {"'6d3f2c1a-0b4e-4c57-9d0f-1a2b3c4d5e6f'::uuid", "6d3f2c1a-0b4e-4c57-9d0f-1a2b3c4d5e6f\r\n"},
      {"'{\"a\":1}'::jsonb", "\"{\"\"a\"\": 1}\"\r\n"},
      {"array['a','b']", "\"[\"\"a\"\",\"\"b\"\"]\"\r\n"},
      // Free text inside json starts with a quote of its own, or must be made safe like any other text.
      {"'\"=1+1\"'::jsonb", "'=1+1\r\n"},
  };
  for (const Case& c : cases) EXPECT_EQ(Csv(c.expression), c.line) << c.expression;
}

TEST(AppendJsonString, Bytes_ControlAndBrokenUtf8_Escaped) {
  EXPECT_EQ(Quoted(std::string_view("\x01\x1f\n\r\t\0", 6)), R"("\u0001\u001f\n\r\t\u0000")");
  EXPECT_EQ(Quoted("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  EXPECT_EQ(Quoted("a\xFFz"), R"("a\ufffdz")");
  EXPECT_EQ(Quoted("\xC3"), R"("\ufffd")");
  EXPECT_EQ(Quoted("\xC0\xAF"), R"("\ufffd\ufffd")");
  EXPECT_EQ(Quoted("\x7f"), "\"\x7f\"");
}

}  // namespace steward::platform
