// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "agentlink/ingest.hpp"
#include "db/array.hpp"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::agentlink {
namespace {

constexpr unsigned kUuidOid = 2950;
constexpr std::size_t kWordsKept = 3;  ///< of refused rows, in the note that operators see

std::string_view View(const UuidBytes& uid) {
  return {reinterpret_cast<const char*>(uid.data()), uid.size()};
}

UuidBytes MustBeUuid(const std::string& text) {
  const auto uid = ParseUuid(text);
  if (!uid) throw std::runtime_error(fmt::format("{} is no uuid", text));
  return *uid;
}

/// The uid of a serialized row, which is its first field (tag 0x0A, length, text) in every message of inventory.proto.
std::optional<UuidBytes> UidOf(const std::string& row) {
  constexpr std::size_t kLength = 36;
  if (row.size() < kLength + 2 || row[0] != '\x0A' || row[1] != static_cast<char>(kLength)) return std::nullopt;
  return ParseUuid(std::string_view(row).substr(2, kLength));
}

/// What describes a cloud site and its tenants. It decides where passwords and backups of other companies go.
bool IsOfSites(const std::string& entity) {
  return entity.starts_with("Cloud");
}

}  // namespace

void Ingest::StoreTogether(const std::vector<Batch*>& batches, bool careful) {
  auto connection = owner_.Acquire();
  db::Transaction transaction(*connection);
  std::vector<Work> work = LockAgents(*connection, batches);
  for (Work& one : work) Judge(one);
  std::erase_if(work, [](const Work& one) { return one.batch->result.has_value(); });
  if (!work.empty()) {
    LoadRows(*connection, work);
    WriteRows(*connection, work, careful);
    DeleteRows(*connection, work);
    WriteRevisions(*connection, work);
  }
  transaction.Commit();
  for (Work& one : work) Remember(one);
}

std::vector<Ingest::Work> Ingest::LockAgents(db::Connection& connection, const std::vector<Batch*>& batches) {
  std::map<std::string, Batch*> by_agent;
  db::TextArray agents;
  for (Batch* batch : batches) {
    by_agent[batch->agent] = batch;
    agents.Add(batch->agent);
    batch->result = Fail(ErrorCode::kForbidden, "This agent is not accepted.");
  }
  const auto rows = connection.Query(
      "select a.uid, a.revision, a.organization_uid, a.location_uid, o.type <> 'Company' as provides from core.agent a "
      "join core.organization o on o.uid = a.organization_uid where a.uid = any ($1::uuid[]) and a.state = 'Accepted' "
      "order by a.uid for update of a",
      {agents.Text()});
  std::vector<Work> work;
  for (int i = 0; i < rows.Count(); ++i) {
    Work one{.batch = by_agent.at(rows.Text(i, "uid"))};
    one.batch->result.reset();
    one.owner = {MustBeUuid(rows.Text(i, "uid")), MustBeUuid(rows.Text(i, "organization_uid")), std::nullopt,
                 rows.Bool(i, "provides")};
    if (const auto location = rows.Maybe(i, "location_uid")) one.owner.location = MustBeUuid(*location);
    one.stored = static_cast<std::uint64_t>(rows.Int(i, "revision"));
    const std::lock_guard lock(mutex_);
    one.memory = &memory_[one.batch->agent];
    work.push_back(std::move(one));
  }
  return work;
}

// Decides whether a batch may be stored, and brings the memory of its agent to where the database is.
void Ingest::Judge(Work& work) {
  const agent::SyncBatch& sync = work.batch->sync;
  Memory& memory = *work.memory;
  memory.used = Clock::now();
  if (memory.owner != work.owner) {  // rows carry the owner: all have to be written anew
    memory = {.owner = work.owner, .used = memory.used, .remembered = memory.remembered};
  }
  const bool known = memory.revision == work.stored && work.stored > 0;
  if (sync.full_begin()) {
    if (!known) memory.rows.clear();
    memory.complete = known && memory.complete;
    memory.full_connection = work.batch->connection;
    memory.named.clear();
    memory.revision.reset();
  }
  work.full = memory.full_connection == work.batch->connection;
  if (work.full) return;
  if (sync.revision() <= work.stored && !sync.full_end()) {
    work.batch->result = sync.revision();
    return;
  }
  if (sync.revision() != work.stored + 1 || sync.full_end()) {
    work.batch->result = Fail(ErrorCode::kConflict, fmt::format("revision {} does not follow {}; send everything",
                                                                sync.revision(), work.stored));
    return;
  }
  if (!known) {
    memory.rows.clear();
    memory.complete = false;
  }
}

