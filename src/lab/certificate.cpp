// SPDX-License-Identifier: Apache-2.0
#include "lab/certificate.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <array>
#include <memory>
#include <stdexcept>

#include "net/openssl_ptr.hpp"

namespace steward::lab {
namespace {

using net::BioPtr;
using net::CertificatePtr;
using net::KeyPtr;

void Check(bool ok, const char* step) {
  if (!ok) throw std::runtime_error(fmt::format("Cannot make a certificate: {} failed", step));
}

void AddExtension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, net::FreeBy<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  Check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

}  // namespace

Certificate MakeCertificate(const std::string& name) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  Check(key != nullptr, "key");
  const CertificatePtr certificate(X509_new());
  Check(certificate != nullptr, "X509_new");
  std::uint64_t serial = 0;
  Check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U);
  X509_set_version(certificate.get(), 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 10L * 365 * 24 * 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate.get(), subject);
  AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  Check(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signature");

  Certificate result;
  const BioPtr certificate_text(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1, "PEM");
  result.certificate_pem = net::ContentsOf(certificate_text.get());
  const BioPtr key_text(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "key PEM");
  result.key_pem = net::ContentsOf(key_text.get());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  Check(X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) == 1, "digest");
  for (unsigned i = 0; i < size; ++i) result.fingerprint += fmt::format("{:02x}", digest[i]);
  return result;
}

}  // namespace steward::lab
