// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "agentlink/inventory_table.hpp"
#include "agentlink/known_rows.hpp"
#include "agentproto/link.pb.h"
#include "base/error.hpp"
#include "db/connection.hpp"

namespace steward::agentlink {

/// Stores agents' row changes. Batches of many agents that wait together are stored in one transaction, one statement
/// per entity; rows that do not differ from what is remembered are not sent to the database. Thread-safe.
class Ingest {
 public:
  struct Options {
    double rows_per_second = 2000;       ///< that one agent may send for long; 0 = no limit
    double rows_burst = 1'000'000;       ///< that it may send at once after a rest
    int writers = 2;                     ///< transactions at a time
    std::size_t remembered = 4'000'000;  ///< rows whose hash is kept in memory, 24 bytes each
    int session_months = 13;             ///< whole months of which sessions are kept, besides the current one
  };
  /// The revision to acknowledge. kConflict: it does not follow, the agent must send everything. kForbidden: the agent
  /// is not accepted. kUnavailable: the database is away; the batch is not stored.
  using Done = std::function<void(Result<std::uint64_t>)>;

  Ingest(db::Pool& owner, Options options);
  ~Ingest() { Stop(); }
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  /// From now on batches of this agent come through this connection; those of an earlier one that wait are dropped.
  /// When it returns none is being stored, so the revision in the database is what the agent has to go on from. May
  /// block.
  void Expect(const std::string& agent_uid, std::uint64_t connection);
  /// Takes a batch; `done` is called on another thread once it is durable or refused. A batch of an agent that sent too
  /// much waits. `connection` tells a connection from the agent's next one: a full send has to come through one.
  void Offer(const std::string& agent_uid, std::uint64_t connection, agent::SyncBatch batch, Done done);
  /// Makes the tables of sessions' months and drops those that are too old. Called at the start and every hour or so.
  void ArrangeSessions();
  /// Finishes what is being stored and drops what waits, which agents send again.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Batch {
    std::string agent;
    std::uint64_t connection = 0;
    agent::SyncBatch sync;
    Done done;
    std::size_t rows = 0;
    Clock::time_point not_before;
    bool slowed = false;
    std::optional<Result<std::uint64_t>> result;
  };
  /// What is remembered of an agent. Touched only by the writer that has a batch of the agent.
  struct Memory {
    RowOwner owner;
    std::optional<std::uint64_t> revision;  ///< at which `rows` was in the database
    bool complete = false;                  ///< `rows` holds every row of the agent
    std::map<std::string, KnownRows> rows;
    std::uint64_t full_connection = 0;       ///< whose full send is under way; 0 = none
    std::map<std::string, KnownRows> named;  ///< by the full send so far
    Clock::time_point used;
    std::size_t remembered = 0;  ///< rows in the two, as counted in remembered_
    std::size_t Size() const;
  };
  /// One batch while its transaction is made.
  struct Work {
    Batch* batch = nullptr;
    Memory* memory = nullptr;
    RowOwner owner;
    std::uint64_t stored = 0;  ///< revision in the database
    bool full = false;
    std::map<std::string, std::vector<KnownRow>> put;
    std::map<std::string, std::vector<UuidBytes>> gone;
    std::size_t refused = 0;  ///< rows that could not be stored
    std::string refused_words;
    void Refuse(const std::string& what, const std::string& why);
  };

  void Run();
  std::vector<Batch> Gather(std::unique_lock<std::mutex>& lock);
  void Store(std::vector<Batch>& group);
  void Count(const std::string& agent);
  void ForgetSome();
  const InventoryTable& TableOf(db::Connection& connection, const std::string& entity);

  /// One transaction. With `careful` (one batch), rows the database refuses are left out one by one.
  void StoreTogether(const std::vector<Batch*>& batches, bool careful);
  std::vector<Work> LockAgents(db::Connection& connection, const std::vector<Batch*>& batches);
  static void Judge(Work& work);
  void LoadRows(db::Connection& connection, std::vector<Work>& work);
  void WriteRows(db::Connection& connection, std::vector<Work>& work, bool careful);
  void WriteEntity(db::Connection& connection, const std::string& entity, const std::vector<Work*>& work, bool careful);
  static void WriteAlone(db::Connection& connection, const InventoryTable& table, Work& work, const std::string& row);
  void DeleteRows(db::Connection& connection, std::vector<Work>& work);
  static void WriteRevisions(db::Connection& connection, const std::vector<Work>& work);
  static void Remember(Work& work);

  db::Pool& owner_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable wake_;    ///< writers: there may be something to store
  std::condition_variable stored_;  ///< Expect: a batch is through
  std::deque<Batch> waiting_;
  std::set<std::string> busy_;  ///< agents whose batch is being stored
  std::unordered_map<std::string, Memory> memory_;
  std::size_t remembered_ = 0;
  std::unordered_map<std::string, std::uint64_t> expected_;       ///< connection of each agent
  std::unordered_map<std::string, Clock::time_point> rested_at_;  ///< when an agent may send a whole burst again
  bool stopping_ = false;
  std::mutex tables_mutex_;
  std::unordered_map<std::string, InventoryTable> tables_;
  std::vector<std::thread> threads_;
};

}  // namespace steward::agentlink
