// SPDX-License-Identifier: Apache-2.0
#include "features/pulse/license_tasks.hpp"

#include "base/uuid.hpp"
#include "features/pulse/license_changes.hpp"
#include "features/pulse/license_targets.hpp"
#include "features/pulse/pulse_store.hpp"
#include "features/pulse/retry.hpp"
#include "fmt/format.h"
#include "license/license.hpp"
#include "spdlog/spdlog.h"

namespace steward::features {
namespace {

constexpr int kLeaseSeconds = 60;  ///< so long nobody else takes a task that somebody is at
constexpr int kFollowSeconds = 2;  ///< between looks at an order that is out
constexpr std::chrono::hours kOrderValid{12};

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

struct LicenseTasks::Task {
  std::string uid, kind, step, license_uid, server_uid, organization_uid, command_id;
  Json request;
  std::int64_t tries = 0;
};

/// Where a task goes from here.
struct LicenseTasks::Next {
  std::string step;
  int after_seconds = 0;
  std::string message = {};
  db::Param license_uid = {};  ///< set when the step made it
};

Result<std::string> LicenseTasks::Add(db::Connection& connection, const contract::Call& call,
                                      const NewLicenseTask& task) {
  std::string uid = NewUuid();
  const auto stored = connection.Query(
      "insert into core.license_task (uid, kind, organization_uid, server_uid, license_uid, request, step, created_by) "
      "values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8) on conflict do nothing",
      {uid, std::string(task.kind), task.organization_uid, task.server_uid, task.license_uid,
       task.request.is_null() ? db::Param() : db::Param(Dump(task.request)), std::string(task.step),
       call.caller.user_uid});
  if (stored.Affected() == 0) {
    return Fail(ErrorCode::kConflict,
                "Something is being done with this licence, or with the licence of this server, already; see "
                "/api/steward/v1/licenseTasks for what it waits for. A task that waits can be taken back.");
  }
  return uid;
}

Status LicenseTasks::Cancel(const std::string& uid) {
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto rows = transaction.Query(
      "select t.command_id, c.state in ('Sent', 'Running') as is_out from core.license_task t left join core.command c "
      "on c.id = t.command_id where t.uid = $1 and t.state = 'Waiting' for update of t",
      {uid});
  if (rows.Count() == 0) return Fail(ErrorCode::kConflict, "The task has ended already.");
  if (rows.Maybe(0, "is_out") == "t") {
    return Fail(ErrorCode::kConflict, "The server's agent has the licence already; wait for what it says.");
  }
  if (const auto command = rows.Maybe(0, "command_id")) agentlink::Commands::Replace(*connection, *command);
  transaction.Query(
      "update core.license_task set state = 'Canceled', ended_at = now(), message = 'It was taken back.' where uid = "
      "$1",
      {uid});
  transaction.Query("select pg_notify('steward_command_end', $1)", {uid});
  transaction.Commit();
  return {};
}

std::optional<LicenseTasks::Task> LicenseTasks::Claim() {
  const auto rows = services_.owner.Acquire()->Query(
      "update core.license_task set try_at = now() + make_interval(secs => $1::int) where uid = (select uid from "
      "core.license_task where state = 'Waiting' and try_at <= now() order by try_at limit 1 for update skip locked) "
      "returning uid, kind, step, license_uid, server_uid, organization_uid, command_id, coalesce(request::text, "
      "'null') as request, tries",
      {std::to_string(kLeaseSeconds)});
  if (rows.Count() == 0) return std::nullopt;
  const auto text = [&](const char* name) { return rows.Maybe(0, name).value_or(""); };
  return Task{text("uid"),         text("kind"),
              text("step"),        text("license_uid"),
              text("server_uid"),  text("organization_uid"),
              text("command_id"),  Json::parse(text("request")),
              rows.Int(0, "tries")};
}

void LicenseTasks::RunDue(LicenseAuthority* authority) {
  while (const auto task = Claim()) {
    try {
      Store(*task, Step(*task, authority));
    } catch (const std::exception& error) {  // its lease ends, then it is tried again
      spdlog::error("licence task {}: {}", task->uid, error.what());
      return;
    }
  }
}

Result<LicenseTasks::Next> LicenseTasks::Step(const Task& task, LicenseAuthority* authority) {
  if (task.step == "Install" || task.step == "Remove") return Follow(task);
  if (task.kind == "Remove") return SendRemoval(task);
  if (authority == nullptr) {
    return Fail(ErrorCode::kUnavailable, "Pulse is not configured: set its token first (PATCH /api/v3/pulse).");
  }
  if (task.step == "Create") return Create(task, *authority);
  if (task.step == "Assign") return Assign(task, *authority);
  if (task.step == "Send") return Send(task, *authority);
  if (task.step == "Report") return Report(task, *authority);
  if (task.step == "Revoke") return Keep(authority->Revoke(task.license_uid, task.uid + "/revoke"), "End");
  return Keep(authority->ChangeLicense(task.license_uid, task.request), "End");
}

Result<LicenseTasks::Next> LicenseTasks::Keep(const Result<Json>& license, std::string_view next_step) {
  if (!license) return tl::unexpected(license.error());
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  StoreLicense(*connection, *license);
  PlanLicenseChanges(*connection);  // with it: a licence that was revoked is being revoked until its servers lost it
  transaction.Commit();
  return Next{std::string(next_step)};
}

Result<LicenseTasks::Next> LicenseTasks::Create(const Task& task, LicenseAuthority& authority) {
  const auto license = authority.CreateLicense(task.request, task.uid + "/create");
  auto next = Keep(license, "Assign");
  if (next) next->license_uid = license->at("license_uid").get<std::string>();
  return next;
}

Result<LicenseTasks::Next> LicenseTasks::Assign(const Task& task, LicenseAuthority& authority) {
  const auto facts = services_.owner.Acquire()->Query(
      "select o.name, core.licence_tenant(o.uid) as tenant_id, l.state in ('Assigned', 'Installed') and l.tenant_id in "
      "(t.tenant_id, t.parent_tenant_id) as is_held from core.organization o left join core.pulse_tenant t on "
      "t.organization_uid = o.uid left join core.pulse_license l on l.license_uid = $2 where o.uid = $1 and "
      "o.deleted_at is null",
      {task.organization_uid, task.license_uid});
  if (facts.Count() == 0) return Fail(ErrorCode::kNotFound, "The company was removed meanwhile.");
  auto tenant = facts.Maybe(0, "tenant_id");
  if (!tenant) {
    const auto made = authority.CreateTenant(facts.Text(0, "name"), task.organization_uid, task.organization_uid);
    if (!made) return tl::unexpected(made.error());
    StoreTenant(*services_.owner.Acquire(), *made, task.organization_uid);
    tenant = made->at("tenant_id").get<std::string>();
  }
  const std::string then = task.kind == "Push" ? "Send" : "End";
  if (facts.Maybe(0, "is_held") == "t") return Next{then};
  return Keep(authority.Assign(task.license_uid, *tenant, task.uid + "/assign"), then);
}

Result<LicenseTasks::Next> LicenseTasks::Send(const Task& task, LicenseAuthority& authority) {
  auto file = authority.File(task.license_uid);
  if (!file) return tl::unexpected(file.error());
  const auto license = license::Read(*file);
  if (!license) return tl::unexpected(license.error());
  agent::LicenseAction action;
  if (task.kind == "Update") {
    const auto there = services_.owner.Acquire()->Query(
        "select file from core.license_installation where server_uid = $1 and license_id = $2",
        {task.server_uid, license->license_id});
    if (there.Count() == 0) return Fail(ErrorCode::kConflict, "The backup server got another licence meanwhile.");
    action.mutable_renew()->set_old_file(there.Text(0, "file"));
    action.mutable_renew()->set_new_file(*file);
  } else {
    action.set_install(*file);
  }
  return Dispatch(task, std::move(action), {*file, license->license_id, std::to_string(license->revision)});
}

Result<LicenseTasks::Next> LicenseTasks::SendRemoval(const Task& task) {
  const auto rows = services_.owner.Acquire()->Query(
      "select k.file, k.license_id::text, k.revision::text, i.server_uid is not null as is_there from "
      "core.license_task k left join core.license_installation i on i.server_uid = k.server_uid and i.license_id = "
      "k.license_id where k.uid = $1",
      {task.uid});
  if (!rows.Bool(0, "is_there")) return Next{"End", 0, "The backup server got another licence meanwhile."};
  agent::LicenseAction action;
  action.set_remove_file(rows.Text(0, "file"));
  return Dispatch(task, std::move(action),
                  {rows.Text(0, "file"), rows.Text(0, "license_id"), rows.Text(0, "revision")});
}

Result<LicenseTasks::Next> LicenseTasks::Dispatch(const Task& task, agent::LicenseAction action, const File& file) {
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto server = transaction.Query(
      "select s.name, s.organization_uid from inventory.backup_server s join core.license_task t on t.server_uid = "
      "s.uid where t.uid = $1 and t.state = 'Waiting' and t.command_id is null for update of t",
      {task.uid});
  if (server.Count() == 0) return Fail(ErrorCode::kConflict, "The backup server is not known any more.");
  const bool removes = task.kind == "Remove";
  // Days may have passed since it was asked for. A revoked licence goes, whoever the server belongs to now.
  auto good = removes ? Status() : CheckServer(*connection, task.server_uid, task.organization_uid);
  if (!good) return tl::unexpected(good.error());
  auto order = LicenseOrder(*connection, {task.server_uid, server.Text(0, "name"), server.Text(0, "organization_uid")},
                            std::move(action));
  if (!order) return tl::unexpected(order.error());
  order->valid = kOrderValid;
  const std::string id = commands_.AddOwn(*connection, *order, {"PushLicense", "licence task"});
  // With the order, not after it: whoever takes the task up after an end of this process must find it on its way.
  transaction.Query(
      "update core.license_task set command_id = $2, step = $3, file = $4, license_id = $5, revision = $6 where uid = "
      "$1",
      {task.uid, id, std::string(removes ? "Remove" : "Install"), file.text, file.license_id, file.revision});
  transaction.Commit();
  return removes ? Next{"Remove", kFollowSeconds, "The order is on its way to the server's agent."}
                 : Next{"Install", kFollowSeconds, "The licence is on its way to the server's agent."};
}

Result<LicenseTasks::Next> LicenseTasks::Follow(const Task& task) {
  auto connection = services_.owner.Acquire();
  const bool removes = task.step == "Remove";
  const auto rows = connection->Query(
      "select c.state, c.message, a.connected_to is not null as reachable, a.host_name from core.command c join "
      "core.agent a on a.uid = c.agent_uid where c.id = nullif($1, '')::uuid",
      {task.command_id});
  const std::string state = rows.Count() > 0 ? rows.Text(0, "state") : "Expired";
  if (state == "Done") {
    (removes ? NoteRemovedFile : NoteInstalledFile)(*connection, task.uid);
    return removes ? Next{"End", 0, rows.Maybe(0, "message").value_or("")} : Next{"Report"};
  }
  if (state == "Failed")
    return Fail(ErrorCode::kConflict, rows.Maybe(0, "message").value_or("The agent gave no reason."));
  if (state == "Expired" || state == "Canceled") {
    return Next{"Send", 0, "The agent did not come for the order in time; it is sent again."};
  }
  return Next{
      task.step, kFollowSeconds,
      rows.Bool(0, "reachable")
          ? fmt::format("The backup server's agent {} the licence.", removes ? "removes" : "installs")
          : fmt::format("Waits until the agent on {} connects.", rows.Maybe(0, "host_name").value_or("the server"))};
}

Result<LicenseTasks::Next> LicenseTasks::Report(const Task& task, LicenseAuthority& authority) {
  const auto server = services_.owner.Acquire()->Query(
      "select name from inventory.backup_server where uid = $1 limit 1", {task.server_uid});
  const std::string name = server.Count() > 0 ? server.Text(0, "name") : task.server_uid;
  return Keep(authority.NoteInstalled(task.license_uid, task.server_uid, name, task.uid + "/installed"), "End");
}

void LicenseTasks::Store(const Task& task, const Result<Next>& next) {
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  if (!next && MayPass(next.error())) {
    transaction.Query(
        "update core.license_task set tries = tries + 1, message = $2, try_at = now() + make_interval(secs => $3::int) "
        "where uid = $1 and state = 'Waiting'",
        {task.uid, next.error().message, PauseAfter(task.tries)});
    transaction.Commit();
    return;
  }
  const bool ended = !next || next->step == "End";
  transaction.Query(
      "update core.license_task set step = $2, state = $3, message = nullif($4, ''), license_uid = coalesce($5, "
      "license_uid), tries = 0, command_id = case when $2 = 'Send' then null else command_id end, try_at = now() + "
      "make_interval(secs => $6::int), ended_at = case when $3 <> 'Waiting' then now() end where uid = $1 and state = "
      "'Waiting'",
      {task.uid, next ? next->step : task.step, ended ? (next ? "Done" : "Failed") : "Waiting",
       next ? next->message : next.error().message, next ? next->license_uid : db::Param(),
       std::to_string(next ? next->after_seconds : 0)});
  if (ended) transaction.Query("select pg_notify('steward_command_end', $1)", {task.uid});
  transaction.Query("select pg_notify('steward_written', '')");
  transaction.Commit();
}

}  // namespace steward::features
