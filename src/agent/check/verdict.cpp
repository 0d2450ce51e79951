// SPDX-License-Identifier: Apache-2.0
#include "agent/check/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/iso_time.hpp"

namespace steward::agent {
namespace {

using Kind = LinkVerdict::Kind;
using net::TlsProbe;

constexpr std::chrono::seconds kTolerated{300};  ///< clock skew

/// What TLS-inspecting products call themselves in the certificates they make.
constexpr std::array<std::string_view, 26> kInspectors = {
    "mitmproxy",   "Squid",     "Fortinet",     "FortiGate",      "Zscaler",  "Palo Alto",  "Sophos",
    "Check Point", "Blue Coat", "Symantec Web", "Cisco Umbrella", "Netskope", "WatchGuard", "SonicWall",
    "Barracuda",   "Skyhigh",   "McAfee Web",   "Forcepoint",     "Untangle", "pfSense",    "OPNsense",
    "Kaspersky",   "ESET",      "Avast",        "Bitdefender",    "Kerio"};

std::string Place(const net::TlsProbeOptions& options) {
  return fmt::format("{}:{}", options.host, options.port);
}

std::string Day(std::chrono::sys_seconds time) {
  return IsoTime(time);
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string Product(const net::ShownCertificate& shown) {
  const std::string issuer = Lower(shown.issuer);
  const auto found = std::find_if(kInspectors.begin(), kInspectors.end(), [&](std::string_view name) {
    return issuer.find(Lower(std::string(name))) != std::string::npos;
  });
  return found == kInspectors.end() ? std::string() : std::string(*found);
}

std::string Seen(const net::ShownCertificate& shown) {
  return fmt::format("shown:    {} (SHA-256 {}, valid {} to {})\nissued by: {}", shown.subject, shown.fingerprint,
                     Day(shown.not_before), Day(shown.not_after), shown.issuer);
}

LinkVerdict JudgeTrust(const TlsProbe& probe, const net::TlsProbeOptions& options) {
  if (probe.chain.empty())
    return {Kind::kBlocked, Place(options) + " showed no certificate.", "", "Check what listens there."};
  const net::ShownCertificate& shown = probe.chain.front();
  const net::ShownCertificate expected = net::DescribeCertificate(options.ca_pem);
  const std::string details = fmt::format("{}\nexpected: a certificate issued by {} (SHA-256 {})", Seen(shown),
                                          expected.subject, expected.fingerprint);
  if (shown.issuer_organization == "Steward") {
    return {
        Kind::kWrongConsole, fmt::format("{} is another console, or the console was set up anew.", Place(options)),
        details,
        "Download a new setup file from the console this agent belongs to, or correct the address in the setup file."};
  }
  const std::string product = Product(shown);
  return {
      Kind::kIntercepted,
      fmt::format("The connection to {} is intercepted: {} re-signed it.", Place(options),
                  product.empty() ? fmt::format("\"{}\"", shown.issuer_name.empty() ? shown.issuer : shown.issuer_name)
                                  : product),
      details,
      fmt::format("Exempt host {} ({}), TCP port {}, from TLS inspection (SSL bumping, deep packet inspection) on the "
                  "firewall or proxy. The agent will not accept the replaced certificate.",
                  options.host, probe.address, options.port)};
}

LinkVerdict JudgeHandshake(const TlsProbe& probe, const net::TlsProbeOptions& options) {
  if (probe.error.find("alert") != std::string::npos) {
    return {Kind::kRefused, fmt::format("{} ended the TLS handshake: {}.", Place(options), probe.error), "",
            "The console does not take this agent's certificate: delete the state folder and enrol again with a new "
            "setup file."};
  }
  const std::string spoken =
      probe.first_bytes.empty() ? std::string() : fmt::format("it spoke first: {}", probe.first_bytes);
  return {
      Kind::kBlocked,
      fmt::format("Something at {} answers, but lets no TLS through ({}).", Place(options), probe.error), spoken,
      fmt::format("A proxy or firewall between here and the console blocks what is not web traffic. Let TCP port {} to "
                  "{} through unchanged.",
                  options.port, options.host)};
}

/// The peer is the console; is the time right?
LinkVerdict JudgeTime(const TlsProbe& probe, const net::TlsProbeOptions& options, std::chrono::sys_seconds now) {
  const auto skew = ClockSkew(probe, now);
  const net::ShownCertificate& shown = probe.chain.front();
  const bool outside = now < shown.not_before || now > shown.not_after;
  if (std::chrono::abs(skew) > kTolerated || (outside && now < shown.not_before)) {
    return {Kind::kClock,
            fmt::format("This machine's clock is wrong: it says {}{}.", Day(now),
                        skew.count() == 0 ? ""
                                          : fmt::format(", which is {} s {} the console's", std::abs(skew.count()),
                                                        skew.count() > 0 ? "ahead of" : "behind")),
            fmt::format("the console's certificate is valid {} to {}", Day(shown.not_before), Day(shown.not_after)),
            "Set the clock, and let it be kept by NTP (systemd-timesyncd or chrony)."};
  }
  if (outside) {
    return {Kind::kConsoleExpired,
            fmt::format("The certificate of {} ended on {}.", Place(options), Day(shown.not_after)), Seen(shown),
            "Restart the console: it renews its certificate when it starts."};
  }
  return {};
}

}  // namespace

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kGood:
      return "good";
    case Kind::kNameResolution:
      return "name-resolution";
    case Kind::kUnreachable:
      return "unreachable";
    case Kind::kBlocked:
      return "blocked";
    case Kind::kIntercepted:
      return "interception";
    case Kind::kWrongConsole:
      return "wrong-console";
    case Kind::kClock:
      return "clock";
    case Kind::kConsoleExpired:
      return "console-certificate-expired";
    case Kind::kRefused:
      return "refused";
  }
  return "";
}

