// SPDX-License-Identifier: Apache-2.0
#include "agentlink/inventory_table.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <bit>

#include "agentproto/inventory.pb.h"
#include "base/iso_time.hpp"
#include "fmt/format.h"

namespace steward::agentlink {
namespace {

namespace pb = google::protobuf;
using Form = InventoryTable::Form;

constexpr unsigned kUuidOid = 2950;
constexpr unsigned kTimeOid = 1184;

std::string SnakeCase(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty()) out.push_back('_');
    out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return out;
}

const pb::FileDescriptor& InventoryFile() {
  return *agent::inventory::BackupServer::descriptor()->file();
}

/// The binary form of a column's type. Throws when the field cannot be written so.
Form FormOf(const pb::FieldDescriptor& field, unsigned type, bool word) {
  static const std::map<unsigned, Form> kForms = {
      {16, Form::kBool},    {20, Form::kInt8},       {23, Form::kInt4},       {25, Form::kText},
      {701, Form::kDouble}, {kTimeOid, Form::kTime}, {kUuidOid, Form::kUuid}, {3802, Form::kJson}};
  const auto known = kForms.find(type);
  const bool string = field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING;
  const bool boolean = field.cpp_type() == pb::FieldDescriptor::CPPTYPE_BOOL;
  const bool fits = type == 16 ? boolean : (type == 20 || type == 23 || type == 701) ? !string && !boolean : string;
  if ((known == kForms.end() && !word) || !fits) {
    throw std::logic_error(fmt::format("field {} cannot be written to the column of its name", field.full_name()));
  }
  return known == kForms.end() ? Form::kWord : known->second;
}

std::string_view View(const UuidBytes& uid) {
  return {reinterpret_cast<const char*>(uid.data()), uid.size()};
}

std::int64_t IntegerOf(const pb::Message& row, const pb::FieldDescriptor& field) {
  const pb::Reflection& reflection = *row.GetReflection();
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return reflection.GetInt32(row, &field);
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return reflection.GetInt64(row, &field);
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return reflection.GetUInt32(row, &field);
    case pb::FieldDescriptor::CPPTYPE_UINT64: {
      const auto value = reflection.GetUInt64(row, &field);
      if (!std::in_range<std::int64_t>(value)) throw std::invalid_argument("the number is too large");
      return static_cast<std::int64_t>(value);
    }
    default:
      throw std::logic_error("field " + field.full_name() + " is no integer as its column is");
  }
}

double DoubleOf(const pb::Message& row, const pb::FieldDescriptor& field) {
  const pb::Reflection& reflection = *row.GetReflection();
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_DOUBLE) return reflection.GetDouble(row, &field);
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_FLOAT) return reflection.GetFloat(row, &field);
  return static_cast<double>(IntegerOf(row, field));
}

/// A text in the binary form of its column. Empty and endless ones that are no text of their type add NULL.
void AddText(Form form, const std::string& text, db::BinaryArray& values) {
  if (form == Form::kText) {
    if (text.find('\0') == std::string::npos) return values.Add(text);
    std::string without = text;
    std::erase(without, '\0');
    return values.Add(without);
  }
  if (text.empty()) return values.AddNull();
  if (form == Form::kWord) return values.Add(text);
  if (form == Form::kJson) return values.Add('\x01' + text);  // version of the binary form
  if (form == Form::kUuid) {
    const auto uid = ParseUuid(text);
    if (!uid) throw std::invalid_argument(fmt::format("\"{}\" is no uuid", text.substr(0, 80)));
    return values.Add(View(*uid));
  }
  if (text == "infinity" || text == "-infinity") return values.AddNull();
  const auto at = ParseIsoMicroseconds(text);
  if (!at) throw std::invalid_argument(fmt::format("\"{}\" is no time", text.substr(0, 80)));
  constexpr auto kEpoch = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
  values.AddInteger(std::int64_t{(*at - kEpoch).count()});
}

}  // namespace

std::vector<std::string> InventoryTable::Entities() {
  std::vector<std::string> out;
  out.reserve(static_cast<std::size_t>(InventoryFile().message_type_count()));
  for (int i = 0; i < InventoryFile().message_type_count(); ++i) out.push_back(InventoryFile().message_type(i)->name());
  return out;
}

