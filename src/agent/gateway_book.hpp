// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <mutex>
#include <vector>

#include "agent/config.hpp"
#include "agentproto/link.pb.h"

namespace steward::agent {

/// The gateways that the console told of, kept in a file of the state folder. Thread-safe.
class GatewayBook {
 public:
  /// Reads `file`; what cannot be read counts as no list.
  explicit GatewayBook(std::filesystem::path file);

  /// Where the file is in a state folder.
  static std::filesystem::path In(const std::filesystem::path& state) { return state / "gateways.json"; }

  /// Takes the console's list and writes it down.
  void Take(const GatewayList& list);
  std::uint64_t Revision() const;  ///< 0 = no list
  /// Where to try in order: the list, then those of `setup` that are not in it.
  std::vector<ConsoleAddress> Order(const std::vector<ConsoleAddress>& setup) const;

 private:
  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::uint64_t revision_ = 0;
  std::vector<ConsoleAddress> gateways_;
};

}  // namespace steward::agent
