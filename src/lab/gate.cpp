// SPDX-License-Identifier: Apache-2.0
#include "lab/gate.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <stdexcept>

namespace steward::lab {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMaxQueued = 1U << 20U;  // bytes on the way in one direction
constexpr int kLookMs = 20;                    // how soon a new mode is seen

void CloseHard(int socket, bool reset) {
  if (socket < 0) return;
  if (reset) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  }
  close(socket);
}

void Prepare(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
}

/// One direction of a connection.
struct Lane {
  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };
  int from;
  int to;
  std::deque<Piece> queue;
  std::size_t queued = 0;
  Clock::time_point free_at{};  ///< when the throttle lets the next bytes through
  bool ended = false;           ///< `from` has said all

  /// False when the connection is over.
  bool Read(std::chrono::milliseconds delay) {
    std::array<char, 16384> buffer{};
    const auto size = recv(from, buffer.data(), buffer.size(), 0);
    if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
    if (size == 0) {
      ended = true;
      return true;
    }
    queue.push_back({Clock::now() + delay, std::string(buffer.data(), static_cast<std::size_t>(size))});
    queued += static_cast<std::size_t>(size);
    return true;
  }

  bool Ready(Clock::time_point now) const { return !queue.empty() && queue.front().due <= now && free_at <= now; }

  /// Hands on what is due; the number of bytes, or -1 when the other end is gone.
  std::int64_t Write(std::uint64_t bytes_per_second) {
    auto& piece = queue.front();
    const std::size_t most =
        bytes_per_second == 0 ? piece.bytes.size() : std::max<std::size_t>(bytes_per_second / 20, 1);
    const auto size = send(to, piece.bytes.data(), std::min(most, piece.bytes.size()), MSG_NOSIGNAL);
    if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    piece.bytes.erase(0, static_cast<std::size_t>(size));
    queued -= static_cast<std::size_t>(size);
    if (piece.bytes.empty()) queue.pop_front();
    if (bytes_per_second > 0) {
      free_at = std::max(free_at, Clock::now()) +
                std::chrono::microseconds(1'000'000 * size / static_cast<std::int64_t>(bytes_per_second));
    }
    return size;
  }
};

}  // namespace

/// A connection and its way on.
class Gate::Passage {
 public:
  Passage(Gate& gate, int client, int server)
      : gate_(gate), lanes_{Lane{client, server, {}}, Lane{server, client, {}}} {}
  ~Passage() {
    CloseHard(lanes_[0].from, reset_);
    CloseHard(lanes_[0].to, reset_);
  }
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;

  void Run() {
    while (!gate_.stopping_ && Step(gate_.Mode())) {
    }
  }

 private:
  /// False when the connection is over.
  bool Step(const GateMode& mode) {
    if (mode.kind == GateMode::Kind::kReset) {
      reset_ = true;
      return false;
    }
    if (mode.kind == GateMode::Kind::kSilent) {
      poll(nullptr, 0, kLookMs);
      return true;
    }
    std::array<pollfd, 2> sockets{};
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      const bool reads = !lanes_[i].ended && lanes_[i].queued < kMaxQueued;
      sockets[i] = {.fd = reads ? lanes_[i].from : -1, .events = POLLIN, .revents = 0};
    }
    const auto now = Clock::now();
    const bool ready = std::any_of(lanes_.begin(), lanes_.end(), [now](const Lane& lane) { return lane.Ready(now); });
    const bool waits = std::any_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return !lane.queue.empty(); });
    poll(sockets.data(), sockets.size(), ready ? 0 : (waits ? 1 : kLookMs));
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (sockets[i].revents != 0 && !lanes_[i].Read(mode.delay)) return false;
      while (lanes_[i].Ready(Clock::now())) {
        const auto size = lanes_[i].Write(mode.bytes_per_second);
        if (size < 0) return false;
        if (size == 0) break;
        gate_.bytes_ += static_cast<std::uint64_t>(size);
        passed_ += static_cast<std::uint64_t>(size);
        if (mode.cut_after > 0 && passed_ >= mode.cut_after) return false;
      }
      if (lanes_[i].ended && lanes_[i].queue.empty()) return false;
    }
    return true;
  }

  Gate& gate_;
  std::array<Lane, 2> lanes_;
  std::uint64_t passed_ = 0;
  bool reset_ = false;
};

Gate::Gate(std::string to_host, std::uint16_t to_port, std::uint16_t port)
    : to_host_(std::move(to_host)), to_port_(to_port), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  if (bind(listener_, any, size) != 0 || listen(listener_, 1024) != 0 || getsockname(listener_, any, &size) != 0) {
    const std::string reason = std::strerror(errno);
    close(listener_);
    throw std::runtime_error("The gate cannot listen on port " + std::to_string(port) + ": " + reason);
  }
  port_ = ntohs(address.sin_port);
  Prepare(listener_);
  acceptor_ = std::thread([this] { Accept(); });
}

Gate::~Gate() {
  stopping_ = true;
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  close(listener_);
}

void Gate::Set(GateMode mode) {
  const std::lock_guard lock(mutex_);
  mode_ = mode;
}

GateMode Gate::Mode() const {
  const std::lock_guard lock(mutex_);
  return mode_;
}

Gate::Counts Gate::Now() const {
  return {accepted_, open_, bytes_};
}

void Gate::Accept() {
  while (!stopping_) {
    pollfd entry{listener_, POLLIN, 0};
    if (poll(&entry, 1, kLookMs) <= 0) continue;
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    ++accepted_;
    threads_.emplace_back([this, client] { Serve(client); });
  }
}

int Gate::Dial() const {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(to_host_.c_str(), std::to_string(to_port_).c_str(), &hints, &found) != 0) return -1;
  int server = socket(found->ai_family, SOCK_STREAM, 0);
  if (connect(server, found->ai_addr, found->ai_addrlen) != 0) {
    close(server);
    server = -1;
  }
  freeaddrinfo(found);
  return server;
}

void Gate::Serve(int client) {
  if (Mode().kind == GateMode::Kind::kReset) return CloseHard(client, true);
  const int server = Dial();
  if (server < 0) return CloseHard(client, true);
  Prepare(client);
  Prepare(server);
  ++open_;
  Passage(*this, client, server).Run();
  --open_;
}

}  // namespace steward::lab
