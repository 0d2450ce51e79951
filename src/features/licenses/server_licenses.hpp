// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/actions/actions.hpp"

namespace steward::features {

/// Licences of backup servers and sites, changed there by the server's agent, which reads back what the server made of
/// it. Thread-safe.
class ServerLicenses {
 public:
  ServerLicenses(platform::Services services, Actions& actions) : services_(services), actions_(actions) {}

  Result<contract::Answer> Install(const contract::Call& call);
  Result<contract::Answer> Delete(const contract::Call& call);
  Result<contract::Answer> Patch(const contract::Call& call);
  Result<contract::Answer> Update(const contract::Call& call);

 private:
  /// What is asked for, and how the audit log calls it.
  struct Wish {
    agent::LicenseAction action;
    std::string_view audit_type;
    std::string_view words;     ///< "Asked to WORDS of backup server NAME."
    bool shows_license = true;  ///< in the answer
  };
  Result<contract::Answer> Send(const contract::Call& call, Wish wish);

  platform::Services services_;
  Actions& actions_;
};

/// A server that takes licences.
struct LicensedServer {
  std::string uid, name, organization_uid;
};
/// An order to change the licence of a server, to the agent that manages it. Errors: kConflict when none does.
Result<agentlink::Order> LicenseOrder(db::Connection& connection, const LicensedServer& server,
                                      agent::LicenseAction action);

}  // namespace steward::features
