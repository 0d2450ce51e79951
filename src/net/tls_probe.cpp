// SPDX-License-Identifier: Apache-2.0
#include "net/tls_probe.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "fmt/format.h"
#include "net/openssl_ptr.hpp"
#include "net/x509_part.hpp"

namespace steward::net {
namespace {

using Clock = std::chrono::steady_clock;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int Get() const { return fd_; }

 private:
  int fd_;
};

bool WaitFor(int fd, short events, Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd entry{fd, events, 0};
  return left > 0 && poll(&entry, 1, static_cast<int>(left)) > 0;
}

std::string NameText(const X509_NAME* name) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  return ContentsOf(out.get());
}

ShownCertificate Describe(X509* certificate) {
  ShownCertificate out;
  const X509_NAME* issuer = X509_get_issuer_name(certificate);
  out.subject = NameText(X509_get_subject_name(certificate));
  out.issuer = NameText(issuer);
  out.issuer_organization = NamePart(issuer, NID_organizationName);
  out.issuer_name = NamePart(issuer, NID_commonName);
  out.not_before = Moment(X509_get0_notBefore(certificate));
  out.not_after = Moment(X509_get0_notAfter(certificate));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  for (unsigned i = 0; i < size; ++i) out.fingerprint += fmt::format("{:02x}", digest[i]);
  return out;
}

std::string TlsWords() {
  const auto code = ERR_peek_last_error();
  if (code == 0) return errno != 0 ? std::strerror(errno) : "the connection was closed";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : fmt::format("TLS error {}", code);
}

/// One probe under way.
class Prober {
 public:
  explicit Prober(const TlsProbeOptions& options) : options_(options), deadline_(Clock::now() + options.timeout) {}

  TlsProbe Run() {
    const bool done = Resolve() && Connect() && Handshake() && Ask();
    if (done) out_.failed = TlsProbe::Step::kDone;
    return std::move(out_);
  }

 private:
  bool Fail(TlsProbe::Step step, std::string error) {
    out_.failed = step;
    out_.error = std::move(error);
    return false;
  }

