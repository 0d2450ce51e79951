// SPDX-License-Identifier: Apache-2.0
#include "agentlink/gateways.hpp"

#include <algorithm>
#include <ctime>

#include "base/text.hpp"
#include "base/uuid.hpp"
#include "db/array.hpp"
#include "fmt/format.h"

namespace steward::agentlink {
namespace {

/// FNV-1a, its bits stirred once more (as MurmurHash3 ends): the same on every console, whatever its library.
std::uint64_t Mix(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  hash = (hash ^ hash >> 33U) * 0xff51afd7ed558ccdU;
  hash = (hash ^ hash >> 33U) * 0xc4ceb9fe1a85ec53U;
  return hash ^ hash >> 33U;
}

std::string HostPort(const Gateway& gateway) {
  const bool bare_v6 = gateway.host.find(':') != std::string::npos;
  return bare_v6 ? fmt::format("[{}]:{}", gateway.host, gateway.port)
                 : fmt::format("{}:{}", gateway.host, gateway.port);
}

}  // namespace

bool OnlyHere(const std::string& host) {
  return SameNoCase(host, "localhost") || host == "::1" || host.starts_with("127.");
}

std::vector<Gateway> OrderFor(const std::string& agent_uid, const std::vector<Gateway>& gateways) {
  std::vector<Gateway> order;
  for (const Gateway& gateway : gateways) {
    const bool own = !gateway.console.empty();
    if (gateway.enabled && !(own && OnlyHere(gateway.host))) order.push_back(gateway);
  }
  std::sort(order.begin(), order.end(), [&](const Gateway& a, const Gateway& b) {
    const auto rank = [&](const Gateway& gateway) {
      return std::tuple(!gateway.console.empty(), gateway.priority, Mix(agent_uid + gateway.uid), gateway.uid);
    };
    return rank(a) < rank(b);
  });
  return order;
}

Gateways::Gateways(db::Pool& owner, std::string instance) : owner_(owner), instance_(std::move(instance)) {}

void Gateways::Begin(const std::string& host, std::uint16_t port) {
  const std::string number = std::to_string(port);
  owner_.Acquire()->Query(
      "insert into core.gateway (uid, name, description, host, external_port, port, console) values ($1, "
      "'Console ' || $2, 'Listener of the console itself', $3, $4, $4, $2) on conflict (console) do update set host = "
      "excluded.host, external_port = excluded.external_port, port = excluded.port where (gateway.host, "
      "gateway.external_port) is distinct from (excluded.host, excluded.external_port)",
      {NewUuid(), instance_, host, number});
  Reload();
}

void Gateways::Reload() {
  const auto rows = owner_.Acquire()->Query(
      "select (s.value->>'revision')::bigint as revision, g.uid, g.name, g.host, g.external_port::bigint as port, "
      "coalesce(p.priority, 0)::bigint as priority, g.is_enabled, coalesce(g.console, '') as console from core.setting "
      "s left join core.gateway g on true left join core.gateway_pool p on p.uid = g.pool_uid where s.name = "
      "'gateways' order by g.name");
  std::vector<Gateway> read;
  for (int i = 0; i < rows.Count(); ++i) {
    if (!rows.Maybe(i, "uid")) continue;
    read.push_back({.uid = rows.Text(i, "uid"),
                    .name = rows.Text(i, "name"),
                    .host = rows.Text(i, "host"),
                    .port = static_cast<std::uint16_t>(rows.Int(i, "port")),
                    .priority = rows.Int(i, "priority"),
                    .enabled = rows.Bool(i, "is_enabled"),
                    .console = rows.Text(i, "console")});
  }
  const std::lock_guard lock(mutex_);
  revision_ = static_cast<std::uint64_t>(rows.Int(0, "revision"));
  gateways_ = std::move(read);
}

std::vector<Gateway> Gateways::All() const {
  const std::lock_guard lock(mutex_);
  return gateways_;
}

agent::GatewayList Gateways::For(const std::string& agent_uid) const {
  agent::GatewayList list;
  const std::lock_guard lock(mutex_);
  list.set_revision(revision_);
  for (const Gateway& gateway : OrderFor(agent_uid, gateways_)) {
    auto& entry = *list.add_gateways();
    entry.set_name(gateway.name);
    entry.set_host(gateway.host);
    entry.set_port(gateway.port);
  }
  return list;
}

std::vector<std::string> Gateways::Addresses() const {
  std::vector<std::string> out;
  for (const Gateway& gateway : OrderFor("", All())) {
    if (gateway.console.empty()) out.push_back(HostPort(gateway));
  }
  return out;
}

db::Param Gateways::Through(const net::Request& request) const {
  const std::lock_guard lock(mutex_);
  const auto find = [this](const auto& fits) -> db::Param {
    const auto found = std::find_if(gateways_.begin(), gateways_.end(), fits);
    return found == gateways_.end() ? db::Param() : db::Param(found->uid);
  };
  if (request.proxy.empty()) return find([this](const Gateway& gateway) { return gateway.console == instance_; });
  auto named = find([&](const Gateway& gateway) { return SameNoCase(gateway.name, request.proxy_name); });
  return named ? named : find([&](const Gateway& gateway) { return gateway.host == request.proxy; });
}

void Gateways::NoteConnection(const std::string& gateway_uid) {
  const std::lock_guard lock(mutex_);
  connections_[gateway_uid] = std::time(nullptr);
}

void Gateways::Flush() {
  std::map<std::string, std::int64_t> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(connections_);
  }
  if (taken.empty()) return;
  db::TextArray gateways;
  db::TextArray times;
  for (const auto& [uid, at] : taken) {
    gateways.Add(uid);
    times.Add(std::to_string(at));
  }
  owner_.Acquire()->Query(
      "insert into core.gateway_state (gateway_uid, last_connection_at) select g.uid, to_timestamp(t.at) from "
      "unnest($1::uuid[], $2::bigint[]) as t (uid, at) join core.gateway g on g.uid = t.uid on conflict (gateway_uid) "
      "do "
      "update set last_connection_at = greatest(gateway_state.last_connection_at, excluded.last_connection_at)",
      {gateways.Text(), times.Text()});
}

}  // namespace steward::agentlink
