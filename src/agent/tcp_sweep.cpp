// SPDX-License-Identifier: Apache-2.0
#include "agent/tcp_sweep.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace steward::agent {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kAtOnce = 128;
constexpr int kPollMilliseconds = 50;

struct Try {
  int socket = -1;
  std::uint32_t address = 0;
  std::uint16_t port = 0;
  Clock::time_point until;
};

class Sweep {
 public:
  Sweep(const SweepLimits& limits, SweepResult& result) : limits_(limits), result_(result) {}
  ~Sweep() {
    for (const auto& one : tries_) ::close(one.socket);
  }
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  bool Full() const { return tries_.size() >= kAtOnce; }
  bool Empty() const { return tries_.empty(); }

  /// False when this machine has no socket for it.
  bool Begin(std::uint32_t address, std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(address);
    const int outcome = ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    const Try one{socket, address, port, Clock::now() + limits_.connect};
    if (outcome != 0 && errno == EINPROGRESS) {
      tries_.push_back(one);
      return true;
    }
    Note(one, outcome == 0 ? 0 : errno);
    ::close(socket);
    return true;
  }

  void Wait() {
    std::vector<pollfd> polled;
    polled.reserve(tries_.size());
    for (const auto& one : tries_) polled.push_back({one.socket, POLLOUT, 0});
    ::poll(polled.data(), polled.size(), kPollMilliseconds);
    std::vector<Try> left;
    for (std::size_t i = 0; i < tries_.size(); ++i) {
      const bool ended = polled[i].revents != 0;
      if (ended) Note(tries_[i], ErrorOf(tries_[i].socket));
      if (ended || Clock::now() > tries_[i].until) {
        ::close(tries_[i].socket);
      } else {
        left.push_back(tries_[i]);
      }
    }
    tries_ = std::move(left);
  }

 private:
  static int ErrorOf(int socket) {
    int error = 0;
    socklen_t size = sizeof(error);
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
  }

  void Note(const Try& one, int error) {
    if (error == 0) result_.answering[one.address].insert(one.port);
    if (error == ECONNREFUSED) result_.answering.try_emplace(one.address);
  }

  const SweepLimits& limits_;
  SweepResult& result_;
  std::vector<Try> tries_;
};

}  // namespace

SweepResult SweepTcp(const std::vector<std::uint32_t>& addresses, const std::vector<std::uint16_t>& ports,
                     const SweepLimits& limits, const std::atomic<bool>& stop) {
  SweepResult result;
  Sweep sweep(limits, result);
  const auto end = Clock::now() + limits.total;
  for (const std::uint32_t address : addresses) {
    if (stop || Clock::now() > end) break;
    bool every = true;
    for (const std::uint16_t port : ports) {
      while (sweep.Full()) sweep.Wait();
      every &= sweep.Begin(address, port);
    }
    if (every) result.asked.insert(address);
  }
  while (!sweep.Empty()) sweep.Wait();
  return result;
}

}  // namespace steward::agent
