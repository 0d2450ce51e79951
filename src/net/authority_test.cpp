// SPDX-License-Identifier: Apache-2.0
#include "net/authority.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "net/openssl_ptr.hpp"
#include "net/tls_probe.hpp"

namespace steward::net {
namespace {

namespace fs = std::filesystem;

constexpr long kDay = 86400;

CertificatePtr Read(const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return CertificatePtr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

/// OpenSSL's verdict about a certificate under one CA, `days` from now.
bool Verifies(const std::string& pem, const std::string& ca_pem, int purpose, long days = 0) {
  const CertificatePtr leaf = Read(pem);
  const CertificatePtr ca = Read(ca_pem);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, ca.get());
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf.get(), nullptr);
  X509_STORE_CTX_set_purpose(context, purpose);
  X509_STORE_CTX_set_time(context, 0, time(nullptr) + days * kDay);
  const bool good = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return good;
}

struct AgentRequest {
  std::string pem;
  std::string public_key_pem;
};

/// A request like an agent's; `honest` false signs it with a key that is not the one it shows.
AgentRequest MakeRequest(bool honest = true) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  const KeyPtr other(EVP_EC_gen("P-256"));
  X509_REQ* request = X509_REQ_new();
  X509_REQ_set_pubkey(request, key.get());
  X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("administrator"), -1, -1, 0);
  X509_REQ_sign(request, honest ? key.get() : other.get(), EVP_sha256());
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_REQ(bio.get(), request);
  X509_REQ_free(request);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  AgentRequest out{.pem = {data, static_cast<std::size_t>(size)}};
  const BioPtr key_bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(key_bio.get(), key.get());
  const long key_size = BIO_get_mem_data(key_bio.get(), &data);
  out.public_key_pem.assign(data, static_cast<std::size_t>(key_size));
  return out;
}

class AuthorityTest : public testing::Test {
 protected:
  AuthorityTest() {
    std::string pattern = "/tmp/steward-pki-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }

 public:
  ~AuthorityTest() override { fs::remove_all(folder_); }

 protected:
  Authority Make(const std::vector<std::string>& names = {"console.example", "192.0.2.7", "2001:db8::7"}) const {
    return {folder_ / "pki", names};
  }
  fs::path folder_;
};

}  // namespace

