// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "agentlink/commands.hpp"
#include "agentlink/enrolment.hpp"
#include "agentlink/gateways.hpp"
#include "agentlink/ingest.hpp"
#include "agentlink/packages.hpp"
#include "net/authority.hpp"
#include "net/http.hpp"

namespace steward::agentlink {

/// The console's end of all agent connections. Thread-safe; outlives its sessions.
class Hub {
 public:
  struct Options {
    std::string instance;  ///< names this console in the database
    std::chrono::seconds certificate_lifetime = net::Authority::kAgentLifetime;
    std::function<void()> changed;  ///< called after rows were stored
    Ingest::Options ingest;
  };
  /// What it stands on; all outlive it.
  struct Parts {
    db::Pool& owner;
    const net::Authority& authority;
    platform::Identity& identity;
    Commands& commands;
    Gateways& gateways;
    Packages& packages;
  };
  Hub(const Parts& parts, Options options);

  /// Decides about a WebSocket upgrade: only /agent is served.
  std::shared_ptr<net::WebSocketHandler> Accept(const net::Request& request);
  /// Answers GET /status: the console's time and version, and what it knows of the agent whose certificate is shown.
  net::Response Status(const net::Request& request, const std::string& version);
  /// Closes the connection of an agent that was removed or rejected.
  void Disconnect(const std::string& agent_uid);
  /// Sends an agent what waits for it, when it is connected here.
  void Deliver(const std::string& agent_uid);
  /// Writes the heartbeats that came since the last call, all in one statement. Called every few seconds.
  void FlushHeartbeats();
  /// Makes room for the sessions of the coming month, and drops those that are too old.
  void ArrangeSessions() { ingest_.ArrangeSessions(); }
  /// Sends every agent the list of gateways: it has changed.
  void SendGateways();
  /// Asks every agent to come back later (graceful stop).
  void GoAway(unsigned retry_after_seconds, const std::string& reason);
  /// Lets go of the connections, before the servers they came through are gone.
  void Forget();
  /// At start: no agent is connected to this console yet.
  void ForgetOldConnections();

 private:
  friend class Session;
  struct HeartBeat {
    std::string state;  ///< the agent's words
    std::uint64_t gateways_revision = 0;
  };
  /// A live connection of an agent.
  struct Connected {
    std::shared_ptr<net::WebSocket> socket;
    std::string process;  ///< Hello.instance
    std::chrono::steady_clock::time_point heard{};
    std::chrono::steady_clock::time_point asked{};  ///< whether it lives, because another came with its identity
  };
  /// kDuplicate: another process with the same identity is alive. kLater: it is asked whether it is.
  enum class Admission : std::uint8_t { kIn, kLater, kDuplicate };
  Admission Register(const std::string& agent_uid, Connected connection);
  void Heard(const std::string& agent_uid, const net::WebSocket* socket, HeartBeat beat);
  /// The connection of an agent, or null when it is not connected here.
  std::shared_ptr<net::WebSocket> SocketOf(const std::string& agent_uid);
  void Unregister(const std::string& agent_uid, const net::WebSocket* socket);

  db::Pool& owner_;
  const net::Authority& authority_;
  Commands& commands_;
  Gateways& gateways_;
  Packages& packages_;
  Options options_;
  Enrolment enrolment_;
  Ingest ingest_;
  std::mutex mutex_;
  std::map<std::string, Connected> agents_;
  std::map<std::string, HeartBeat> beats_;  ///< by agent, not yet written
  std::atomic<std::uint64_t> connections_{0};
};

}  // namespace steward::agentlink
