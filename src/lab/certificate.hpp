// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace steward::lab {

struct Certificate {
  std::string certificate_pem, key_pem;
  std::string fingerprint;  ///< SHA-256 of the certificate, lower-case hex
};

/// A self-signed server certificate for loopback, as a fresh backup server has one. Throws std::runtime_error.
Certificate MakeCertificate(const std::string& name);

}  // namespace steward::lab
