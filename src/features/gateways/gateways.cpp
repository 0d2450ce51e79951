// SPDX-License-Identifier: Apache-2.0
#include "features/gateways/gateways.hpp"

#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using nlohmann::json;
using platform::AuditEntry;
using platform::TextOf;

constexpr std::int64_t kPort = 6180;

/// The published words of the activity log have none for gateways.
AuditEntry Entry(const std::string& uid, std::string message) {
  return {"Unknown", std::nullopt, uid, std::move(message)};
}

bool CanBeHost(const std::string& text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:") ==
         std::string::npos;
}

/// What the database could only refuse in its own words. `gateway` follows CloudGateway.
Status CheckGateway(db::Connection& connection, const json& gateway) {
  if (!CanBeHost(gateway.at("externalAddress").get<std::string>()))
    return FailProperty("externalAddress", "externalAddress must be a host name or an address, without a port.");
  if (gateway.at("networkMode") == "Direct" && gateway.at("port") != gateway.at("externalPort")) {
    return FailProperty("port", "Without NAT a gateway listens on the port that agents connect to.");
  }
  const auto pool = TextOf(gateway, "gatewayPoolUid");
  if (pool && connection.Query("select 1 from core.gateway_pool where uid = $1", {pool}).Count() == 0)
    return FailProperty("gatewayPoolUid", "There is no such pool of gateways.");
  return {};
}

/// The values of a gateway as parameters, after its uid: $2 to $9.
db::Params Values(const std::string& uid, const json& gateway) {
  return {uid,
          TextOf(gateway, "name"),
          TextOf(gateway, "description").value_or(""),
          TextOf(gateway, "externalAddress"),
          TextOf(gateway, "externalPort"),
          TextOf(gateway, "port"),
          TextOf(gateway, "networkMode"),
          TextOf(gateway, "gatewayPoolUid"),
          gateway.value("isDisabled", false) ? "f" : "t"};
}

}  // namespace

