// SPDX-License-Identifier: Apache-2.0
#include "net/authority.hpp"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <array>
#include <fstream>
#include <memory>
#include <sstream>

#include "fmt/format.h"
#include "net/openssl_ptr.hpp"

namespace steward::net {
namespace {

namespace fs = std::filesystem;

KeyPtr NewKey() {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) throw std::runtime_error("OpenSSL could not make a key");
  return key;
}

std::string KeyPem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return ContentsOf(bio.get());
}

std::string CertificatePem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return ContentsOf(bio.get());
}

CertificatePtr ReadCertificate(const std::string& pem) {
  const BioPtr bio = ReaderOf(pem);
  return CertificatePtr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) throw std::runtime_error(fmt::format("certificate extension refused: {}", value));
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

struct Template {
  std::string common_name;
  std::chrono::seconds lifetime;
  std::vector<std::pair<int, std::string>> extensions;
};

/// `issuer` null = self-signed.
CertificatePtr Sign(const Template& shape, EVP_PKEY* subject_key, X509* issuer, EVP_PKEY* issuer_key) {
  CertificatePtr certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  std::array<unsigned char, 16> serial{};
  RAND_bytes(serial.data(), static_cast<int>(serial.size()));
  serial[0] &= 0x7f;
  BIGNUM* number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), static_cast<long>(shape.lifetime.count()));
  X509_set_pubkey(certificate.get(), subject_key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("Steward"), -1, -1, 0);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(shape.common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), issuer != nullptr ? X509_get_subject_name(issuer) : name);
  for (const auto& [nid, value] : shape.extensions)
    AddExtension(certificate.get(), issuer != nullptr ? issuer : certificate.get(), nid, value);
  if (X509_sign(certificate.get(), issuer_key, EVP_sha256()) == 0)
    throw std::runtime_error("OpenSSL could not sign a certificate");
  return certificate;
}

std::string ReadFile(const fs::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteSecret(const fs::path& path, const std::string& text) {
  const fs::path part = path.string() + ".part";
  {
    std::ofstream file(part, std::ios::binary | std::ios::trunc);
    fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write);
    file << text;
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", part.string()));
  }
  fs::rename(part, path);
}

std::string AlternativeNames(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    std::array<unsigned char, 16> address{};
    const bool ip =
        inet_pton(AF_INET, name.c_str(), address.data()) == 1 || inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", ip ? "IP" : "DNS", name);
  }
  return out;
}

Result<RequestPtr> ReadRequest(const std::string& pem) {
  const BioPtr bio = ReaderOf(pem);
  RequestPtr request(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  if (!request || X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) != 1) {
    return Fail(ErrorCode::kInvalid, "The certificate request is not valid, or not signed by its own key.");
  }
  return request;
}

std::string KeyHash(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(der, static_cast<std::size_t>(size), digest.data());
  OPENSSL_free(der);
  return fmt::format("\\x{:02x}", fmt::join(digest, ""));
}

}  // namespace

Authority::Authority(const fs::path& folder, const std::vector<std::string>& names, const std::string& title) {
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all);
  if (!fs::exists(folder / "ca.pem") || !fs::exists(folder / "ca.key")) {
    const KeyPtr key = NewKey();
    const CertificatePtr ca = Sign({title,
                                    std::chrono::days(7300),
                                    {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                     {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                     {NID_subject_key_identifier, "hash"}}},
                                   key.get(), nullptr, key.get());
    WriteSecret(folder / "ca.key", KeyPem(key.get()));
    WriteSecret(folder / "ca.pem", CertificatePem(ca.get()));
  }
  ca_pem_ = ReadFile(folder / "ca.pem");
  ca_key_pem_ = ReadFile(folder / "ca.key");
  const std::string wanted = AlternativeNames(names);
  const CertificatePtr old = ReadCertificate(ReadFile(folder / "server.pem"));
  time_t soon = time(nullptr) + 30L * 86400;
  if (!old || ReadFile(folder / "server.names") != wanted || X509_cmp_time(X509_get0_notAfter(old.get()), &soon) < 0) {
    const CertificatePtr ca = ReadCertificate(ca_pem_);
    const BioPtr bio = ReaderOf(ca_key_pem_);
    const KeyPtr ca_key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    const KeyPtr key = NewKey();
    const CertificatePtr server = Sign({names.front(),
                                        std::chrono::days(397),
                                        {{NID_basic_constraints, "CA:FALSE"},
                                         {NID_key_usage, "critical,digitalSignature"},
                                         {NID_ext_key_usage, "serverAuth"},
                                         {NID_subject_alt_name, wanted}}},
                                       key.get(), ca.get(), ca_key.get());
    WriteSecret(folder / "server.key", KeyPem(key.get()));
    WriteSecret(folder / "server.pem", CertificatePem(server.get()) + ca_pem_);
    WriteSecret(folder / "server.names", wanted);
  }
  server_pem_ = ReadFile(folder / "server.pem");
  server_key_pem_ = ReadFile(folder / "server.key");
}

Result<std::string> Authority::RequestKeyHash(const std::string& csr_pem) {
  auto request = ReadRequest(csr_pem);
  if (!request) return tl::unexpected(request.error());
  return KeyHash(X509_REQ_get0_pubkey(request->get()));
}

Result<Authority::AgentCertificate> Authority::SignAgent(const std::string& csr_pem, const std::string& agent_uid,
                                                         std::chrono::seconds lifetime) const {
  auto request = ReadRequest(csr_pem);
  if (!request) return tl::unexpected(request.error());
  EVP_PKEY* key = X509_REQ_get0_pubkey(request->get());
  const CertificatePtr ca = ReadCertificate(ca_pem_);
  const BioPtr bio = ReaderOf(ca_key_pem_);
  const KeyPtr ca_key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  const CertificatePtr certificate = Sign({agent_uid,
                                           lifetime,
                                           {{NID_basic_constraints, "CA:FALSE"},
                                            {NID_key_usage, "critical,digitalSignature"},
                                            {NID_ext_key_usage, "clientAuth"}}},
                                          key, ca.get(), ca_key.get());
  return AgentCertificate{
      .pem = CertificatePem(certificate.get()),
      .public_key_hash = KeyHash(key),
      .ends = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + lifetime};
}

}  // namespace steward::net
