// SPDX-License-Identifier: Apache-2.0
#include "platform/list/row_writer.hpp"

#include <bit>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

#include "fmt/format.h"

namespace steward::platform {
namespace {

template <typename T>
T BigEndian(std::string_view raw) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>((value << 8U) | static_cast<unsigned char>(raw[i]));
  return value;
}

void AppendNumber(std::string& out, std::int64_t value) {
  char buffer[24];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  out.append(buffer, end);
}

void AppendDouble(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), value);
  out.append(buffer, end);
}

/// Writes `width` digits at `at` and returns what follows them.
char* PutDigits(char* at, unsigned value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return at + width;
}

constexpr std::int64_t kEpochDays = 10957;  // 2000-01-01, PostgreSQL's day zero, in days since 1970

/// yyyy-mm-dd
char* PutDay(char* at, std::int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days + kEpochDays))};
  at = PutDigits(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *at++ = '-';
  at = PutDigits(at, static_cast<unsigned>(date.month()), 2);
  *at++ = '-';
  return PutDigits(at, static_cast<unsigned>(date.day()), 2);
}

void AppendDate(std::string& out, std::int32_t days) {
  if (days == std::numeric_limits<std::int32_t>::max() || days == std::numeric_limits<std::int32_t>::min()) {
    out += "null";  // PostgreSQL's infinities
    return;
  }
  char buffer[12];
  char* at = buffer;
  *at++ = '"';
  at = PutDay(at, days);
  *at++ = '"';
  out.append(buffer, at);
}

/// ISO 8601 in UTC with seven fraction digits, as field clients cut it.
void AppendTimestamp(std::string& out, std::int64_t micros) {
  if (micros == std::numeric_limits<std::int64_t>::max() || micros == std::numeric_limits<std::int64_t>::min()) {
    out += "null";  // PostgreSQL's infinities
    return;
  }
  constexpr std::int64_t kDay = 86400LL * 1000000;
  std::int64_t days = micros / kDay;
  std::int64_t rest = micros % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  const auto seconds = static_cast<unsigned>(rest / 1000000);
  char buffer[36];
  char* at = buffer;
  *at++ = '"';
  at = PutDay(at, days);
  *at++ = 'T';
  at = PutDigits(at, seconds / 3600, 2);
  *at++ = ':';
  at = PutDigits(at, seconds / 60 % 60, 2);
  *at++ = ':';
  at = PutDigits(at, seconds % 60, 2);
  *at++ = '.';
  at = PutDigits(at, static_cast<unsigned>(rest % 1000000), 6);
  out.append(buffer, at);
  out += "0+00:00\"";
}

void AppendUuid(std::string& out, std::string_view raw) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  char buffer[38];
  std::size_t at = 0;
  buffer[at++] = '"';
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) buffer[at++] = '-';
    const auto byte = static_cast<unsigned char>(raw[i]);
    buffer[at++] = kHex[byte >> 4U];
    buffer[at++] = kHex[byte & 15U];
  }
  buffer[at++] = '"';
  out.append(buffer, at);
}

/// One-dimensional text[] in binary form.
void AppendTextArray(std::string& out, std::string_view raw) {
  out.push_back('[');
  if (BigEndian<std::uint32_t>(raw) > 0) {
    const auto count = BigEndian<std::uint32_t>(raw.substr(12));
    raw.remove_prefix(20);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto size = BigEndian<std::uint32_t>(raw);
      raw.remove_prefix(4);
      if (i > 0) out.push_back(',');
      if (size == 0xffffffffU) {
        out += "null";
        continue;
      }
      AppendJsonString(out, raw.substr(0, size));
      raw.remove_prefix(size);
    }
  }
  out.push_back(']');
}

std::size_t SequenceLength(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80                   ? 1
                           : lead >= 0xc2 && lead < 0xe0 ? 2
                           : lead >= 0xe0 && lead < 0xf0 ? 3
                           : lead >= 0xf0 && lead < 0xf5 ? 4
                                                         : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80) return 0;
  }
  return size;
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  std::size_t plain = 0;  // start of the run that needs no escape
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    const std::size_t length = c >= 0x80 ? SequenceLength(text.substr(i)) : 0;
    if (length > 0) {
      i += length;
      continue;
    }
    out.append(text.substr(plain, i - plain));
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20) {
      out += "\\u00";
      out.push_back(kHex[c >> 4U]);
      out.push_back(kHex[c & 15U]);
    } else {
      out += "\\ufffd";
    }
    plain = ++i;
  }
  out.append(text.substr(plain));
  out.push_back('"');
}

RowWriter::Type RowWriter::FromOid(unsigned oid, const std::string& column) {
  switch (oid) {
    case 16:
      return Type::kBool;
    case 20:
      return Type::kInt8;
    case 21:
      return Type::kInt2;
    case 23:
      return Type::kInt4;
    case 700:
      return Type::kFloat4;
    case 701:
      return Type::kFloat8;
    case 1082:
      return Type::kDate;
    case 1184:
      return Type::kTimestamp;
    case 2950:
      return Type::kUuid;
    case 114:
      return Type::kJson;
    case 3802:
      return Type::kJsonb;
    case 1009:
      return Type::kTextArray;
    case 1700:
    case 1114:
    case 1186:
    case 2951:
      throw std::logic_error(
          fmt::format("column {} has a type that lists cannot write (oid {}); cast it in the view", column, oid));
    default:
      return Type::kText;  // text, varchar and every enum travel as their text
  }
}