Result<Answer> CloudGateways::Create(const Call& call) {
  json gateway = call.body;
  if (!gateway.contains("externalPort")) gateway["externalPort"] = kPort;
  if (!gateway.contains("port")) gateway["port"] = gateway["externalPort"];
  if (!gateway.contains("networkMode")) gateway["networkMode"] = "Direct";
  if (gateway.contains("backupServerUid")) return of_sites_.Create(call, gateway);
  const std::string uid = NewUuid();
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  if (auto status = CheckGateway(*connection, gateway); !status) return tl::unexpected(status.error());
  transaction.Query(
      "insert into core.gateway (uid, name, description, host, external_port, port, network_mode, pool_uid, "
      "is_enabled) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      Values(uid, gateway));
  platform::WriteAudit(*connection, call,
                       Entry(uid, fmt::format("Gateway {} was added.", gateway["name"].get<std::string>())));
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetCloudGateway", {{"gatewayUid", uid}}, call.caller.scope);
}

Result<Answer> CloudGateways::Patch(const Call& call) {
  const std::string& uid = call.Path("gatewayUid");
  const platform::PatchTarget target{"GetCloudGateway", {{"gatewayUid", uid}}};
  const auto gateway = platform::PatchedItem(services_, call, target);
  if (!gateway) return tl::unexpected(gateway.error());
  if (TextOf(gateway->current, "backupServerUid")) return of_sites_.Patch(call, *gateway);
  return PatchItem(
      services_, call, target,
      [&](db::Connection& connection, const json& current, const json& next) -> Result<AuditEntry> {
        if (current.at("isBuiltIn").get<bool>()) {
          for (const char* fixed : {"externalAddress", "externalPort", "port", "networkMode"}) {
            if (current.at(fixed) != next.at(fixed)) {
              return FailProperty(fixed, "Where a console itself listens is set in its configuration file.");
            }
          }
        }
        if (auto status = CheckGateway(connection, next); !status) return tl::unexpected(status.error());
        connection.Query(
            "update core.gateway set name = $2, description = $3, host = $4, external_port = $5, port = $6, "
            "network_mode = $7, pool_uid = $8, is_enabled = $9 where uid = $1",
            Values(uid, next));
        // What a probe of another place found says nothing about this one.
        if (current.at("externalAddress") != next.at("externalAddress") ||
            current.at("externalPort") != next.at("externalPort")) {
          connection.Query(
              "update core.gateway_state set is_reachable = null, verdict = null, probed_at = null, since = null where "
              "gateway_uid = $1",
              {uid});
        }
        return Entry(uid, fmt::format("Gateway {} was changed.", next.at("name").get<std::string>()));
      });
}

Result<Answer> CloudGateways::Delete(const Call& call) {
  const std::string& uid = call.Path("gatewayUid");
  const auto gateway = platform::CurrentItem(services_, "GetCloudGateway", {{"gatewayUid", uid}}, call.caller.scope);
  if (!gateway) return tl::unexpected(gateway.error());
  if (TextOf(*gateway, "backupServerUid")) return of_sites_.Delete(call, *gateway);
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto rows = transaction.Query(
      "select name, console is not distinct from $2 as own from core.gateway where uid = $1 for update",
      {uid, instance_});
  if (rows.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such gateway.");
  if (rows.Bool(0, "own"))
    return Fail(ErrorCode::kConflict, "This is the console's own listener; it stays. Disable it to keep agents off.");
  transaction.Query("delete from core.gateway where uid = $1", {uid});
  platform::WriteAudit(*connection, call, Entry(uid, fmt::format("Gateway {} was removed.", rows.Text(0, "name"))));
  transaction.Commit();
  return Answer{.data = json::object()};
}

Result<Answer> CloudGateways::CreatePool(const Call& call) {
  if (call.body.contains("backupServerUid")) return of_sites_.CreatePool(call);
  if (call.body.contains("gatewayUids")) {
    return FailProperty("gatewayUids",
                        "Gateways of the console are put into a pool one by one, by their gatewayPoolUid.");
  }
  const std::string uid = NewUuid();
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query(
      "insert into core.gateway_pool (uid, name, description, priority) values ($1, $2, coalesce($3, ''), coalesce($4, "
      "0))",
      {uid, TextOf(call.body, "name"), TextOf(call.body, "description"), TextOf(call.body, "priority")});
  platform::WriteAudit(*connection, call, Entry(uid, "A pool of gateways was added."));
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetCloudGatewayPool", {{"instanceUid", uid}}, call.caller.scope);
}

Result<Answer> CloudGateways::PatchPool(const Call& call) {
  const std::string& uid = call.Path("instanceUid");
  const platform::PatchTarget target{"GetCloudGatewayPool", {{"instanceUid", uid}}};
  const auto pool = platform::PatchedItem(services_, call, target);
  if (!pool) return tl::unexpected(pool.error());
  if (TextOf(pool->current, "backupServerUid")) return of_sites_.PatchPool(call, *pool);
  return PatchItem(
      services_, call, target,
      [&](db::Connection& connection, const json& /*current*/, const json& next) -> Result<AuditEntry> {
        connection.Query(
            "update core.gateway_pool set name = $2, description = coalesce($3, ''), priority = $4 where uid = $1",
            {uid, TextOf(next, "name"), TextOf(next, "description"), TextOf(next, "priority")});
        return Entry(uid, "A pool of gateways was changed.");
      });
}

Result<Answer> CloudGateways::DeletePool(const Call& call) {
  const std::string& uid = call.Path("instanceUid");
  const auto pool = platform::CurrentItem(services_, "GetCloudGatewayPool", {{"instanceUid", uid}}, call.caller.scope);
  if (!pool) return tl::unexpected(pool.error());
  if (TextOf(*pool, "backupServerUid")) return of_sites_.DeletePool(call, *pool);
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  if (transaction.Query("delete from core.gateway_pool where uid = $1 returning 1", {uid}).Count() == 0)
    return Fail(ErrorCode::kNotFound, "There is no such pool of gateways.");
  platform::WriteAudit(*connection, call, Entry(uid, "A pool of gateways was removed."));
  transaction.Commit();
  return Answer{.data = json::object()};
}

}  // namespace steward::features
