// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>

#include "agent/backoff.hpp"
#include "agent/command_runner.hpp"
#include "agent/config.hpp"
#include "agent/gateway_book.hpp"
#include "agent/identity.hpp"
#include "agent/package_fetch.hpp"
#include "agent/status.hpp"
#include "agent/sync_store.hpp"
#include "agentproto/link.pb.h"
#include "net/client.hpp"

namespace steward::agent {

/// What one connection to the console asks of the caller when it is over.
struct LinkEnd {
  bool healthy = false;          ///< got as far as Welcome, or was enrolled: the back-off starts over
  bool at_once = false;          ///< reconnect now (just enrolled)
  std::chrono::seconds wait{0};  ///< at least this long (the console asked for it)
  std::string reason;
};

/// One connection: enrols without a certificate; with one says Hello, then syncs and beats until the end. Pure of
/// sockets and threads' timing: messages come in, messages go out through WebSocket. Tested with a fake console.
class LinkSession : public net::WebSocketHandler {
 public:
  struct Parts {
    Identity& identity;
    SyncStore& store;
    StatusBoard& status;
    CommandRunner& commands;
    GatewayBook& gateways;
    PackageFetch& packages;
    std::string host_name, version, tag, token;
    std::string account, password;  ///< instead of a token
    std::string process;            ///< random, the same for as long as this process lives
    std::vector<std::string> adapters;
    std::function<void()> collect_now;
    std::function<void()> welcomed;  ///< each time that the console has taken this agent in
  };
  explicit LinkSession(Parts parts) : parts_(std::move(parts)) {}

  void OnOpen(std::shared_ptr<net::WebSocket> socket) override;
  void OnMessage(std::string message) override;
  void OnClose(std::string reason) override;

  /// Sends what the store has to send. Called after each change and each answer.
  void Pump();
  /// Sends a heartbeat; the link's timer calls this.
  void Beat();
  /// Tells the console where a command stands; dropped without a connection (ends are repeated on the next one).
  void Report(const CommandUpdate& update);
  /// Asks for a piece of a package; dropped without a connection.
  void Request(const PackageRequest& request);
  std::chrono::seconds HeartbeatPeriod() const { return heartbeat_.load(); }
  LinkEnd End() const;
  void Close(const std::string& reason);

 private:
  void OnEnrolResult(const EnrolResult& result);
  void OnWelcome(const Welcome& welcome);
  void OnGateways(const GatewayList& list);
  void PlanRenewal();
  void Send(const AgentFrame& frame);

  Parts parts_;
  mutable std::mutex mutex_;
  std::shared_ptr<net::WebSocket> socket_;
  std::atomic<bool> welcomed_{false};
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> renew_at_{kNever};  ///< Unix time
  std::atomic<std::chrono::seconds> heartbeat_{std::chrono::seconds{5}};
  LinkEnd end_;
  bool closing_ = false;
};

/// Keeps a connection to the console for as long as the agent lives.
class Link {
 public:
  Link(const AgentConfig& config, LinkSession::Parts parts);
  /// Blocks until Stop.
  void Run();
  void Stop();
  /// False when the link's threads have not moved for minutes though they should have. Any thread.
  bool Alive() const;

 private:
  /// Where to try now: the first of the gateways, or as many places behind it as tries have failed since a good
  /// connection.
  ConsoleAddress NextAddress() const;
  void RunOnce(const ConsoleAddress& address);
  void Serve(const std::weak_ptr<LinkSession>& session);
  bool Sleep(std::chrono::milliseconds time);
  std::shared_ptr<LinkSession> Now();
  void Tick() { ticked_ = std::chrono::steady_clock::now().time_since_epoch().count(); }

  const AgentConfig& config_;
  LinkSession::Parts parts_;
  Backoff backoff_;
  std::size_t failed_tries_ = 0;
  std::atomic<std::chrono::steady_clock::rep> ticked_{std::chrono::steady_clock::now().time_since_epoch().count()};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<LinkSession> session_;
  bool stopping_ = false;
  bool work_ = false;
  LinkEnd last_;
};

}  // namespace steward::agent
