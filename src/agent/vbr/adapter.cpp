// SPDX-License-Identifier: Apache-2.0
#include "agent/vbr/adapter.hpp"

#include <spdlog/spdlog.h>

#include "agent/vbr/license_orders.hpp"
#include "agent/vbr/several.hpp"
#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::vbr {
VbrAdapter::VbrAdapter(const VbrConfig& config, SyncStore& store, StatusBoard& status, const Connect& connect)
    : config_(config),
      publisher_(store, config.url, config.neighbours),
      status_(status),
      client_(config, connect()),
      commander_(config, connect()),
      collector_(client_, config),
      thread_(config.states, config.inventory, [this](LookThread::Turn turn) {
        try {
          LookOnce(turn.everything, turn.changed);
        } catch (const std::exception& error) {
          spdlog::error("{}: {}", config_.url, error.what());
          PublishServer("Warning", std::string("The agent could not read the server's answer: ") + error.what());
        }
        return complete_;
      }) {}

void VbrAdapter::Start() {
  thread_.Start();
}

void VbrAdapter::Stop() {
  thread_.Stop();
  client_.LogOut();
  const std::lock_guard lock(commander_mutex_);
  commander_.LogOut();
}

void VbrAdapter::CollectNow() {
  thread_.Now();
}

std::optional<CommandOutcome> VbrAdapter::Execute(const Command& command,
                                                  const agent::Progress& /*orders end at once*/) {
  switch (command.action_case()) {
    case Command::kCollect:
      CollectNow();
      return CommandOutcome{true, "The agent reads its backup servers."};
    case Command::kJob:
      if (!IsMine(command.job().backup_server_uid())) return std::nullopt;
      return DoJob(command.job());
    case Command::kLicense:
      if (!IsMine(command.license().backup_server_uid())) return std::nullopt;
      return DoLicense(command.license());
    case Command::kRestart:
    case Command::kPolicy:
    case Command::kLogBundle:
    case Command::kUpgrade:
    case Command::kDiscover:
    case Command::kCloudTenant:
    case Command::kCloudGateway:
    case Command::kCloudPlan:
    case Command::ACTION_NOT_SET:
      break;
  }
  return std::nullopt;
}

bool VbrAdapter::IsMine(const std::string& backup_server_uid) const {
  const auto server = RememberedServer();
  return server && server->uid() == backup_server_uid;
}

CommandOutcome VbrAdapter::DoLicense(const LicenseAction& action) {
  auto outcome = [&] {
    const std::lock_guard lock(commander_mutex_);
    return LicenseOrders(commander_).Execute(action);
  }();
  if (outcome.done) thread_.AfterChange();
  return outcome;
}

CommandOutcome VbrAdapter::DoJob(const JobAction& action) {
  const std::string job = "jobs/" + UrlEncode(action.job_uid());
  const auto order = [&]() -> CallResult<Json> {
    const std::lock_guard lock(commander_mutex_);
    switch (action.verb()) {
      case JobAction::START:
        return commander_.Order(job + "/start", {{"performActiveFull", false}});
      case JobAction::STOP:
        return commander_.Order(job + "/stop", {{"gracefulStop", false}});
      case JobAction::RETRY:
        if (commander_.Version().empty()) {  // not signed in yet
          if (auto info = commander_.Get("serverInfo"); !info) return info;
        }
        if (!commander_.Modern()) {
          return tl::unexpected(
              CallFault{Reach::kBadAnswer, 0, "its interface 1.2-rev1 knows no retry; start the job instead"});
        }
        return commander_.Order(job + "/retry", {{"startChainedJobs", false}});
      case JobAction::ENABLE:
        return commander_.Order(job + "/enable", Json());
      case JobAction::DISABLE:
        return commander_.Order(job + "/disable", Json());
      default:
        return tl::unexpected(CallFault{Reach::kBadAnswer, 0, "this agent does not know the action"});
    }
  }();
  if (!order) return {false, "The backup server refused or did not answer: " + order.error().reason};
  thread_.AfterChange();
  return {true, ""};
}

void VbrAdapter::LookOnce(bool everything, bool settings) {
  Look look = everything ? collector_.Everything(cache_) : collector_.States(cache_, settings);
  if (!look.problems.empty() && look.worst == Reach::kNoAnswer) {  // one lost answer is no outage: ask again
    std::this_thread::sleep_for(std::chrono::seconds(1));
    look = everything ? collector_.Everything(cache_) : collector_.States(cache_, settings);
  }
  if (look.problems.empty()) {
    complete_ |= everything;
    cache_.complete_at = UtcText(std::chrono::floor<std::chrono::minutes>(std::chrono::system_clock::now()));
    PublishServer("Healthy", "");
  } else {
    const bool away = look.worst != Reach::kBadAnswer;
    std::string reason = away && look.worst == Reach::kNoToken ? "The agent cannot sign in to the backup server: "
                                                               : (away ? "The backup server does not answer: "
                                                                       : "The backup server answered only in part: ");
    PublishServer(away ? "Inaccessible" : "Warning", reason + look.problems.front());
  }
  if (!look.changed || !cache_.info.is_object() || cache_.job_states.empty()) return;
  // Half a first look must not delete what is remembered from before the start.
  if (!complete_) return;
  Snapshot snapshot = MapAll(cache_);
  if (config_.own_ids) GiveOwnIds(snapshot, MapServer(cache_).uid());
  for (auto& [entity, rows] : snapshot) publisher_.Publish(entity, std::move(rows));
}

std::string VbrAdapter::Name() const {
  return config_.neighbours.addresses.empty() ? "vbr" : "vbr " + HostOf(config_.url);
}

/// The row of this server from before the start, if there is one.
std::optional<inventory::BackupServer> VbrAdapter::RememberedServer() const {
  auto servers = publisher_.Servers();
  if (servers.empty()) return std::nullopt;
  return std::move(servers.front());
}

void VbrAdapter::PublishServer(const std::string& status, const std::string& reason) {
  inventory::BackupServer row;
  if (cache_.info.is_object()) {
    row = MapServer(cache_);
  } else if (const auto known = RememberedServer()) {
    row = *known;
  } else {
    // Never reached: a row with its address, so that the console shows what is wrong.
    row.set_installation_uid("unreached:" + config_.url);
    row.set_uid(ServerUid(row.installation_uid()));
    row.set_name(HostOf(config_.url));
    row.set_role("Client");
  }
  row.set_address(config_.url);
  row.set_status(status);
  row.clear_status_reason();
  if (!reason.empty()) row.set_status_reason(reason);
  publisher_.Publish("BackupServer", {{row.uid(), row.SerializeAsString()}});
  status_.SetAdapter(Name(), reason);
}

}  // namespace steward::agent::vbr
