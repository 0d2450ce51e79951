// SPDX-License-Identifier: Apache-2.0
#include "net/stream_connection.hpp"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/server_state.hpp"

namespace steward::net {
namespace {

constexpr std::size_t kHeadRead = 4096;               ///< bytes asked for at a time outside bodies
constexpr std::uint64_t kWorthDropping = 64U << 10U;  ///< bytes of an unread body
constexpr std::chrono::seconds kLingering{3};
constexpr std::chrono::seconds kIdleInACrowd{1};

/// A status line holds printable ASCII only.
std::string Printable(std::string text) {
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

std::uint64_t Seconds(StreamConnection::Clock::duration time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

}  // namespace

StreamConnection::StreamConnection(StreamState& state, int socket, std::string peer)
    : state_(state), socket_(socket), ssl_(SSL_new(state.tls.get())), peer_(std::move(peer)) {
  Enter(Phase::kReading, state_.options.head_timeout);
  if (ssl_) SSL_set_fd(ssl_.get(), socket_);
}

StreamConnection::~StreamConnection() {
  if (socket_ >= 0) ::close(socket_);
}

void StreamConnection::Run() {
  if (ssl_ && SSL_accept(ssl_.get()) == 1) {
    do {
      if (!ReadHead()) break;
      ServeOne();
    } while (keep_ && !broken_);
    if (!broken_) Goodbye();
  }
  {
    const std::lock_guard lock(socket_mutex_);
    ::close(std::exchange(socket_, -1));
  }
  over_ = true;
  state_.wake();
}

void StreamConnection::Enter(Phase phase, Clock::duration limit) {
  const auto now = Clock::now();
  since_ = now.time_since_epoch().count();
  deadline_ = (now + limit).time_since_epoch().count();
  phase_ = phase;
}

void StreamConnection::Sweep(Clock::time_point now) {
  const auto time = now.time_since_epoch().count();
  const Phase phase = phase_;
  if (phase == Phase::kServing) return;
  const bool unwanted = phase == Phase::kIdle && state_.crowded &&
                        time - since_.load() > std::chrono::duration_cast<Clock::duration>(kIdleInACrowd).count();
  if (time <= deadline_.load() && !unwanted) return;
  late_ = true;
  const std::lock_guard lock(socket_mutex_);
  // The answer to one who sends too slowly can still go out.
  if (socket_ >= 0) ::shutdown(socket_, phase == Phase::kWriting ? SHUT_RDWR : SHUT_RD);
}

void StreamConnection::CutIdle() {
  const std::lock_guard lock(socket_mutex_);
  if (socket_ >= 0 && phase_ == Phase::kIdle) ::shutdown(socket_, SHUT_RD);
}

void StreamConnection::Cut() {
  const std::lock_guard lock(socket_mutex_);
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

std::size_t StreamConnection::Receive(char* room, std::size_t size) {
  ERR_clear_error();
  const int got = SSL_read(ssl_.get(), room, static_cast<int>(std::min<std::size_t>(size, 1U << 30U)));
  if (got > 0) return static_cast<std::size_t>(got);
  broken_ = SSL_get_error(ssl_.get(), got) != SSL_ERROR_ZERO_RETURN;
  return 0;
}

bool StreamConnection::Send(std::string_view bytes) {
  while (!bytes.empty() && !broken_) {
    // Whoever reads slowly but reads is waited for: the deadline is for a piece, not for the whole.
    Enter(Phase::kWriting, state_.options.stall_timeout);
    ERR_clear_error();
    const std::size_t piece = std::min<std::size_t>(bytes.size(), 256U << 10U);
    const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(piece));
    if (sent <= 0) {
      broken_ = true;
    } else {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  phase_ = Phase::kServing;
  return !broken_;
}

bool StreamConnection::Fill() {
  const std::size_t before = waiting_.size();
  waiting_.resize(before + kHeadRead);
  const std::size_t got = Receive(waiting_.data() + before, kHeadRead);
  waiting_.resize(before + got);
  return got > 0;
}

void StreamConnection::Consume(std::size_t size) {
  waiting_.erase(0, size);
}

bool StreamConnection::ReadHead() {
  keep_ = false;
  if (state_.stopping) return false;
  if (waiting_.empty()) {
    Enter(Phase::kIdle, state_.options.idle_timeout);
    if (!Fill()) return false;
  }
  Enter(Phase::kReading, state_.options.head_timeout);
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(state_.options.max_head_bytes));
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  while (true) {
    beast::error_code error;
    Consume(parser_->put(asio::buffer(waiting_), error));
    if (parser_->is_header_done()) break;
    if (error && error != http::error::need_more) {
      Refuse("The request is not valid HTTP/1.1: " + error.message() + ".");
      return false;
    }
    if (!Fill()) return false;
  }
  TakeHead();
  return true;
}

void StreamConnection::TakeHead() {
  const auto& head = parser_->get();
  request_ = {};
  request_.method = std::string(head.method_string());
  request_.peer = peer_;
  SetTarget(request_, std::string(head.target()));
  for (const auto& field : head) {
    request_.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  left_.reset();
  if (!parser_->chunked()) left_ = parser_->content_length() ? *parser_->content_length() : 0;
  head_only_ = request_.method == "HEAD";
  continue_ = beast::iequals(head[http::field::expect], "100-continue");
  keep_ = head.keep_alive();
  answered_ = chunked_answer_ = false;
  read_ = 0;
  waited_ = {};
}

void StreamConnection::Refuse(const std::string& why) {
  head_only_ = false;
  left_ = 0;
  keep_ = false;
  Answer({.status = 400}, why + "\n");
}

void StreamConnection::ServeOne() {
  phase_ = Phase::kServing;
  try {
    state_.serve(*this);
  } catch (const std::exception& error) {
    spdlog::error("{} {} failed: {}", request_.method, request_.path, error.what());
    if (answered_) {
      broken_ = true;  // it must not be taken for complete
    } else {
      Answer({.status = 500}, "The server met an unexpected fault; its log has the details.\n");
    }
  }
  if (!broken_ && !DropBody()) keep_ = false;
}

bool StreamConnection::DropBody() {
  if (left_ && *left_ == 0) return true;
  if (continue_ || !left_ || *left_ > kWorthDropping) return false;
  std::array<char, 4096> room;
  while (*left_ > 0) {
    if (!ReadPlain(room)) return false;
  }
  return true;
}

void StreamConnection::Goodbye() {
  SSL_shutdown(ssl_.get());
  ::shutdown(socket_, SHUT_WR);
  // Closing under a client that still sends would cost it the answer.
  std::array<char, 4096> room;
  const auto end = Clock::now() + kLingering;
  Enter(Phase::kReading, kLingering);
  while (!broken_ && Clock::now() < end && Receive(room.data(), room.size()) > 0) {
  }
}

std::optional<std::uint64_t> StreamConnection::BodySize() const {
  if (!left_) return std::nullopt;
  return *left_ + read_;
}

Result<std::size_t> StreamConnection::Read(std::span<char> room) {
  if (std::exchange(continue_, false) && !Send("HTTP/1.1 100 Continue\r\n\r\n")) {
    return Fail(ErrorCode::kInvalid, "The connection was cut.");
  }
  return left_ ? ReadPlain(room) : ReadChunked(room);
}

Result<std::size_t> StreamConnection::ReadPlain(std::span<char> room) {
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(*left_, room.size()));
  if (most == 0) return 0;
  std::size_t got = std::min(most, waiting_.size());
  std::copy_n(waiting_.data(), got, room.data());
  Consume(got);
  // A record of TLS is 16 KiB; whoever writes to a disk wants more at once.
  while (got < most) {
    const auto begin = Clock::now();
    Enter(Phase::kReading, state_.options.stall_timeout);
    const std::size_t more = Receive(room.data() + got, most - got);
    phase_ = Phase::kServing;
    if (auto pace = CheckPace(got, more, Clock::now() - begin); !pace) return tl::unexpected(pace.error());
    got += more;
  }
  *left_ -= got;
  read_ += got;
  return got;
}

Result<std::size_t> StreamConnection::ReadChunked(std::span<char> room) {
  auto& body = parser_->get().body();
  body.data = room.data();
  body.size = room.size();
  body.more = true;
  while (body.size == room.size()) {
    beast::error_code error;
    const std::size_t used = parser_->put(asio::buffer(waiting_), error);
    Consume(used);
    if (parser_->is_done()) {
      left_ = 0;
      break;
    }
    if (body.size < room.size() || error == http::error::need_buffer) break;
    if (error && error != http::error::need_more) {
      return Fail(ErrorCode::kInvalid, "The body is broken: " + error.message() + ".");
    }
    if (used > 0 && !error) continue;
    if (auto more = FillBody(); !more) return tl::unexpected(more.error());
  }
  const std::size_t got = room.size() - body.size;
  read_ += got;
  return got;
}

Status StreamConnection::FillBody() {
  const auto begin = Clock::now();
  Enter(Phase::kReading, state_.options.stall_timeout);
  const std::size_t before = waiting_.size();
  Fill();
  phase_ = Phase::kServing;
  return CheckPace(0, waiting_.size() - before, Clock::now() - begin);
}

Status StreamConnection::CheckPace(std::size_t before, std::size_t size, Clock::duration waited) {
  waited_ += waited;
  const auto limit = state_.options.stall_timeout;
  if (size == 0) {
    if (!late_) return Fail(ErrorCode::kInvalid, "The connection was cut before the whole body had come.");
    broken_ = false;  // it was we who stopped to listen
    keep_ = false;
    return Fail(ErrorCode::kThrottled, fmt::format("No byte of the body came for {} seconds.", limit.count()));
  }
  if (waited_ > limit &&
      (read_ + before + size) / std::max<std::uint64_t>(1, Seconds(waited_)) < state_.options.slowest) {
    keep_ = false;
    return Fail(ErrorCode::kThrottled,
                fmt::format("The body comes with less than {} bytes a second.", state_.options.slowest));
  }
  return {};
}

std::string StreamConnection::StatusLine(const AnswerHead& head) const {
  const auto usual = http::obsolete_reason(static_cast<http::status>(head.status));
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", head.status,
                                head.reason.empty() ? std::string(usual.data(), usual.size()) : Printable(head.reason));
  for (const auto& [name, value] : head.headers) out += fmt::format("{}: {}\r\n", name, Printable(value));
  return out;
}

void StreamConnection::Answer(const AnswerHead& head, std::string_view body) {
  answered_ = true;
  const bool unread = !left_ || *left_ > kWorthDropping || (continue_ && *left_ > 0);
  if (unread || state_.stopping || state_.crowded) keep_ = false;
  std::string out = StatusLine(head);
  out += fmt::format("Content-Length: {}\r\n{}\r\n", body.size(), keep_ ? "" : "Connection: close\r\n");
  if (!head_only_) out += body;
  Send(out);
}

void StreamConnection::Begin(const AnswerHead& head, std::optional<std::uint64_t> size) {
  answered_ = true;
  if (state_.stopping || state_.crowded) keep_ = false;
  chunked_answer_ = !size;
  std::string out = StatusLine(head);
  out += size ? fmt::format("Content-Length: {}\r\n", *size) : std::string("Transfer-Encoding: chunked\r\n");
  out += keep_ ? "\r\n" : "Connection: close\r\n\r\n";
  Send(out);
}

bool StreamConnection::Write(std::string_view bytes) {
  if (head_only_ || bytes.empty()) return !broken_;
  if (!chunked_answer_) return Send(bytes);
  return Send(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes));
}

void StreamConnection::End() {
  if (chunked_answer_ && !head_only_) Send("0\r\n\r\n");
}

}  // namespace steward::net
