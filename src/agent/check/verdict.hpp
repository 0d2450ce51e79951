// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "net/tls_probe.hpp"

namespace steward::agent {

/// What stands between an agent and its console, if anything does.
struct LinkVerdict {
  enum class Kind : std::uint8_t {
    kGood,
    kNameResolution,  ///< the name of the gateway is not known
    kUnreachable,     ///< the port does not answer
    kBlocked,         ///< something answers, but does not let TLS through
    kIntercepted,     ///< something in between re-signs the connection
    kWrongConsole,    ///< another Steward console answers
    kClock,           ///< this machine's clock is wrong
    kConsoleExpired,  ///< the console's certificate has run out
    kRefused,         ///< the console answers, but does not take this agent
  } kind = Kind::kGood;
  std::string summary;  ///< one line: what is wrong
  std::string details;  ///< what was seen and what was expected, lines
  std::string advice;   ///< what to do, by whom

  bool Good() const { return kind == Kind::kGood; }
};

/// Stable word of a kind, for programs: "good", "interception", ...
std::string_view KindName(LinkVerdict::Kind kind);

/// Judges what a probe saw. Pure: `now` is this machine's clock, `ca_pem` the certificate the agent trusts.
LinkVerdict Judge(const net::TlsProbe& probe, const net::TlsProbeOptions& options, std::chrono::sys_seconds now);

/// How far this machine's clock is ahead of the console's, when the console told its time; positive = ahead.
std::chrono::seconds ClockSkew(const net::TlsProbe& probe, std::chrono::sys_seconds now);

}  // namespace steward::agent
