// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lab/model.hpp"

namespace steward::lab {

/// How a simulated server answers. kOk is the normal way; the others are the faults that a console must live with.
/// kSlow takes four seconds over each order.
enum class FaultMode { kOk, kError500, kHang, kGarbage, kRefuseToken, kSlow };

struct Customer {
  std::string name{}, reseller{};
};

struct EstateServer {
  std::size_t customer = 0;
  std::string user{}, password{};
  FaultMode mode = FaultMode::kOk;
  BackupServer server{};
};

/// A provider's world: resellers, their customers, and the customers' backup servers with fourteen days of history.
struct Estate {
  std::uint64_t seed = 0;
  Moment start{};
  std::vector<std::string> resellers{};
  std::vector<Customer> customers{};
  std::vector<EstateServer> servers{};
};

/// The demo: 3 resellers, 12 customers, 15 servers; the last customer has every problem there is. The same seed and
/// start make the same estate to the byte.
Estate MakeDemoEstate(std::uint64_t seed, Moment start);

/// One small server (tests, single simulators): 3 jobs, about 12 machines.
BackupServer MakeSmallServer(std::uint64_t seed, Moment start, bool modern);

/// What the demo's driver needs to know of each server: where it listens and how to sign in.
nlohmann::json Describe(const Estate& estate, const std::string& host, const std::vector<std::uint16_t>& ports,
                        const std::vector<std::string>& certificate_fingerprints);

}  // namespace steward::lab