RowWriter::RowWriter(const db::Rows& rows, const std::vector<OutputColumn>& columns) : rows_(rows), columns_(columns) {
  for (int i = 0; i < rows.Columns(); ++i) types_.push_back(FromOid(rows.Oid(i), rows.Name(i)));
  for (const auto& column : columns)
    keys_.push_back(column.property != nullptr ? fmt::format("\"{}\":", column.property->name) : std::string());
}

void RowWriter::AppendValue(std::string& out, Type type, std::string_view raw) const {
  switch (type) {
    case Type::kBool:
      out += raw[0] != 0 ? "true" : "false";
      break;
    case Type::kInt2:
      AppendNumber(out, static_cast<std::int16_t>(BigEndian<std::uint16_t>(raw)));
      break;
    case Type::kInt4:
      AppendNumber(out, static_cast<std::int32_t>(BigEndian<std::uint32_t>(raw)));
      break;
    case Type::kInt8:
      AppendNumber(out, static_cast<std::int64_t>(BigEndian<std::uint64_t>(raw)));
      break;
    case Type::kFloat4:
      AppendDouble(out, static_cast<double>(std::bit_cast<float>(BigEndian<std::uint32_t>(raw))));
      break;
    case Type::kFloat8:
      AppendDouble(out, std::bit_cast<double>(BigEndian<std::uint64_t>(raw)));
      break;
    case Type::kText:
      AppendJsonString(out, raw);
      break;
    case Type::kTimestamp:
      AppendTimestamp(out, static_cast<std::int64_t>(BigEndian<std::uint64_t>(raw)));
      break;
    case Type::kDate:
      AppendDate(out, static_cast<std::int32_t>(BigEndian<std::uint32_t>(raw)));
      break;
    case Type::kUuid:
      AppendUuid(out, raw);
      break;
    case Type::kJson:
      out += raw;
      break;
    case Type::kJsonb:
      out += raw.substr(1);
      break;
    case Type::kTextArray:
      AppendTextArray(out, raw);
      break;
  }
}

void RowWriter::AppendObject(std::string& out, int row) const {
  out.push_back('{');
  bool first = true;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const contract::Property* property = columns_[i].property;
    if (property == nullptr) continue;
    const int column = static_cast<int>(i);
    const bool null = rows_.IsNull(row, column);
    // The null rule of the contract: null, Unknown, or no key at all.
    if (null && !property->nullable && !property->has_unknown && !property->required) continue;
    if (!first) out.push_back(',');
    first = false;
    out += keys_[i];
    if (!null) {
      AppendValue(out, types_[i], rows_.Raw(row, column));
    } else {
      out += property->nullable || !property->has_unknown ? "null" : "\"Unknown\"";
    }
  }
  AppendEmbedded(out, row, first);
  out.push_back('}');
}

void RowWriter::AppendEmbedded(std::string& out, int row, bool& first) const {
  std::string embedded;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const contract::Expand* expand = columns_[i].expand;
    if (expand == nullptr || rows_.IsNull(row, static_cast<int>(i))) continue;
    std::string value;
    AppendValue(value, types_[i], rows_.Raw(row, static_cast<int>(i)));
    if (!embedded.empty()) embedded.push_back(',');
    embedded += expand->flat ? value.substr(1, value.size() - 2) : fmt::format("\"{}\":{}", expand->property, value);
  }
  const bool asked = !columns_.empty() && columns_.back().expand != nullptr;
  if (!asked) return;
  if (!first) out.push_back(',');
  first = false;
  out += "\"_embedded\":{";
  out += embedded;
  out.push_back('}');
}

void RowWriter::AppendCsv(std::string& out, int row) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) out.push_back(',');
    const int column = static_cast<int>(i);
    if (rows_.IsNull(row, column)) continue;
    std::string value;
    bool text = types_[i] == Type::kText;
    if (text) {
      value = std::string(rows_.Raw(row, column));
    } else {
      AppendValue(value, types_[i], rows_.Raw(row, column));
      text = value.starts_with('"');
      if (text) value = value.substr(1, value.size() - 2);
    }
    // A leading formula character must not run in a spreadsheet.
    if (text && !value.empty() && std::string_view("=+-@\t\r").find(value[0]) != std::string_view::npos)
      value.insert(0, "'");
    if (value.find_first_of(",\"\r\n") == std::string::npos) {
      out += value;
      continue;
    }
    out.push_back('"');
    for (const char c : value) {
      if (c == '"') out.push_back('"');
      out.push_back(c);
    }
    out.push_back('"');
  }
  out += "\r\n";
}

}  // namespace steward::platform
