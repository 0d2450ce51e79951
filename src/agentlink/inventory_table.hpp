// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.hpp"
#include "db/binary_array.hpp"
#include "db/connection.hpp"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace steward::agentlink {

/// Whose rows are stored.
struct RowOwner {
  UuidBytes agent{};
  UuidBytes organization{};
  std::optional<UuidBytes> location;
  bool provides = false;  ///< the organization is the provider or a reseller, which alone have cloud sites
  bool operator==(const RowOwner&) const = default;
};

/// The table of one entity of inventory.proto: inventory.<snake_case>. Its columns are the message's fields by name.
struct InventoryTable {
  /// Reads the table's columns. Throws std::invalid_argument when there is no such entity, std::logic_error when a
  /// column has a type that rows cannot be written to.
  InventoryTable(db::Connection& connection, const std::string& entity_name);
  /// Names of all entities.
  static std::vector<std::string> Entities();

  enum class Form : std::uint8_t { kText, kWord, kUuid, kInt4, kInt8, kDouble, kBool, kTime, kJson };
  struct Column {
    const google::protobuf::FieldDescriptor* field;
    unsigned type;  ///< oid
    Form form;
  };
  const google::protobuf::Descriptor* message;
  std::string entity;
  std::string name;
  std::vector<Column> columns;
  std::vector<std::size_t> key;  ///< of the columns, those of the primary key; uid first
  std::string moved;             ///< takes away rows that stand under another key; empty when the key is the uid
  std::string upsert;  ///< of arrays: agents, organizations, locations, then the columns; only rows that differ
  std::string remove;  ///< of arrays: agents, uids
  std::string uids;    ///< of an array of agents: agent and uid of each of their rows
};

/// Rows of one table on their way into the database. Not thread-safe.
class RowWriter {
 public:
  explicit RowWriter(const InventoryTable& table);
  ~RowWriter();
  RowWriter(RowWriter&&) noexcept;
  RowWriter& operator=(RowWriter&&) = delete;

  /// Adds a row; a uid may come once. Throws std::invalid_argument in words when it does not fit the table.
  void Add(const RowOwner& owner, const std::string& row);
  int Count() const { return agents_.Count(); }
  /// Stores them in one statement (two where the key is more than the uid). Throws db::StatementError.
  void Store(db::Connection& connection) const;

 private:
  void AddValue(const InventoryTable::Column& column, db::BinaryArray& values) const;

  const InventoryTable& table_;
  std::unique_ptr<google::protobuf::Message> row_;
  db::BinaryArray agents_;
  db::BinaryArray organizations_;
  db::BinaryArray locations_;
  std::vector<db::BinaryArray> values_;
};

}  // namespace steward::agentlink
