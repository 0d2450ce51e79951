// SPDX-License-Identifier: Apache-2.0
#include "net/proxy_protocol.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "net/http.hpp"

namespace steward::net {
namespace {

using namespace std::string_literals;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;
const std::string kLocal = kSignature + "\x20\x00\x00\x00"s;

std::string Size(std::size_t size) {
  return {static_cast<char>(size >> 8U), static_cast<char>(size & 0xFFU)};
}
std::string Field(char type, const std::string& value) {
  return type + Size(value.size()) + value;
}
std::string Header(char command, char family, const std::string& rest) {
  return kSignature + command + family + Size(rest.size()) + rest;
}
/// 192.0.2.7:4660 to 10.0.0.1:6180.
std::string OverTcp4(const std::string& fields = {}) {
  return Header('\x21', '\x11', "\xC0\x00\x02\x07\x0A\x00\x00\x01\x12\x34\x18\x24"s + fields);
}

std::string BioText(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

TlsConfig SelfSigned() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  TlsConfig config;
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  config.certificate_pem = BioText(out);
  out = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  config.key_pem = BioText(out);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return config;
}

/// A TLS server that answers with what it knows of its client, and a raw connection to it.
class ProxiedServer : public testing::Test {
 protected:
  void Start(std::vector<std::string> trusted) {
    ServerOptions options;
    options.tls = SelfSigned();
    options.header_timeout = std::chrono::seconds(1);
    options.trusted_proxies = std::move(trusted);
    server_ = std::make_unique<HttpServer>(
        options,
        [](Request& request) {
          Response response;
          response.body = request.peer + "|" + request.proxy + "|" + request.proxy_name;
          return response;
        },
        UpgradeHandler{},
        [this](const std::string& peer, const std::string& reason) {
          const std::lock_guard lock(mutex_);
          failures_.push_back(peer + ": " + reason);
          failed_.notify_all();
        });
    server_->Start();
  }

  int Connect() const {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->Port());
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }

  /// Sends the parts with pauses in between, then speaks HTTPS. The body of the answer, or "refused".
  std::string Ask(const std::vector<std::string>& parts) const {
    const int fd = Connect();
    for (const std::string& part : parts) {
      EXPECT_EQ(send(fd, part.data(), part.size(), MSG_NOSIGNAL), static_cast<ssize_t>(part.size()));
      if (parts.size() > 1) std::this_thread::sleep_for(std::chrono::milliseconds(30));
    }
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL* ssl = SSL_new(context);
    SSL_set_fd(ssl, fd);
    std::string answer;
    if (SSL_connect(ssl) == 1) {
      const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      EXPECT_GT(SSL_write(ssl, request.data(), static_cast<int>(request.size())), 0);
      char buffer[4096];
      for (int n = SSL_read(ssl, buffer, sizeof(buffer)); n > 0; n = SSL_read(ssl, buffer, sizeof(buffer))) {
        answer.append(buffer, static_cast<std::size_t>(n));
      }
    }
    ERR_clear_error();
    SSL_free(ssl);
    SSL_CTX_free(context);
    close(fd);
    const auto head = answer.find("\r\n\r\n");
    return head == std::string::npos ? "refused" : answer.substr(head + 4);
  }

  /// The reason of the first refusal.
  std::string Failure() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(failed_.wait_for(lock, std::chrono::seconds(5), [this] { return !failures_.empty(); }));
    return failures_.empty() ? "" : failures_.front();
  }

