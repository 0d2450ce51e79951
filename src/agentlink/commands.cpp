// SPDX-License-Identifier: Apache-2.0
#include "agentlink/commands.hpp"

#include "agentlink/found_computers.hpp"
#include "base/uuid.hpp"
#include "db/bytea.hpp"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

#include <algorithm>

namespace steward::agentlink {
namespace {

std::string FromBytea(const std::string& text) {
  std::string out;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

nlohmann::json Object(const std::vector<std::pair<std::string, std::string>>& pairs) {
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [name, value] : pairs) out[name] = value;
  return out;
}

std::string TargetOf(const contract::Call& call) {
  return call.request.method + " " + call.request.target;
}

std::string Dump(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool IsPassword(std::string_view name) {
  constexpr std::string_view kWord = "password";
  return name.size() >= kWord.size() &&
         std::ranges::equal(name.substr(name.size() - kWord.size()), kWord, {},
                            [](char letter) { return static_cast<char>(std::tolower(letter)); });
}

void HidePasswords(nlohmann::json& value) {
  constexpr const char* kHidden = "***";
  if (value.is_object() && value.contains("path") && value["path"].is_string() && value.contains("value") &&
      IsPassword(value["path"].get<std::string>())) {
    value["value"] = kHidden;  // of a patch
  }
  for (auto& [name, part] : value.items()) {
    if (value.is_object() && part.is_string() && IsPassword(name)) part = kHidden;
    if (part.is_structured()) HidePasswords(part);
  }
}

/// A body as it may be kept and shown.
std::string WithoutPasswords(const std::string& body) {
  auto value = nlohmann::json::parse(body, nullptr, false);
  if (!value.is_structured()) return body;
  HidePasswords(value);
  return Dump(value);
}

constexpr const char* kNobody = "00000000-0000-0000-0000-000000000000";

/// Who asked for an order, and with which call.
struct Origin {
  std::string id;
  std::string_view operation;  ///< operationId
  std::string user_uid;
  std::string organization_uid;
  std::string target;
  std::string query;
  db::Param body;
};

Origin OriginOf(const contract::Call& call, const std::string& id) {
  return {id,
          call.operation,
          call.caller.user_uid,
          call.caller.organization_uid,
          TargetOf(call),
          Dump(Object(call.request.query)),
          call.request.body.empty() ? db::Param() : db::Param(WithoutPasswords(call.request.body))};
}

/// Stores an order and tells whoever holds its agent; false when there is one with this id, or its rule runs already.
bool Insert(db::Connection& connection, const Origin& origin, const Order& order) {
  agent::Command command = order.command;
  command.set_id(origin.id);
  if (order.prepare) order.prepare(connection, command);
  platform::Bindings result_path = order.result_path;
  if (!order.result_own_uid.empty()) result_path.emplace_back(order.result_own_uid, origin.id);
  const auto stored = connection.Query(
      "insert into core.command (id, agent_uid, organization_uid, payload, expires_at, initiator_uid, "
      "initiator_organization_uid, action_name, target, query, request_body, result_operation, result_path, rule_uid, "
      "result_made_uid) values ($1, $2, $3, $4::bytea, now() + make_interval(secs => $5::int), $6, $7, $8, $9, "
      "$10::jsonb, $11, $12, $13::jsonb, $14, nullif($15, '')) on conflict do nothing",
      {origin.id, order.agent_uid, order.organization_uid, db::Bytea(command.SerializeAsString()),
       std::to_string(order.valid.count()), origin.user_uid, origin.organization_uid, std::string(origin.operation),
       origin.target, origin.query, origin.body,
       order.result_operation.empty() ? db::Param() : db::Param(std::string(order.result_operation)),
       Dump(Object(result_path)), order.rule_uid, std::string(order.result_made_uid)});
  if (stored.Affected() == 0) return false;
  if (order.rule_uid) {
    connection.Query("update core.discovery_rule set last_run_at = now() where uid = $1", {order.rule_uid});
  }
  connection.Query("select pg_notify('steward_command', $1)", {order.agent_uid});
  return true;
}

/// The uid of what the agent made completes the path of the result, where the order asks for it; false when it does
/// not.
bool StoreMade(db::Connection& connection, const agent::CommandUpdate& update, const db::Param& uid) {
  const auto changed = connection.Query(
      "update core.command set result_path = result_path || jsonb_build_object(result_made_uid, $2::text) where id = "
      "$1 and result_made_uid is not null",
      {update.id(), uid});
  return changed.Affected() > 0;
}

/// What the order says becomes of a cloud tenant's assignment; `uid` is the tenant that the agent made.
void StoreTenancy(db::Connection& connection, const agent::CommandUpdate& update, const db::Param& uid) {
  connection.Query(
      "with ordered as (select coalesce(o.tenant_uid, $2::uuid) as tenant_uid, o.company_uid, c.initiator_uid from "
      "core.company_tenant_order o join core.command c on c.id = o.command_id where o.command_id = $1), gone as "
      "(delete from core.company_tenant t using ordered o where o.company_uid is null and t.tenant_uid = o.tenant_uid) "
      "insert "
      "into core.company_tenant (tenant_uid, company_uid, assigned_by) select tenant_uid, company_uid, initiator_uid "
      "from ordered where tenant_uid is not null and company_uid in (select uid from core.organization where "
      "deleted_at is null) on conflict (tenant_uid) do nothing",
      {update.id(), uid});
}

void StoreDocument(db::Connection& connection, const agent::CommandUpdate& update) {
  if (update.result().empty()) return;
  connection.Query("insert into core.command_result (command_id, size, content) values ($1, $2, $3::bytea)",
                   {update.id(), std::to_string(update.result().size()), db::Bytea(update.result())});
}

bool RuleRuns(db::Connection& connection, const Order& order) {
  return connection
             .Query("select 1 from core.command where rule_uid = $1 and state in ('Queued', 'Sent', 'Running')",
                    {order.rule_uid})
             .Count() > 0;
}

}  // namespace

Result<std::string> Commands::Queue(const contract::Call& call, const Order& order, const platform::AuditEntry& audit) {
  std::string id(call.request.Header("X-Request-id"));
  if (!id.empty() && !IsUuid(id)) return FailParameter("X-Request-id", "X-Request-id must be a uuid, or be left out.");
  if (id.empty()) id = NewUuid();
  auto connection = owner_.Acquire();
  db::Transaction transaction(*connection);
  if (order.check) {
    if (auto status = order.check(*connection, id); !status) return tl::unexpected(status.error());
  }
  if (!Insert(*connection, OriginOf(call, id), order)) {
    const auto same = transaction.Query(
        "select 1 from core.command where id = $1 and initiator_uid = $2 and target = $3 and created_at > now() - "
        "interval '5 minutes'",
        {id, call.caller.user_uid, TargetOf(call)});
    if (same.Count() == 0) {
      if (RuleRuns(*connection, order)) {
        return Fail(ErrorCode::kConflict,
                    "This rule is being run already; wait for its end. A run that its "
                    "agent has not got yet can be taken back.");
      }
      return Fail(ErrorCode::kConflict, "This X-Request-id was used before; send a new one with each new request.");
    }
    return id;
  }
  platform::WriteAudit(*connection, call, audit);
  transaction.Commit();
  return id;
}

std::string Commands::Add(db::Connection& connection, const contract::Call& call, const Order& order) {
  std::string id = NewUuid();
  Insert(connection, OriginOf(call, id), order);
  return id;
}

void Commands::Replace(db::Connection& connection, const std::string& id) {
  connection.Query(
      "with old as (update core.command set state = 'Canceled', ended_at = now(), message = 'A newer order replaces "
      "it.' where id = $1 and state = 'Queued' returning id) select pg_notify('steward_command_end', id::text) from "
      "old",
      {id});
}

void Commands::QueueOwn(const Order& order) {
  auto connection = owner_.Acquire();
  db::Transaction transaction(*connection);
  AddOwn(*connection, order, {"RunDiscoveryRule", "daily run"});
  transaction.Commit();
}

std::string Commands::AddOwn(db::Connection& connection, const Order& order, const Occasion& occasion) {
  std::string id = NewUuid();
  Insert(connection, {id, occasion.operation, kNobody, order.organization_uid, occasion.words, "{}", std::nullopt},
         order);
  return id;
}

std::optional<OrderState> Commands::Find(const std::string& id) {
  const auto rows = owner_.Acquire()->Query(
      "select c.state, c.message, c.initiator_uid, c.result_operation, c.result_path, a.connected_to is not null as "
      "reachable, a.host_name, c.state = 'Queued' as queued from core.command c join core.agent a on a.uid = "
      "c.agent_uid "
      "where c.id = $1",
      {id});
  if (rows.Count() == 0) return std::nullopt;
  const std::string state = rows.Text(0, "state");
  OrderState out{.id = id,
                 .ended = state == "Done" || state == "Failed" || state == "Expired" || state == "Canceled",
                 .done = state == "Done",
                 .reachable = rows.Bool(0, "reachable"),
                 .message = rows.Maybe(0, "message").value_or(""),
                 .initiator_uid = rows.Text(0, "initiator_uid"),
                 .result_operation = rows.Maybe(0, "result_operation").value_or("")};
  const auto path = nlohmann::json::parse(rows.Text(0, "result_path"));
  for (const auto& [name, value] : path.items()) out.result_path.emplace_back(name, value.get<std::string>());
  return out;
}

Status Commands::Cancel(const std::string& id) {
  auto connection = owner_.Acquire();
  db::Transaction transaction(*connection);
  const auto changed = transaction.Query(
      "update core.command set state = 'Canceled', ended_at = now(), message = 'It was taken back before the agent got "
      "it.' where id = $1 and state = 'Queued'",
      {id});
  if (changed.Affected() == 0) {
    return Fail(ErrorCode::kConflict, "The agent has this order already; it cannot be taken back.");
  }
  transaction.Query("select pg_notify('steward_command_end', $1)", {id});
  transaction.Commit();
  return {};
}

void Commands::Forget(const std::string& id) {
  owner_.Acquire()->Query("delete from core.command where id = $1 and ended_at is not null", {id});
}

std::vector<agent::Command> Commands::ForAgent(const std::string& agent_uid) {
  const auto rows = owner_.Acquire()->Query(
      "with chosen as (update core.command set state = case when state = 'Queued' then 'Sent' else state end, sent_at "
      "= "
      "coalesce(sent_at, now()) where agent_uid = $1 and (state in ('Sent', 'Running') or (state = 'Queued' and "
      "expires_at > now() and not exists (select from core.command_wait w where w.command_id = command.id))) returning "
      "payload, state, created_at, greatest(30, extract(epoch from expires_at - "
      "now())::int) as valid) select * from chosen order by created_at",
      {agent_uid});
  std::vector<agent::Command> out;
  for (int i = 0; i < rows.Count(); ++i) {
    agent::Command command;
    command.ParseFromString(FromBytea(rows.Text(i, "payload")));
    command.set_valid_seconds(static_cast<std::uint32_t>(rows.Int(i, "valid")));
    command.set_begun(rows.Text(i, "state") == "Running");
    out.push_back(std::move(command));
  }
  return out;
}

bool Commands::Store(const std::string& agent_uid, const agent::CommandUpdate& update) {
  const bool end = update.state() != agent::CommandUpdate::RUNNING;
  if (!IsUuid(update.id())) return end;
  auto connection = owner_.Acquire();
  db::Transaction transaction(*connection);
  const char* state = update.state() == agent::CommandUpdate::RUNNING
                          ? "Running"
                          : (update.state() == agent::CommandUpdate::DONE ? "Done" : "Failed");
  const auto changed = transaction.Query(
      "update core.command set state = $3::core.command_state, percent = $4, message = nullif($5, ''), started_at = "
      "coalesce(started_at, now()), ended_at = case when $6 then now() end where id = $1 and agent_uid = $2 and state "
      "in "
      "('Queued', 'Sent', 'Running')",
      {update.id(), agent_uid, state, std::to_string(std::min(update.percent(), 100U)),
       update.message().substr(0, 4000), end ? "t" : "f"});
  if (end && changed.Affected() > 0) {
    if (update.state() == agent::CommandUpdate::DONE) {
      const db::Param made = IsUuid(update.result()) ? db::Param(update.result()) : db::Param();
      if (!StoreMade(*connection, update, made)) StoreDocument(*connection, update);
      StoreTenancy(*connection, update, made);
      StoreFound(*connection, update);
    }
    transaction.Query("select pg_notify('steward_command_end', $1)", {update.id()});
  }
  transaction.Commit();
  return end;
}

std::optional<std::string> Commands::Document(const std::string& id) {
  const auto rows = owner_.Acquire()->Query("select content from core.command_result where command_id = $1", {id},
                                            db::Format::kBinary);
  if (rows.Count() == 0) return std::nullopt;
  return std::string(rows.Raw(0, 0));
}

void Commands::Tidy() {
  auto connection = owner_.Acquire();
  connection->Query(
      "with late as (update core.command c set state = 'Expired', ended_at = now(), message = 'The agent on ' || "
      "coalesce(a.host_name, 'an unknown host') || ' did not connect in time; its last sign of life was ' || "
      "coalesce(to_char(a.last_heartbeat_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"'), 'never') || '.' from "
      "core.agent a where a.uid = c.agent_uid and c.state = 'Queued' and c.expires_at <= now() returning c.id) select "
      "pg_notify('steward_command_end', id::text) from late");
  connection->Query("delete from core.command where ended_at < now() - make_interval(hours => $1::int)",
                    {std::to_string(kRetention.count())});
}

std::vector<std::string> Commands::AgentsToServe() {
  const auto rows = owner_.Acquire()->Query(
      "select distinct agent_uid from core.command c where state = 'Queued' and expires_at > now() and not exists "
      "(select from core.command_wait w where w.command_id = c.id)");
  std::vector<std::string> out;
  out.reserve(static_cast<std::size_t>(rows.Count()));
  for (int i = 0; i < rows.Count(); ++i) out.push_back(rows.Text(i, "agent_uid"));
  return out;
}

}  // namespace steward::agentlink
