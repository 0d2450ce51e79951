// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "net/asio.hpp"
#include "net/http.hpp"
#include "net/openssl_ptr.hpp"

namespace steward::net {

/// TLS over a TCP socket, with OpenSSL reading and writing the socket itself. Asio's own stream keeps two 17 KB buffers
/// for as long as the connection lives; here an idle connection holds none (SSL_MODE_RELEASE_BUFFERS). Meets Asio's
/// asynchronous stream requirements; one read and one write at a time, all on the socket's executor. The process must
/// ignore SIGPIPE.
class TlsStream {
 public:
  using executor_type = tcp::socket::executor_type;
  enum class Side : std::uint8_t { kServer, kClient };

  /// Owns the socket; `context` outlives the stream. The stream's settings come from it.
  TlsStream(tcp::socket socket, SSL_CTX* context, Side side);

  executor_type get_executor() { return socket_.get_executor(); }  // NOLINT(readability-identifier-naming): Asio's name
  SSL* native_handle() { return ssl_.get(); }                      // NOLINT(readability-identifier-naming)
  tcp::socket& socket() { return socket_; }                        // NOLINT(readability-identifier-naming)

  /// Ends what waits on the socket with operation_aborted.
  void cancel();  // NOLINT(readability-identifier-naming)
  /// Ends the connection without TLS's last word. What waits on the socket goes on and finds it ended; its descriptor
  /// stays until this goes, for OpenSSL uses it and must not meet another connection under the same number.
  void close();  // NOLINT(readability-identifier-naming)

  /// void(error_code)
  template <typename Token>
  auto AsyncHandshake(Token&& token) {
    return Launch<void(ErrorCodeOfIo)>([](SSL* ssl) { return SSL_do_handshake(ssl); }, std::forward<Token>(token));
  }
  /// void(error_code): sends close_notify; does not wait for the peer's.
  template <typename Token>
  auto AsyncShutdown(Token&& token) {
    return Launch<void(ErrorCodeOfIo)>([](SSL* ssl) { return SSL_shutdown(ssl) < 0 ? -1 : 1; },
                                       std::forward<Token>(token));
  }
  /// void(error_code, size_t)
  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {  // NOLINT(readability-identifier-naming)
    const asio::mutable_buffer into = First<asio::mutable_buffer>(buffers);
    return Launch<void(ErrorCodeOfIo, std::size_t)>(
        [into](SSL* ssl) { return into.size() == 0 ? 1 : SSL_read(ssl, into.data(), Limit(into.size())); },
        std::forward<Token>(token), SSL_has_pending(ssl_.get()) == 0);
  }
  /// void(error_code, size_t). Several buffers travel as one record: a WebSocket's head and its message.
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {  // NOLINT(readability-identifier-naming)
    asio::const_buffer from = First<asio::const_buffer>(buffers);
    std::string joined;
    if (from.size() < asio::buffer_size(buffers)) {
      joined.resize(std::min(asio::buffer_size(buffers), kJoined));
      asio::buffer_copy(asio::buffer(joined), buffers);
    }
    return Launch<void(ErrorCodeOfIo, std::size_t)>(
        [from, joined = std::move(joined)](SSL* ssl) {
          if (!joined.empty()) return SSL_write(ssl, joined.data(), Limit(joined.size()));
          return from.size() == 0 ? 1 : SSL_write(ssl, from.data(), Limit(from.size()));
        },
        std::forward<Token>(token));
  }

 private:
  static constexpr std::size_t kJoined = 16384;  ///< bytes; what a TLS record holds

  static int Limit(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, 1U << 30U)); }
  template <typename Buffer, typename Buffers>
  static Buffer First(const Buffers& buffers) {
    for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers); ++it) {
      if (Buffer buffer(*it); buffer.size() > 0) return buffer;
    }
    return {};
  }
  /// Why OpenSSL did not go on.
  static ErrorCodeOfIo Reason(SSL* ssl, int result, int saved_errno);

  /// Tries `step` until it is done or has failed, waiting for the socket in between.
  template <typename Step>
  struct Operation {
    TlsStream& stream;
    Step step;
    bool wait_first = false;
    bool waited = false;
    bool done = false;
    ErrorCodeOfIo outcome{};
    std::size_t size = 0;

    template <typename Self>
    void operator()(Self& self, ErrorCodeOfIo error = {}) {
      if (done) return Complete(self);
      outcome = error;
      if (error || !std::exchange(wait_first, false)) {
        if (!error && !Try(self)) return;
        done = true;
        if (waited) return Complete(self);
        return asio::post(stream.get_executor(), std::move(self));
      }
      Wait(self, tcp::socket::wait_read);
    }

    template <typename Self>
    void Wait(Self& self, tcp::socket::wait_type type) {
      waited = true;
      stream.socket_.async_wait(type, std::move(self));
    }

    /// False when it waits for the socket.
    template <typename Self>
    bool Try(Self& self) {
      SSL* ssl = stream.ssl_.get();
      ERR_clear_error();
      errno = 0;
      const int result = step(ssl);
      if (result > 0) {
        size = static_cast<std::size_t>(result);
        return true;
      }
      const int saved_errno = errno;
      switch (SSL_get_error(ssl, result)) {
        case SSL_ERROR_WANT_READ:
          Wait(self, tcp::socket::wait_read);
          return false;
        case SSL_ERROR_WANT_WRITE:
          Wait(self, tcp::socket::wait_write);
          return false;
        default:
          outcome = Reason(ssl, result, saved_errno);
          return true;
      }
    }

    template <typename Self>
    void Complete(Self& self) {
      if constexpr (requires { self.complete(outcome, size); }) {
        self.complete(outcome, size);
      } else {
        self.complete(outcome);
      }
    }
  };

  template <typename Signature, typename Step, typename Token>
  auto Launch(Step step, Token&& token, bool wait_first = false) {
    return asio::async_compose<Token, Signature>(Operation<Step>{*this, std::move(step), wait_first}, token, socket_);
  }

  tcp::socket socket_;
  SslPtr ssl_;
};

/// The certificate the peer proved to own.
PeerCertificate PeerOf(SSL* ssl);

}  // namespace steward::net
