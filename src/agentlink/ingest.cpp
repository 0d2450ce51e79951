// SPDX-License-Identifier: Apache-2.0
#include "agentlink/ingest.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "agentproto/inventory.pb.h"
#include "db/array.hpp"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::agentlink {
namespace {

namespace pb = google::protobuf;

const pb::FileDescriptor& InventoryFile() {
  return *agent::inventory::BackupServer::descriptor()->file();
}

std::string SnakeCase(const std::string& name) {
  std::string out;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty()) out.push_back('_');
    out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return out;
}

/// A field as PostgreSQL text; nothing for an unset optional, and for empty words that are no text (uuid, time, enum).
db::Param FieldText(const pb::Message& message, const pb::FieldDescriptor& field, const std::string& type) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (field.has_presence() && !reflection.HasField(message, &field)) return std::nullopt;
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      std::string text = reflection.GetString(message, &field);
      text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
      if (text.empty() && type != "text") return std::nullopt;
      if (type.starts_with("timestamp") && (text == "infinity" || text == "-infinity")) return std::nullopt;
      return text;
    }
    case pb::FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(reflection.GetInt32(message, &field));
    case pb::FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(reflection.GetInt64(message, &field));
    case pb::FieldDescriptor::CPPTYPE_UINT32:
      return std::to_string(reflection.GetUInt32(message, &field));
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(reflection.GetUInt64(message, &field));
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
      return fmt::format("{}", reflection.GetDouble(message, &field));
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return fmt::format("{}", reflection.GetFloat(message, &field));
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "t" : "f";
    case pb::FieldDescriptor::CPPTYPE_ENUM:
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  throw std::logic_error("inventory messages hold scalars only: " + field.full_name());
}

}  // namespace

const Ingest::Table& Ingest::TableOf(db::Connection& connection, const std::string& entity) {
  const std::lock_guard lock(mutex_);
  const auto found = tables_.find(entity);
  if (found != tables_.end()) return found->second;
  const pb::Descriptor* descriptor = InventoryFile().FindMessageTypeByName(entity);
  if (descriptor == nullptr) throw std::invalid_argument(fmt::format("unknown entity {}", entity));
  Table table{.name = "inventory." + SnakeCase(entity)};
  const auto rows = connection.Query(
      "select attname, format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = $1::regclass and "
      "attnum > 0 and not attisdropped and "
      "attgenerated = ''",
      {table.name});
  std::string targets;
  std::string sources;
  std::string arrays;
  std::string names;
  std::string updates;
  std::string old_row;
  std::string new_row;
  for (int i = 0; i < rows.Count(); ++i) {
    const std::string column = rows.Text(i, "attname");
    if (descriptor->FindFieldByName(column) == nullptr) continue;
    table.columns.push_back(column);
    table.types.push_back(rows.Text(i, "type"));
    targets += fmt::format(", {}", column);
    sources += fmt::format(", u.{}::{}", column, table.types.back());
    arrays += fmt::format("{}${}::text[]", arrays.empty() ? "" : ", ", 3 + table.columns.size());
    names += fmt::format("{}{}", names.empty() ? "" : ", ", column);
    updates += fmt::format(", {0} = excluded.{0}", column);
    old_row += fmt::format(", t.{}", column);
    new_row += fmt::format(", excluded.{}", column);
  }
  table.upsert = fmt::format(
      "insert into {0} as t (agent_uid, organization_uid, location_uid{1}) select $1::uuid, $2::uuid, $3::uuid{2} from "
      "unnest({3}) as u({4}) "
      "on conflict (agent_uid, uid) do update set organization_uid = excluded.organization_uid, location_uid = "
      "excluded.location_uid, updated_at = now(){5} "
      "where (t.organization_uid, t.location_uid{6}) is distinct from (excluded.organization_uid, "
      "excluded.location_uid{7})",
      table.name, targets, sources, arrays, names, updates, old_row, new_row);
  return tables_.emplace(entity, std::move(table)).first->second;
}

