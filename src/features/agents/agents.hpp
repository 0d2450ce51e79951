// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/contract.hpp"
#include "net/authority.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// Management agents as an operator sees them: setup file, accept, reject, change, remove. Thread-safe.
class Agents {
 public:
  struct Link {
    /// "host:port" list for setup files, in the order agents try them.
    std::function<std::vector<std::string>()> addresses;
    std::function<void(const std::string&)> disconnect;
    std::vector<std::string> package_keys;  ///< public keys of the agent's packages
  };
  Agents(platform::Services services, const net::Authority& authority, Link link)
      : services_(services), authority_(authority), link_(std::move(link)) {}

  Result<contract::Answer> DownloadLinuxPackage(const contract::Call& call);
  /// Voids every setup file of an organization that no agent has used yet; connected agents stay.
  Result<contract::Answer> ResetTokens(const contract::Call& call);
  Result<contract::Answer> DeleteToken(const contract::Call& call);
  Result<contract::Answer> Accept(const contract::Call& call);
  Result<contract::Answer> Reject(const contract::Call& call);
  Result<contract::Answer> Patch(const contract::Call& call);
  Result<contract::Answer> Delete(const contract::Call& call);
  /// Has an agent send everything again: it connects anew and is told that the console holds nothing of it.
  Result<contract::Answer> Resync(const contract::Call& call);

 private:
  platform::Services services_;
  const net::Authority& authority_;
  Link link_;
};

}  // namespace steward::features
