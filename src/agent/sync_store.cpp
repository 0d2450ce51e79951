// SPDX-License-Identifier: Apache-2.0
#include "agent/sync_store.hpp"

#include <spdlog/spdlog.h>
#include <algorithm>
#include <array>
#include <charconv>

namespace steward::agent {
namespace {

constexpr std::size_t kMaxBatchBytes = 4U << 20U;
constexpr std::uint64_t kLargeJournal = 8U << 20U;

// Servers before what stands on them, so that the console shows names from the first batch on.
constexpr std::array<std::string_view, 5> kFirst{"BackupServer", "BackupServerLicense", "BackupRepository",
                                                 "BackupServerJob", "BackupAgent"};

std::vector<std::string> SendOrder(const auto& entities) {
  std::vector<std::string> order;
  for (const auto name : kFirst) {
    if (entities.contains(std::string(name))) order.emplace_back(name);
  }
  for (const auto& [name, entity] : entities) {
    if (std::ranges::find(kFirst, name) == kFirst.end()) order.push_back(name);
  }
  return order;
}

bool Same(const std::shared_ptr<const std::string>& left, const std::shared_ptr<const std::string>& right) {
  if (left == right) return true;
  return left && right && *left == *right;
}

// A serialized row begins with field 1, its uid: tag 0x0A, length, bytes. Every message of inventory.proto is so made.
std::optional<std::string> UidOf(const std::string& row) {
  if (row.size() < 2 || row[0] != '\x0A') return std::nullopt;
  const auto length = static_cast<unsigned char>(row[1]);
  if (length >= 0x80 || row.size() < 2U + length) return std::nullopt;
  return row.substr(2, length);
}

}  // namespace

SyncStore::SyncStore(const std::filesystem::path& journal) : journal_(journal) {
  journal_.Replay([this](const JournalRecord& record) { Replay(record); });
  for (auto& [name, entity] : entities_) entity.current = entity.acked;
  if (flight_) {  // what was sent and not acknowledged is the newest that we know
    for (const EntityRows& rows : flight_->entities()) {
      Entity& entity = entities_[rows.entity()];
      for (const std::string& row : rows.rows()) {
        if (const auto uid = UidOf(row)) entity.current[*uid] = std::make_shared<const std::string>(row);
      }
      for (const std::string& uid : rows.deleted()) entity.current.erase(uid);
    }
  }
}

void SyncStore::Replay(const JournalRecord& record) {
  switch (record.kind) {
    case JournalRecord::Kind::kState:
    case JournalRecord::Kind::kSent: {
      SyncBatch batch;
      if (!batch.ParseFromString(record.body)) {
        spdlog::warn("The journal holds a batch that cannot be read; everything will be sent again");
        revision_ = 0;
        return;
      }
      if (record.kind == JournalRecord::Kind::kState) {
        Apply(batch);
        revision_ = batch.revision();
      } else {
        flight_ = std::move(batch);
      }
      return;
    }
    case JournalRecord::Kind::kAcked:
      if (flight_ && std::to_string(flight_->revision()) == record.body) {
        Apply(*flight_);
        revision_ = flight_->revision();
      }
      flight_.reset();
      return;
    case JournalRecord::Kind::kRevision:
      std::from_chars(record.body.data(), record.body.data() + record.body.size(), revision_);
      flight_.reset();
      for (auto& [name, entity] : entities_) entity.acked.clear();
      full_ = true;
      return;
    case JournalRecord::Kind::kCommandBegun:
    case JournalRecord::Kind::kCommandEnded:
    case JournalRecord::Kind::kCommandAcked:
      spdlog::warn("The journal of the inventory holds a record of commands; it is passed over");
      return;
  }
}

// Puts a batch that the console has into `acked`.
void SyncStore::Apply(const SyncBatch& batch) {
  if (batch.full_begin()) full_ = true;
  for (const EntityRows& rows : batch.entities()) {
    Entity& entity = entities_[rows.entity()];
    for (const std::string& row : rows.rows()) {
      if (const auto uid = UidOf(row)) entity.acked[*uid] = std::make_shared<const std::string>(row);
    }
    for (const std::string& uid : rows.deleted()) entity.acked.erase(uid);
  }
  if (batch.full_end()) full_ = false;
}

void SyncStore::MarkDirty(Entity& entity, const std::string& uid) {
  const auto current = entity.current.find(uid);
  const auto acked = entity.acked.find(uid);
  const bool same = current == entity.current.end()
                        ? acked == entity.acked.end()
                        : acked != entity.acked.end() && Same(current->second, acked->second);
  if (same) {
    entity.dirty.erase(uid);
  } else {
    entity.dirty.insert(uid);
  }
}

void SyncStore::Publish(const std::string& name, Rows rows) {
  Publish(name, std::move(rows), [](const std::string&) { return false; });
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the rows' texts are moved out of it
void SyncStore::Publish(const std::string& name, Rows rows,
                        const std::function<bool(const std::string& row)>& foreign) {
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    Entity& entity = entities_[name];
    entity.published = true;
    std::vector<std::string> touched;
    for (auto it = entity.current.begin(); it != entity.current.end();) {
      if (rows.contains(it->first) || foreign(*it->second)) {
        ++it;
        continue;
      }
      touched.push_back(it->first);
      it = entity.current.erase(it);
    }
    for (auto& [uid, row] : rows) {
      Shared& known = entity.current[uid];
      if (known && *known == row) continue;
      known = std::make_shared<const std::string>(std::move(row));
      touched.push_back(uid);
    }
    for (const std::string& uid : touched) MarkDirty(entity, uid);
    if (!touched.empty()) wake = wake_;
  }
  if (wake) wake();
}

std::optional<std::string> SyncStore::Row(const std::string& entity, const std::string& uid) const {
  const std::lock_guard lock(mutex_);
  const auto rows = entities_.find(entity);
  if (rows == entities_.end()) return std::nullopt;
  const auto found = rows->second.current.find(uid);
  if (found == rows->second.current.end()) return std::nullopt;
  return *found->second;
}

std::vector<std::string> SyncStore::RowsOf(const std::string& entity) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> rows;
  const auto found = entities_.find(entity);
  if (found == entities_.end()) return rows;
  for (const auto& [uid, row] : found->second.current) rows.push_back(*row);
  return rows;
}

