// SPDX-License-Identifier: Apache-2.0
#include "agentlink/ingest.hpp"

#include <algorithm>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::agentlink {
namespace {

// A transaction of this size costs little more per row than a larger one, and its agents do not wait long.
constexpr std::size_t kGroupRows = 4000;
constexpr std::size_t kGroupBatches = 256;

std::size_t RowsOf(const agent::SyncBatch& sync) {
  std::size_t rows = 0;
  for (const auto& entity : sync.entities())
    rows += static_cast<std::size_t>(entity.rows_size()) + static_cast<std::size_t>(entity.deleted_size());
  return rows;
}

}  // namespace

Ingest::Ingest(db::Pool& owner, Options options) : owner_(owner), options_(options) {
  for (int i = 0; i < options_.writers; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

void Ingest::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
    stored_.notify_all();
  }
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  waiting_.clear();
}

std::size_t Ingest::Memory::Size() const {
  std::size_t size = 0;
  for (const auto& [entity, known] : rows) size += known.Size();
  for (const auto& [entity, known] : named) size += known.Size();
  return size;
}

void Ingest::Expect(const std::string& agent_uid, std::uint64_t connection) {
  std::unique_lock lock(mutex_);
  expected_[agent_uid] = connection;
  std::erase_if(waiting_,
                [&](const Batch& batch) { return batch.agent == agent_uid && batch.connection != connection; });
  stored_.wait(lock, [&] { return stopping_ || !busy_.contains(agent_uid); });
}

void Ingest::Offer(const std::string& agent_uid, std::uint64_t connection, agent::SyncBatch batch, Done done) {
  Batch offered{.agent = agent_uid, .connection = connection, .sync = std::move(batch), .done = std::move(done)};
  offered.rows = RowsOf(offered.sync);
  const auto now = Clock::now();
  std::unique_lock lock(mutex_);
  if (const auto expected = expected_.find(agent_uid); expected != expected_.end() && expected->second != connection) {
    lock.unlock();
    return offered.done(Fail(ErrorCode::kConflict, "another connection of this agent has taken over"));
  }
  offered.not_before = now;
  if (options_.rows_per_second > 0) {
    const auto seconds = [](double count) {
      return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
    };
    auto& rested_at = rested_at_[agent_uid];
    rested_at = std::max(rested_at, now) + seconds(static_cast<double>(offered.rows) / options_.rows_per_second);
    offered.not_before = std::max(now, rested_at - seconds(options_.rows_burst / options_.rows_per_second));
    offered.slowed = offered.not_before > now;
  }
  waiting_.push_back(std::move(offered));
  wake_.notify_one();
}

void Ingest::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    auto group = Gather(lock);
    if (group.empty()) continue;
    lock.unlock();
    Store(group);
    lock.lock();
    for (const auto& batch : group) Count(batch.agent);
    ForgetSome();
    wake_.notify_all();
    stored_.notify_all();
    lock.unlock();
    for (auto& batch : group) batch.done(std::move(*batch.result));
    lock.lock();
  }
}

// Takes what may be stored now, oldest first; waits when there is nothing.
std::vector<Ingest::Batch> Ingest::Gather(std::unique_lock<std::mutex>& lock) {
  std::vector<Batch> group;
  std::size_t rows = 0;
  const auto now = Clock::now();
  auto next = now + std::chrono::seconds(1);
  for (auto batch = waiting_.begin(); batch != waiting_.end() && rows < kGroupRows && group.size() < kGroupBatches;) {
    if (batch->not_before > now) next = std::min(next, batch->not_before);
    if (batch->not_before > now || !busy_.insert(batch->agent).second) {
      ++batch;
      continue;
    }
    rows += batch->rows;
    group.push_back(std::move(*batch));
    batch = waiting_.erase(batch);
  }
  if (group.empty()) wake_.wait_until(lock, next);
  return group;
}

void Ingest::Store(std::vector<Batch>& group) {
  const auto attempt = [this](std::vector<Batch*> batches, bool careful) -> std::optional<Error> {
    try {
      StoreTogether(batches, careful);
      return std::nullopt;
    } catch (const db::Unavailable& error) {
      spdlog::error("inventory: {}", error.what());
      return Error{.code = ErrorCode::kUnavailable, .message = "the console's database is away; come back shortly"};
    } catch (const std::exception& error) {
      spdlog::warn("inventory of {}{}: {}", batches.front()->agent, batches.size() > 1 ? " and others" : "",
                   error.what());
      return Error{.code = ErrorCode::kInternal, .message = "the console could not store this batch; its log says why"};
    }
  };
  std::vector<Batch*> all;
  all.reserve(group.size());
  for (auto& batch : group) all.push_back(&batch);
  const auto failed = attempt(all, false);
  if (!failed) return;
  for (Batch* batch : all) {
    // One bad row must not hold up other agents, nor the other rows of its own.
    const auto error = failed->code == ErrorCode::kUnavailable ? failed : attempt({batch}, true);
    if (error) batch->result = tl::unexpected(*error);
  }
}

void Ingest::Count(const std::string& agent) {
  busy_.erase(agent);
  Memory& memory = memory_[agent];
  remembered_ -= memory.remembered;
  memory.remembered = memory.Size();
  remembered_ += memory.remembered;
}

// The longest unused go first: a full send of theirs will cost more, and nothing else.
void Ingest::ForgetSome() {
  if (remembered_ <= options_.remembered) return;
  std::vector<std::pair<Clock::time_point, std::string>> agents;
  for (const auto& [uid, memory] : memory_) {
    if (!busy_.contains(uid)) agents.emplace_back(memory.used, uid);
  }
  std::sort(agents.begin(), agents.end());
  for (const auto& [used, uid] : agents) {
    if (remembered_ <= options_.remembered * 9 / 10) return;
    remembered_ -= memory_[uid].remembered;
    memory_.erase(uid);
  }
}

void Ingest::ArrangeSessions() {
  owner_.Acquire()->Query("select inventory.arrange_sessions($1::int)", {std::to_string(options_.session_months)});
}

const InventoryTable& Ingest::TableOf(db::Connection& connection, const std::string& entity) {
  const std::lock_guard lock(tables_mutex_);
  const auto found = tables_.find(entity);
  if (found != tables_.end()) return found->second;
  return tables_.emplace(entity, InventoryTable(connection, entity)).first->second;
}

}  // namespace steward::agentlink
