// SPDX-License-Identifier: Apache-2.0
#include "features/pulse/license_changes.hpp"

#include "agentlink/commands.hpp"
#include "base/day.hpp"
#include "license/license.hpp"

namespace steward::features {
namespace {

/// Ends renewals that wait for an older revision, or for a licence that was revoked. What the agent has goes on: its
/// end shows what is to be done next.
std::int64_t EndOvertaken(db::Connection& connection) {
  const auto ended = connection.Query(
      "update core.license_task k set state = 'Superseded', ended_at = now(), message = case c.kind when 'Remove' then "
      "'The licence was revoked meanwhile.' else format('Revision %s took its place.', c.revision) end from "
      "core.license_change c where k.state = 'Waiting' and k.kind = 'Update' and k.server_uid = c.server_uid and "
      "(c.kind = 'Remove' or c.revision > k.revision) and not exists (select from core.command m where m.id = "
      "k.command_id and m.state in ('Sent', 'Running')) returning k.command_id, pg_notify('steward_command_end', "
      "k.uid::text)");
  for (int i = 0; i < ended.Count(); ++i) {
    if (const auto command = ended.Maybe(i, "command_id")) agentlink::Commands::Replace(connection, *command);
  }
  return ended.Count();
}

std::int64_t LeaveRevoked(db::Connection& connection) {
  return connection
      .Query(
          "update core.license_installation i set is_left = true from core.pulse u, core.license_change c where not "
          "u.is_removing_revoked_enabled and not i.is_left and c.server_uid = i.server_uid and c.kind = 'Remove'")
      .Affected();
}

/// A server that was cloned is left out: the licence could go to the wrong one. One whose owner has lost the licence, a
/// branch that was split off, keeps the file that it has.
std::int64_t AddTasks(db::Connection& connection) {
  return connection
      .Query(
          "insert into core.license_task (uid, kind, organization_uid, server_uid, license_uid, license_id, revision, "
          "file, step) select distinct on (c.server_uid) gen_random_uuid(), c.kind, c.organization_uid, c.server_uid, "
          "c.license_uid, c.license_id, w.revision, case when c.kind = 'Remove' then i.file end, 'Send' from "
          "core.license_change c join core.license_installation i on i.server_uid = c.server_uid cross join lateral "
          "(select case when c.kind = 'Remove' then c.installed_revision else c.revision end as revision) w where "
          "(select is_license_management_enabled from core.pulse) and case c.kind when 'Remove' then not "
          "c.cloud_connect and not c.is_left else c.auto_update_enabled and exists (select from "
          "inventory.backup_server s where s.uid = c.server_uid and core.may_have_licence(s.organization_uid, "
          "c.organization_uid)) end and not exists (select from core.license_task t where t.server_uid = c.server_uid "
          "and t.license_id = c.license_id and t.revision = w.revision and t.kind = c.kind) and (select count(distinct "
          "s.organization_uid) from inventory.backup_server s where s.uid = c.server_uid) = 1 on conflict do nothing")
      .Affected();
}

}  // namespace

void PlanLicenseChanges(db::Connection& connection) {
  const std::int64_t ended = EndOvertaken(connection);
  const std::int64_t left = LeaveRevoked(connection);
  const std::int64_t added = AddTasks(connection);
  if (ended + left + added > 0) connection.Query("select pg_notify('steward_written', '')");
}

std::int64_t RetryRemovals(db::Connection& connection, const std::string& license_uid) {
  return connection
      .Query(
          "update core.license_task t set state = 'Waiting', step = 'Send', command_id = null, message = null, tries = "
          "0, try_at = now(), ended_at = null from core.pulse_license l where l.license_uid = $1 and l.state = "
          "'Revoked' and t.license_uid = l.license_uid and t.license_id = l.license_id and t.kind = 'Remove' and "
          "t.state = 'Failed' and not exists (select from core.license_task w where w.server_uid = t.server_uid and "
          "w.state = 'Waiting') and (select is_license_management_enabled from core.pulse)",
          {license_uid})
      .Affected();
}

void NoteInstalledFile(db::Connection& connection, const std::string& task_uid) {
  const auto task = connection.Query("select file from core.license_task where uid = $1", {task_uid});
  const auto file = license::Read(task.Text(0, "file"));
  if (!file) return;
  connection.Query(
      "insert into core.license_installation as i (server_uid, organization_uid, license_uid, license_id, revision, "
      "licensed_to, expires, amount, cloud_connect, file) select server_uid, organization_uid, license_uid, "
      "license_id, revision, $2, $3, $4, $5, file from core.license_task where uid = $1 on conflict (server_uid) do "
      "update set organization_uid = excluded.organization_uid, license_uid = excluded.license_uid, license_id = "
      "excluded.license_id, revision = excluded.revision, licensed_to = excluded.licensed_to, expires = "
      "excluded.expires, amount = excluded.amount, cloud_connect = excluded.cloud_connect, file = excluded.file, "
      "is_left = false, installed_at = now()",
      {task_uid, file->licensed_to, DayText(file->expires), std::to_string(file->amount),
       std::string(file->cloud_connect_provider ? "t" : "f")});
}

void NoteRemovedFile(db::Connection& connection, const std::string& task_uid) {
  connection.Query(
      "delete from core.license_installation i using core.license_task k where k.uid = $1 and i.server_uid = "
      "k.server_uid and i.license_id = k.license_id",
      {task_uid});
}

}  // namespace steward::features
