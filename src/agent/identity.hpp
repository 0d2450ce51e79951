// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace steward::agent {

/// The agent's key, made once and never leaving the state folder, and the certificate the console gave for it.
class Identity {
 public:
  /// Loads the key from `folder`, or makes one (P-256, file mode 0600). Throws std::runtime_error.
  explicit Identity(std::filesystem::path folder);

  const std::string& KeyPem() const { return key_pem_; }
  const std::string& CertificatePem() const { return certificate_pem_; }  ///< empty = not enrolled
  const std::string& CaPem() const { return ca_pem_; }                    ///< empty = use the setup file's
  /// When to ask for a new certificate: a third of its life before its end, 30 days at most. Nothing without one.
  std::optional<std::chrono::sys_seconds> RenewalDue() const;
  /// The certificate has run out: only a new enrolment helps.
  bool Expired(std::chrono::sys_seconds now) const;
  /// PKCS#10 request for the key.
  std::string MakeRequest(const std::string& common_name) const;
  /// False when the certificate was not made for our key.
  bool Accept(const std::string& certificate_pem, const std::string& ca_pem);
  /// Forgets the certificate (the console does not know it any more); the key stays.
  void Forget();

 private:
  std::filesystem::path folder_;
  std::string key_pem_, certificate_pem_, ca_pem_;
};

/// Writes beside the target and renames: the file is either the old or the new one. Mode 0600.
void WriteFileSafely(const std::filesystem::path& path, std::string_view content);
/// Whole file, or empty when it does not exist.
std::string ReadFile(const std::filesystem::path& path);

}  // namespace steward::agent
