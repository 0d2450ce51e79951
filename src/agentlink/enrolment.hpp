// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "agentlink/gateways.hpp"
#include "agentproto/link.pb.h"
#include "net/authority.hpp"
#include "platform/identity.hpp"

namespace steward::agentlink {

/// Decides about agents without a certificate: by the company token of a setup file, by the account of a company's
/// user, or by an operator's hand. Thread-safe.
class Enrolment {
 public:
  /// What it stands on; all outlive it.
  struct Parts {
    db::Pool& owner;
    const net::Authority& authority;
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
    db::Param location;                         ///< uid; none = the organization's default one
    std::optional<platform::Caller> account{};  ///< whose account let it in; none = a setup file did
  };
  /// Whether the agent with this key is new, or waits for an operator.
  bool MayStillBePlaced(const std::string& key_hash);
  Result<Place> ByAccount(const agent::Enrol& request, const std::string& peer);
  static std::optional<Place> ByToken(db::Connection& connection, const std::string& token,
                                      const db::Param& expelled_at);
  /// What a request has a right to.
  struct Right {
    std::optional<Place> place = {};  ///< none: it brings neither token nor account, or may not use it (now)
    db::Param note = {};              ///< why its token does not let it in, in words for operator and agent
  };
  /// `account` is the place that the account of the request has been found good for.
  static Right RightOf(db::Connection& connection, const agent::Enrol& request, const db::Rows& known,
                       std::optional<Place> account);
  /// Writes the agent down as new, or as accepted to its place.
  static db::Rows Store(db::Connection& connection, const agent::Enrol& request, const std::string& key_hash,
                        const Right& right, const std::string& peer);
  Result<agent::EnrolResult> Answer(db::Connection& connection, const agent::Enrol& request, const db::Rows& agent);

  Parts parts_;
  std::chrono::seconds certificate_lifetime_;
};

}  // namespace steward::agentlink