void SyncStore::SetReady() {
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(ready_, true)) wake = wake_;
  }
  if (wake) wake();
}

std::uint64_t SyncStore::Revision() const {
  const std::lock_guard lock(mutex_);
  return revision_;
}

void SyncStore::BeginFull() {
  full_ = full_begins_ = true;
  flight_.reset();
  for (auto& [name, entity] : entities_) {
    entity.acked.clear();
    entity.dirty.clear();
    for (const auto& [uid, row] : entity.current) entity.dirty.insert(uid);
  }
}

void SyncStore::OnWelcome(std::uint64_t console_revision, std::uint32_t max_rows) {
  const std::lock_guard lock(mutex_);
  max_rows_ = std::max<std::size_t>(max_rows == 0 ? 500 : max_rows, 1);
  online_ = true;
  flight_sent_ = false;
  if (flight_ && flight_->revision() == console_revision) {
    AckFlight();  // it arrived; only the answer was lost
  } else if (console_revision == revision_) {
    flight_.reset();  // it did not arrive; its changes are still unsent ones
  } else {
    spdlog::info("The console holds revision {}, this agent {}: sending everything", console_revision, revision_);
    revision_ = console_revision;
    Keep(JournalRecord::Kind::kRevision, std::to_string(console_revision));
    BeginFull();
  }
  if (full_ && !full_begins_) BeginFull();  // a full send that was cut off starts over
  for (auto& [name, entity] : entities_) {
    std::vector<std::string> uids;
    for (const auto& [uid, row] : entity.current) uids.push_back(uid);
    for (const auto& [uid, row] : entity.acked) uids.push_back(uid);
    for (const std::string& uid : uids) MarkDirty(entity, uid);
  }
}

