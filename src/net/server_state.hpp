// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <limits>
#include <optional>
#include <set>

#include "net/http.hpp"
#include "net/lanes.hpp"
#include "net/proxy_protocol.hpp"
#include "net/tls_stream.hpp"
#include "net/turnstile.hpp"

namespace steward::net {

/// What a server knows of its sessions.
class SessionBase {
 public:
  using Clock = std::chrono::steady_clock;
  virtual ~SessionBase() = default;
  /// Finish the request under way, then close; close at once when idle. Any thread.
  virtual void Drain() = 0;
  /// Cut the connection. Any thread.
  virtual void Abort() = 0;
  bool Late(Clock::time_point now) const { return now.time_since_epoch().count() > deadline_.load(); }

 protected:
  void SetDeadline(Clock::duration time) { deadline_ = (Clock::now() + time).time_since_epoch().count(); }
  void NoDeadline() { deadline_ = kNever; }

 private:
  static constexpr Clock::rep kNever = std::numeric_limits<Clock::rep>::max();
  std::atomic<Clock::rep> deadline_{kNever};
};

/// The other end of a connection; fields as in Request.
struct Peer {
  std::string address;
  PeerCertificate certificate;
  std::string proxy;
  std::string proxy_name;

  void Describe(Request& request) const;
};

/// TLS handshakes that are worked on at a time: each takes about a millisecond of CPU, so they are through within a
/// second or so, whoever else waits; and how long a peer may keep a place.
constexpr std::size_t kHandshakes = 512;
constexpr std::chrono::seconds kHandshakePatience{2};

/// What the sessions of one server share; outlives them.
struct ServerState {
  /// Throws when certificate, key or the addresses of proxies cannot be read.
  ServerState(ServerOptions o, Handler h, UpgradeHandler u, HandshakeFailure f);

  ServerOptions options;
  Handler handler;
  UpgradeHandler upgrade;
  HandshakeFailure failure;
  std::optional<asio::ssl::context> tls;
  AddressSet trusted_proxies;
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable changed;
  std::set<SessionBase*> sessions;
  Turnstile handshakes{kHandshakes, kHandshakePatience};
  // What sessions hang on; they go with it, and refer to all above until then.
  asio::io_context io;
  asio::thread_pool workers;
  Lanes lanes;

  void Add(SessionBase* session);
  void Remove(SessionBase* session);
  /// Cuts the sessions that are past their deadline.
  void Sweep();
  /// Hands the handler's answer, compressed when the client takes that, to `then`: now, or later from another thread. A
  /// fault becomes a 520. May block.
  void Call(const std::shared_ptr<Request>& request, std::function<void(Response)> then) const;
  /// The refusal of a body larger than the options allow.
  Response BodyTooLarge() const;
  /// The refusal of headers larger than the options allow.
  Response HeadTooLarge() const;
};

/// Sets target, path and query of a request from the target as sent.
void SetTarget(Request& request, std::string target);

}  // namespace steward::net