  std::mutex mutex_;
  std::condition_variable failed_;
  std::vector<std::string> failures_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

TEST(ProxyHeader, Version2_SourceAndName) {
  const std::string v4 = OverTcp4(Field('\x05', "Gateway 1"));
  ASSERT_EQ(ProxyHeader::RestOf(v4.substr(0, 16)).value(), v4.size() - 16);
  EXPECT_EQ(ProxyHeader::Parse(v4)->source, "192.0.2.7");
  EXPECT_EQ(ProxyHeader::Parse(v4)->name, "Gateway 1");
  const std::string v6 =
      Header('\x21', '\x21', "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x09" + std::string(20, '\0'));
  EXPECT_EQ(ProxyHeader::Parse(v6)->source, "2001:db8::9");
  EXPECT_EQ(ProxyHeader::Parse(v6)->name, "");
  const std::string mapped =
      Header('\x21', '\x21', std::string(10, '\0') + "\xff\xff\xC0\x00\x02\x07"s + std::string(20, '\0'));
  EXPECT_EQ(ProxyHeader::Parse(mapped)->source, "192.0.2.7");
}

TEST(ProxyHeader, LocalAndUnknownFamilies_HaveNoSource) {
  EXPECT_EQ(ProxyHeader::Parse(kLocal)->source, "");
  EXPECT_EQ(ProxyHeader::Parse(Header('\x20', '\x11', OverTcp4().substr(16)))->source, "");
  EXPECT_EQ(ProxyHeader::Parse(Header('\x21', '\x00', ""))->source, "");
  EXPECT_EQ(ProxyHeader::Parse(Header('\x21', '\x31', std::string(216, 'x')))->source, "");
}

TEST(ProxyHeader, Broken_IsRefusedInWords) {
  const auto first = [](const std::string& text) {
    const auto rest = ProxyHeader::RestOf(text.substr(0, 16));
    return rest ? std::to_string(*rest) : rest.error().message;
  };
  EXPECT_NE(first("PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n").find("version 1"), std::string::npos);
  EXPECT_NE(first(std::string("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03 12345", 17)).find("send-proxy-v2"),
            std::string::npos);
  EXPECT_NE(first(Header('\x31', '\x11', "")).find("version 3"), std::string::npos);
  EXPECT_NE(first(Header('\x22', '\x11', "")).find("command 2"), std::string::npos);
  EXPECT_NE(first(Header('\x21', '\x11', std::string(1025, 'x'))).find("1025 bytes"), std::string::npos);
  EXPECT_EQ(first(Header('\x21', '\x11', std::string(1024, 'x'))), "1024");
  EXPECT_FALSE(ProxyHeader::Parse(Header('\x21', '\x11', "too short")));
  EXPECT_FALSE(ProxyHeader::Parse(OverTcp4("\x05")));
  EXPECT_FALSE(ProxyHeader::Parse(OverTcp4("\x05\x00\x09short"s)));
  EXPECT_EQ(ProxyHeader::Parse(OverTcp4(Field('\x05', "a\nb")))->name, "");
  EXPECT_EQ(ProxyHeader::Parse(OverTcp4(Field('\x05', std::string(500, 'n'))))->name.size(), 128U);
}

TEST(AddressSet, AddressesAndNetworks) {
  const AddressSet set({"10.1.2.3", "192.168.4.0/22", "fd00::/8", "2001:db8::1"});
  for (const char* in : {"10.1.2.3", "::ffff:10.1.2.3", "192.168.7.255", "fd12::9", "2001:db8::1"}) {
    EXPECT_TRUE(set.Contains(in)) << in;
  }
  for (const char* out : {"10.1.2.4", "192.168.8.0", "fe80::1", "2001:db8::2", "unknown", ""}) {
    EXPECT_FALSE(set.Contains(out)) << out;
  }
  EXPECT_TRUE(AddressSet({"0.0.0.0/0"}).Contains("8.8.8.8"));
  EXPECT_FALSE(AddressSet({"0.0.0.0/0"}).Contains("::1"));
  for (const char* bad : {"gateway.example", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1", ""}) {
    EXPECT_THROW(AddressSet({bad}), std::invalid_argument) << bad;
  }
}

TEST_F(ProxiedServer, TrustedAddress_PeerIsTheRealOne) {
  Start({"127.0.0.0/8"});
  EXPECT_EQ(Ask({OverTcp4(Field('\x05', "Gateway 1"))}), "192.0.2.7|127.0.0.1|Gateway 1");
  EXPECT_EQ(Ask({kLocal}), "127.0.0.1|127.0.0.1|");
}

TEST_F(ProxiedServer, TornHeader_IsPutTogether) {
  Start({"127.0.0.1"});
  const std::string header = OverTcp4(Field('\x05', "torn"));
  EXPECT_EQ(Ask({header.substr(0, 1), header.substr(1, 12), header.substr(13, 10), header.substr(23)}),
            "192.0.2.7|127.0.0.1|torn");
}

TEST_F(ProxiedServer, MissingHeader_IsRefused) {
  Start({"127.0.0.1"});
  EXPECT_EQ(Ask({}), "refused");
  EXPECT_NE(Failure().find("send-proxy-v2 is needed"), std::string::npos);
}

TEST_F(ProxiedServer, Version1AndGarbage_AreRefused) {
  Start({"127.0.0.1"});
  EXPECT_EQ(Ask({"PROXY TCP4 192.0.2.7 10.0.0.1 4660 6180\r\n"}), "refused");
  EXPECT_NE(Failure().find("version 1"), std::string::npos);
  EXPECT_EQ(Ask({std::string(64, 'g')}), "refused");
  EXPECT_EQ(Ask({Header('\x21', '\x11', std::string(60000, 'x'))}), "refused");
}

TEST_F(ProxiedServer, HeaderThatNeverEnds_IsCutAfterTheTimeout) {
  Start({"127.0.0.1"});
  const int fd = Connect();
  const std::string part = OverTcp4().substr(0, 20);
  ASSERT_EQ(send(fd, part.data(), part.size(), 0), static_cast<ssize_t>(part.size()));
  const timeval patience{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  char byte = 0;
  EXPECT_EQ(recv(fd, &byte, 1, 0), 0) << "the server closes";
  close(fd);
  EXPECT_NE(Failure().find("cut off"), std::string::npos);
}

TEST_F(ProxiedServer, HeaderFromAnywhereElse_IsRefusedAndNamed) {
  Start({"10.0.0.1"});
  EXPECT_EQ(Ask({}), "127.0.0.1||");
  for (const std::string& header : {OverTcp4(), "PROXY TCP4 192.0.2.7 10.0.0.1 4660 6180\r\n"s}) {
    EXPECT_EQ(Ask({header}), "refused");
    EXPECT_EQ(Failure(), "127.0.0.1: a PROXY header came from an address that is not in trusted_gateways");
    const std::lock_guard lock(mutex_);
    failures_.clear();
  }
}

}  // namespace steward::net
