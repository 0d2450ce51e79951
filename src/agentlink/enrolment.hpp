// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>

#include "agentlink/gateways.hpp"
#include "agentproto/link.pb.h"
#include "platform/authority.hpp"
#include "platform/identity.hpp"

namespace steward::agentlink {

/// Facts under the names of the contract's ComputerInfo; the management agents' view merges them as they are.
std::string FactsJson(const agent::HostFacts& facts);
/// The beginning of a text, at most `size` bytes.
std::string Limited(const std::string& text, std::size_t size);

/// Decides about agents without a certificate: by the company token of a setup file, by the account of a company's
/// user, or by an operator's hand. Thread-safe.
class Enrolment {
 public:
  /// What it stands on; all outlive it.
  struct Parts {
    db::Pool& owner;
    const platform::Authority& authority;
    platform::Identity& identity;
    Gateways& gateways;
  };
  Enrolment(const Parts& parts, std::chrono::seconds certificate_lifetime)
      : parts_(parts), certificate_lifetime_(certificate_lifetime) {}

  /// The verdict on a request from `peer`, stored when this returns. Errors in words for the agent's log: a bad
  /// request, a token or account that does not let it in.
  Result<agent::EnrolResult> Decide(const agent::Enrol& request, const std::string& peer);

 private:
  /// Where an agent belongs.
  struct Place {
    std::string organization;
    db::Param location;  ///< uid; none = the organization's default one
    std::string by;      ///< who let it in, for the audit; empty = a setup file
    platform::Caller caller = {};
  };
  static std::optional<Place> ByToken(db::Connection& connection, const std::string& token,
                                      const db::Param& expelled_at);
  Result<Place> ByAccount(db::Connection& connection, const agent::Enrol& request, const std::string& peer);
  /// What a request has a right to.
  struct Right {
    std::optional<Place> place = {};  ///< none: it brings neither token nor account, or may not use it (now)
    db::Param note = {};              ///< why its token does not let it in, in words for operator and agent
  };
  Result<Right> RightOf(db::Connection& connection, const agent::Enrol& request, const std::string& peer,
                        const db::Rows& known);
  /// Writes the agent down as new, or as accepted to its place.
  db::Rows Store(db::Connection& connection, const agent::Enrol& request, const std::string& key_hash,
                 const Right& right, const std::string& peer);
  Result<agent::EnrolResult> Answer(db::Connection& connection, const agent::Enrol& request, const db::Rows& agent);

  Parts parts_;
  std::chrono::seconds certificate_lifetime_;
};

}  // namespace steward::agentlink
