// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <mutex>

#include "net/beast.hpp"
#include "net/http.hpp"
#include "net/tls_stream.hpp"

namespace steward::net {

/// What Beast asks of a stream below a WebSocket: how it ends.
template <typename Handler>
void async_teardown(beast::role_type, TlsStream& stream, Handler&& handler) {  // NOLINT(readability-identifier-naming)
  stream.AsyncShutdown(std::forward<Handler>(handler));
}
// NOLINTNEXTLINE(readability-identifier-naming)
inline void teardown(beast::role_type, TlsStream& stream, beast::error_code& error) {
  error = {};
  stream.close();
}
inline void beast_close_socket(TlsStream& stream) {  // NOLINT(readability-identifier-naming)
  stream.close();
}

/// An open WebSocket over `Stream`, shared by server and client. Reads one message, hands it to the handler on `work`,
/// and reads the next only when the handler has returned; writes are queued up to kMaxQueue bytes.
template <typename Stream>
class WebSocketConnection : public WebSocket, public std::enable_shared_from_this<WebSocketConnection<Stream>> {
 public:
  using Socket = websocket::stream<Stream>;
  static constexpr std::size_t kMaxQueue = 64U << 20U;

  WebSocketConnection(Socket socket, std::shared_ptr<WebSocketHandler> handler, asio::any_io_executor work)
      : socket_(std::move(socket)), handler_(std::move(handler)), work_(std::move(work)) {}

  /// Called once, after the WebSocket handshake.
  void Start(std::size_t max_message_bytes) {
    socket_.binary(true);
    socket_.read_message_max(max_message_bytes);
    asio::post(work_, [self = this->shared_from_this()] {
      self->handler_->OnOpen(self);
      self->OnStrand([self] { self->Read(); });
    });
  }

  void Send(std::string message) override {
    {
      const std::lock_guard lock(mutex_);
      queued_ += message.size();
      if (queued_ > kMaxQueue) {
        Close("the peer does not read its messages");
        return;
      }
    }
    OnStrand([self = this->shared_from_this(), text = std::move(message)]() mutable {
      self->queue_.push_back(std::move(text));
      if (self->queue_.size() == 1) self->Write();
    });
  }

  void Close(std::string reason) override {
    OnStrand(
        [self = this->shared_from_this(), text = std::move(reason)]() mutable { self->StartClose(std::move(text)); });
  }

  void HoldReading() override { held_ = true; }

  void ResumeReading() override {
    OnStrand([self = this->shared_from_this()] {
      self->held_ = false;
      if (std::exchange(self->parked_, false)) self->Read();
    });
  }

  std::size_t QueuedBytes() const override {
    const std::lock_guard lock(mutex_);
    return queued_;
  }

 private:
  template <typename Function>
  void OnStrand(Function function) {
    asio::post(socket_.get_executor(), std::move(function));
  }

  void StartClose(std::string reason) {
    if (closing_) return;
    closing_ = true;
    if (reason.size() > 120) reason.resize(120);
    close_reason_ = reason;
    websocket::close_reason close(websocket::close_code::normal, reason);
    socket_.async_close(close,
                        [self = this->shared_from_this()](beast::error_code) { self->Finish(self->close_reason_); });
  }

  void Read() {
    if (closing_ && finished_) return;
    socket_.async_read(buffer_, [self = this->shared_from_this()](beast::error_code error, std::size_t) {
      if (error) {
        const std::string reason = self->socket_.reason().reason.empty()
                                       ? error.message()
                                       : std::string(self->socket_.reason().reason.c_str());
        self->Finish(self->closing_ ? self->close_reason_ : reason);
        return;
      }
      auto message = beast::buffers_to_string(self->buffer_.data());
      self->buffer_.consume(self->buffer_.size());
      asio::post(self->work_, [self, text = std::move(message)]() mutable {
        self->handler_->OnMessage(std::move(text));
        self->OnStrand([self] { self->held_ ? static_cast<void>(self->parked_ = true) : self->Read(); });
      });
    });
  }

  void Write() {
    if (closing_) return;
    socket_.async_write(asio::buffer(queue_.front()),
                        [self = this->shared_from_this()](beast::error_code error, std::size_t size) {
                          {
                            const std::lock_guard lock(self->mutex_);
                            self->queued_ -= std::min(size, self->queued_);
                          }
                          if (error) {
                            self->Finish(error.message());
                            return;
                          }
                          self->queue_.pop_front();
                          if (!self->queue_.empty()) self->Write();
                        });
  }

  void Finish(const std::string& reason) {
    if (finished_) return;
    finished_ = true;
    closing_ = true;
    beast::get_lowest_layer(socket_).close();
    asio::post(work_, [self = this->shared_from_this(), reason] {
      self->handler_->OnClose(reason);
      self->handler_.reset();
    });
  }

  Socket socket_;
  std::shared_ptr<WebSocketHandler> handler_;
  asio::any_io_executor work_;
  beast::flat_buffer buffer_;
  std::deque<std::string> queue_;
  mutable std::mutex mutex_;
  std::size_t queued_ = 0;
  bool held_ = false;    ///< set by the handler, taken back on the strand
  bool parked_ = false;  ///< the next read waits for ResumeReading
  bool closing_ = false;
  bool finished_ = false;
  std::string close_reason_;
};

}  // namespace steward::net
