// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "net/server_state.hpp"

namespace steward::net {

/// One HTTP/2 connection (RFC 9113, through nghttp2): many requests at once, each answered like one of HTTP/1.1. All
/// members run on the connection's strand.
class Http2Session : public SessionBase, public std::enable_shared_from_this<Http2Session> {
 public:
  /// Takes the stream over after its TLS handshake.
  Http2Session(ServerState& state, TlsStream stream, Peer peer);
  ~Http2Session() override;
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  void Start();
  void Drain() override;
  void Abort() override;

 private:
  class Protocol;
  void Read();
  void Answer(std::int32_t stream, Request request);
  void Write();
  void Close();
  /// Sets how long the connection may stay as it is.
  void Watch();

  ServerState& state_;
  TlsStream stream_;
  Peer peer_;
  std::unique_ptr<Protocol> protocol_;
  std::string in_;
  std::string out_;
  int answering_ = 0;  ///< requests with their handler
  bool writing_ = false;
  bool receiving_ = false;  ///< a request has begun and not ended
  bool closed_ = false;
};

}  // namespace steward::net
