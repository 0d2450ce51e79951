// SPDX-License-Identifier: Apache-2.0
#include "agent/check/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "agent/check/verdict.hpp"
#include "agent/em/client.hpp"
#include "agent/gateway_book.hpp"
#include "agent/identity.hpp"
#include "agent/vbr/client.hpp"
#include "base/iso_time.hpp"

namespace steward::agent {
namespace {

using nlohmann::json;
using std::chrono::sys_seconds;

sys_seconds Now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

CheckStep Bad(const char* step, const std::string& target, const LinkVerdict& verdict) {
  return {step, target, std::string(KindName(verdict.kind)), verdict.summary, verdict.details, verdict.advice};
}

CheckStep Skipped(const char* step, const std::string& target) {
  return {step, target, "skipped", "An earlier step has to be put right first."};
}

/// The way to one gateway; true when it is clear.
bool CheckGateway(std::vector<CheckStep>& steps, const net::TlsProbe& probe, const net::TlsProbeOptions& options) {
  const std::string target = fmt::format("{}:{}", options.host, options.port);
  const LinkVerdict verdict = Judge(probe, options, Now());
  const auto failed = [&](net::TlsProbe::Step step) { return probe.failed == step; };
  if (failed(net::TlsProbe::Step::kResolve)) {
    steps.push_back(Bad("name resolution", target, verdict));
    for (const char* step : {"TCP", "TLS", "clock"}) steps.push_back(Skipped(step, target));
    return false;
  }
  steps.push_back({"name resolution", target, "good", fmt::format("{}", fmt::join(probe.addresses, ", "))});
  if (failed(net::TlsProbe::Step::kConnect)) {
    steps.push_back(Bad("TCP", target, verdict));
    for (const char* step : {"TLS", "clock"}) steps.push_back(Skipped(step, target));
    return false;
  }
  steps.push_back({"TCP", target, "good", fmt::format("{} answers", probe.address)});
  const bool time = verdict.kind == LinkVerdict::Kind::kClock || verdict.kind == LinkVerdict::Kind::kConsoleExpired;
  if (!verdict.Good() && !time) {
    steps.push_back(Bad("TLS", target, verdict));
    steps.push_back(Skipped("clock", target));
    return false;
  }
  steps.push_back(
      {"TLS", target, "good",
       fmt::format("the console's own certificate, valid until {}", IsoTime(probe.chain.front().not_after))});
  if (time) {
    steps.push_back(Bad("clock", target, verdict));
    return false;
  }
  steps.push_back({"clock", target, "good", fmt::format("{} s from the console's", ClockSkew(probe, Now()).count())});
  return true;
}

/// What the console told this agent when it last refused it; empty when it did not.
std::string LastRefusal(const std::filesystem::path& state) {
  const auto status = json::parse(ReadFile(state / "status.json"), nullptr, false);
  if (!status.is_object() || status.value("link", "") != "Rejected") return "";
  return status.value("detail", "");
}

/// What the console says of this agent, and how long its certificate lives.
CheckStep CheckEnrolment(const net::TlsProbe& probe, const std::string& certificate_pem, const std::string& refusal) {
  const char* step = "enrolment";
  if (certificate_pem.empty() && !refusal.empty()) {
    return {step, "", "refused", "The console did not let this agent in when it last asked.", "", refusal};
  }
  if (certificate_pem.empty()) {
    return {step,
            "",
            "not-enrolled",
            "This agent has no certificate yet.",
            "",
            "Start it with its setup file; without a token or an account an operator has to accept it "
            "(Infrastructure, Waiting agents)."};
  }
  const net::ShownCertificate own = net::DescribeCertificate(certificate_pem);
  const json answer = json::parse(probe.body, nullptr, false);
  const json agent = answer.is_object() && answer.contains("agent") ? answer["agent"] : json();
  const std::string state = agent.is_object() ? agent.value("state", "") : "";
  const std::string until = fmt::format("certificate valid until {}", IsoTime(own.not_after));
  if (Now() > own.not_after) {
    return {step,
            own.subject,
            "certificate-expired",
            fmt::format("The agent's certificate ended on {}.", IsoTime(own.not_after)),
            "",
            "The agent renews it by itself while it runs; start it, or download a new setup file."};
  }
  if (state == "Accepted") return {step, own.subject, "good", fmt::format("accepted, {}", until)};
  return {step,           own.subject,
          "not-accepted", fmt::format("The console says this agent is {}.", state.empty() ? "unknown" : state),
          until,          "Ask the provider, or download a new setup file and restart the agent with it."};
}

void CheckBackupServer(std::vector<CheckStep>& steps, const VbrConfig& config, const Transport& transport) {
  vbr::Client client(config, transport);
  const auto info = client.Get("serverInfo");
  const char* login = "backup server login";
  const char* version = "backup server version";
  if (!info) {
    const CallFault& fault = info.error();
    if (fault.reach == Reach::kNoToken) {
      steps.push_back(
          {login, config.url, "login-refused", fault.reason, "",
           "Check user and password. An account with multi-factor authentication cannot be used: make a service "
           "account without it."});
    } else if (fault.reach == Reach::kNoAnswer) {
      steps.push_back({login, config.url, "unreachable", fault.reason, "",
                       "Is the backup server's REST service running, and TCP 9419 open from here?"});
    } else {
      steps.push_back({login, config.url, "bad-answer", fault.reason, "", "Look at the backup server's own log."});
    }
    steps.push_back(Skipped(version, config.url));
    return;
  }
  steps.push_back({login, config.url, "good", fmt::format("signed in as {}", config.user)});
  steps.push_back(
      {version, config.url, "good",
       fmt::format("build {}, interface {}", info->value("buildVersion", std::string("unknown")), client.Version())});
  client.LogOut();
}

void CheckEnterpriseManager(std::vector<CheckStep>& steps, const CloudConnectConfig& config,
                            const Transport& transport) {
  const std::atomic<bool> stop{false};
  em::Client client(config, transport, stop);
  const auto tenants = client.Entities("cloud/tenants");
  const char* step = "Enterprise Manager login";
  if (tenants) {
    steps.push_back(
        {step, config.url, "good", fmt::format("signed in as {}, {} cloud tenants", config.user, tenants->size())});
    client.LogOut();
    return;
  }
  const CallFault& fault = tenants.error();
  if (fault.reach == Reach::kNoToken) {
    steps.push_back({step, config.url, "login-refused", fault.reason, "",
                     "Check user and password; the account needs the role Portal Administrator."});
  } else if (fault.reach == Reach::kNoAnswer) {
    steps.push_back({step, config.url, "unreachable", fault.reason, "",
                     "Is Enterprise Manager running, and TCP 9398 open from here?"});
  } else {
    steps.push_back({step, config.url, "bad-answer", fault.reason, "",
                     "Cloud Connect is offered by Enterprise Manager on Windows only, and with a service provider's "
                     "licence on a connected backup server."});
  }
}

}  // namespace

CheckReport RunCheck(const AgentConfig& config, const std::filesystem::path& state, const MakeTransport& transport) {
  CheckReport report;
  const std::string certificate = ReadFile(state / "certificate.pem");
  const std::string ca = ReadFile(state / "ca.pem");
  bool reached = false;
  net::TlsProbe heard;
  for (const ConsoleAddress& address : GatewayBook(GatewayBook::In(state)).Order(config.console.addresses)) {
    net::TlsProbeOptions options{.host = address.host, .port = address.port};
    options.ca_pem = ca.empty() ? config.console.ca_pem : ca;
    options.certificate_pem = certificate;
    options.key_pem = certificate.empty() ? "" : ReadFile(state / "key.pem");
    net::TlsProbe probe = net::ProbeTls(options);
    if (CheckGateway(report.steps, probe, options) && !reached) {
      reached = true;
      heard = std::move(probe);
    }
  }
  report.steps.push_back(reached ? CheckEnrolment(heard, certificate, LastRefusal(state)) : Skipped("enrolment", ""));
  report.good = report.steps.back().Good();
  const std::size_t servers = report.steps.size();
  for (const VbrConfig& server : config.vbr) CheckBackupServer(report.steps, server, transport(server));
  for (const auto& manager : config.cloud_connect) CheckEnterpriseManager(report.steps, manager, transport(manager));
  report.good &= std::all_of(report.steps.begin() + static_cast<std::ptrdiff_t>(servers), report.steps.end(),
                             [](const CheckStep& step) { return step.Good(); });
  return report;
}

std::string CheckReport::Text() const {
  std::string out;
  const auto indented = [&out](const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      out += fmt::format("         {}\n", text.substr(at, end - at));
      at = end + 1;
    }
  };
  for (const CheckStep& step : steps) {
    const char* mark = step.Good() ? "ok      " : (step.verdict == "skipped" ? "skipped " : "FAILED  ");
    out += fmt::format("{} {}{}{}: {}\n", mark, step.step, step.target.empty() ? "" : " ", step.target, step.summary);
    if (!step.details.empty()) indented(step.details);
    if (!step.advice.empty()) indented("-> " + step.advice);
  }
  return out;
}

std::string CheckReport::Json() const {
  json rows = json::array();
  for (const CheckStep& step : steps) {
    rows.push_back({{"step", step.step},
                    {"target", step.target},
                    {"verdict", step.verdict},
                    {"summary", step.summary},
                    {"details", step.details},
                    {"advice", step.advice}});
  }
  return json{{"good", good}, {"steps", std::move(rows)}}.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace steward::agent