std::optional<SyncBatch> SyncStore::NextBatch() {
  const std::lock_guard lock(mutex_);
  if (!online_ || flight_sent_ || (full_ && !ready_)) return std::nullopt;
  SyncBatch batch;
  std::size_t count = 0;
  std::size_t bytes = 0;
  bool more = false;
  for (const std::string& name : SendOrder(entities_)) {
    Entity& entity = entities_[name];
    EntityRows* rows = nullptr;
    for (const std::string& uid : entity.dirty) {
      if (count >= max_rows_ || bytes >= kMaxBatchBytes) {
        more = true;
        break;
      }
      if (rows == nullptr) {
        rows = batch.add_entities();
        rows->set_entity(name);
      }
      const auto current = entity.current.find(uid);
      if (current != entity.current.end()) {
        rows->add_rows(*current->second);
        bytes += current->second->size();
      } else {
        rows->add_deleted(uid);
        bytes += uid.size();
      }
      ++count;
    }
    if (more) break;
  }
  if (count == 0 && !full_) return std::nullopt;
  batch.set_full_begin(full_begins_);
  batch.set_full_end(full_ && !more);
  batch.set_revision(revision_ + 1);
  full_begins_ = false;
  Keep(JournalRecord::Kind::kSent, batch.SerializeAsString());
  flight_ = batch;
  flight_sent_ = true;
  return batch;
}

void SyncStore::AckFlight() {
  Apply(*flight_);
  revision_ = flight_->revision();
  Keep(JournalRecord::Kind::kAcked, std::to_string(revision_));
  for (const EntityRows& rows : flight_->entities()) {
    Entity& entity = entities_[rows.entity()];
    for (const std::string& row : rows.rows()) {
      const auto uid = UidOf(row);
      if (!uid) continue;
      // Share the bytes again when the row has not changed meanwhile.
      const auto current = entity.current.find(*uid);
      if (current != entity.current.end() && *current->second == row) entity.acked[*uid] = current->second;
      MarkDirty(entity, *uid);
    }
    for (const std::string& uid : rows.deleted()) MarkDirty(entity, uid);
  }
  flight_.reset();
  flight_sent_ = false;
}

void SyncStore::OnAck(std::uint64_t revision) {
  const std::lock_guard lock(mutex_);
  if (!flight_ || !flight_sent_ || flight_->revision() != revision) {
    spdlog::warn("The console acknowledged revision {}, which is not under way", revision);
    return;
  }
  AckFlight();
  CompactIfLarge();
}

void SyncStore::OnDisconnect() {
  const std::lock_guard lock(mutex_);
  online_ = false;
  flight_sent_ = false;
}

bool SyncStore::HasWork() const {
  const std::lock_guard lock(mutex_);
  return flight_.has_value() || full_ ||
         std::ranges::any_of(entities_, [](const auto& entry) { return !entry.second.dirty.empty(); });
}

std::size_t SyncStore::RowCount() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [name, entity] : entities_) count += entity.current.size();
  return count;
}

void SyncStore::OnChange(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void SyncStore::CompactIfLarge() {
  if (journal_.Size() < kLargeJournal) return;
  std::uint64_t live = 0;
  for (const auto& [name, entity] : entities_) {
    for (const auto& [uid, row] : entity.acked) live += row->size() + 16;
  }
  if (journal_.Size() < live * 3) return;
  try {
    Compact();
  } catch (const std::exception& error) {  // the long one is as good
    spdlog::warn("The journal could not be made shorter: {}", error.what());
  }
}

// Records that are missing would leave the others in a wrong order: first the whole state is written anew.
void SyncStore::Keep(JournalRecord::Kind kind, const std::string& body) {
  try {
    if (!journal_problem_.empty()) Compact();
    journal_.Append(kind, body);
    journal_problem_.clear();
  } catch (const std::exception& error) {
    if (journal_problem_.empty()) spdlog::error("The journal is not written any more: {}", error.what());
    journal_problem_ = error.what();
  }
}

std::string SyncStore::JournalProblem() const {
  const std::lock_guard lock(mutex_);
  return journal_problem_.empty() ? "" : journal_problem_ + "; after a restart everything is sent again";
}

void SyncStore::Compact() {
  journal_.Rewrite([this] {
    for (const auto& [name, entity] : entities_) {
      SyncBatch batch;
      batch.set_revision(revision_);
      // A full send under way stays under way.
      batch.set_full_begin(full_);
      EntityRows* rows = batch.add_entities();
      rows->set_entity(name);
      for (const auto& [uid, row] : entity.acked) rows->add_rows(*row);
      journal_.Append(JournalRecord::Kind::kState, batch.SerializeAsString());
    }
  });
}

}  // namespace steward::agent
