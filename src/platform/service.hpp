// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "contract/contract.hpp"
#include "db/connection.hpp"
#include "platform/identity.hpp"
#include "platform/list/engine.hpp"

namespace steward::platform {

/// What every service needs. References outlive the services.
struct Services {
  db::Pool& owner;
  ListEngine& lists;
  Identity& identity;
};

using Bindings = std::vector<std::pair<std::string, std::string>>;

/// The answer of the GET operation `operation_id` for one object, seen with `scope`; kNotFound when it is not visible.
Result<contract::Answer> ItemAnswer(const Services& services, std::string_view operation_id, const Bindings& path,
                                    const TenantScope& scope);
/// The same as a JSON object, without the envelope.
Result<nlohmann::json> CurrentItem(const Services& services, std::string_view operation_id, const Bindings& path,
                                   const TenantScope& scope);

/// One line of the audit log.
struct AuditEntry {
  std::string_view operation;
  std::string_view type;  ///< a word of ActivityLogType
  db::Param organization_uid;
  std::string subject_uid;
  std::string message;
};
/// Writes the audit row inside the caller's transaction: it exists exactly when the change does.
void WriteAudit(db::Connection& connection, const contract::Call& call, const AuditEntry& entry);

/// Value of an optional JSON text as a parameter.
db::Param TextOf(const nlohmann::json& object, std::string_view name);
/// Value of a query parameter of the call, or `fallback`.
std::string QueryOf(const contract::Call& call, std::string_view name, std::string fallback = {});
bool QueryFlag(const contract::Call& call, std::string_view name);

}  // namespace steward::platform