  bool Resolve() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = getaddrinfo(options_.host.c_str(), std::to_string(options_.port).c_str(), &hints, &found);
    if (code != 0) return Fail(TlsProbe::Step::kResolve, gai_strerror(code));
    results_.reset(found);
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
      std::array<char, NI_MAXHOST> text{};
      getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
      out_.addresses.emplace_back(text.data());
    }
    return true;
  }

  bool Connect() {
    std::string error = "no answer";
    std::size_t index = 0;
    for (const addrinfo* entry = results_.get(); entry != nullptr; entry = entry->ai_next, ++index) {
      auto socket_now =
          std::make_unique<Socket>(socket(entry->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      int problem = 0;
      if (connect(socket_now->Get(), entry->ai_addr, entry->ai_addrlen) != 0) problem = errno;
      if (problem == EINPROGRESS) {
        socklen_t size = sizeof(problem);
        problem = ETIMEDOUT;
        if (WaitFor(socket_now->Get(), POLLOUT, deadline_)) {
          getsockopt(socket_now->Get(), SOL_SOCKET, SO_ERROR, &problem, &size);
        }
      }
      if (problem == 0) {
        socket_ = std::move(socket_now);
        out_.address = out_.addresses[index];
        return true;
      }
      out_.refused = problem == ECONNREFUSED;
      error = std::strerror(problem);
    }
    return Fail(TlsProbe::Step::kConnect, error);
  }

  SslContextPtr Context() const {
    SslContextPtr context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    X509_STORE* store = SSL_CTX_get_cert_store(context.get());
    X509_STORE_set_flags(store, X509_V_FLAG_NO_CHECK_TIME);
    const BioPtr in = ReaderOf(options_.ca_pem);
    while (const CertificatePtr ca{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
      X509_STORE_add_cert(store, ca.get());
    }
    if (!options_.certificate_pem.empty()) {
      const CertificatePtr own(PEM_read_bio_X509(ReaderOf(options_.certificate_pem).get(), nullptr, nullptr, nullptr));
      const KeyPtr key(PEM_read_bio_PrivateKey(ReaderOf(options_.key_pem).get(), nullptr, nullptr, nullptr));
      SSL_CTX_use_certificate(context.get(), own.get());
      SSL_CTX_use_PrivateKey(context.get(), key.get());
    }
    return context;
  }

  /// Repeats a TLS step until it is over or the time is.
  template <typename Call>
  int Drive(Call call) {
    while (true) {
      ERR_clear_error();
      errno = 0;
      const int result = call();
      if (result > 0) return result;
      const int reason = SSL_get_error(ssl_.get(), result);
      if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return result;
      const short events = reason == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      if (!WaitFor(socket_->Get(), events, deadline_)) {
        errno = ETIMEDOUT;
        return -1;
      }
    }
  }

  bool Handshake() {
    context_ = Context();
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_->Get());
    SSL_set_tlsext_host_name(ssl_.get(), options_.host.c_str());
    // Everything the peer shows is looked at first; trust is decided afterwards and before a byte of ours is sent.
    SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    PeekAtPlainText();
    if (Drive([this] { return SSL_connect(ssl_.get()); }) <= 0) return Fail(TlsProbe::Step::kHandshake, TlsWords());
    if (const STACK_OF(X509)* shown = SSL_get_peer_cert_chain(ssl_.get())) {
      for (int i = 0; i < sk_X509_num(shown); ++i) out_.chain.push_back(Describe(sk_X509_value(shown, i)));
    }
    const long trust = SSL_get_verify_result(ssl_.get());
    if (trust != X509_V_OK) return Fail(TlsProbe::Step::kTrust, X509_verify_cert_error_string(trust));
    return true;
  }

  /// A peer that speaks before it has seen our hello does not speak TLS: its first words tell what it is.
  void PeekAtPlainText() {
    std::array<char, 64> text{};
    if (!WaitFor(socket_->Get(), POLLIN, Clock::now() + std::chrono::milliseconds(300))) return;
    const ssize_t size = recv(socket_->Get(), text.data(), text.size(), MSG_PEEK);
    for (ssize_t i = 0; i < size; ++i) {
      const char c = text[static_cast<std::size_t>(i)];
      out_.first_bytes.push_back(c >= ' ' && c < '\x7f' ? c : '.');
    }
  }

  bool Ask() {
    const std::string request =
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", options_.path, options_.host);
    if (Drive([&] { return SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())); }) <= 0) {
      return Fail(TlsProbe::Step::kAnswer, TlsWords());
    }
    std::string answer;
    std::array<char, 4096> buffer{};
    while (answer.size() < (1U << 20U)) {
      const int size = Drive([&] { return SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size())); });
      if (size <= 0) break;
      answer.append(buffer.data(), static_cast<std::size_t>(size));
    }
    const std::size_t head = answer.find("\r\n\r\n");
    if (!answer.starts_with("HTTP/1.1 ") || head == std::string::npos) return Fail(TlsProbe::Step::kAnswer, TlsWords());
    out_.http_status = std::atoi(answer.c_str() + 9);  // NOLINT(cert-err34-c): 0 says that it was none
    out_.body = answer.substr(head + 4);
    return true;
  }

  const TlsProbeOptions& options_;
  Clock::time_point deadline_;
  TlsProbe out_;
  std::unique_ptr<addrinfo, FreeBy<freeaddrinfo>> results_;
  std::unique_ptr<Socket> socket_;
  SslContextPtr context_;
  SslPtr ssl_;
};

}  // namespace

ShownCertificate DescribeCertificate(const std::string& pem) {
  const CertificatePtr certificate(PEM_read_bio_X509(ReaderOf(pem).get(), nullptr, nullptr, nullptr));
  return certificate ? Describe(certificate.get()) : ShownCertificate{};
}

TlsProbe ProbeTls(const TlsProbeOptions& options) {
  return Prober(options).Run();
}

}  // namespace steward::net
