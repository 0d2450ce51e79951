// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agentlink/commands.hpp"
#include "platform/service.hpp"
#include "platform/waiting.hpp"

namespace steward::features {

/// Work that an agent does for a call: it is ordered, waited for, and looked up later. Thread-safe.
class Actions {
 public:
  Actions(platform::Services services, agentlink::Commands& commands, platform::Waiting& waiting)
      : services_(services), commands_(commands), waiting_(waiting) {}

  /// Orders it and answers when it has ended; when that takes longer than kPatience, or the agent is not connected,
  /// with 202 and the address of the asynchronous action.
  Result<contract::Answer> Run(const contract::Call& call, const agentlink::Order& order,
                               const platform::AuditEntry& audit);

  Result<contract::Answer> Config() const;
  Result<contract::Answer> ActionResult(const contract::Call& call);
  Result<contract::Answer> Cancel(const contract::Call& call);
  Result<contract::Answer> DeleteResult(const contract::Call& call);

 private:
  static constexpr std::chrono::seconds kPatience{15};
  /// What has become of it: the result, the failure, or 202.
  Result<contract::Answer> Outcome(const std::string& id, const std::string& place, const platform::TenantScope& scope);
  Result<agentlink::OrderState> Visible(const contract::Call& call);
  /// A visible one that the caller asked for, or may change as the provider.
  Result<agentlink::OrderState> Own(const contract::Call& call);

  platform::Services services_;
  agentlink::Commands& commands_;
  platform::Waiting& waiting_;
};

}  // namespace steward::features
