// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "db/connection.hpp"
#include "platform/list/query.hpp"

namespace steward::platform {

/// Appends a JSON string literal; bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string& out, std::string_view text);

/// Writes rows that PostgreSQL sent in binary format straight into JSON text (no document in memory).
class RowWriter {
 public:
  /// `rows` must come from a query compiled to `columns`, same order.
  RowWriter(const db::Rows& rows, const std::vector<OutputColumn>& columns);

  /// Appends one JSON object.
  void AppendObject(std::string& out, int row) const;
  /// Appends one CSV line (RFC 4180); nested values are JSON text.
  void AppendCsv(std::string& out, int row) const;

 private:
  enum class Type {
    kBool,
    kInt2,
    kInt4,
    kInt8,
    kFloat4,
    kFloat8,
    kText,
    kTimestamp,
    kDate,
    kUuid,
    kJson,
    kJsonb,
    kTextArray
  };
  static Type FromOid(unsigned oid, const std::string& column);
  void AppendValue(std::string& out, Type type, std::string_view raw) const;
  void AppendEmbedded(std::string& out, int row, bool& first) const;

  const db::Rows& rows_;
  const std::vector<OutputColumn>& columns_;
  std::vector<Type> types_;
  std::vector<std::string> keys_;  ///< "name": of each property
};

}  // namespace steward::platform
