// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace steward::net {

/// A certificate as a peer showed it.
struct ShownCertificate {
  std::string subject, issuer;            ///< names in RFC 2253 form
  std::string issuer_organization;        ///< O of the issuer, may be empty
  std::string issuer_name;                ///< CN of the issuer, may be empty
  std::string fingerprint;                ///< SHA-256, hex
  std::chrono::sys_seconds not_before{};  ///< UTC
  std::chrono::sys_seconds not_after{};
};

/// Reads the first certificate of a PEM text; all empty when there is none.
ShownCertificate DescribeCertificate(const std::string& pem);

struct TlsProbeOptions {
  std::string host;
  std::uint16_t port = 0;
  std::string ca_pem;           ///< whom to trust
  std::string certificate_pem;  ///< client certificate, may be empty
  std::string key_pem;
  std::string path = "/status";  ///< asked for over the connection when the peer is trusted
  std::chrono::seconds timeout{10};
};

/// How far a connection came, and what was seen on the way.
struct TlsProbe {
  enum class Step : std::uint8_t { kResolve, kConnect, kHandshake, kTrust, kAnswer, kDone };
  Step failed = Step::kDone;  ///< the first step that did not go well; kDone = none
  std::string error;          ///< of that step, in the system's words
  bool refused = false;       ///< kConnect: the port answered with a refusal, so the host is there
  std::vector<std::string> addresses;
  std::string address;                  ///< the one that was reached
  std::string first_bytes;              ///< kHandshake: what came instead of TLS, printable
  std::vector<ShownCertificate> chain;  ///< leaf first
  int http_status = 0;
  std::string body;
};

/// Goes all the way by itself, blocking: name, TCP, TLS, trust (the clock does not count: compare the dates in
/// `chain`), one GET. Never sends anything but the TLS handshake to a peer that `ca_pem` does not vouch for.
TlsProbe ProbeTls(const TlsProbeOptions& options);

}  // namespace steward::net