InventoryTable::InventoryTable(db::Connection& connection, const std::string& entity_name)
    : message(InventoryFile().FindMessageTypeByName(entity_name)),
      entity(entity_name),
      name("inventory." + SnakeCase(entity_name)) {
  if (message == nullptr) throw std::invalid_argument(fmt::format("unknown entity {}", entity.substr(0, 80)));
  const auto rows = connection.Query(
      "select a.attname, a.atttypid::text as type, t.typtype = 'e' as word, format_type(a.atttypid, a.atttypmod) as "
      "words, exists (select from pg_index i where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any "
      "(i.indkey)) as key from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = $1::regclass and "
      "a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum",
      {name});
  std::string names = "agent_uid, organization_uid, location_uid";
  std::string arrays = "$1::uuid[], $2::uuid[], $3::uuid[]";
  std::string conflict = "agent_uid";
  std::string updates;
  std::string old_row;
  std::string new_row;
  for (int i = 0; i < rows.Count(); ++i) {
    const std::string column = rows.Text(i, "attname");
    const pb::FieldDescriptor* field = message->FindFieldByName(column);
    if (field == nullptr) continue;
    const auto type = static_cast<unsigned>(rows.Int(i, "type"));
    columns.push_back({field, type, FormOf(*field, type, rows.Bool(i, "word"))});
    names += ", " + column;
    arrays += fmt::format(", ${}::{}[]", columns.size() + 3, rows.Text(i, "words"));
    if (rows.Bool(i, "key")) {
      key.push_back(columns.size() - 1);
      conflict += ", " + column;
      if (column == "uid") continue;
      moved = fmt::format(
          "delete from {0} t using unnest($1::uuid[], $2::uuid[], $3::{2}[]) as u(agent_uid, uid, {1}) where "
          "t.agent_uid = u.agent_uid and t.uid = u.uid and t.{1} <> u.{1}",
          name, column, rows.Text(i, "words"));
      continue;
    }
    updates += fmt::format(", {0} = excluded.{0}", column);
    old_row += fmt::format(", t.{}", column);
    new_row += fmt::format(", excluded.{}", column);
  }
  upsert = fmt::format(
      "insert into {0} as t ({1}) select * from unnest({2}) on conflict ({3}) do update set organization_uid = "
      "excluded.organization_uid, location_uid = excluded.location_uid, updated_at = now(){4} where "
      "(t.organization_uid, t.location_uid{5}) is distinct from (excluded.organization_uid, excluded.location_uid{6})",
      name, names, arrays, conflict, updates, old_row, new_row);
  remove = fmt::format(
      "delete from {} t using unnest($1::uuid[], $2::uuid[]) as u(agent_uid, uid) where t.agent_uid = u.agent_uid and "
      "t.uid = u.uid",
      name);
  uids = fmt::format("select agent_uid, uid from {} where agent_uid = any ($1::uuid[])", name);
}

RowWriter::RowWriter(const InventoryTable& table)
    : table_(table),
      row_(pb::MessageFactory::generated_factory()->GetPrototype(table.message)->New()),
      agents_(kUuidOid),
      organizations_(kUuidOid),
      locations_(kUuidOid) {
  for (const auto& column : table.columns) values_.emplace_back(column.type);
}
RowWriter::~RowWriter() = default;
RowWriter::RowWriter(RowWriter&&) noexcept = default;

void RowWriter::AddValue(const InventoryTable::Column& column, db::BinaryArray& values) const {
  const pb::Reflection& reflection = *row_->GetReflection();
  if (column.field->has_presence() && !reflection.HasField(*row_, column.field)) return values.AddNull();
  switch (column.form) {
    case Form::kBool:
      return values.Add(reflection.GetBool(*row_, column.field) ? std::string_view("\1", 1)
                                                                : std::string_view("\0", 1));
    case Form::kInt8:
      return values.AddInteger(IntegerOf(*row_, *column.field));
    case Form::kInt4: {
      const auto value = IntegerOf(*row_, *column.field);
      if (!std::in_range<std::int32_t>(value)) throw std::invalid_argument("the number is too large");
      return values.AddInteger(static_cast<std::int32_t>(value));
    }
    case Form::kDouble:
      return values.AddInteger(std::bit_cast<std::int64_t>(DoubleOf(*row_, *column.field)));
    default: {
      std::string scratch;
      return AddText(column.form, reflection.GetStringReference(*row_, column.field, &scratch), values);
    }
  }
}

void RowWriter::Add(const RowOwner& owner, const std::string& row) {
  if (!row_->ParseFromString(row)) throw std::invalid_argument("it is no message of its kind");
  std::vector<db::BinaryArray::Mark> marks;
  marks.reserve(values_.size());
  for (const auto& values : values_) marks.push_back(values.Now());
  std::size_t column = 0;
  try {
    for (; column < values_.size(); ++column) AddValue(table_.columns[column], values_[column]);
  } catch (const std::invalid_argument& error) {
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i].BackTo(marks[i]);
    throw std::invalid_argument(fmt::format("{}: {}", table_.columns[column].field->name(), error.what()));
  }
  agents_.Add(View(owner.agent));
  organizations_.Add(View(owner.organization));
  owner.location ? locations_.Add(View(*owner.location)) : locations_.AddNull();
}

void RowWriter::Store(db::Connection& connection) const {
  std::vector<std::string> arrays = {agents_.Bytes(), organizations_.Bytes(), locations_.Bytes()};
  std::vector<std::string> keys = {arrays.front()};
  for (const auto& values : values_) arrays.push_back(values.Bytes());
  for (const std::size_t column : table_.key) keys.push_back(values_[column].Bytes());
  if (!table_.moved.empty()) connection.QueryBinary(table_.moved, keys);
  connection.QueryBinary(table_.upsert, arrays);
}

}  // namespace steward::agentlink
