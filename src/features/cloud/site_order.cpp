// SPDX-License-Identifier: Apache-2.0
#include "features/cloud/site_order.hpp"

namespace steward::features {

Result<agentlink::Order> OrderToSite(db::Connection& connection, const std::string& site_uid,
                                     const db::Param& tenant_uid) {
  if (connection.Query("select 1 from core.site_setting where site_uid = $1 and maintenance_mode", {site_uid}).Count() >
      0) {
    return Fail(ErrorCode::kConflict,
                "The site is in maintenance, so the console changes nothing there; switch its maintenance off first.");
  }
  const auto rows = connection.Query(
      "select a.uid, a.organization_uid from core.agent a join inventory.backup_server s on s.agent_uid = a.uid join "
      "core.organization o on o.uid = a.organization_uid and o.type <> 'Company' where s.uid = $1 and a.state = "
      "'Accepted' and ($2::uuid is null or exists (select from inventory.cloud_tenant t where t.agent_uid = a.uid and "
      "t.uid = $2)) order by o.type <> 'Provider', a.connected_to is null, a.last_heartbeat_at desc limit 1",
      {site_uid, tenant_uid});
  if (rows.Count() == 0) {
    return Fail(ErrorCode::kConflict,
                "No accepted management agent manages this site (any more); see Infrastructure, Agents.");
  }
  return agentlink::Order{
      .agent_uid = rows.Text(0, "uid"), .organization_uid = rows.Text(0, "organization_uid"), .command = {}};
}

}  // namespace steward::features
