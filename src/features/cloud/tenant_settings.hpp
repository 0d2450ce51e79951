// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>

#include "agentproto/link.pb.h"
#include "base/error.hpp"

namespace steward::features {

/// A CompanySiteResource of level 3.5.1 in the words of a CloudTenant.
nlohmann::json InWordsOfToday(const nlohmann::json& company_site);

/// The settings of a new tenant from a CloudTenantInput; errors name the property.
Result<agent::CloudTenantSettings> NewTenant(const nlohmann::json& input);

/// What of a CloudTenant changes from `current` to `next`; nothing is set when nothing does. Errors name the property.
Result<agent::CloudTenantSettings> ChangedSettings(const nlohmann::json& current, const nlohmann::json& next);

}  // namespace steward::features
