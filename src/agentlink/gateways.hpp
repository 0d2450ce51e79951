// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "agentproto/link.pb.h"
#include "db/connection.hpp"
#include "net/http.hpp"

namespace steward::agentlink {

/// A way for agents to this console.
struct Gateway {
  std::string uid, name, host;
  std::uint16_t port = 0;  ///< as agents reach it
  std::int64_t priority = 0;
  bool enabled = true;
  std::string console;  ///< instance of the console whose own listener it is; empty = a host of its own
};

/// Whether a host name leads nowhere but to the machine that uses it.
bool OnlyHere(const std::string& host);

/// The order in which an agent tries gateways: by the priority of their pools; those of one priority in an order that
/// is each agent's own, so that agents spread over them; consoles' own listeners last. Left out are gateways that are
/// disabled, and own listeners under names that only the console's machine knows (localhost). Pure.
std::vector<Gateway> OrderFor(const std::string& agent_uid, const std::vector<Gateway>& gateways);

/// The list of gateways, as this console last read it. Thread-safe.
class Gateways {
 public:
  /// `instance` names this console in the database.
  Gateways(db::Pool& owner, std::string instance);

  /// At start: this console's own listener is one of the gateways. Reads the list.
  void Begin(const std::string& host, std::uint16_t port);
  /// Reads the list anew, after a notice that it changed.
  void Reload();

  std::vector<Gateway> All() const;
  /// The list as an agent shall try it.
  agent::GatewayList For(const std::string& agent_uid) const;
  /// "host:port" of the gateways for the setup file of a new agent; without consoles' own listeners.
  std::vector<std::string> Addresses() const;
  /// Uid of the gateway a request came through: by the name it gave itself, else by its address; this console's own
  /// listener when it came directly. Null when a gateway is not known.
  db::Param Through(const net::Request& request) const;
  /// An agent has come through a gateway; written by Flush.
  void NoteConnection(const std::string& gateway_uid);
  void Flush();

 private:
  db::Pool& owner_;
  const std::string instance_;
  mutable std::mutex mutex_;
  std::uint64_t revision_ = 0;
  std::vector<Gateway> gateways_;
  std::map<std::string, std::int64_t> connections_;  ///< Unix time of the last one, by uid
};

}  // namespace steward::agentlink
