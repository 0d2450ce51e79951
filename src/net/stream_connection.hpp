// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <mutex>
#include <thread>

#include "net/beast.hpp"
#include "net/openssl_ptr.hpp"
#include "net/stream_server.hpp"

namespace steward::net {

/// What the connections of one StreamServer share; outlives them.
struct StreamState {
  StreamOptions options;
  StreamServer::Serve serve;
  SslContextPtr tls;
  std::atomic<bool> stopping{false};
  std::atomic<bool> crowded{false};  ///< all places are taken
  std::function<void()> wake;        ///< told when a connection is over; thread-safe
};

/// One connection of a StreamServer. Run is its thread; Sweep and Cut may be called from another one meanwhile.
class StreamConnection final : public Exchange {
 public:
  using Clock = std::chrono::steady_clock;

  /// Owns the socket.
  StreamConnection(StreamState& state, int socket, std::string peer);
  ~StreamConnection() override;
  StreamConnection(const StreamConnection&) = delete;
  StreamConnection& operator=(const StreamConnection&) = delete;

  /// Serves requests until either side ends the connection.
  void Run();
  bool Over() const { return over_; }
  /// Ends what is past its deadline, and what is idle when places are wanted.
  void Sweep(Clock::time_point now);
  /// Ends the connection: at once, or only if it is between requests.
  void CutIdle();
  void Cut();

  const Request& Head() const override { return request_; }
  std::optional<std::uint64_t> BodySize() const override;
  Result<std::size_t> Read(std::span<char> room) override;
  void Answer(const AnswerHead& head, std::string_view body) override;
  void Begin(const AnswerHead& head, std::optional<std::uint64_t> size) override;
  bool Write(std::string_view bytes) override;
  void End() override;

 private:
  using Parser = http::request_parser<http::buffer_body>;
  enum class Phase : std::uint8_t { kIdle, kReading, kServing, kWriting };

  void Enter(Phase phase, Clock::duration limit);
  /// Bytes from the peer; 0 when there will be no more.
  std::size_t Receive(char* room, std::size_t size);
  bool Send(std::string_view bytes);
  /// More of the peer's bytes into what waits; false when there are none.
  bool Fill();
  void Consume(std::size_t size);
  /// False when the connection is over; a broken head is answered.
  bool ReadHead();
  void TakeHead();
  void Refuse(const std::string& why);
  void ServeOne();
  /// Reads what is left of a body so that the next request can follow; false when it is not worth it.
  bool DropBody();
  /// Ends our side, and hears the client out for a moment.
  void Goodbye();
  Result<std::size_t> ReadPlain(std::span<char> room);
  Result<std::size_t> ReadChunked(std::span<char> room);
  Status FillBody();
  /// After `size` bytes came (0 = none will), `before` others of the same read.
  Status CheckPace(std::size_t before, std::size_t size, Clock::duration waited);
  std::string StatusLine(const AnswerHead& head) const;

  StreamState& state_;
  std::mutex socket_mutex_;  ///< for its end: a number that is closed may soon be another connection's
  int socket_;
  SslPtr ssl_;
  std::atomic<Phase> phase_{Phase::kIdle};
  std::atomic<Clock::rep> deadline_{0};
  std::atomic<Clock::rep> since_{0};  ///< when the phase began
  std::atomic<bool> over_{false};
  std::atomic<bool> late_{false};  ///< cut because of its deadline

  std::string peer_;
  std::string waiting_;  ///< received, not looked at
  std::optional<Parser> parser_;
  Request request_;
  std::optional<std::uint64_t> left_;  ///< of the body; nothing = chunked
  bool head_only_ = false;
  bool continue_ = false;  ///< the client waits to be told to send the body
  bool keep_ = false;
  bool answered_ = false;
  bool broken_ = false;
  bool chunked_answer_ = false;
  std::uint64_t read_ = 0;    ///< bytes of the body
  Clock::duration waited_{};  ///< for the body
};

}  // namespace steward::net
