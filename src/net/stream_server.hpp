// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"

namespace steward::net {

/// The head of an answer. `reason` stands in the status line, where clients that show no bodies show it; characters
/// that have no place there become question marks.
struct AnswerHead {
  int status = 200;
  std::string reason = {};  ///< empty = the usual one of the status
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// One request of a StreamServer, whose body is read, and whose answer is written, as it goes. Exactly one of Answer
/// and Begin is called, once. Used on the thread of its connection only.
class Exchange {
 public:
  virtual ~Exchange() = default;

  /// The request without its body.
  virtual const Request& Head() const = 0;
  /// Bytes of the body as announced; nothing when it comes in chunks.
  virtual std::optional<std::uint64_t> BodySize() const = 0;
  /// The next bytes of the body, at least one, into `room`; 0 when that was all. Blocks. Fails with kInvalid when the
  /// connection was cut or the body is broken, with kThrottled when it came too slowly.
  virtual Result<std::size_t> Read(std::span<char> room) = 0;

  /// Answers with a body in memory; to HEAD without it. What was not read of the request is dropped.
  virtual void Answer(const AnswerHead& head, std::string_view body) = 0;
  /// Begins an answer of `size` bytes, or of unknown size (nothing), which Write and End complete. To HEAD it is
  /// complete with that.
  virtual void Begin(const AnswerHead& head, std::optional<std::uint64_t> size) = 0;
  /// False when the client has gone. Blocks while the client does not read.
  virtual bool Write(std::string_view bytes) = 0;
  virtual void End() = 0;
};

struct StreamOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 picks a free one, see StreamServer::Port
  std::string certificate_pem;
  std::string key_pem;
  std::size_t connections = 1000;  ///< at once; further ones wait to be accepted
  std::size_t max_head_bytes = 16U << 10U;
  std::chrono::seconds idle_timeout{75};   ///< between requests
  std::chrono::seconds head_timeout{15};   ///< TLS handshake; whole head of a request
  std::chrono::seconds stall_timeout{30};  ///< without a byte of body or of answer moving
  std::uint64_t slowest = 1024;  ///< bytes a second that a body must come with on average, once it waited stall_timeout
};

/// HTTPS/1.1 server for large bodies: a thread for each connection, which blocks in reads and writes of the socket, so
/// that bytes go from TLS to the one who wants them and nowhere else. An idle connection keeps its thread and a small
/// buffer. When all places are taken, connections end after their answer and idle ones after a second.
class StreamServer {
 public:
  /// Answers one request; runs on the connection's thread. An exception becomes a 500 when nothing was answered yet.
  using Serve = std::function<void(Exchange&)>;

  /// Throws std::runtime_error when certificate or key cannot be read.
  StreamServer(StreamOptions options, Serve serve);
  ~StreamServer();
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  /// Binds and starts to accept. Throws std::runtime_error naming address and port when it cannot.
  void Start();
  /// Takes no more connections, lets the requests under way end within `grace`, cuts the rest.
  void Stop(std::chrono::seconds grace = std::chrono::seconds{10});
  std::uint16_t Port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace steward::net
