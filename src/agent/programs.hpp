// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "agentproto/link.pb.h"

namespace steward::agent {

/// The programs this agent may run: the installed one, and those that upgrades brought, which lie in `programs` of the
/// state folder. A new one is first tried beside the old one, then started in its place, and becomes the current one
/// when it has reached the console; one that does not is put aside. All is on the disk before it counts. Thread-safe.
class Programs {
 public:
  /// `own` is the version of the running program. Throws std::runtime_error when the folder cannot be used.
  Programs(const std::filesystem::path& state, std::string own);

  /// Where the program of a version lies.
  std::filesystem::path PathOf(const std::string& version) const;

  /// At the start, before all else: the program to be run in place of this one. A new one that was started
  /// `kStarts` times and never reached the console, or whose trial was cut off, is put aside first.
  std::optional<std::filesystem::path> Another();

  /// A command has brought this version; its trial begins. False while that of another command goes on.
  bool BeginTrial(const std::string& version, const std::string& command);
  /// The trial went well: the new program is started in place of this one.
  void TrialPassed();
  /// The new program is of no use, for this reason; the current one stays.
  void PutAside(const std::string& reason);
  /// The console has welcomed this program: it is the current one from now on. False when it was no new one.
  bool Confirm();

  /// Version that is being tried or was just started; empty = none.
  std::string Candidate() const;
  /// Command that goes on over the change of programs; empty = none.
  std::string PendingCommand() const;
  /// How the last such command ended, until Told.
  std::optional<CommandUpdate> Outcome() const;
  void Told();

  static constexpr int kStarts = 3;

 private:
  /// What the file holds. A change is written before it counts; when it cannot be written, nothing has changed.
  struct Facts {
    std::string current{};     ///< version; empty = the installed program
    std::string candidate{};   ///< version
    std::string command{};     ///< of the candidate
    int starts = 0;            ///< of the candidate; 0 = it is being tried
    std::string outcome_of{};  ///< command that ended
    bool outcome_done = false;
    std::string outcome_message{};
  };
  /// Writes and takes over; throws std::runtime_error when the disk does not have it.
  void Take(Facts next);
  /// The candidate's end: it is the current program from now on, or of no use.
  void End(bool done, const std::string& message);
  void RemoveOthers() const;

  std::filesystem::path file_, folder_;
  std::string own_;
  mutable std::mutex mutex_;
  Facts facts_;
};

}  // namespace steward::agent
