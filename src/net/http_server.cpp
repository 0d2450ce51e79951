// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include "net/http1_session.hpp"

namespace steward::net {
namespace {

/// How often sessions past their deadline are looked for: one look for all costs less than a timer for each step.
constexpr std::chrono::milliseconds kSweep{250};

/// A connection until its TLS handshake has told what is spoken on it.
class Greeting : public SessionBase, public std::enable_shared_from_this<Greeting> {
 public:
  Greeting(ServerState& state, tcp::socket socket, Peer peer)
      : state_(state),
        stream_(std::move(socket), state_.tls->native_handle(), TlsStream::Side::kServer),
        peer_(std::move(peer)) {
    state_.Add(this);
  }
  ~Greeting() override {
    state_.handshakes.Leave(ticket_);
    state_.Remove(this);
  }

  void Start() {
    SetDeadline(state_.options.header_timeout);
    if (state_.trusted_proxies.Contains(peer_.address)) return ReadProxyHeader();
    Handshake();
  }
  void Drain() override { Post(); }
  void Abort() override { Post(); }

 private:
  void Post() {
    auto weak = weak_from_this();
    asio::post(stream_.get_executor(), [weak] {
      if (auto self = weak.lock(); self && !self->begun_) self->stream_.close();
    });
  }

  void Failed(const std::string& reason) {
    if (state_.failure) state_.failure(peer_.address, reason);
  }

  /// OpenSSL reads the socket itself: exactly the header's bytes are taken off it before.
  void ReadProxyHeader() {
    peer_.proxy = peer_.address;
    header_.resize(ProxyHeader::kFixed);
    asio::async_read(stream_.socket(), asio::buffer(header_), [self = shared_from_this()](auto error, std::size_t) {
      if (error) return self->Failed(fmt::format("no PROXY header came from a trusted gateway: {}", error.message()));
      const auto rest = ProxyHeader::RestOf(self->header_);
      if (!rest) return self->Failed(rest.error().message);
      self->ReadProxyRest(*rest);
    });
  }

  void ReadProxyRest(std::size_t size) {
    header_.resize(ProxyHeader::kFixed + size);
    asio::async_read(stream_.socket(), asio::buffer(header_) + ProxyHeader::kFixed,
                     [self = shared_from_this()](auto error, std::size_t) {
                       if (error) return self->Failed(fmt::format("a PROXY header was cut off: {}", error.message()));
                       auto header = ProxyHeader::Parse(self->header_);
                       if (!header) return self->Failed(header.error().message);
                       if (!header->source.empty()) self->peer_.address = std::move(header->source);
                       self->peer_.proxy_name = std::move(header->name);
                       self->header_ = {};
                       self->Handshake();
                     });
  }

  void Handshake() {
    SetDeadline(state_.options.handshake_wait);
    state_.handshakes.Enter([self = shared_from_this()](Turnstile::Ticket ticket) {
      asio::post(self->stream_.get_executor(), [self, ticket] {
        self->ticket_ = ticket;
        if (self->stream_.socket().is_open()) self->Secure();  // else it waited too long
      });
    });
  }

  void Secure() {
    SetDeadline(state_.options.header_timeout);
    stream_.AsyncHandshake([self = shared_from_this()](ErrorCodeOfIo error) {
      if (!error) return self->Begin();
      const bool proxied = self->peer_.proxy.empty() && TlsMetProxyHeader(self->stream_.socket().native_handle());
      self->Failed(proxied ? "a PROXY header came from an address that is not in trusted_gateways" : error.message());
    });
  }

  void Begin() {
    begun_ = true;
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(stream_.native_handle(), &protocol, &size);
    peer_.certificate = PeerOf(stream_.native_handle());
    if (size == 2) {
      std::make_shared<Http2Session>(state_, std::move(stream_), std::move(peer_))->Start();
    } else {
      std::make_shared<HttpSession<TlsStream>>(state_, std::move(stream_), std::move(peer_))->Start();
    }
  }

  ServerState& state_;
  TlsStream stream_;
  Peer peer_;
  Turnstile::Ticket ticket_ = 0;
  std::string header_;  ///< of the PROXY protocol, while it is read
  bool begun_ = false;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(ServerOptions options, Handler handler, UpgradeHandler upgrade, HandshakeFailure failure)
      : state_(std::make_unique<ServerState>(std::move(options), std::move(handler), std::move(upgrade),
                                             std::move(failure))),
        acceptor_(asio::make_strand(state_->io)),
        sweep_(acceptor_.get_executor()),
        work_(state_->io.get_executor()) {}

  ~Impl() { Stop(std::chrono::seconds(0)); }

  void Start() {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes the sockets itself
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
      threads_.emplace_back([this] { state_->io.run(); });
    }
  }

  void StopAccepting() {
    asio::post(acceptor_.get_executor(), [this] {
      beast::error_code ignored;
      acceptor_.close(ignored);
    });
  }

  void Stop(std::chrono::seconds grace) {
    if (threads_.empty()) return;
    state_->stopping = true;
    StopAccepting();
    {
      std::unique_lock lock(state_->mutex);
      for (SessionBase* session : state_->sessions) session->Drain();
      state_->changed.wait_for(lock, grace, [this] { return state_->sessions.empty(); });
    }
    asio::post(acceptor_.get_executor(), [this] { sweep_.cancel(); });
    state_->workers.stop();
    state_->workers.join();
    state_->io.stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    state_->lanes.Clear();
    state_->handshakes.Clear();
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
      state_->handshakes.Sweep();
      Sweep();
    });
  }

  void Begin(tcp::socket socket) {
    beast::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto remote = socket.remote_endpoint(ignored);
    Peer peer{.address = ignored ? std::string("unknown") : remote.address().to_string()};
    if (state_->tls) {
      std::make_shared<Greeting>(*state_, std::move(socket), std::move(peer))->Start();
    } else {
      std::make_shared<HttpSession<PlainStream>>(*state_, PlainStream(std::move(socket)), std::move(peer))->Start();
    }
  }

  std::unique_ptr<ServerState> state_;
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
void HttpServer::StopAccepting() {
  impl_->StopAccepting();
}
void HttpServer::Stop(std::chrono::seconds grace) {
  impl_->Stop(grace);
}
std::uint16_t HttpServer::Port() const {
  return impl_->Port();
}

}  // namespace steward::net
