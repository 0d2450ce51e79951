// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
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

/// The whole list of the GET operation `operation_id` as CSV with a header line.
Result<std::string> ListAsCsv(const Services& services, std::string_view operation_id, const Bindings& path,
                              const TenantScope& scope);

/// One line of the audit log.
struct AuditEntry {
  std::string_view type;  ///< a word of ActivityLogType
  db::Param organization_uid;
  std::string subject_uid;
  std::string message;
};
/// Writes the audit row inside the caller's transaction: it exists exactly when the change does. It belongs to the
/// change that the call names (X-Steward-Change). Other consoles are told when it commits.
void WriteAudit(db::Connection& connection, const contract::Call& call, const AuditEntry& entry);

/// A PATCH of one object.
struct PatchTarget {
  std::string_view read_operation;  ///< the GET operation of the object; its schema says what can be changed
  Bindings path;
};
/// An object as the caller sees it, and as the call's RFC 6902 patch would have it.
struct Patched {
  nlohmann::json current, next;
};
Result<Patched> PatchedItem(const Services& services, const contract::Call& call, const PatchTarget& target);
/// Stores the object `next` in place of `current` and says what the audit log shall hold.
using PatchWriter =
    std::function<Result<AuditEntry>(db::Connection&, const nlohmann::json& current, const nlohmann::json& next)>;
/// Has the patched object written with its audit row in one transaction, and answers the object as it is then. Nothing
/// changes when the writer refuses.
Result<contract::Answer> PatchItem(const Services& services, const contract::Call& call, const PatchTarget& target,
                                   const PatchWriter& write);

/// Value of an optional JSON text as a parameter.
db::Param TextOf(const nlohmann::json& object, std::string_view name);
/// Value of a query parameter of the call, or `fallback`.
std::string QueryOf(const contract::Call& call, std::string_view name, const std::string& fallback = {});
bool QueryFlag(const contract::Call& call, std::string_view name);

}  // namespace steward::platform
