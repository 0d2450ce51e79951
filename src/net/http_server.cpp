// SPDX-License-Identifier: Apache-2.0
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <atomic>
#include <condition_variable>
#include <limits>
#include <set>
#include <thread>

#include "net/beast.hpp"
#include "net/http.hpp"
#include "net/lanes.hpp"
#include "net/websocket_connection.hpp"
#include "spdlog/spdlog.h"

namespace steward::net {
namespace {

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

std::string PeerCertificatePem(SSL* ssl) {
  X509* certificate = SSL_get_peer_certificate(ssl);
  if (certificate == nullptr) return {};
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  X509_free(certificate);
  return pem;
}

std::string_view ReasonPhrase(int status) {
  if (status == 520) return "Error";
  const auto phrase = http::obsolete_reason(static_cast<http::status>(status));
  return {phrase.data(), phrase.size()};
}

/// Head and body in one buffer: one write, one TLS flush.
std::string Serialize(const Response& response, bool keep_alive, bool head_only) {
  std::string out;
  out.reserve(response.body.size() + 512);
  out += fmt::format("HTTP/1.1 {} {}\r\nContent-Length: {}\r\n", response.status, ReasonPhrase(response.status),
                     response.body.size());
  if (!response.content_type.empty()) out += fmt::format("Content-Type: {}\r\n", response.content_type);
  for (const auto& [name, value] : response.headers) out += fmt::format("{}: {}\r\n", name, value);
  out += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
  if (!head_only) out += response.body;
  return out;
}

asio::ssl::context MakeContext(const TlsConfig& config) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.use_certificate_chain(asio::buffer(config.certificate_pem));
  context.use_private_key(asio::buffer(config.key_pem), asio::ssl::context::pem);
  if (!config.client_ca_pem.empty()) {
    context.add_certificate_authority(asio::buffer(config.client_ca_pem));
    context.set_verify_mode(asio::ssl::verify_peer);
  }
  static constexpr unsigned char kSessionContext[] = "steward";
  SSL_CTX_set_session_id_context(context.native_handle(), kSessionContext, sizeof(kSessionContext) - 1);
  return context;
}

}  // namespace

/// How long a refused sender may go on sending before the connection is cut.
constexpr std::chrono::seconds kLinger{3};

/// How often sessions past their deadline are looked for: one look for all costs less than a timer for each step.
constexpr std::chrono::milliseconds kSweep{250};

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

struct ServerState {
  ServerState(ServerOptions o, Handler h, UpgradeHandler u, HandshakeFailure f)
      : options(std::move(o)),
        handler(std::move(h)),
        upgrade(std::move(u)),
        failure(std::move(f)),
        io(options.io_threads),
        workers(static_cast<std::size_t>(options.worker_threads)),
        lanes(io, workers, options.io_threads - 1) {
    if (!options.tls.certificate_pem.empty()) tls.emplace(MakeContext(options.tls));
  }

  ServerOptions options;
  Handler handler;
  UpgradeHandler upgrade;
  HandshakeFailure failure;
  asio::io_context io;
  asio::thread_pool workers;
  Lanes lanes;
  std::optional<asio::ssl::context> tls;
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable changed;
  std::set<SessionBase*> sessions;

  void Add(SessionBase* session) {
    const std::lock_guard lock(mutex);
    sessions.insert(session);
  }
  /// Cuts the sessions that are past their deadline.
  void Sweep() {
    const std::lock_guard lock(mutex);
    const auto now = SessionBase::Clock::now();
    for (SessionBase* session : sessions) {
      if (session->Late(now)) session->Abort();
    }
  }
  void Remove(SessionBase* session) {
    const std::lock_guard lock(mutex);
    sessions.erase(session);
    changed.notify_all();
  }
};

/// One HTTP connection: reads a request, has it answered, writes, reads the next (pipelined ones are answered in
/// order). All members run on the connection's strand; the handler runs in a lane or on a worker while the session does
/// nothing else.
template <typename Stream>
class HttpSession : public SessionBase, public std::enable_shared_from_this<HttpSession<Stream>> {
 public:
  HttpSession(std::shared_ptr<ServerState> state, Stream stream, std::string peer)
      : state_(std::move(state)), stream_(std::move(stream)), peer_(std::move(peer)) {
    state_->Add(this);
  }
  ~HttpSession() override { state_->Remove(this); }

