// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "agentlink/commands.hpp"
#include "agentlink/ingest.hpp"
#include "net/http.hpp"
#include "platform/authority.hpp"

namespace steward::agentlink {

/// The console's end of all agent connections. Thread-safe; outlives its sessions.
class Hub {
 public:
  /// `instance` names this console in the database; `changed` is called after rows were stored.
  Hub(db::Pool& owner, const platform::Authority& authority, Commands& commands, std::string instance,
      std::function<void()> changed);

  /// Decides about a WebSocket upgrade: only /agent is served.
  std::shared_ptr<net::WebSocketHandler> Accept(const net::Request& request);
  /// Closes the connection of an agent that was removed or rejected.
  void Disconnect(const std::string& agent_uid);
  /// Sends an agent what waits for it, when it is connected here.
  void Deliver(const std::string& agent_uid);
  /// Asks every agent to come back later (graceful stop).
  void GoAway(unsigned retry_after_seconds, const std::string& reason);
  /// At start: no agent is connected to this console yet.
  void ForgetOldConnections();

 private:
  friend class Session;
  Result<agent::EnrolResult> Enrol(const agent::Enrol& request, const std::string& peer);
  void Register(const std::string& agent_uid, std::shared_ptr<net::WebSocket> socket);
  void Unregister(const std::string& agent_uid, const net::WebSocket* socket);

  db::Pool& owner_;
  const platform::Authority& authority_;
  Commands& commands_;
  std::string instance_;
  std::function<void()> changed_;
  Ingest ingest_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<net::WebSocket>> sockets_;
};

}  // namespace steward::agentlink
