// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/journal.hpp"
#include "agentproto/link.pb.h"

namespace steward::agent {

/// The agent's memory of the console's commands: which began, how they ended, which ends the console has heard. All is
/// on the disk before it counts, so no command runs twice. A command that was running when the agent died has failed.
/// Thread-safe.
class CommandLog {
 public:
  /// Opens or creates the journal. `continued` is a command that goes on over a change of programs (empty = none).
  /// Throws std::runtime_error naming the file.
  explicit CommandLog(const std::filesystem::path& journal, const std::string& continued = {});

  /// Notes that a command begins. False when it is known already: it must not run. Throws when it cannot be written
  /// down (disk full): it must not run either.
  bool Begin(const Command& command);
  /// Notes how it ended.
  void End(const CommandUpdate& end);
  /// The console has stored the end.
  void Acked(const std::string& id);

  /// Where a known command stands.
  std::optional<CommandUpdate> Find(const std::string& id) const;
  /// Ends the console has not acknowledged.
  std::vector<CommandUpdate> Unreported() const;

 private:
  static constexpr std::size_t kRemembered = 10'000;  ///< acknowledged commands whose ids are kept

  void Replay(const JournalRecord& record);
  void Remember(const std::string& id);
  void Compact();

  mutable std::mutex mutex_;
  Journal journal_;
  std::map<std::string, CommandUpdate> open_;    ///< running, or ended and not acknowledged
  std::map<std::string, CommandUpdate> closed_;  ///< acknowledged
  std::deque<std::string> order_;                ///< of closed_, oldest first
};

}  // namespace steward::agent
