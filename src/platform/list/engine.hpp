// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "platform/list/list_cache.hpp"
#include "platform/list/query.hpp"

namespace steward::platform {

/// Runs compiled lists and writes the answers. Holds two pools: one per database role, so that row-level security
/// stands behind the scope in the statement. Thread-safe.
class ListEngine {
 public:
  ListEngine(db::Pool& provider, db::Pool& tenant) : provider_(provider), tenant_(tenant) {}

  /// One page: {"meta":{"pagingInfo":{...}},"data":[...]}.
  std::string Page(const ListQuery& query, const TenantScope& scope);
  /// {"data":{...}} of the single row, or empty when no visible row matches.
  std::string Item(const ListQuery& query, const TenantScope& scope);
  /// The page as CSV with a header line.
  std::string Csv(const ListQuery& query, const TenantScope& scope);

  ListCache& Cache() { return cache_; }

 private:
  std::vector<db::Rows> Run(std::vector<db::Statement> statements, const TenantScope& scope);
  std::int64_t Total(const ListQuery& query, const TenantScope& scope);
  db::Statement PageStatement(const ListQuery& query, const TenantScope& scope);

  db::Pool& provider_;
  db::Pool& tenant_;
  ListCache cache_;
};

}  // namespace steward::platform