void Ingest::StoreRows(db::Connection& connection, const Owner& owner, const agent::EntityRows& rows, SeenRows& seen) {
  const Table& table = TableOf(connection, rows.entity());
  const pb::Descriptor* descriptor = InventoryFile().FindMessageTypeByName(rows.entity());
  const pb::Message& prototype = *pb::MessageFactory::generated_factory()->GetPrototype(descriptor);
  std::map<std::string, std::vector<db::Param>> by_uid;  // the last row of a uid wins
  for (const std::string& bytes : rows.rows()) {
    const std::unique_ptr<pb::Message> message(prototype.New());
    if (!message->ParseFromString(bytes))
      throw std::invalid_argument(fmt::format("a row of {} is not a valid message", rows.entity()));
    std::vector<db::Param> values;
    std::string uid;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      values.push_back(FieldText(*message, *descriptor->FindFieldByName(table.columns[i]), table.types[i]));
      if (table.columns[i] == "uid") uid = values.back().value_or("");
    }
    by_uid[uid] = std::move(values);
  }
  const auto parameters = [&](auto first, auto last) {
    std::vector<db::TextArray> arrays(table.columns.size());
    for (; first != last; ++first) {
      for (std::size_t i = 0; i < arrays.size(); ++i) arrays[i].Add(first->second[i]);
    }
    db::Params params = {owner.agent_uid, owner.organization_uid, owner.location_uid};
    for (auto& array : arrays) params.emplace_back(array.Text());
    return params;
  };
  if (!by_uid.empty()) {
    connection.Script("savepoint entity");
    try {
      connection.Query(table.upsert, parameters(by_uid.begin(), by_uid.end()));
    } catch (const db::StatementError& error) {
      // One bad row must not hold up the others, nor stop the agent's sync for good.
      connection.Script("rollback to savepoint entity");
      for (auto row = by_uid.begin(); row != by_uid.end(); ++row) {
        try {
          connection.Script("savepoint entity");
          connection.Query(table.upsert, parameters(row, std::next(row)));
        } catch (const db::StatementError& bad) {
          connection.Script("rollback to savepoint entity");
          spdlog::error("agent {}: row {} of {} refused: {}", owner.agent_uid, row->first, rows.entity(), bad.what());
        }
      }
    }
    for (const auto& [uid, values] : by_uid) seen[rows.entity()].insert(uid);
  }
  if (rows.deleted_size() > 0) {
    db::TextArray array;
    for (const std::string& uid : rows.deleted()) array.Add(uid);
    connection.Query(fmt::format("delete from {} where agent_uid = $1 and uid::text = any($2::text[])", table.name),
                     {owner.agent_uid, array.Text()});
  }
}

void Ingest::DeleteUnseen(db::Connection& connection, const std::string& agent_uid, const SeenRows& seen) {
  for (int i = 0; i < InventoryFile().message_type_count(); ++i) {
    const std::string& entity = InventoryFile().message_type(i)->name();
    const auto kept = seen.find(entity);
    db::TextArray array;
    if (kept != seen.end()) {
      for (const auto& uid : kept->second) array.Add(uid);
    }
    const Table& table = TableOf(connection, entity);
    connection.Query(
        fmt::format("delete from {} where agent_uid = $1 and not (uid::text = any($2::text[]))", table.name),
        {agent_uid, array.Text()});
  }
}

Result<std::uint64_t> Ingest::Store(const std::string& agent_uid, const agent::SyncBatch& batch, SeenRows& seen) {
  auto connection = owner_.Acquire();
  db::Transaction transaction(*connection);
  const auto rows = transaction.Query(
      "select revision, organization_uid, location_uid from core.agent where uid = $1 and state = 'Accepted' for "
      "update",
      {agent_uid});
  if (rows.Count() == 0) return Fail(ErrorCode::kForbidden, "This agent is not accepted.");
  const auto stored = static_cast<std::uint64_t>(rows.Int(0, "revision"));
  if (batch.full_begin()) seen.clear();
  const bool full = batch.full_begin() || batch.full_end() || !seen.empty();
  if (!full && batch.revision() <= stored) return batch.revision();
  if (!full && batch.revision() != stored + 1) {
    return Fail(ErrorCode::kConflict,
                fmt::format("revision {} does not follow {}; send everything", batch.revision(), stored));
  }
  const Owner owner{agent_uid, rows.Text(0, "organization_uid"), rows.Maybe(0, "location_uid")};
  SeenRows batch_seen;
  for (const auto& entity : batch.entities()) StoreRows(*connection, owner, entity, full ? seen : batch_seen);
  if (full && seen.empty()) seen["BackupServer"];  // a full send without rows is still one
  if (batch.full_end()) DeleteUnseen(*connection, agent_uid, seen);
  // Until a full send has ended the stored revision stays 0: a break in the middle makes the agent begin again.
  const std::uint64_t revision = full && !batch.full_end() ? 0 : batch.revision();
  transaction.Query("update core.agent set revision = $2 where uid = $1", {agent_uid, std::to_string(revision)});
  transaction.Query("select pg_notify('steward_changed', $1)", {agent_uid});
  transaction.Commit();
  if (batch.full_end()) seen.clear();
  return batch.revision();
}

}  // namespace steward::agentlink
