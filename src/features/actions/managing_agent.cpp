// SPDX-License-Identifier: Apache-2.0
#include "features/actions/managing_agent.hpp"

#include "fmt/format.h"

namespace steward::features {

Result<std::string> ManagingAgent(db::Connection& connection, const std::string& table, const db::Param& uid,
                                  const std::string& organization_uid) {
  const auto rows = connection.Query(
      fmt::format("select a.uid from {} o join core.agent a on a.uid = o.agent_uid where o.uid = $1 and "
                  "o.organization_uid = $2 and a.state = 'Accepted' order by a.connected_to is null, "
                  "a.last_heartbeat_at desc limit 1",
                  table),
      {uid, organization_uid});
  if (rows.Count() > 0) return rows.Text(0, "uid");
  return Fail(ErrorCode::kConflict,
              "No accepted management agent manages this object (any more); see Infrastructure, Agents.");
}

}  // namespace steward::features
