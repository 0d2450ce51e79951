// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "agent/publisher.hpp"

namespace steward::agent::site {

using Json = nlohmann::json;

/// What `steward-site show` said, and where tenants reach the site.
struct Shown {
  Json all;
  std::string name, host;
  int port = 8000;
};

/// Days in the recycle bin when nobody says how many.
inline constexpr std::int64_t kRecycleDays = 7;

/// Console uids of a site's objects: uuid5 of the site's own uid.
std::string UidOf(const Json& all, const std::string& what);

/// Everything but BackupServer, whose status is the adapter's to know.
Snapshot MapAll(const Shown& shown);
inventory::BackupServer MapServer(const Shown& shown);

/// Bytes a second of a throttling value in a unit of CloudTenant.
std::int64_t RateOf(std::int64_t value, std::string_view unit);

}  // namespace steward::agent::site