// A full send names every row, so those that are there have to be known.
void Ingest::LoadRows(db::Connection& connection, std::vector<Work>& work) {
  db::BinaryArray agents(kUuidOid);
  std::map<std::string, Memory*> unknown;
  for (Work& one : work) {
    if (!one.batch->sync.full_begin() || one.memory->complete) continue;
    one.memory->rows.clear();
    one.memory->complete = true;
    unknown[one.batch->agent] = one.memory;
    agents.Add(View(one.owner.agent));
  }
  if (unknown.empty()) return;
  for (const auto& entity : InventoryTable::Entities()) {
    const auto rows = connection.QueryBinary(TableOf(connection, entity).uids, {agents.Bytes()});
    std::map<std::string, std::vector<KnownRow>> found;
    for (int i = 0; i < rows.Count(); ++i)
      found[rows.Text(i, "agent_uid")].push_back({MustBeUuid(rows.Text(i, "uid")), 0});
    for (auto& [agent, known] : found) unknown.at(agent)->rows[entity].Put(std::move(known));
  }
}

void Ingest::WriteRows(db::Connection& connection, std::vector<Work>& work, bool careful) {
  std::map<std::string, std::vector<Work*>> entities;
  for (Work& one : work) {
    for (const auto& rows : one.batch->sync.entities()) {
      auto& writers = entities[rows.entity()];
      if (rows.rows_size() > 0 && (writers.empty() || writers.back() != &one)) writers.push_back(&one);
      for (const auto& uid : rows.deleted()) {
        if (const auto bytes = ParseUuid(uid)) one.gone[rows.entity()].push_back(*bytes);
      }
    }
  }
  for (const auto& [entity, writers] : entities) {
    if (!writers.empty()) WriteEntity(connection, entity, writers, careful);
  }
}

void Ingest::WriteEntity(db::Connection& connection, const std::string& entity, const std::vector<Work*>& work,
                         bool careful) {
  const InventoryTable& table = TableOf(connection, entity);
  RowWriter writer(table);
  std::vector<std::pair<Work*, const std::string*>> written;
  for (Work* one : work) {
    std::map<UuidBytes, const std::string*> rows;  // the last row of a uid counts
    for (const auto& named : one->batch->sync.entities()) {
      if (named.entity() != entity || named.rows_size() == 0) continue;
      if (IsOfSites(entity) && !one->owner.provides) {
        one->Refuse(entity, "cloud sites are the provider's or a reseller's; set this agent up for one of them");
        continue;
      }
      for (const auto& row : named.rows()) {
        const auto uid = UidOf(row);
        uid ? static_cast<void>(rows[*uid] = &row) : one->Refuse(entity, "it does not begin with its uid");
      }
    }
    const KnownRows& known = one->memory->rows[entity];
    auto& put = one->put[entity];
    for (const auto& [uid, row] : rows) {
      const auto hash = RowHash(*row);
      const KnownRow* old = known.Find(uid);
      if (old != nullptr && old->hash == hash) {
        if (one->full) put.push_back(*old);
        continue;
      }
      put.push_back({uid, hash});
      try {
        writer.Add(one->owner, *row);
        written.emplace_back(one, row);
      } catch (const std::invalid_argument& error) {
        put.back().hash = 0;
        one->Refuse(fmt::format("{} {}", entity, UuidText(uid)), error.what());
      }
    }
  }
  if (writer.Count() == 0) return;
  if (!careful) return writer.Store(connection);
  connection.Script("savepoint entity");
  try {
    writer.Store(connection);
  } catch (const db::StatementError&) {
    connection.Script("rollback to savepoint entity");
    for (const auto& [one, row] : written) WriteAlone(connection, table, *one, *row);
  }
}