  void Start() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      this->SetDeadline(state_->options.header_timeout);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](beast::error_code error) {
                                if (error) {
                                  if (self->state_->failure) self->state_->failure(self->peer_, error.message());
                                  return;
                                }
                                self->certificate_ = PeerCertificatePem(self->stream_.native_handle());
                                self->AwaitRequest();
                              });
    } else {
      AwaitRequest();
    }
  }

  void Drain() override {
    auto weak = this->weak_from_this();
    asio::post(stream_.get_executor(), [weak] {
      if (auto self = weak.lock(); self && self->idle_) self->Lowest().cancel();
    });
  }

  void Abort() override {
    auto weak = this->weak_from_this();
    asio::post(stream_.get_executor(), [weak] {
      if (auto self = weak.lock(); self && self->Late(Clock::now())) self->Lowest().close();
    });
  }

 private:
  beast::tcp_stream& Lowest() { return beast::get_lowest_layer(stream_); }

  /// Waits (long) for the first byte, then (short) for the rest.
  void AwaitRequest() {
    if (state_->stopping) return Shutdown();
    if (buffer_.size() > 0) return ReadRequest();
    idle_ = true;
    this->SetDeadline(state_->options.idle_timeout);
    stream_.async_read_some(buffer_.prepare(16384),
                            [self = this->shared_from_this()](beast::error_code error, std::size_t size) {
                              self->idle_ = false;
                              if (error) return self->Shutdown();
                              self->buffer_.commit(size);
                              self->ReadRequest();
                            });
  }

  void ReadRequest() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(state_->options.max_header_bytes));
    parser_->body_limit(state_->options.max_body_bytes);
    this->SetDeadline(state_->options.header_timeout);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                              if (error) return self->ReadFailed(error);
                              if (beast::iequals(self->parser_->get()[http::field::expect], "100-continue"))
                                return self->Continue();
                              self->ReadBody();
                            });
  }

  void Continue() {
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(out_),
                      [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error) self->ReadBody();
                      });
  }

  void ReadBody() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                       if (error) return self->ReadFailed(error);
                       self->Answer();
                     });
  }

  void ReadFailed(beast::error_code error) {
    Error problem{.code = ErrorCode::kInvalid,
                  .message = "The request is not valid HTTP/1.1: " + error.message() + "."};
    if (error == http::error::end_of_stream || error == asio::ssl::error::stream_truncated) return Shutdown();
    if (error == http::error::body_limit) {
      problem.code = ErrorCode::kTooLarge;
      problem.message =
          fmt::format("The request body is larger than the {} bytes that are accepted. Send less per request.",
                      state_->options.max_body_bytes);
    } else if (error == http::error::header_limit) {
      problem.code = ErrorCode::kTooLarge;
      problem.message =
          fmt::format("The request line and headers are larger than {} bytes.", state_->options.max_header_bytes);
    } else if (error.category() != http::make_error_code(http::error::bad_method).category()) {
      return;
    }
    out_ = Serialize(ErrorResponse(problem), false, false);
    this->SetDeadline(kLinger);
    asio::async_write(stream_, asio::buffer(out_),
                      [self = this->shared_from_this()](beast::error_code failed, std::size_t) {
                        if (!failed) self->Discard();
                      });
  }

  /// Reads on for a moment: closing under a client that still sends would cost it the answer.
  void Discard() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(65536),
                            [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error) return self->Discard();
                              self->Shutdown();
                            });
  }

  Request TakeRequest() {
    auto message = parser_->release();
    Request request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    const std::string_view target = request.target;
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = PercentDecode(target.substr(0, mark), false);
    if (mark < target.size()) request.query = ParseQuery(target.substr(mark + 1), true);
    for (const auto& field : message) {
      request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    request.body = std::move(message.body());
    request.peer = peer_;
    request.peer_certificate = certificate_;
    return request;
  }

  void Answer() {
    if (websocket::is_upgrade(parser_->get())) return Upgrade();
    const bool keep_alive = parser_->get().keep_alive();
    const bool head_only = parser_->get().method() == http::verb::head;
    this->NoDeadline();
    auto request = std::make_shared<Request>(TakeRequest());
    state_->lanes.Run([self = this->shared_from_this(), keep_alive, head_only, request] {
      auto answer = self->CallAndSerialize(*request, keep_alive, head_only);
      asio::dispatch(self->stream_.get_executor(), [self, answer = std::move(answer)]() mutable {
        self->WriteText(std::move(answer.first), answer.second);
      });
    });
  }

  /// The answer's bytes, and whether the connection stays open.
  std::pair<std::string, bool> CallAndSerialize(Request& request, bool keep_alive, bool head_only) {
    const Response response = Call(request);
    const bool keep = keep_alive && !response.close && !state_->stopping;
    return {Serialize(response, keep, head_only), keep};
  }

  Response Call(Request& request) {
    try {
      return state_->handler(request);
    } catch (const std::exception& error) {
      spdlog::error("request {} {} failed: {}", request.method, request.path, error.what());
      return ErrorResponse(
          {.code = ErrorCode::kInternal, .message = "The console met an unexpected fault; its log has the details."});
    }
  }

  void Write(const Response& response, bool keep_alive, bool head_only) {
    WriteText(Serialize(response, keep_alive, head_only), keep_alive);
  }

  void WriteText(std::string text, bool keep_alive) {
    out_ = std::move(text);
    this->SetDeadline(state_->options.idle_timeout);
    asio::async_write(stream_, asio::buffer(out_),
                      [self = this->shared_from_this(), keep_alive](beast::error_code error, std::size_t) {
                        if (error) return;
                        if (!keep_alive) return self->Shutdown();
                        self->AwaitRequest();
                      });
  }

  void Shutdown() {
    this->SetDeadline(std::chrono::seconds(5));
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = this->shared_from_this()](beast::error_code) {});
    } else {
      beast::error_code ignored;
      Lowest().socket().shutdown(tcp::socket::shutdown_send, ignored);
    }
  }

  void Upgrade() {
    auto message = parser_->release();
    Request request;
    request.method = "GET";
    request.target = request.path = std::string(message.target());
    request.peer = peer_;
    request.peer_certificate = certificate_;
    auto handler = state_->upgrade ? state_->upgrade(request) : nullptr;
    if (!handler) {
      return Write(
          ErrorResponse({.code = ErrorCode::kNotFound, .message = "No WebSocket is served at " + request.path + "."}),
          false, false);
    }
    this->NoDeadline();
    auto socket = std::make_shared<websocket::stream<Stream>>(std::move(stream_));
    websocket::stream_base::timeout timeout{std::chrono::seconds(15), state_->options.idle_timeout, true};
    socket->set_option(timeout);
    auto upgrade = std::make_shared<http::request<http::string_body>>(std::move(message));
    socket->async_accept(*upgrade, [self = this->shared_from_this(), socket, upgrade,
                                    handler](beast::error_code error) {
      if (error) return;
      auto connection = std::make_shared<WebSocketConnection<Stream>>(
          std::move(*socket), handler, asio::any_io_executor(asio::make_strand(self->state_->workers.get_executor())));
      connection->Start(self->state_->options.max_message_bytes);
    });
  }

  std::shared_ptr<ServerState> state_;
  Stream stream_;
  std::string peer_;
  std::string certificate_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string out_;
  bool idle_ = false;
};

