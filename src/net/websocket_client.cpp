// SPDX-License-Identifier: Apache-2.0
#include "net/websocket_connection.hpp"

#include <openssl/x509.h>

#include <array>
#include <csignal>
#include <optional>
#include <thread>

#include "net/client.hpp"

namespace steward::net {

class ClientTls {
 public:
  asio::ssl::context context{asio::ssl::context::tls_client};
};

std::shared_ptr<ClientTls> MakeClientTls(const std::string& ca_pem, const std::string& certificate_pem,
                                         const std::string& key_pem) {
  auto tls = std::make_shared<ClientTls>();
  SSL_CTX_set_min_proto_version(tls->context.native_handle(), TLS1_2_VERSION);
  tls->context.set_verify_mode(asio::ssl::verify_peer);
  tls->context.add_certificate_authority(asio::buffer(ca_pem));
  if (!certificate_pem.empty()) {
    tls->context.use_certificate_chain(asio::buffer(certificate_pem));
    tls->context.use_private_key(asio::buffer(key_pem), asio::ssl::context::pem);
  }
  return tls;
}

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

/// Drives connect, TLS and WebSocket handshake, then hands the stream to a WebSocketConnection. Throws when certificate
/// or key cannot be read.
class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  using Failure = std::function<void(const Error&)>;
  Dialer(asio::io_context& io, WebSocketClientOptions options, std::shared_ptr<WebSocketHandler> handler,
         Failure failure)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        failure_(std::move(failure)),
        executor_(io.get_executor()),
        tls_(options_.tls ? options_.tls : MakeClientTls(options_.ca_pem, options_.certificate_pem, options_.key_pem)),
        resolver_(io),
        timer_(io),
        raw_(io) {}

  void Start() {
    Within(options_.connect_timeout);
    resolver_.async_resolve(
        options_.host, std::to_string(options_.port),
        [self = shared_from_this()](beast::error_code error, const tcp::resolver::results_type& results) {
          if (error) return self->Failed("name resolution of " + self->options_.host, error);
          self->Connect(results);
        });
  }

 private:
  void Within(std::chrono::seconds time) {
    limit_ = time;
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (!error) self->TimedOut();
    });
  }

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
    Within(options_.handshake_timeout);
    beast::error_code ignored;
    raw_.set_option(tcp::no_delay(true), ignored);
    socket_.emplace(TlsStream(std::move(raw_), tls_->context.native_handle(), TlsStream::Side::kClient));
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
    socket_->set_option(websocket::stream_base::timeout{options_.handshake_timeout, options_.idle_timeout, true});
    socket_->async_handshake(options_.host, options_.path, [self = shared_from_this()](beast::error_code error) {
      if (error) return self->Failed("WebSocket handshake", error);
      auto connection = std::make_shared<WebSocketConnection<TlsStream>>(std::move(*self->socket_), self->handler_,
                                                                         asio::any_io_executor(self->executor_));
      connection->Start(self->options_.max_message_bytes);
    });
  }

  void Failed(const std::string& step, beast::error_code error) {
    timer_.cancel();
    const std::string detail = late_ ? fmt::format("no answer within {} s", limit_.count())
                                     : (trace_.words.empty() ? error.message() : trace_.words);
    failure_({.code = ErrorCode::kUnavailable, .message = fmt::format("{} failed: {}", step, detail)});
  }

  WebSocketClientOptions options_;
  std::shared_ptr<WebSocketHandler> handler_;
  Failure failure_;
  asio::io_context::executor_type executor_;
  std::shared_ptr<ClientTls> tls_;
  tcp::resolver resolver_;
  asio::steady_timer timer_;
  tcp::socket raw_;
  VerifyTrace trace_;  // before socket_, whose TLS points to it
  std::optional<websocket::stream<TlsStream>> socket_;
  std::chrono::seconds limit_{0};  ///< for the step under way
  bool late_ = false;
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
  const auto recorder = std::make_shared<CloseRecorder>(handler);
  std::optional<Error> failure;
  std::make_shared<Dialer>(io, options, recorder, [&failure](const Error& error) { failure = error; })->Start();
  io.run();
  if (failure) return tl::unexpected(*failure);
  return recorder->Reason();
}

class WebSocketClients::Impl {
 public:
  Impl() : work_(io_.get_executor()), thread_([this] { io_.run(); }) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes the sockets itself
  }
  ~Impl() {
    io_.stop();
    thread_.join();
  }
  asio::io_context& Io() { return io_; }

 private:
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

WebSocketClients::WebSocketClients() : impl_(std::make_unique<Impl>()) {}
WebSocketClients::~WebSocketClients() = default;

void WebSocketClients::Connect(WebSocketClientOptions options, std::shared_ptr<WebSocketHandler> handler,
                               std::function<void(const Error&)> failure) {
  asio::post(impl_->Io(), [this, options = std::move(options), handler = std::move(handler),
                           failure = std::move(failure)]() mutable {
    std::make_shared<Dialer>(impl_->Io(), std::move(options), std::move(handler), std::move(failure))->Start();
  });
}

void WebSocketClients::After(std::chrono::milliseconds time, std::function<void()> then) {
  const auto timer = std::make_shared<asio::steady_timer>(impl_->Io(), time);
  timer->async_wait([timer, then = std::move(then)](beast::error_code error) {
    if (!error) then();
  });
}

}  // namespace steward::net