void Ingest::WriteAlone(db::Connection& connection, const InventoryTable& table, Work& work, const std::string& row) {
  RowWriter writer(table);
  writer.Add(work.owner, row);
  connection.Script("savepoint one_row");
  try {
    writer.Store(connection);
  } catch (const db::StatementError& error) {
    connection.Script("rollback to savepoint one_row");
    const UuidBytes uid = *UidOf(row);
    work.put[table.entity].push_back({uid, 0});
    work.Refuse(fmt::format("{} {}", table.entity, UuidText(uid)), error.what());
  }
}

void Ingest::Work::Refuse(const std::string& what, const std::string& why) {
  spdlog::error("agent {}: {} refused: {}", batch->agent, what, why);
  if (++refused <= kWordsKept)
    refused_words += fmt::format(" {}: {}.", what, why.substr(0, std::min<std::size_t>(why.find('\n'), 200)));
}

// What a full send has not named is gone.
void Ingest::DeleteRows(db::Connection& connection, std::vector<Work>& work) {
  std::map<std::string, std::pair<db::BinaryArray, db::BinaryArray>> gone;
  for (Work& one : work) {
    if (one.full) {
      for (auto& [entity, rows] : one.put) one.memory->named[entity].Put(std::move(rows));
      one.put.clear();
    }
    if (one.batch->sync.full_end()) {
      for (const auto& [entity, rows] : one.memory->rows) one.gone[entity] = rows.Without(one.memory->named[entity]);
    }
    for (const auto& [entity, uids] : one.gone) {
      auto& [agents, rows] =
          gone.try_emplace(entity, db::BinaryArray(kUuidOid), db::BinaryArray(kUuidOid)).first->second;
      for (const auto& uid : uids) {
        agents.Add(View(one.owner.agent));
        rows.Add(View(uid));
      }
    }
  }
  for (const auto& [entity, uids] : gone) {
    if (uids.first.Count() == 0) continue;
    connection.QueryBinary(TableOf(connection, entity).remove, {uids.first.Bytes(), uids.second.Bytes()});
  }
}

// Until a full send has ended the stored revision stays 0: a break in the middle makes the agent begin again.
void Ingest::WriteRevisions(db::Connection& connection, const std::vector<Work>& work) {
  db::TextArray agents;
  db::TextArray revisions;
  db::TextArray refused;
  db::TextArray slowed;
  for (const Work& one : work) {
    const bool open = one.full && !one.batch->sync.full_end();
    agents.Add(one.batch->agent);
    revisions.Add(std::to_string(open ? 0 : one.batch->sync.revision()));
    slowed.Add(std::string(one.batch->slowed ? "t" : "f"));
    refused.Add(one.refused == 0 ? db::Param()
                                 : fmt::format("{} row(s) it reported could not be stored and are not shown.{}",
                                               one.refused, one.refused_words));
  }
  connection.Query(
      "update core.agent a set revision = b.revision, refused_note = coalesce(b.refused, a.refused_note), refused_at = "
      "case when b.refused is null then a.refused_at else now() end, slowed_at = case when b.slowed then now() else "
      "a.slowed_at end from unnest($1::uuid[], $2::bigint[], $3::text[], $4::boolean[]) as b (uid, revision, refused, "
      "slowed) where a.uid = b.uid",
      {agents.Text(), revisions.Text(), refused.Text(), slowed.Text()});
  connection.Query("select pg_notify('steward_changed', '')");
}

void Ingest::Remember(Work& work) {
  Memory& memory = *work.memory;
  const agent::SyncBatch& sync = work.batch->sync;
  work.batch->result = sync.revision();
  if (work.full && sync.full_end()) {
    memory.rows = std::move(memory.named);
    memory.named.clear();
    memory.full_connection = 0;
    memory.revision = sync.revision();
  } else if (!work.full) {
    for (auto& [entity, rows] : work.put) memory.rows[entity].Put(std::move(rows));
    for (const auto& [entity, uids] : work.gone) memory.rows[entity].Erase(uids);
    memory.revision = sync.revision();
  }
}

}  // namespace steward::agentlink
