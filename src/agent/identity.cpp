// SPDX-License-Identifier: Apache-2.0
#include "agent/identity.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "net/openssl_ptr.hpp"
#include "net/tls_probe.hpp"

namespace steward::agent {
namespace {

using net::BioPtr;
using net::CertificatePtr;
using net::KeyPtr;
using net::RequestPtr;

KeyPtr LoadKey(const std::string& pem) {
  const BioPtr bio = net::ReaderOf(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) throw std::runtime_error("The agent's key file cannot be read as a private key");
  return key;
}

}  // namespace

void WriteFileSafely(const std::filesystem::path& path, std::string_view content) {
  const std::string draft = path.string() + ".new";
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error(fmt::format("{}: {}", draft, std::strerror(errno)));
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t written = ::write(file, content.data() + done, content.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int reason = errno;
      ::close(file);
      throw std::runtime_error(fmt::format("{}: {}", draft, std::strerror(reason)));
    }
    done += static_cast<std::size_t>(written);
  }
  ::fsync(file);
  ::close(file);
  std::filesystem::rename(draft, path);
}

std::string ReadFile(const std::filesystem::path& path) {
  const std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  return text.str();
}

Identity::Identity(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
  key_pem_ = ReadFile(folder_ / "key.pem");
  if (key_pem_.empty()) {
    const KeyPtr key(EVP_EC_gen("P-256"));
    const BioPtr bio(BIO_new(BIO_s_mem()));
    if (!key || PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
      throw std::runtime_error("Cannot make the agent's key");
    }
    key_pem_ = net::ContentsOf(bio.get());
    WriteFileSafely(folder_ / "key.pem", key_pem_);
  }
  LoadKey(key_pem_);
  certificate_pem_ = ReadFile(folder_ / "certificate.pem");
  ca_pem_ = ReadFile(folder_ / "ca.pem");
}

std::string Identity::MakeRequest(const std::string& common_name) const {
  const KeyPtr key = LoadKey(key_pem_);
  const RequestPtr request(X509_REQ_new());
  X509_NAME* subject = X509_REQ_get_subject_name(request.get());
  const std::string name = common_name.substr(0, 64);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.data()),
                             static_cast<int>(name.size()), -1, 0);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) <= 0 ||
      PEM_write_bio_X509_REQ(bio.get(), request.get()) != 1) {
    throw std::runtime_error("Cannot make the agent's certificate request");
  }
  return net::ContentsOf(bio.get());
}

bool Identity::Accept(const std::string& certificate_pem, const std::string& ca_pem) {
  const BioPtr bio = net::ReaderOf(certificate_pem);
  const CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate || X509_check_private_key(certificate.get(), LoadKey(key_pem_).get()) != 1) return false;
  if (!ca_pem.empty()) {
    WriteFileSafely(folder_ / "ca.pem", ca_pem);
    ca_pem_ = ca_pem;
  }
  WriteFileSafely(folder_ / "certificate.pem", certificate_pem);
  certificate_pem_ = certificate_pem;
  return true;
}

std::optional<std::chrono::sys_seconds> Identity::RenewalDue() const {
  constexpr std::chrono::seconds kBackdated{3600};  // the console begins a certificate's life an hour early
  const auto own = net::DescribeCertificate(certificate_pem_);
  if (own.subject.empty()) return std::nullopt;
  const auto life = own.not_after - own.not_before - kBackdated;
  return own.not_after - std::min<std::chrono::seconds>(life / 3, std::chrono::days(30));
}

bool Identity::Expired(std::chrono::sys_seconds now) const {
  const auto own = net::DescribeCertificate(certificate_pem_);
  return !own.subject.empty() && now > own.not_after;
}

void Identity::Forget() {
  std::filesystem::remove(folder_ / "certificate.pem");
  certificate_pem_.clear();
}

}  // namespace steward::agent
