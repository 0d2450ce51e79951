// SPDX-License-Identifier: Apache-2.0
#include "agent/command_runner.hpp"

#include <spdlog/spdlog.h>

namespace steward::agent {

CommandRunner::CommandRunner(CommandLog& log, Execute execute, std::function<void()> settle, int threads)
    : log_(log), execute_(std::move(execute)), settle_(std::move(settle)) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

void CommandRunner::Receive(const Command& command) {
  if (const auto known = Known(command.id())) return report_(*known);
  if (command.begun()) {
    return Refuse(command,
                  "The agent has no record of it any more (its state folder was lost), so it is not known whether it "
                  "took effect. Look before you repeat it.");
  }
  const std::lock_guard lock(mutex_);
  if (!queued_.insert(command.id()).second) return;
  queue_.push_back({command, std::chrono::steady_clock::now()});
  wake_.notify_one();
}

std::optional<CommandUpdate> CommandRunner::Known(const std::string& id) {
  if (auto known = log_.Find(id)) return known;
  const std::lock_guard lock(mutex_);
  const auto refused = refused_.find(id);
  return refused == refused_.end() ? std::nullopt : std::optional(refused->second);
}

void CommandRunner::Acked(const std::string& id) {
  log_.Acked(id);
  const std::lock_guard lock(mutex_);
  refused_.erase(id);
}

void CommandRunner::Ended(const CommandUpdate& end) {
  log_.End(end);
  report_(end);
}

void CommandRunner::Connected() {
  std::vector<CommandUpdate> ends = log_.Unreported();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, update] : refused_) ends.push_back(update);
  }
  for (const auto& end : ends) report_(end);
}

void CommandRunner::Work() {
  while (true) {
    Waiting next;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    Carry(next);
    const std::lock_guard lock(mutex_);
    queued_.erase(next.command.id());
  }
}

void CommandRunner::Carry(const Waiting& waiting) {
  const Command& command = waiting.command;
  if (std::chrono::steady_clock::now() - waiting.arrived > std::chrono::seconds(command.valid_seconds())) {
    return Refuse(command, "The agent was busy with other commands until this one was no longer valid.");
  }
  try {
    if (!log_.Begin(command)) return;
  } catch (const std::exception& error) {
    return Refuse(command, std::string("The agent cannot write down that it begins, so it did not: ") + error.what());
  }
  CommandUpdate update;
  update.set_id(command.id());
  report_(update);
  auto told = std::chrono::steady_clock::now();
  const Progress progress = [&](std::uint32_t percent) {
    const auto now = std::chrono::steady_clock::now();
    if (percent == update.percent() || now - told < std::chrono::seconds(1)) return;
    told = now;
    update.set_percent(percent);
    report_(update);
  };
  CommandOutcome outcome;
  try {
    outcome = execute_(command, progress);
  } catch (const std::exception& error) {
    outcome = {false, error.what()};
  }
  if (outcome.later) return;
  update.set_state(outcome.done ? CommandUpdate::DONE : CommandUpdate::FAILED);
  update.set_percent(outcome.done ? 100 : 0);
  update.set_message(outcome.message);
  update.set_result(std::move(outcome.result));
  update.mutable_found()->Assign(outcome.found.begin(), outcome.found.end());
  log_.End(update);
  spdlog::info("Command {}: {}{}", command.id(),
               outcome.done ? "done" : "failed: ", outcome.done ? "" : outcome.message);
  settle_();
  report_(update);
}

// Not begun, so not in the log: the console stores the refusal, and a repetition after a restart is looked at anew.
void CommandRunner::Refuse(const Command& command, const std::string& reason) {
  CommandUpdate update;
  update.set_id(command.id());
  update.set_state(CommandUpdate::FAILED);
  update.set_message(reason);
  spdlog::error("Command {} refused: {}", command.id(), reason);
  {
    const std::lock_guard lock(mutex_);
    refused_[command.id()] = update;
  }
  report_(update);
}

void CommandRunner::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace steward::agent
