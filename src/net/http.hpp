// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace steward::net {

/// One HTTP request, fully read. Header names are compared without case.
/// What a client's verified certificate says; all empty without one.
struct PeerCertificate {
  std::string common_name;
  std::chrono::sys_seconds not_after{};
};

struct Request {
  std::string method;                                      ///< upper case
  std::string target;                                      ///< raw request target as sent
  std::string path;                                        ///< percent-decoded path, no query
  std::vector<std::pair<std::string, std::string>> query;  ///< percent-decoded, in order, repeated names kept
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string peer;             ///< remote address, no port
  PeerCertificate certificate;  ///< of the client, verified
  std::string proxy;            ///< address of the trusted proxy it came through; empty = it came directly
  std::string proxy_name;       ///< what that proxy calls itself (unique id of the PROXY protocol); may be empty

  /// Value of the first header of that name, or empty.
  std::string_view Header(std::string_view name) const;
  /// First query value of that name, or nullptr.
  const std::string* Query(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool close = false;
  /// When set, the answer is not known yet and everything else here is ignored: called once with the function to hand
  /// it to, which may be called from any thread, once. No thread waits meanwhile.
  std::function<void(std::function<void(Response)>)> later = {};
};

/// A WebSocket of binary messages. Send and Close may be called from any thread; Send queues (bounded) and drops the
/// connection when the peer does not read.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  virtual void Send(std::string message) = 0;
  virtual void Close(std::string reason) = 0;
  virtual std::size_t QueuedBytes() const = 0;
  /// Called while a message is handled: no further one is read until ResumeReading, so that the peer has to wait.
  virtual void HoldReading() = 0;
  virtual void ResumeReading() = 0;
};

/// What a server does with an accepted WebSocket. Calls for one socket never overlap; they run on a worker thread.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  virtual void OnOpen(std::shared_ptr<WebSocket> socket) = 0;
  virtual void OnMessage(std::string message) = 0;
  virtual void OnClose(std::string reason) = 0;
};

/// Answers one request; runs on a worker thread and may block. Exceptions become a 520 without details.
using Handler = std::function<Response(Request&)>;
/// Decides about an upgrade request; nullptr refuses it with 404.
using UpgradeHandler = std::function<std::shared_ptr<WebSocketHandler>(const Request&)>;
/// Told of each TLS handshake that failed: peer address and OpenSSL's reason.
using HandshakeFailure = std::function<void(const std::string& peer, const std::string& reason)>;

struct TlsConfig {
  std::string certificate_pem;  ///< server certificate followed by its chain
  std::string key_pem;
  std::string client_ca_pem;  ///< when set, client certificates are asked for (not required) and verified against it
  bool http2 = false;         ///< speak HTTP/2 with clients that offer it (ALPN); WebSockets stay with HTTP/1.1
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 picks a free one, see HttpServer::Port
  TlsConfig tls;           ///< empty certificate = plain HTTP (tests and loopback only)
  /// Addresses and networks ("10.1.2.0/24") whose connections begin with a PROXY protocol v2 header, always: without
  /// one they are refused. From anywhere else such a header is refused. TLS servers only.
  std::vector<std::string> trusted_proxies = {};
  int io_threads = 1;      ///< all but one of them answer requests that are short
  int worker_threads = 4;  ///< answer requests that had to wait, and run WebSocket handlers
  std::size_t max_body_bytes = 4U << 20U;
  std::size_t max_header_bytes = 64U << 10U;
  std::size_t max_message_bytes = 16U << 20U;  ///< WebSocket message
  std::chrono::seconds handshake_wait{60};     ///< so long a connection waits for its turn to begin its TLS handshake
  std::chrono::seconds header_timeout{15};     ///< whole request must arrive within this
  std::chrono::seconds idle_timeout{75};       ///< keep-alive wait between requests
};

/// HTTPS server: HTTP/1.1 with keep-alive and pipelining, HTTP/2 where asked for, gzip. Stop() finishes the requests
/// under way (bounded), then returns.
class HttpServer {
 public:
  HttpServer(ServerOptions options, Handler handler, UpgradeHandler upgrade = {}, HandshakeFailure failure = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Binds and starts the threads. Throws std::runtime_error naming address and port when it cannot bind.
  void Start();
  /// Takes no more connections; those that are there go on.
  void StopAccepting();
  void Stop(std::chrono::seconds grace = std::chrono::seconds{10});
  std::uint16_t Port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Shape of the error answer of the REST API: {"errors":[{message,type,code,propertyName|parameterName,...}]}.
Response ErrorResponse(const Error& error);

/// Percent-decodes; '+' stays a plus unless `form` is set. Broken escapes are kept as they are.
std::string PercentDecode(std::string_view text, bool form);
/// Splits a raw query or form body into decoded pairs.
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view raw, bool form);

}  // namespace steward::net