TEST_F(AuthorityTest, Server_Certificate_CoversNamesAndComesFromTheCa) {
  const Authority authority = Make();
  EXPECT_TRUE(Verifies(authority.ServerCertificatePem(), authority.CaPem(), X509_PURPOSE_SSL_SERVER));
  EXPECT_FALSE(Verifies(authority.ServerCertificatePem(), authority.CaPem(), X509_PURPOSE_SSL_CLIENT));
  const CertificatePtr server = Read(authority.ServerCertificatePem());
  EXPECT_EQ(X509_check_host(server.get(), "console.example", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(server.get(), "192.0.2.7", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(server.get(), "2001:db8::7", 0), 1);
  EXPECT_EQ(X509_check_host(server.get(), "other.example", 0, 0, nullptr), 0);
  EXPECT_EQ(X509_check_ip_asc(server.get(), "192.0.2.8", 0), 0);
  EXPECT_NE(authority.ServerCertificatePem().find(authority.CaPem()), std::string::npos) << "the chain is sent";
}

TEST_F(AuthorityTest, Files_OfTheFolder_ForTheOwnerOnly) {
  Make();
  EXPECT_EQ(fs::status(folder_ / "pki").permissions(), fs::perms::owner_all);
  for (const char* name : {"ca.key", "server.key"}) {
    EXPECT_EQ(fs::status(folder_ / "pki" / name).permissions(), fs::perms::owner_read | fs::perms::owner_write) << name;
  }
}

TEST_F(AuthorityTest, Restart_SameNames_KeepsAllAndNewNamesOnlyTheCa) {
  const Authority first = Make();
  const Authority second = Make();
  EXPECT_EQ(second.ServerCertificatePem(), first.ServerCertificatePem());
  EXPECT_EQ(second.ServerKeyPem(), first.ServerKeyPem());
  const Authority renamed = Make({"new.example"});
  EXPECT_EQ(renamed.CaPem(), first.CaPem());
  EXPECT_NE(renamed.ServerCertificatePem(), first.ServerCertificatePem());
  EXPECT_TRUE(Verifies(renamed.ServerCertificatePem(), first.CaPem(), X509_PURPOSE_SSL_SERVER));
  EXPECT_EQ(X509_check_host(Read(renamed.ServerCertificatePem()).get(), "new.example", 0, 0, nullptr), 1);
}

TEST_F(AuthorityTest, Server_CertificateNearItsEnd_MadeAnew) {
  const Authority first = Make();
  // The same certificate with an end in 29 days; the loader looks at the date before it is used.
  const CertificatePtr old = Read(first.ServerCertificatePem());
  X509_gmtime_adj(X509_getm_notAfter(old.get()), 29 * kDay);
  const BioPtr key_bio(BIO_new_mem_buf(first.ServerKeyPem().data(), static_cast<int>(first.ServerKeyPem().size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
  X509_sign(old.get(), key.get(), EVP_sha256());
  const BioPtr bio(BIO_new_file((folder_ / "pki/server.pem").c_str(), "w"));
  PEM_write_bio_X509(bio.get(), old.get());
  BIO_flush(bio.get());
  const Authority second = Make();
  EXPECT_TRUE(Verifies(second.ServerCertificatePem(), first.CaPem(), X509_PURPOSE_SSL_SERVER, 390));
}

TEST_F(AuthorityTest, Agent_Certificate_NamesTheAgentAndItsOwnKey) {
  const Authority authority = Make();
  const AgentRequest request = MakeRequest();
  const auto issued = authority.SignAgent(request.pem, "agent-7");
  ASSERT_TRUE(issued.has_value()) << issued.error().message;
  EXPECT_EQ(DescribeCertificate(issued->pem).subject, "CN=agent-7,O=Steward")
      << "never the name that the request asks for";
  EXPECT_EQ(issued->public_key_hash, Authority::RequestKeyHash(request.pem).value());
  EXPECT_NE(issued->public_key_hash, Authority::RequestKeyHash(MakeRequest().pem).value());
  const CertificatePtr certificate = Read(issued->pem);
  const BioPtr bio(BIO_new_mem_buf(request.public_key_pem.data(), static_cast<int>(request.public_key_pem.size())));
  const KeyPtr key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  EXPECT_EQ(EVP_PKEY_eq(X509_get0_pubkey(certificate.get()), key.get()), 1);
}

TEST_F(AuthorityTest, Agent_Certificate_ForClientsOnlyAndForOneYear) {
  const Authority authority = Make();
  const std::string pem = authority.SignAgent(MakeRequest().pem, "agent-7")->pem;
  EXPECT_TRUE(Verifies(pem, authority.CaPem(), X509_PURPOSE_SSL_CLIENT));
  EXPECT_FALSE(Verifies(pem, authority.CaPem(), X509_PURPOSE_SSL_SERVER));
  EXPECT_TRUE(Verifies(pem, authority.CaPem(), X509_PURPOSE_SSL_CLIENT, 365));
  EXPECT_FALSE(Verifies(pem, authority.CaPem(), X509_PURPOSE_SSL_CLIENT, 367)) << "expired";
  EXPECT_FALSE(Verifies(pem, authority.CaPem(), X509_PURPOSE_SSL_CLIENT, -1)) << "not yet valid";
}

TEST_F(AuthorityTest, Agent_CertificateOfAnotherConsole_Rejected) {
  const Authority ours = Make();
  const Authority theirs(folder_ / "other", {"console.example"});
  const std::string foreign = theirs.SignAgent(MakeRequest().pem, "agent-7")->pem;
  EXPECT_FALSE(Verifies(foreign, ours.CaPem(), X509_PURPOSE_SSL_CLIENT)) << "same CA name, another key";
}

TEST_F(AuthorityTest, Agent_CertificateAsAuthority_Rejected) {
  const Authority authority = Make();
  const std::string agent = authority.SignAgent(MakeRequest().pem, "agent-7")->pem;
  EXPECT_EQ(X509_check_ca(Read(agent).get()), 0);
  EXPECT_NE(X509_check_ca(Read(authority.CaPem()).get()), 0);
}

TEST_F(AuthorityTest, Request_ForeignSignatureOrGarbage_Refused) {
  const Authority authority = Make();
  for (const std::string& pem : {MakeRequest(false).pem, std::string("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"),
                                 std::string(), authority.CaPem()}) {
    EXPECT_FALSE(Authority::RequestKeyHash(pem).has_value());
    const auto issued = authority.SignAgent(pem, "agent-7");
    ASSERT_FALSE(issued.has_value());
    EXPECT_EQ(issued.error().code, ErrorCode::kInvalid);
  }
}

}  // namespace steward::net
