// SPDX-License-Identifier: Apache-2.0
#include "platform/service.hpp"

#include <stdexcept>
#include "base/uuid.hpp"

#include "fmt/format.h"

namespace steward::platform {
namespace {

const contract::Operation& FindOperation(std::string_view id) {
  for (const auto& operation : contract::Operations()) {
    if (operation.id == id) return operation;
  }
  throw std::logic_error(fmt::format("the contract has no operation {}", id));
}

std::vector<Condition> ConditionsOf(const contract::Operation& operation, const Bindings& path) {
  std::vector<Condition> conditions;
  for (const auto& [column, parameter] : operation.bindings) {
    for (const auto& [name, value] : path) {
      if (name == parameter) conditions.push_back({std::string(column), "=", value});
    }
  }
  return conditions;
}

}  // namespace

Result<contract::Answer> ItemAnswer(const Services& services, std::string_view operation_id, const Bindings& path,
                                    const TenantScope& scope) {
  const auto& operation = FindOperation(operation_id);
  ListParameters parameters;
  parameters.limit = 1;
  auto query = services.lists.Compile(operation, parameters, ConditionsOf(operation, path), scope);
  if (!query) return tl::unexpected(query.error());
  contract::Answer answer;
  answer.text = services.lists.Item(*query, scope);
  if (answer.text.empty())
    return Fail(ErrorCode::kNotFound,
                fmt::format("There is no such {}, or you may not see it.", operation.schema->name));
  return answer;
}

Result<nlohmann::json> CurrentItem(const Services& services, std::string_view operation_id, const Bindings& path,
                                   const TenantScope& scope) {
  auto answer = ItemAnswer(services, operation_id, path, scope);
  if (!answer) return tl::unexpected(answer.error());
  return nlohmann::json::parse(answer->text).at("data");
}

Result<std::string> ListAsCsv(const Services& services, std::string_view operation_id, const Bindings& path,
                              const TenantScope& scope) {
  const auto& operation = FindOperation(operation_id);
  std::string out;
  for (ListParameters parameters{.limit = kMaxLimit};; parameters.offset += kMaxLimit) {
    auto query = services.lists.Compile(operation, parameters, ConditionsOf(operation, path), scope);
    if (!query) return tl::unexpected(query.error());
    std::string page = services.lists.Csv(*query, scope);
    const std::size_t rows = page.find("\r\n") + 2;
    if (out.empty()) {
      out = std::move(page);
    } else if (rows < page.size()) {
      out.append(page, rows);
    }
    if (page.size() == rows || out.size() == rows) return out;
  }
}

void WriteAudit(db::Connection& connection, const contract::Call& call, const AuditEntry& entry) {
  const std::string request_id(call.request.Header("X-Request-id"));
  const std::string change(call.request.Header("X-Steward-Change"));
  connection.Query(
      "insert into core.audit (user_uid, organization_uid, operation, kind, type, subject_uid, message, request_id, "
      "peer, change_uid) values ($1, $2, $3, 'External', $4, $5, $6, $7, $8, (select uid from core.change where uid = "
      "$9 "
      "and user_uid = $1 and state = 'Running'))",
      {call.caller.user_uid.empty() ? db::Param() : db::Param(call.caller.user_uid), entry.organization_uid,
       std::string(call.operation), std::string(entry.type), entry.subject_uid, entry.message,
       request_id.empty() ? db::Param() : db::Param(request_id), call.request.peer,
       IsUuid(change) ? db::Param(change) : db::Param()});
  connection.Query("select pg_notify('steward_written', '')");
}

Result<Patched> PatchedItem(const Services& services, const contract::Call& call, const PatchTarget& target) {
  auto current = CurrentItem(services, target.read_operation, target.path, call.caller.scope);
  if (!current) return tl::unexpected(current.error());
  auto next = contract::ApplyPatch(*FindOperation(target.read_operation).schema, *current, call.body);
  if (!next) return tl::unexpected(next.error());
  return Patched{std::move(*current), std::move(*next)};
}

Result<contract::Answer> PatchItem(const Services& services, const contract::Call& call, const PatchTarget& target,
                                   const PatchWriter& write) {
  auto item = PatchedItem(services, call, target);
  if (!item) return tl::unexpected(item.error());
  {
    auto connection = services.owner.Acquire();
    db::Transaction transaction(*connection);
    auto entry = write(*connection, item->current, item->next);
    if (!entry) return tl::unexpected(entry.error());
    WriteAudit(*connection, call, *entry);
    transaction.Commit();
  }
  return ItemAnswer(services, target.read_operation, target.path, call.caller.scope);
}

db::Param TextOf(const nlohmann::json& object, std::string_view name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return std::nullopt;
  if (found->is_string()) return found->get<std::string>();
  return found->dump();
}

std::string QueryOf(const contract::Call& call, std::string_view name, const std::string& fallback) {
  const std::string* value = call.request.Query(name);
  return value != nullptr && !value->empty() ? *value : fallback;
}

bool QueryFlag(const contract::Call& call, std::string_view name) {
  const std::string value = QueryOf(call, name);
  return value == "true" || value == "True" || value == "1";
}

}  // namespace steward::platform
