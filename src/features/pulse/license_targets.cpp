// SPDX-License-Identifier: Apache-2.0
#include "features/pulse/license_targets.hpp"

#include "fmt/format.h"

namespace steward::features {

Status CheckOrganization(db::Connection& connection, const std::string& uid, const char* property) {
  const auto rows = connection.Query(
      "select 1 from core.organization where uid = $1 and deleted_at is null and type in ('Company', 'Reseller')",
      {uid});
  if (rows.Count() == 0) return FailProperty(property, "There is no such company or reseller.");
  return {};
}

Status CheckServer(db::Connection& connection, const std::string& server, const std::string& organization) {
  const auto rows = connection.Query(
      "select s.name, count(distinct s.organization_uid) as owners, bool_or(core.may_have_licence(s.organization_uid, "
      "$2)) as is_theirs from inventory.backup_server s where s.uid = $1 group by s.name",
      {server, organization});
  if (rows.Count() == 0) return FailParameter("serverUid", "There is no such backup server.");
  if (rows.Count() > 1 || rows.Int(0, "owners") > 1) {
    return Fail(
        ErrorCode::kConflict,
        "The installation of this server was cloned, and a licence could go to the wrong one. Give the clones ids of "
        "their own first (own_ids, see docs/admin/agent.md).");
  }
  if (!rows.Bool(0, "is_theirs")) {
    return Fail(ErrorCode::kConflict,
                fmt::format("Backup server {} belongs to another customer than the licence.", rows.Text(0, "name")));
  }
  return {};
}

}  // namespace steward::features
