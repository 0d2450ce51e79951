// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "net/beast.hpp"
#include "net/http2_session.hpp"
#include "net/server_state.hpp"
#include "net/tls_stream.hpp"
#include "net/websocket_connection.hpp"

namespace steward::net {

using PlainStream = beast::tcp_stream;

inline std::string_view ReasonPhrase(int status) {
  if (status == 520) return "Error";
  const auto phrase = http::obsolete_reason(static_cast<http::status>(status));
  return {phrase.data(), phrase.size()};
}

/// Head and body in one buffer: one write, one TLS flush.
inline std::string Serialize(const Response& response, bool keep_alive, bool head_only) {
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

/// How long a refused sender may go on sending before the connection is cut.
constexpr std::chrono::seconds kLinger{3};

/// One HTTP connection: reads a request, has it answered, writes, reads the next (pipelined ones are answered in
/// order). All members run on the connection's strand; the handler runs in a lane or on a worker while the session does
/// nothing else.
template <typename Stream>
class HttpSession : public SessionBase, public std::enable_shared_from_this<HttpSession<Stream>> {
 public:
  HttpSession(ServerState& state, Stream stream, Peer peer)
      : state_(state), stream_(std::move(stream)), peer_(std::move(peer)) {
    state_.Add(this);
  }
  ~HttpSession() override { state_.Remove(this); }

  void Start() { AwaitRequest(); }

  void Drain() override {
    auto weak = this->weak_from_this();
    asio::post(stream_.get_executor(), [weak] {
      if (auto self = weak.lock(); self && self->idle_) self->stream_.cancel();
    });
  }

  void Abort() override {
    auto weak = this->weak_from_this();
    asio::post(stream_.get_executor(), [weak] {
      if (auto self = weak.lock(); self && self->Late(Clock::now())) self->stream_.close();
    });
  }

 private:
  /// Waits (long) for the first byte, then (short) for the rest.
  void AwaitRequest() {
    if (state_.stopping) return Shutdown();
    if (buffer_.size() > 0) return ReadRequest();
    idle_ = true;
    this->SetDeadline(state_.options.idle_timeout);
    stream_.async_read_some(buffer_.prepare(16384),
                            [self = this->shared_from_this()](beast::error_code error, std::size_t size) {
                              self->idle_ = false;
                              if (error) return self->HungUp();
                              self->buffer_.commit(size);
                              self->ReadRequest();
                            });
  }

  /// The peer went away between requests. Before its first one, that is worth telling.
  void HungUp() {
    if (!heard_ && !state_.stopping && state_.failure) {
      state_.failure(peer_.address, "nobody spoke after the handshake: intercepted, or a scan");
    }
    Shutdown();
  }

  void ReadRequest() {
    heard_ = true;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(state_.options.max_header_bytes));
    parser_->body_limit(state_.options.max_body_bytes);
    this->SetDeadline(state_.options.header_timeout);
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
    if (error == http::error::end_of_stream || error == asio::ssl::error::stream_truncated) return Shutdown();
    if (error.category() != http::make_error_code(http::error::bad_method).category()) return;
    out_ = Serialize(Refusal(error), false, false);
    this->SetDeadline(kLinger);
    asio::async_write(stream_, asio::buffer(out_),
                      [self = this->shared_from_this()](beast::error_code failed, std::size_t) {
                        if (!failed) self->Discard();
                      });
  }

  Response Refusal(beast::error_code error) const {
    if (error == http::error::body_limit) return state_.BodyTooLarge();
    if (error == http::error::header_limit) return state_.HeadTooLarge();
    return ErrorResponse(
        {.code = ErrorCode::kInvalid, .message = "The request is not valid HTTP/1.1: " + error.message() + "."});
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
    SetTarget(request, std::string(message.target()));
    for (const auto& field : message) {
      request.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    request.body = std::move(message.body());
    peer_.Describe(request);
    return request;
  }

  void Answer() {
    if (websocket::is_upgrade(parser_->get())) return Upgrade();
    const bool keep_alive = parser_->get().keep_alive();
    const bool head_only = parser_->get().method() == http::verb::head;
    this->NoDeadline();
    auto request = std::make_shared<Request>(TakeRequest());
    state_.lanes.Run([self = this->shared_from_this(), keep_alive, head_only, request] {
      self->state_.Call(request, [self, keep_alive, head_only](const Response& response) {
        const bool keep = keep_alive && !response.close && !self->state_.stopping;
        asio::dispatch(self->stream_.get_executor(),
                       [self, keep, text = Serialize(response, keep, head_only)]() mutable {
                         self->WriteText(std::move(text), keep);
                       });
      });
    });
  }

  void Write(const Response& response, bool keep_alive, bool head_only) {
    WriteText(Serialize(response, keep_alive, head_only), keep_alive);
  }

  void WriteText(std::string text, bool keep_alive) {
    out_ = std::move(text);
    this->SetDeadline(state_.options.idle_timeout);
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
      stream_.AsyncShutdown([self = this->shared_from_this()](beast::error_code) { self->HalfClose(); });
    } else {
      HalfClose();
    }
  }

  /// Closes our side and waits for the peer's, so that it reads the last answer.
  void HalfClose() {
    beast::error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    if (!state_.stopping) Drop();
  }

  void Drop() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(65536),
                            [self = this->shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error) self->Drop();
                            });
  }

  void Upgrade() {
    auto message = parser_->release();
    Request request;
    request.method = "GET";
    request.target = request.path = std::string(message.target());
    peer_.Describe(request);
    auto handler = state_.upgrade ? state_.upgrade(request) : nullptr;
    if (!handler) {
      return Write(
          ErrorResponse({.code = ErrorCode::kNotFound, .message = "No WebSocket is served at " + request.path + "."}),
          false, false);
    }
    this->NoDeadline();
    auto socket = std::make_shared<websocket::stream<Stream>>(std::move(stream_));
    websocket::stream_base::timeout timeout{std::chrono::seconds(15), state_.options.idle_timeout, true};
    socket->set_option(timeout);
    auto upgrade = std::make_shared<http::request<http::string_body>>(std::move(message));
    socket->async_accept(*upgrade, [self = this->shared_from_this(), socket, upgrade,
                                    handler](beast::error_code error) {
      if (error) return;
      auto connection = std::make_shared<WebSocketConnection<Stream>>(
          std::move(*socket), handler, asio::any_io_executor(asio::make_strand(self->state_.workers.get_executor())));
      connection->Start(self->state_.options.max_message_bytes);
    });
  }

  ServerState& state_;
  Stream stream_;
  Peer peer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string out_;
  bool idle_ = false;
  bool heard_ = false;  ///< a request has begun on this connection
};

}  // namespace steward::net
