// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/journal.hpp"
#include "agentproto/link.pb.h"

namespace steward::agent {

/// Rows of one entity: uid -> serialized message.
using Rows = std::map<std::string, std::string>;

/// What the console has, what it should have, and the next batch that brings it there. The truth about the console is
/// kept in a journal, so that a killed agent neither loses nor repeats a change: a batch is written down before it is
/// sent, and its acknowledgement after it came.
/// Thread-safe. Adapters publish; the link asks for batches.
class SyncStore {
 public:
  /// Opens or creates the journal. Throws std::runtime_error when the file cannot be used.
  explicit SyncStore(const std::filesystem::path& journal);

  /// Replaces all rows of an entity. Rows that are not in `rows` become deletions. Entities never published since the
  /// start keep the rows the console has.
  void Publish(const std::string& entity, Rows rows);
  /// The same, but for rows that `foreign` is true of: they belong to another publisher of this entity and stay.
  void Publish(const std::string& entity, Rows rows, const std::function<bool(const std::string& row)>& foreign);
  /// Last known row of an entity, published or remembered from before the start.
  std::optional<std::string> Row(const std::string& entity, const std::string& uid) const;
  std::vector<std::string> RowsOf(const std::string& entity) const;

  /// Every adapter has looked once. Until then a full send waits, so that it cannot empty the console.
  void SetReady();

  /// Revision for Hello.
  std::uint64_t Revision() const;
  /// A new connection: decides between going on, taking the batch under way as arrived, and sending everything.
  void OnWelcome(std::uint64_t console_revision, std::uint32_t max_rows);
  /// The next batch, or nothing: one under way already, or nothing to say. It counts as sent from now on.
  std::optional<SyncBatch> NextBatch();
  void OnAck(std::uint64_t revision);
  /// The connection is gone: whether the batch under way arrived is decided by the next Welcome.
  void OnDisconnect();

  bool HasWork() const;
  /// Why the journal cannot be written (disk full), in words; empty when it can.
  std::string JournalProblem() const;
  std::size_t RowCount() const;
  /// Called (from the publishing thread) whenever there is something new to send.
  void OnChange(std::function<void()> wake);

 private:
  using Shared = std::shared_ptr<const std::string>;
  struct Entity {
    std::map<std::string, Shared> current, acked;
    std::set<std::string> dirty;
    bool published = false;
  };
  void Replay(const JournalRecord& record);
  void Apply(const SyncBatch& batch);
  void MarkDirty(Entity& entity, const std::string& uid);
  void BeginFull();
  void AckFlight();
  void CompactIfLarge();
  void Compact();
  /// Writes a record down. On a full disk it goes on without: after a restart everything is sent again.
  void Keep(JournalRecord::Kind kind, const std::string& body);

  mutable std::mutex mutex_;
  Journal journal_;
  std::string journal_problem_;  // why the last record is not in the journal; empty = it is
  std::map<std::string, Entity> entities_;
  std::uint64_t revision_ = 0;
  std::optional<SyncBatch> flight_;  // written down; not acknowledged
  bool flight_sent_ = false;         // on this connection
  bool full_ = false;                // a full send has begun and not ended
  bool full_begins_ = false;         // the next batch carries full_begin
  bool online_ = false;
  bool ready_ = false;
  std::size_t max_rows_ = 500;
  std::function<void()> wake_;
};

}  // namespace steward::agent
