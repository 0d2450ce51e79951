// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"

namespace steward::net {

/// One outgoing HTTP call (libcurl).
struct ClientRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};
struct ClientOptions {
  std::string ca_pem;              ///< trust only this; empty = the system's store
  std::string pinned_fingerprint;  ///< SHA-256 of the server certificate, hex; accepted without a chain when it matches
  bool insecure = false;           ///< accept any certificate (lab and first contact only)
  std::chrono::seconds timeout{30};
  std::size_t max_body_bytes = 256U << 20U;
};

/// Blocking HTTP client with connection reuse; one instance per thread. Errors: kUnavailable with the reason in words
/// (name resolution, refused, timeout, TLS).
class HttpClient {
 public:
  explicit HttpClient(ClientOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  Result<ClientResponse> Send(const ClientRequest& request);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Trust and identity of outgoing connections, read once for many of them.
class ClientTls;
/// Trusts `ca_pem` only; certificate and key may be empty. Throws when one cannot be read.
std::shared_ptr<ClientTls> MakeClientTls(const std::string& ca_pem, const std::string& certificate_pem,
                                         const std::string& key_pem);

/// Outgoing WebSocket over TLS with an optional client certificate; trusts `ca_pem` only.
struct WebSocketClientOptions {
  std::string host;
  std::uint16_t port = 0;
  std::string path = "/agent";
  std::string ca_pem;           ///< the console's CA; the server's certificate must chain to it
  std::string certificate_pem;  ///< client certificate, may be empty
  std::string key_pem;
  std::shared_ptr<ClientTls> tls;              ///< used instead of the three when set
  std::chrono::seconds connect_timeout{15};    ///< name resolution and TCP
  std::chrono::seconds handshake_timeout{45};  ///< TLS and WebSocket: thousands may be before us
  std::chrono::seconds idle_timeout{90};       ///< no byte for this long (pings included) = dead
  std::size_t max_message_bytes = 16U << 20U;
};

/// Connects and runs the socket until it closes or `socket.Close` is called; blocks the calling thread. Returns the
/// reason of the end; a failed connect is an error in words (see kUnavailable).
Result<std::string> RunWebSocketClient(const WebSocketClientOptions& options, WebSocketHandler& handler);

/// Many outgoing WebSockets on one thread. Handlers and failures are called on that thread.
class WebSocketClients {
 public:
  WebSocketClients();
  /// Cuts what is still open, without a word to the handlers.
  ~WebSocketClients();
  WebSocketClients(const WebSocketClients&) = delete;
  WebSocketClients& operator=(const WebSocketClients&) = delete;

  /// Any thread. `failure` is called when it does not come to OnOpen. Certificate and key must be good.
  void Connect(WebSocketClientOptions options, std::shared_ptr<WebSocketHandler> handler,
               std::function<void(const Error&)> failure);
  /// Calls `then` on the thread after that time. Any thread.
  void After(std::chrono::milliseconds time, std::function<void()> then);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace steward::net
