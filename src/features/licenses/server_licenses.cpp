// SPDX-License-Identifier: Apache-2.0
#include "features/licenses/server_licenses.hpp"

#include "base/signing.hpp"
#include "features/actions/managing_agent.hpp"
#include "fmt/format.h"
#include "license/license.hpp"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using platform::PatchTarget;

/// Sites and backup servers have operations of their own for the same licences.
PatchTarget TargetOf(const Call& call) {
  if (call.path.contains("siteUid")) return {"GetSiteLicense", {{"siteUid", call.Path("siteUid")}}};
  return {"GetBackupServerLicense", {{"backupServerUid", call.Path("backupServerUid")}}};
}

/// The server that the call names, as the caller sees it. A server that was cloned is one of several organizations.
Result<LicensedServer> ServerOf(const platform::Services& services, const Call& call) {
  const PatchTarget target = TargetOf(call);
  auto license = platform::CurrentItem(services, target.read_operation, target.path, call.caller.scope);
  if (!license) return tl::unexpected(license.error());
  const std::string& uid = target.path.front().second;
  const auto rows = services.owner.Acquire()->Query(
      "select min(name) as name, organization_uid from inventory.backup_server where uid = $1 group by "
      "organization_uid",
      {uid});
  if (rows.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such backup server (any more).");
  if (rows.Count() > 1) {
    return Fail(
        ErrorCode::kConflict,
        fmt::format("The installation of {} was cloned: {} servers call themselves so, and a licence could go to "
                    "the wrong one. Give the clones ids of their own first (own_ids, see docs/admin/agent.md).",
                    rows.Text(0, "name"), rows.Count()));
  }
  return LicensedServer{uid, rows.Text(0, "name"), rows.Text(0, "organization_uid")};
}

}  // namespace

Result<agentlink::Order> LicenseOrder(db::Connection& connection, const LicensedServer& server,
                                      agent::LicenseAction action) {
  auto agent = ManagingAgent(connection, "inventory.backup_server", server.uid, server.organization_uid);
  if (!agent) return tl::unexpected(agent.error());
  agentlink::Order order{.agent_uid = *agent, .organization_uid = server.organization_uid, .command = {}};
  action.set_backup_server_uid(server.uid);
  *order.command.mutable_license() = std::move(action);
  return order;
}

Result<Answer> ServerLicenses::Send(const Call& call, Wish wish) {
  auto server = ServerOf(services_, call);
  if (!server) return tl::unexpected(server.error());
  auto order = LicenseOrder(*services_.owner.Acquire(), *server, std::move(wish.action));
  if (!order) return tl::unexpected(order.error());
  if (wish.shows_license) {
    const PatchTarget target = TargetOf(call);
    order->result_operation = target.read_operation;
    order->result_path = target.path;
  }
  return actions_.Run(call, *order,
                      {wish.audit_type, server->organization_uid, server->uid,
                       fmt::format("Asked to {} of backup server {}.", wish.words, server->name)});
}

Result<Answer> ServerLicenses::Install(const Call& call) {
  const auto file = FromBase64(call.body.at("license").get<std::string>());
  if (!file) return FailProperty("license", "This is not base64; send the bytes of the licence file in base64.");
  if (auto license = license::Read(*file); !license) return FailProperty("license", license.error().message);
  agent::LicenseAction action;
  action.set_install(*file);
  return Send(call, {std::move(action), "LicenseInstalled", "install a licence"});
}

Result<Answer> ServerLicenses::Delete(const Call& call) {
  agent::LicenseAction action;
  action.set_remove_section(platform::QueryOf(call, "sectionForDelete"));
  return Send(call, {std::move(action), "LicenseModified", "remove the licence", false});
}

Result<Answer> ServerLicenses::Patch(const Call& call) {
  const PatchTarget target = TargetOf(call);
  auto license = platform::PatchedItem(services_, call, target);
  if (!license) return tl::unexpected(license.error());
  const bool wanted = license->next.at("autoUpdateEnabled").get<bool>();
  if (wanted == license->current.at("autoUpdateEnabled").get<bool>()) {
    return platform::ItemAnswer(services_, target.read_operation, target.path, call.caller.scope);
  }
  agent::LicenseAction action;
  action.set_auto_update(wanted);
  return Send(call, {std::move(action), "LicenseModified",
                     wanted ? "switch on the automatic update of the licence"
                            : "switch off the automatic update of the licence"});
}

Result<Answer> ServerLicenses::Update(const Call& call) {
  agent::LicenseAction action;
  action.set_update(true);
  return Send(call, {std::move(action), "LicenseUpdated", "update the licence"});
}

}  // namespace steward::features
