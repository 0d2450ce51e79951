// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/contract.hpp"
#include "db/connection.hpp"

namespace steward::platform {

/// Whose rows a statement may return. There is no default: every read names one.
struct TenantScope {
  bool all = false;                        ///< the provider's own staff
  std::vector<std::string> organizations;  ///< visible organizations, when not all
  std::vector<std::string> locations;      ///< narrows further, when not empty
};

/// The query parameters of a list call, still as text.
struct ListParameters {
  std::string filter;
  std::string sort;
  std::string select;
  std::vector<std::string> expand;
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};

inline constexpr std::int64_t kMaxLimit = 10000;

/// One output column: how it is called in JSON and which contract property it is.
struct OutputColumn {
  const contract::Property* property = nullptr;  ///< null for an expanded object
  const contract::Expand* expand = nullptr;
};

/// A compiled list: SQL with numbered parameters.
struct ListQuery {
  std::vector<OutputColumn> columns;
  std::string select_list;
  std::string from;   ///< api.<view>
  std::string where;  ///< " where ..." or empty
  std::string order;  ///< " order by ..."
  std::string key;    ///< quoted unique column
  db::Params params;
  std::int64_t limit = 100;
  std::int64_t offset = 0;

  std::string PageSql() const;
  std::string CountSql() const;
};

/// A fixed condition on a view column.
struct Condition {
  std::string column;
  std::string sign;
  std::string value;
};

/// Compiles the parameters against an operation's view and schema. `bindings` are (column, value) pairs that must hold
/// (path and query parameters, with their SQL sign). Errors are 400s that name parameter, property and position.
Result<ListQuery> CompileList(const contract::Operation& operation, const ListParameters& parameters,
                              const std::vector<Condition>& bindings, const TenantScope& scope);

}  // namespace steward::platform
