// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace steward::lab {

/// What a gate does to the connections through it, those that are open included.
struct GateMode {
  enum class Kind : std::uint8_t {
    kPass,    ///< hands on what comes, by the three settings below
    kSilent,  ///< accepts and hands on nothing either way; what comes waits
    kReset,   ///< resets what is open, and what comes as soon as it is accepted
  };
  Kind kind = Kind::kPass;
  std::chrono::milliseconds delay{0};  ///< each way
  std::uint64_t bytes_per_second = 0;  ///< each way, of each connection; 0 = no limit
  std::uint64_t cut_after = 0;  ///< bytes of a connection, both ways together, after which it is closed; 0 = never
};

/// A TCP way between an agent and a gateway that can be made bad. Listens on loopback; a thread per connection.
/// Thread-safe.
class Gate {
 public:
  struct Counts {
    std::uint64_t accepted = 0;
    std::uint64_t open = 0;
    std::uint64_t bytes = 0;  ///< handed on, both ways
  };
  /// Throws std::runtime_error in words when it cannot listen. Port 0 = any free one.
  Gate(std::string to_host, std::uint16_t to_port, std::uint16_t port);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  std::uint16_t Port() const { return port_; }
  void Set(GateMode mode);
  GateMode Mode() const;
  Counts Now() const;

 private:
  class Passage;
  void Accept();
  void Serve(int client);
  int Dial() const;

  const std::string to_host_;
  const std::uint16_t to_port_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  GateMode mode_;
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> open_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace steward::lab
