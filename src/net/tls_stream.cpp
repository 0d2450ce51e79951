// SPDX-License-Identifier: Apache-2.0
#include "net/tls_stream.hpp"

#include <openssl/x509.h>

#include <stdexcept>

#include "net/openssl_ptr.hpp"
#include "net/x509_part.hpp"

namespace steward::net {

TlsStream::TlsStream(tcp::socket socket, SSL_CTX* context, Side side)
    : socket_(std::move(socket)), ssl_(SSL_new(context)) {
  if (!ssl_) throw std::runtime_error("OpenSSL has no memory for another connection");
  SSL_set_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  side == Side::kServer ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
  if (!socket_.is_open()) return;
  socket_.native_non_blocking(true);
  SSL_set_fd(ssl_.get(), socket_.native_handle());
}

void TlsStream::cancel() {
  ErrorCodeOfIo ignored;
  socket_.cancel(ignored);
}

void TlsStream::close() {
  ErrorCodeOfIo ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  if (ignored) socket_.close(ignored);  // not connected (any more): OpenSSL has nothing left to do with it
}

ErrorCodeOfIo TlsStream::Reason(SSL* ssl, int result, int saved_errno) {
  switch (SSL_get_error(ssl, result)) {
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    case SSL_ERROR_SYSCALL:
      if (saved_errno == 0) return asio::ssl::error::stream_truncated;
      return {saved_errno, boost::system::system_category()};
    default: {
      const auto code = ERR_get_error();
      if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return asio::ssl::error::stream_truncated;
      return {static_cast<int>(code), asio::error::get_ssl_category()};
    }
  }
}

PeerCertificate PeerOf(SSL* ssl) {
  const CertificatePtr certificate(SSL_get1_peer_certificate(ssl));
  if (!certificate) return {};
  return {NamePart(X509_get_subject_name(certificate.get()), NID_commonName),
          Moment(X509_get0_notAfter(certificate.get()))};
}

}  // namespace steward::net
