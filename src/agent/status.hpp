// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace steward::agent {

/// What the agent says about itself: written to `status.json` for `steward-agent status`, and its verdict goes out with
/// each heartbeat.
class StatusBoard {
 public:
  /// `version` is that of the running program.
  StatusBoard(std::filesystem::path file, std::string version);

  void SetLink(const std::string& state, const std::string& detail);
  void SetRevision(std::uint64_t revision);
  /// `problem` empty = this adapter works.
  void SetAdapter(const std::string& name, const std::string& problem);
  /// "Healthy", or what is wrong in words.
  std::string Verdict() const;

 private:
  void Write() const;

  std::filesystem::path file_;
  std::string version_;
  mutable std::mutex mutex_;
  std::string link_ = "Connecting", detail_, since_;
  std::uint64_t revision_ = 0;
  std::map<std::string, std::string> adapters_;
};

}  // namespace steward::agent
