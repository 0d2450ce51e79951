// SPDX-License-Identifier: Apache-2.0
#include "agentlink/gateway_probe.hpp"

#include <future>

#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::agentlink {
namespace {

constexpr std::size_t kAtOnce = 8;  // probes under way; a gateway that does not answer holds up a few others only
constexpr std::chrono::seconds kPatience{5};

using Step = net::TlsProbe::Step;

}  // namespace

std::string JudgeGateway(const net::TlsProbe& probe, const net::TlsProbeOptions& options,
                         std::chrono::sys_seconds now) {
  const std::string place = fmt::format("{}:{}", options.host, options.port);
  switch (probe.failed) {
    case Step::kResolve:
      return fmt::format("The console cannot resolve the name {}: {}.", options.host, probe.error);
    case Step::kConnect:
      if (probe.refused) {
        return fmt::format(
            "{} refuses connections: the host is up, but HAProxy does not run there or listens on another "
            "port.",
            place);
      }
      return fmt::format("{} does not answer ({}): the host is down, or a firewall drops the packets.", place,
                         probe.error);
    case Step::kHandshake:
    case Step::kAnswer:
      if (!probe.first_bytes.empty())
        return fmt::format("What listens at {} is no gateway: it spoke first, \"{}\".", place, probe.first_bytes);
      return fmt::format(
          "{} answers, but does not pass connections on to the console ({}): HAProxy there may not reach "
          "the console, or its address may be missing in trusted_gateways.",
          place, probe.error);
    case Step::kTrust:
      return fmt::format(
          "At {} answers not this console, but \"{}\" (certificate issued by \"{}\"): the name leads to "
          "another machine, or something in between opens TLS.",
          place, probe.chain.empty() ? "nobody" : probe.chain.front().subject,
          probe.chain.empty() ? "nobody" : probe.chain.front().issuer);
    case Step::kDone:
      break;
  }
  if (probe.http_status != 200)
    return fmt::format("{} leads to a console that answered {} instead of its state.", place, probe.http_status);
  if (!probe.chain.empty() && (now < probe.chain.front().not_before || now > probe.chain.front().not_after))
    return fmt::format("The certificate shown at {} is out of its time: restart that console, and look at its clock.",
                       place);
  return {};
}

GatewayProbe::GatewayProbe(db::Pool& owner, Gateways& gateways, Options options)
    : owner_(owner), gateways_(gateways), options_(std::move(options)), thread_([this] { Run(); }) {}

GatewayProbe::~GatewayProbe() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void GatewayProbe::Wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  wake_.notify_all();
}

void GatewayProbe::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    woken_ = false;
    lock.unlock();
    try {
      Round();
    } catch (const std::exception& error) {
      spdlog::warn("gateways could not be probed: {}", error.what());
    }
    lock.lock();
    wake_.wait_for(lock, options_.every, [this] { return stopping_ || woken_; });
  }
}

std::string GatewayProbe::Look(const Gateway& gateway) const {
  net::TlsProbeOptions options{.host = gateway.host, .port = gateway.port};
  if (gateway.console == options_.instance) options.host = options_.own_host;
  options.ca_pem = options_.ca_pem;
  options.timeout = kPatience;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return JudgeGateway(net::ProbeTls(options), options, now);
}

void GatewayProbe::Round() {
  auto gateways = gateways_.All();
  std::erase_if(gateways, [](const Gateway& gateway) { return !gateway.enabled; });
  for (std::size_t begin = 0; begin < gateways.size(); begin += kAtOnce) {
    std::vector<std::future<std::string>> verdicts;
    for (std::size_t i = begin; i < std::min(begin + kAtOnce, gateways.size()); ++i) {
      const Gateway& gateway = gateways[i];
      verdicts.push_back(std::async(std::launch::async, [this, &gateway] { return Look(gateway); }));
    }
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const std::string verdict = verdicts[i].get();
      const Gateway& gateway = gateways[begin + i];
      const auto rows = owner_.Acquire()->Query(
          "with old as (select is_reachable from core.gateway_state where gateway_uid = $1) "
          "insert into core.gateway_state as s (gateway_uid, probed_at, is_reachable, verdict, since) select uid, "
          "now(), $2, $3, now() from core.gateway where uid = $1 on conflict (gateway_uid) do update set probed_at = "
          "now(), verdict = excluded.verdict, since = case when s.is_reachable is distinct from excluded.is_reachable "
          "then now() else s.since end, is_reachable = excluded.is_reachable returning (select is_reachable from old) "
          "is distinct from is_reachable as turned",
          {gateway.uid, verdict.empty() ? "t" : "f", verdict.empty() ? db::Param() : db::Param(verdict)});
      if (rows.Count() == 0 || !rows.Bool(0, "turned")) continue;
      if (verdict.empty()) {
        spdlog::info("gateway {} is reachable", gateway.name);
      } else {
        spdlog::warn("gateway {}: {}", gateway.name, verdict);
      }
    }
  }
  options_.changed();
}

}  // namespace steward::agentlink
