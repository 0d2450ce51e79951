// SPDX-License-Identifier: Apache-2.0
#include "agent/em/adapter.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "agent/em/gateway_orders.hpp"
#include "agent/em/judge.hpp"
#include "agent/em/orders.hpp"
#include "agent/em/plan_orders.hpp"
#include "base/iso_time.hpp"

namespace steward::agent::em {
namespace {

/// Whether it is for a Cloud Connect server.
bool IsOfCloud(const Command& command) {
  return command.has_cloud_tenant() || command.has_cloud_gateway() || command.has_cloud_plan();
}

}  // namespace

EmAdapter::EmAdapter(const CloudConnectConfig& config, SyncStore& store, StatusBoard& status, const Connect& connect)
    : config_(config),
      store_(store),
      publisher_(store, config.url, config.neighbours),
      status_(status),
      client_(config, connect(), stopping_),
      commander_(config, connect(), stopping_),
      thread_(config.states, config.inventory, [this](LookThread::Turn turn) {
        try {
          LookOnce(turn.everything);
        } catch (const std::exception& error) {
          spdlog::error("{}: {}", config_.url, error.what());
          PublishServers({false, std::string("the agent could not read its answer: ") + error.what()});
        }
        return complete_;
      }) {}

void EmAdapter::Stop() {
  stopping_ = true;
  thread_.Stop();
  client_.LogOut();
  const std::lock_guard lock(commander_mutex_);
  commander_.LogOut();
}

std::optional<CommandOutcome> EmAdapter::Execute(const Command& command, const Progress& /*orders end at once*/) {
  if (command.has_collect()) {
    CollectNow();
    return CommandOutcome{true, "The agent reads its backup servers."};
  }
  if (!IsOfCloud(command)) return std::nullopt;
  // After a start the servers are known once they have been looked at.
  for (int i = 0; i < 200 && !HasLooked() && !stopping_; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  Uids uids;
  {
    const std::lock_guard lock(uids_mutex_);
    uids = uids_;
  }
  const std::string& server_uid = command.has_cloud_tenant()    ? command.cloud_tenant().backup_server_uid()
                                  : command.has_cloud_gateway() ? command.cloud_gateway().backup_server_uid()
                                                                : command.cloud_plan().backup_server_uid();
  const std::string guid = GuidOf(uids.servers, server_uid);
  if (guid.empty()) return std::nullopt;
  CommandOutcome outcome;
  {
    const std::lock_guard lock(commander_mutex_);
    outcome = command.has_cloud_tenant()    ? TenantOrders(commander_, uids).Execute(command.cloud_tenant())
              : command.has_cloud_gateway() ? GatewayOrders(commander_, guid).Execute(command.cloud_gateway())
                                            : PlanOrders(commander_).Execute(command.cloud_plan());
  }
  thread_.AfterChange();
  return outcome;
}

EmAdapter::Outage EmAdapter::Read(bool everything) {
  Outage outage;
  const auto keep = [&](CallResult<std::vector<Json>> rows, std::vector<Json>& target) {
    if (rows) {
      target = *std::move(rows);
      known_ |= &target == &cache_.servers;
    } else if (outage.reason.empty()) {
      outage = {rows.error().reach != Reach::kBadAnswer, rows.error().reason};
      if (rows.error().reach == Reach::kNoToken) outage.reason = "the agent cannot sign in, " + outage.reason;
    }
  };
  const std::pair<const char*, std::vector<Json>*> lists[] = {
      {"backupServers", &cache_.servers},        {"repositories", &cache_.repositories},
      {"wanAccelerators", &cache_.accelerators}, {"cloud/gateways", &cache_.gateways},
      {"cloud/gatewayPools", &cache_.pools},     {"cloud/hardwarePlans", &cache_.plans},
      {"cloud/tenants", &cache_.tenants}};
  for (const auto& [path, target] : lists) {
    if (!outage.away) keep(client_.Entities(path), *target);
  }
  if (!everything || !outage.reason.empty()) return outage;
  std::map<std::string, std::vector<Json>> subtenants;
  for (const Json& tenant : cache_.tenants) {
    if (stopping_ || !Part(Part(tenant, "TenantType"), "StandaloneTenant").is_object()) continue;
    const std::string guid = Guid(Text(tenant, "UID"));
    auto rows = client_.Items("cloud/tenants/" + guid + "/subtenants");
    // One that was removed since the list was read has none.
    if (!rows && rows.error().status == 404) continue;
    keep(std::move(rows), subtenants[guid]);
    if (!outage.reason.empty()) return outage;
  }
  cache_.subtenants = std::move(subtenants);
  return outage;
}

Uids EmAdapter::NameEverything() const {
  std::set<std::pair<std::string, std::string>> known;
  for (const std::string& bytes : store_.RowsOf("BackupRepository")) {
    inventory::BackupRepository row;
    if (row.ParseFromString(bytes)) known.emplace(row.backup_server_uid(), row.uid());
  }
  return NameAll(cache_, publisher_.Others(), known);
}

void EmAdapter::LookOnce(bool everything) {
  const Outage outage = Read(everything);
  complete_ |= everything && outage.reason.empty();
  Uids uids = NameEverything();
  {
    const std::lock_guard lock(uids_mutex_);
    uids_ = uids;
  }
  PublishServers(outage);
  // Half a first look must not delete what is remembered from before the start.
  if (!complete_ || !outage.reason.empty()) return;
  publisher_.PublishCloud(MapAll(cache_, uids));
}

void EmAdapter::PublishServers(const Outage& outage) {
  const bool well = outage.reason.empty();
  const std::string reason =
      well ? ""
           : (outage.away ? "Enterprise Manager does not answer: " : "Enterprise Manager answered only in part: ") +
                 outage.reason;
  status_.SetAdapter(Name(), reason);
  Rows rows;
  const auto add = [&](inventory::BackupServer row) {
    row.set_address(config_.url);
    row.set_status(well ? "Healthy" : (outage.away ? "Inaccessible" : "Warning"));
    row.clear_status_reason();
    if (!well) row.set_status_reason(reason);
    if (well) row.set_collected_at(UtcText(std::chrono::floor<std::chrono::minutes>(std::chrono::system_clock::now())));
    rows[row.uid()] = row.SerializeAsString();
  };
  if (!known_) {  // not read since the start
    for (auto& row : publisher_.Servers()) {
      if (row.address() == config_.url) add(std::move(row));
    }
    if (rows.empty()) return;
  }
  for (const Json& server : cache_.servers) {
    auto row = MapServer(server, uids_);
    if (!row.uid().empty() && !uids_.covered.contains(row.uid())) add(std::move(row));
  }
  publisher_.Publish("BackupServer", std::move(rows));
}

}  // namespace steward::agent::em
