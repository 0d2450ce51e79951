// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "platform/list/list_cache.hpp"
#include "platform/list/query.hpp"

namespace steward::platform {

/// One pool per database role that reads for callers. They outlive the engine.
struct ReaderPools {
  db::Pool& provider;  ///< the provider's staff: all rows
  db::Pool& tenant;    ///< whole organizations
  db::Pool& location;  ///< some locations of an organization
};

/// Compiles lists, runs them and writes the answers. Row-level security of the reading role stands behind the scope in
/// the statement. Thread-safe.
class ListEngine {
 public:
  explicit ListEngine(ReaderPools pools) : pools_(pools) {}

  /// As CompileList; locations narrow the views whose rows belong to one.
  Result<ListQuery> Compile(const contract::Operation& operation, const ListParameters& parameters,
                            const std::vector<Condition>& bindings, const TenantScope& scope);

  /// One page: {"meta":{"pagingInfo":{...}},"data":[...]}.
  std::string Page(const ListQuery& query, const TenantScope& scope);
  /// {"data":{...}} of the single row, or empty when no visible row matches.
  std::string Item(const ListQuery& query, const TenantScope& scope);
  /// The page as CSV with a header line.
  std::string Csv(const ListQuery& query, const TenantScope& scope);

  ListCache& Cache() { return cache_; }

  /// Rows of a reading statement of our own; row-level security narrows them to what the scope may see.
  db::Rows Run(const db::Statement& statement, const TenantScope& scope);

 private:
  std::int64_t Total(const ListQuery& query, const TenantScope& scope);
  db::Rows Fetch(const ListQuery& query, const TenantScope& scope);
  /// A deep page found by marks; nothing when it must be read by its offset.
  std::optional<db::Rows> MarkedPage(const ListQuery& query, const TenantScope& scope);

  ReaderPools pools_;
  ListCache cache_;
  std::once_flag views_loaded_;
  std::set<std::string, std::less<>> located_views_;
};

}  // namespace steward::platform