std::chrono::seconds ClockSkew(const TlsProbe& probe, std::chrono::sys_seconds now) {
  const auto answer = nlohmann::json::parse(probe.body, nullptr, false);
  if (!answer.is_object() || !answer.contains("time") || !answer["time"].is_string()) return std::chrono::seconds(0);
  const auto theirs = ParseIsoTime(answer["time"].get<std::string>());
  return theirs ? std::chrono::floor<std::chrono::seconds>(now - *theirs) : std::chrono::seconds(0);
}

LinkVerdict Judge(const TlsProbe& probe, const net::TlsProbeOptions& options, std::chrono::sys_seconds now) {
  switch (probe.failed) {
    case TlsProbe::Step::kResolve:
      return {Kind::kNameResolution, fmt::format("The name {} cannot be resolved: {}.", options.host, probe.error), "",
              "Check the name in the setup file and this machine's DNS servers (/etc/resolv.conf)."};
    case TlsProbe::Step::kConnect:
      return {Kind::kUnreachable,
              fmt::format("{} {} ({}).", Place(options), probe.refused ? "refuses connections" : "does not answer",
                          probe.error),
              "",
              probe.refused
                  ? fmt::format("The host is there, but nothing listens on TCP {}, or a firewall rejects it: is the "
                                "gateway running?",
                                options.port)
                  : fmt::format("A firewall drops the packets, or the host is down: allow outbound TCP {} to {}.",
                                options.port, options.host)};
    case TlsProbe::Step::kHandshake:
      return JudgeHandshake(probe, options);
    case TlsProbe::Step::kTrust:
      return JudgeTrust(probe, options);
    case TlsProbe::Step::kAnswer:
    case TlsProbe::Step::kDone:
      break;
  }
  if (auto time = JudgeTime(probe, options, now); !time.Good()) return time;
  if (probe.failed == TlsProbe::Step::kAnswer) {
    const bool alert =
        probe.error.find("alert") != std::string::npos || probe.error.find("certificate") != std::string::npos;
    if (alert) return JudgeHandshake(probe, options);
    return {Kind::kBlocked, fmt::format("{} hung up after the TLS handshake ({}).", Place(options), probe.error), "",
            "Try again; if it stays, look at the console's log."};
  }
  return {};
}

}  // namespace steward::agent
