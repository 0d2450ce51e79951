// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_connection.hpp"

#include <openssl/x509.h>

#include <array>

#include "net/client.hpp"

namespace steward::net {
namespace {

std::string NameText(const X509_NAME* name) {
  std::array<char, 512> text{};
  X509_NAME_oneline(name, text.data(), static_cast<int>(text.size()));
  return text.data();
}

/// What the peer showed when verification failed, for the message; OpenSSL hands it back by the SSL's own pointer.
struct VerifyTrace {
  std::string words;

  static int Look(int good, X509_STORE_CTX* store) {
    if (good != 0) return good;
    auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const X509* shown = X509_STORE_CTX_get_current_cert(store);
    static_cast<VerifyTrace*>(SSL_get_app_data(ssl))->words = fmt::format(
        "{}; the certificate shown is {} issued by {}", X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)),
        shown != nullptr ? NameText(X509_get_subject_name(shown)) : "unknown",
        shown != nullptr ? NameText(X509_get_issuer_name(shown)) : "unknown");
    return good;
  }
};

/// Drives connect, TLS and WebSocket handshake, then hands the stream to a WebSocketConnection.
class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  Dialer(asio::io_context& io, asio::ssl::context& context, const WebSocketClientOptions& options,
         WebSocketHandler& handler)
      : options_(options),
        handler_(handler),
        executor_(io.get_executor()),
        context_(context),
        resolver_(io),
        timer_(io),
        raw_(io) {}

  void Start() {
    timer_.expires_after(options_.connect_timeout);
    timer_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (!error) self->TimedOut();
    });
    resolver_.async_resolve(
        options_.host, std::to_string(options_.port),
        [self = shared_from_this()](beast::error_code error, const tcp::resolver::results_type& results) {
          if (error) return self->Failed("name resolution of " + self->options_.host, error);
          self->Connect(results);
        });
  }

  const std::optional<Error>& Failure() const { return failure_; }

 private:
  void TimedOut() {
    late_ = true;
    resolver_.cancel();
    beast::error_code ignored;
    raw_.close(ignored);
    if (socket_) socket_->next_layer().close();
  }

  void Connect(const tcp::resolver::results_type& results) {
    asio::async_connect(raw_, results, [self = shared_from_this()](beast::error_code error, const tcp::endpoint&) {
      if (error) return self->Failed(fmt::format("connect to {}:{}", self->options_.host, self->options_.port), error);
      self->Secure();
    });
  }

  void Secure() {
    beast::error_code ignored;
    raw_.set_option(tcp::no_delay(true), ignored);
    socket_.emplace(TlsStream(std::move(raw_), context_.native_handle(), TlsStream::Side::kClient));
    SSL* ssl = socket_->next_layer().native_handle();
    SSL_set_tlsext_host_name(ssl, options_.host.c_str());
    SSL_set_app_data(ssl, &trace_);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, VerifyTrace::Look);
    socket_->next_layer().AsyncHandshake([self = shared_from_this()](beast::error_code error) {
      if (error) return self->Failed("TLS handshake", error);
      self->Handshake();
    });
  }

  void Handshake() {
    timer_.cancel();
    SSL_set_verify(socket_->next_layer().native_handle(), SSL_VERIFY_PEER, nullptr);  // trace_ may go before the socket
    socket_->set_option(websocket::stream_base::timeout{options_.connect_timeout, options_.idle_timeout, true});
    socket_->async_handshake(options_.host, options_.path, [self = shared_from_this()](beast::error_code error) {
      if (error) return self->Failed("WebSocket handshake", error);
      // The caller's handler outlives the run; the connection must not delete it.
      std::shared_ptr<WebSocketHandler> handler(&self->handler_, [](WebSocketHandler*) {});
      auto connection = std::make_shared<WebSocketConnection<TlsStream>>(std::move(*self->socket_), handler,
                                                                         asio::any_io_executor(self->executor_));
      connection->Start(self->options_.max_message_bytes);
    });
  }

  void Failed(const std::string& step, beast::error_code error) {
    timer_.cancel();
    const std::string detail = late_ ? fmt::format("no answer within {} s", options_.connect_timeout.count())
                                     : (trace_.words.empty() ? error.message() : trace_.words);
    failure_ = Error{.code = ErrorCode::kUnavailable, .message = fmt::format("{} failed: {}", step, detail)};
  }

  const WebSocketClientOptions& options_;
  WebSocketHandler& handler_;
  asio::io_context::executor_type executor_;
  asio::ssl::context& context_;
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  tcp::socket raw_;
  VerifyTrace trace_;  // before socket_, whose TLS points to it
  std::optional<websocket::stream<TlsStream>> socket_;
  bool late_ = false;
  std::optional<Error> failure_;
};

/// Remembers why the socket ended.
class CloseRecorder : public WebSocketHandler {
 public:
  explicit CloseRecorder(WebSocketHandler& inner) : inner_(inner) {}
  void OnOpen(std::shared_ptr<WebSocket> socket) override { inner_.OnOpen(std::move(socket)); }
  void OnMessage(std::string message) override { inner_.OnMessage(std::move(message)); }
  void OnClose(std::string reason) override {
    reason_ = reason;
    inner_.OnClose(std::move(reason));
  }
  const std::string& Reason() const { return reason_; }

 private:
  WebSocketHandler& inner_;
  std::string reason_;
};

}  // namespace

Result<std::string> RunWebSocketClient(const WebSocketClientOptions& options, WebSocketHandler& handler) {
  asio::io_context io(1);
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
  context.add_certificate_authority(asio::buffer(options.ca_pem));
  if (!options.certificate_pem.empty()) {
    context.use_certificate_chain(asio::buffer(options.certificate_pem));
    context.use_private_key(asio::buffer(options.key_pem), asio::ssl::context::pem);
  }
  CloseRecorder recorder(handler);
  auto dialer = std::make_shared<Dialer>(io, context, options, recorder);
  dialer->Start();
  io.run();
  if (dialer->Failure()) return tl::unexpected(*dialer->Failure());
  return recorder.Reason();
}

}  // namespace steward::net