class HttpServer::Impl {
 public:
  Impl(ServerOptions options, Handler handler, UpgradeHandler upgrade, HandshakeFailure failure)
      : state_(std::make_shared<ServerState>(std::move(options), std::move(handler), std::move(upgrade),
                                             std::move(failure))),
        acceptor_(asio::make_strand(state_->io)),
        sweep_(acceptor_.get_executor()),
        work_(state_->io.get_executor()) {}

  ~Impl() { Stop(std::chrono::seconds(0)); }

  void Start() {
    const tcp::endpoint endpoint(asio::ip::make_address(state_->options.address), state_->options.port);
    beast::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(4096, error);
    if (error) {
      throw std::runtime_error(fmt::format("Cannot listen on {}:{}: {}. Is another program using the port?",
                                           state_->options.address, state_->options.port, error.message()));
    }
    port_ = acceptor_.local_endpoint().port();
    Accept();
    Sweep();
    for (int i = 0; i < state_->options.io_threads; ++i) {
      threads_.emplace_back([state = state_] { state->io.run(); });
    }
  }

  void Stop(std::chrono::seconds grace) {
    if (threads_.empty()) return;
    state_->stopping = true;
    asio::post(acceptor_.get_executor(), [this] {
      beast::error_code ignored;
      acceptor_.close(ignored);
      sweep_.cancel();
    });
    {
      std::unique_lock lock(state_->mutex);
      for (SessionBase* session : state_->sessions) session->Drain();
      state_->changed.wait_for(lock, grace, [this] { return state_->sessions.empty(); });
    }
    state_->workers.stop();
    state_->workers.join();
    state_->io.stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    state_->lanes.Clear();
  }

  std::uint16_t Port() const { return port_; }

 private:
  void Accept() {
    acceptor_.async_accept(asio::make_strand(state_->io), [this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || state_->stopping) return;
      if (!error) Begin(std::move(socket));
      Accept();
    });
  }

  void Sweep() {
    sweep_.expires_after(kSweep);
    sweep_.async_wait([this](beast::error_code error) {
      if (error) return;
      state_->Sweep();
      Sweep();
    });
  }

  void Begin(tcp::socket socket) {
    beast::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto remote = socket.remote_endpoint(ignored);
    const std::string peer = ignored ? std::string("unknown") : remote.address().to_string();
    if (state_->tls) {
      std::make_shared<HttpSession<TlsStream>>(state_, TlsStream(beast::tcp_stream(std::move(socket)), *state_->tls),
                                               peer)
          ->Start();
    } else {
      std::make_shared<HttpSession<PlainStream>>(state_, PlainStream(std::move(socket)), peer)->Start();
    }
  }

  std::shared_ptr<ServerState> state_;
  tcp::acceptor acceptor_;
  asio::steady_timer sweep_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;  // a request may be with a worker while io is idle
  std::vector<std::thread> threads_;
  std::uint16_t port_ = 0;
};

HttpServer::HttpServer(ServerOptions options, Handler handler, UpgradeHandler upgrade, HandshakeFailure failure)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler), std::move(upgrade), std::move(failure))) {}
HttpServer::~HttpServer() = default;
void HttpServer::Start() {
  impl_->Start();
}
void HttpServer::Stop(std::chrono::seconds grace) {
  impl_->Stop(grace);
}
std::uint16_t HttpServer::Port() const {
  return impl_->Port();
}

}  // namespace steward::net
