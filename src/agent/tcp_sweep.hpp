// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace steward::agent {

struct SweepLimits {
  std::chrono::milliseconds connect{1000};  ///< for one try
  std::chrono::seconds total{600};
};

struct SweepResult {
  std::set<std::uint32_t> asked;                               ///< every port of them was tried
  std::map<std::uint32_t, std::set<std::uint16_t>> answering;  ///< open ports; none = it only refused
};

/// Tries to connect to every port of every address, at most 128 at once. A refusal is an answer too.
SweepResult SweepTcp(const std::vector<std::uint32_t>& addresses, const std::vector<std::uint16_t>& ports,
                     const SweepLimits& limits, const std::atomic<bool>& stop);

}  // namespace steward::agent
