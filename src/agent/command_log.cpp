// SPDX-License-Identifier: Apache-2.0
#include "agent/command_log.hpp"

#include <spdlog/spdlog.h>

namespace steward::agent {
namespace {

using Kind = JournalRecord::Kind;
constexpr std::uint64_t kLargeJournal = 4U << 20U;

CommandUpdate Interrupted(const std::string& id) {
  CommandUpdate end;
  end.set_id(id);
  end.set_state(CommandUpdate::FAILED);
  end.set_message(
      "The agent was restarted while this ran, so it is not known whether it took effect. Look before you repeat it.");
  return end;
}

}  // namespace

CommandLog::CommandLog(const std::filesystem::path& journal, const std::string& continued) : journal_(journal) {
  journal_.Replay([this](const JournalRecord& record) { Replay(record); });
  for (auto& [id, update] : open_) {
    if (update.state() != CommandUpdate::RUNNING || id == continued) continue;
    update = Interrupted(id);
    spdlog::warn("Command {} was running when the agent ended", id);
  }
  Compact();
}

void CommandLog::Replay(const JournalRecord& record) {
  if (record.kind == Kind::kCommandAcked) return Remember(record.body);
  CommandUpdate update;
  if (!update.ParseFromString(record.body)) return;
  open_[update.id()] = update;
}

void CommandLog::Remember(const std::string& id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  found->second.clear_result();  // the console has it
  closed_[id] = std::move(found->second);
  order_.push_back(id);
  open_.erase(found);
  if (order_.size() > kRemembered) {
    closed_.erase(order_.front());
    order_.pop_front();
  }
}

void CommandLog::Compact() {
  journal_.Rewrite([this] {
    for (const auto& id : order_) {
      journal_.Append(Kind::kCommandEnded, closed_.at(id).SerializeAsString());
      journal_.Append(Kind::kCommandAcked, id);
    }
    for (const auto& [id, update] : open_) {
      journal_.Append(update.state() == CommandUpdate::RUNNING ? Kind::kCommandBegun : Kind::kCommandEnded,
                      update.SerializeAsString());
    }
  });
}

bool CommandLog::Begin(const Command& command) {
  const std::lock_guard lock(mutex_);
  if (open_.contains(command.id()) || closed_.contains(command.id())) return false;
  CommandUpdate running;
  running.set_id(command.id());
  journal_.Append(Kind::kCommandBegun, running.SerializeAsString());
  journal_.Sync();
  open_[command.id()] = std::move(running);
  return true;
}

void CommandLog::End(const CommandUpdate& end) {
  const std::lock_guard lock(mutex_);
  open_[end.id()] = end;
  try {
    journal_.Append(Kind::kCommandEnded, end.SerializeAsString());
    journal_.Sync();
  } catch (const std::exception& error) {  // the end is reported all the same; only a restart would forget it
    spdlog::error("The end of command {} could not be written down: {}", end.id(), error.what());
  }
}

void CommandLog::Acked(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(id);
  if (found == open_.end() || found->second.state() == CommandUpdate::RUNNING) return;
  Remember(id);
  try {
    journal_.Append(Kind::kCommandAcked, id);
    if (journal_.Size() > kLargeJournal) Compact();
  } catch (const std::exception& error) {
    spdlog::warn("The acknowledgement of command {} could not be written down: {}", id, error.what());
  }
}

std::optional<CommandUpdate> CommandLog::Find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = open_.find(id); found != open_.end()) return found->second;
  if (const auto found = closed_.find(id); found != closed_.end()) return found->second;
  return std::nullopt;
}

std::vector<CommandUpdate> CommandLog::Unreported() const {
  const std::lock_guard lock(mutex_);
  std::vector<CommandUpdate> ends;
  for (const auto& [id, update] : open_) {
    if (update.state() != CommandUpdate::RUNNING) ends.push_back(update);
  }
  return ends;
}

}  // namespace steward::agent
