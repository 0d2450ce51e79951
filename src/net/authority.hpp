// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace steward::net {

/// The own certificate authority of a console or site: an EC P-256 key in the data folder (0600), made at the first
/// start. Signs the server's certificate and those of agents. Thread-safe after construction.
class Authority {
 public:
  /// Loads or makes CA and server certificate in `folder`. `names` are the host names and addresses the server
  /// certificate must cover; it is made anew when they change or when it has less than 30 days left. `title` is the
  /// name in the CA's certificate.
  Authority(const std::filesystem::path& folder, const std::vector<std::string>& names,
            const std::string& title = "Steward console CA");

  const std::string& CaPem() const { return ca_pem_; }
  const std::string& ServerCertificatePem() const { return server_pem_; }
  const std::string& ServerKeyPem() const { return server_key_pem_; }

  struct AgentCertificate {
    std::string pem;
    std::string public_key_hash;  ///< SHA-256, PostgreSQL bytea text
    std::chrono::sys_seconds ends{};
  };
  /// Signs an agent's request with CN=agent uid, good for `lifetime`. Refuses (kInvalid) a request whose signature is
  /// wrong.
  Result<AgentCertificate> SignAgent(const std::string& csr_pem, const std::string& agent_uid,
                                     std::chrono::seconds lifetime = kAgentLifetime) const;
  static constexpr std::chrono::seconds kAgentLifetime = std::chrono::days(366);
  /// SHA-256 of the request's public key, after checking that the sender holds the private key.
  static Result<std::string> RequestKeyHash(const std::string& csr_pem);

 private:
  std::string ca_pem_;
  std::string ca_key_pem_;
  std::string server_pem_;
  std::string server_key_pem_;
};

}  // namespace steward::net
