// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "agent/command_log.hpp"

namespace steward::agent {

/// What became of a command that was carried out.
struct CommandOutcome {
  bool done = false;
  std::string message;      ///< in words
  std::string result = {};  ///< what was asked for, when that is a document
  std::vector<FoundComputer> found = {};
  bool later = false;  ///< it goes on after this process has ended, and its end is told then
};

/// Tells how far a command under way is, in percent. May be called often; the console hears of it once a second.
using Progress = std::function<void(std::uint32_t percent)>;

/// Carries out the console's commands on a few threads, each at most once, and reports where they stand. Thread-safe.
class CommandRunner {
 public:
  static constexpr int kThreads = 4;
  using Execute = std::function<CommandOutcome(const Command&, const Progress&)>;
  using Report = std::function<void(const CommandUpdate&)>;

  /// `execute` runs on the runner's threads and may take its time. `settle` returns when what the command changed has
  /// reached the console, or cannot reach it now: the end is reported after it.
  /// Without threads nothing begins: the console sends it again to the next process.
  CommandRunner(CommandLog& log, Execute execute, std::function<void()> settle, int threads = kThreads);
  ~CommandRunner() { Stop(); }
  CommandRunner(const CommandRunner&) = delete;
  CommandRunner& operator=(const CommandRunner&) = delete;

  /// Where updates go; set once, before the first command.
  void ReportTo(Report report) { report_ = std::move(report); }
  /// A command arrived, perhaps not for the first time.
  void Receive(const Command& command);
  /// The console has stored an end.
  void Acked(const std::string& id);
  /// A command of an earlier process has ended so.
  void Ended(const CommandUpdate& end);
  /// A new connection: repeats the ends and refusals the console has not heard.
  void Connected();
  /// Ends the threads; waits for the commands that run.
  void Stop();

 private:
  struct Waiting {
    Command command;
    std::chrono::steady_clock::time_point arrived;
  };
  void Work();
  void Carry(const Waiting& waiting);
  std::optional<CommandUpdate> Known(const std::string& id);
  void Refuse(const Command& command, const std::string& reason);

  CommandLog& log_;
  Execute execute_;
  std::function<void()> settle_;
  Report report_ = [](const CommandUpdate&) {};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  std::set<std::string> queued_;
  std::map<std::string, CommandUpdate> refused_;  ///< not begun, so not in the log; until the console has them
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace steward::agent
