// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agent/command_runner.hpp"
#include "agent/em/judge.hpp"
#include "agent/em/mapper.hpp"

namespace steward::agent::em {

/// Changes tenants and reads back what the server made of it: Enterprise Manager can say "done" and have changed
/// nothing. Not thread-safe.
class TenantOrders {
 public:
  TenantOrders(Client& client, const Uids& uids) : client_(client), uids_(uids) {}

  /// Done only when the server shows what was asked for; the failure is in words otherwise.
  CommandOutcome Execute(const CloudTenantAction& action);

 private:
  CommandOutcome Create(const CloudTenantAction& action);
  CommandOutcome Change(const std::string& tenant, const CloudTenantSettings& settings);
  CommandOutcome Remove(const std::string& tenant, bool delete_backups);
  CommandOutcome AddQuota(const std::string& tenant, const CloudTenantQuota& quota);
  CommandOutcome ChangeQuota(const std::string& tenant, const CloudTenantQuota& quota);
  CommandOutcome RemoveQuota(const std::string& tenant, const std::string& uid);
  CommandOutcome SetPlans(const std::string& tenant, const CloudTenantPlans& plans);

  CallResult<Json> Tenant(const std::string& uid) { return client_.Get("cloud/tenants/" + uid + kEntity); }

  Client& client_;
  const Uids& uids_;
};

}  // namespace steward::agent::em
