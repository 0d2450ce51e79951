// SPDX-License-Identifier: Apache-2.0
#include "net/stream_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <list>

#include "net/stream_connection.hpp"

namespace steward::net {
namespace {

using Clock = StreamConnection::Clock;
constexpr int kLook = 250;  ///< milliseconds between looks for connections past their deadline
constexpr long kReadAhead =
    34L << 10U;  ///< bytes taken from a socket at once: two records of TLS; OpenSSL moves what is left over

SslContextPtr MakeContext(const StreamOptions& options) {
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  const auto certificate = ReaderOf(options.certificate_pem);
  const auto key_text = ReaderOf(options.key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  const CertificatePtr leaf(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
  if (!context || !key || !leaf || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    throw std::runtime_error("The server's certificate or key cannot be read, or they do not belong together.");
  }
  while (X509* chain = PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add0_chain_cert(context.get(), chain);
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY | SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_options(context.get(), SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_ciphersuites(context.get(), "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384");
  SSL_CTX_set_read_ahead(context.get(), 1);
  SSL_CTX_set_default_read_buffer_len(context.get(), kReadAhead);
  return context;
}

std::string AddressOf(const sockaddr_storage& from) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (from.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(from).sin_addr, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

class StreamServer::Impl {
 public:
  Impl(StreamOptions options, Serve serve) : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    state_.tls = MakeContext(options);
    state_.options = std::move(options);
    state_.serve = std::move(serve);
    state_.wake = [this] { Wake(); };
  }
  ~Impl() {
    Stop(std::chrono::seconds(0));
    if (listener_ >= 0) ::close(listener_);
    ::close(wake_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Start() {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes the sockets itself
    Listen();
    acceptor_ = std::thread([this] { Accept(); });
  }

  void Stop(std::chrono::seconds grace) {
    if (!acceptor_.joinable()) return;
    grace_ends_ = Clock::now() + grace;
    state_.stopping = true;
    Wake();
    acceptor_.join();
  }

  std::uint16_t Port() const { return port_; }

 private:
  struct Place {
    std::unique_ptr<StreamConnection> connection;
    std::thread thread;
  };

  void Wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  }

  void Listen() {
    const tcp::endpoint endpoint(asio::ip::make_address(state_.options.address), state_.options.port);
    listener_ = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (listener_ < 0 || ::bind(listener_, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
        ::listen(listener_, 4096) != 0) {
      throw std::runtime_error(fmt::format("Cannot listen on {}:{}: {}. Is another program using the port?",
                                           state_.options.address, state_.options.port, std::strerror(errno)));
    }
    tcp::endpoint bound;
    auto size = static_cast<socklen_t>(bound.capacity());
    ::getsockname(listener_, bound.data(), &size);
    port_ = bound.port();
  }

  /// The thread that accepts, and looks after those that were accepted.
  void Accept() {
    while (!state_.stopping) {
      Sweep();
      state_.crowded = places_.size() >= state_.options.connections;
      std::array<pollfd, 2> wait = {pollfd{wake_, POLLIN, 0}, pollfd{listener_, POLLIN, 0}};
      ::poll(wait.data(), state_.crowded ? 1 : 2, kLook);
      if (wait[0].revents != 0) Heard();
      if (!state_.crowded && wait[1].revents != 0) Take();
    }
    ::close(std::exchange(listener_, -1));
    EndAll();
  }

  void Heard() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_, &count, sizeof count);
  }

  void Take() {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int socket = ::accept4(listener_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    auto connection = std::make_unique<StreamConnection>(state_, socket, AddressOf(from));
    auto* running = connection.get();
    try {
      places_.push_back({std::move(connection), std::thread([running] { running->Run(); })});
    } catch (const std::system_error& error) {
      spdlog::error("a connection from {} is not served, the system has no thread for it: {}", AddressOf(from),
                    error.what());
    }
  }

  void Sweep() {
    const auto now = Clock::now();
    for (auto place = places_.begin(); place != places_.end();) {
      if (place->connection->Over()) {
        place->thread.join();
        place = places_.erase(place);
      } else {
        place->connection->Sweep(now);
        ++place;
      }
    }
  }

  void EndAll() {
    while (!places_.empty()) {
      for (auto& place : places_) Clock::now() < grace_ends_ ? place.connection->CutIdle() : place.connection->Cut();
      pollfd wait{wake_, POLLIN, 0};
      ::poll(&wait, 1, 50);
      Heard();
      Sweep();
    }
  }

  StreamState state_;
  std::list<Place> places_;
  std::thread acceptor_;
  Clock::time_point grace_ends_;
  int wake_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
};

StreamServer::StreamServer(StreamOptions options, Serve serve)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(serve))) {}
StreamServer::~StreamServer() = default;
void StreamServer::Start() {
  impl_->Start();
}
void StreamServer::Stop(std::chrono::seconds grace) {
  impl_->Stop(grace);
}
std::uint16_t StreamServer::Port() const {
  return impl_->Port();
}

}  // namespace steward::net
