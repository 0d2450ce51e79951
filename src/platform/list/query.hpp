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
  db::Params arguments;  ///< as many as the operation has
};

inline constexpr std::int64_t kMaxLimit = 10000;

/// One output column: how it is called in JSON and which contract property it is.
struct OutputColumn {
  const contract::Property* property = nullptr;  ///< null for an expanded object
  const contract::Expand* expand = nullptr;
};

/// One term of an order: an expression and its direction.
struct OrderTerm {
  std::string sql;
  bool descending = false;
};

/// A row known to stand at a position of a list, by the text of its sort value and of its key.
struct Mark {
  std::int64_t position = 0;
  std::string value;
  std::string key;
};

/// A compiled list: SQL with numbered parameters.
struct ListQuery {
  std::vector<OutputColumn> columns;
  std::string select_list;
  std::string from;              ///< api.<view>
  std::string where;             ///< " where ..." or empty
  std::vector<OrderTerm> order;  ///< ends with the key
  std::string key;               ///< quoted unique column
  db::Params params;
  std::int64_t limit = 100;
  std::int64_t offset = 0;

  /// The page by its offset.
  db::Statement PageStatement() const;
  /// The page counted from a mark at or before it. Rows without a sort value are missing when they come last: a page
  /// that comes back short must be read by its offset.
  db::Statement PageStatement(const Mark& from) const;
  db::Statement CountStatement() const;
  /// Every `step`-th row after `from` (or the beginning) up to the page's first row: columns position (counted from
  /// there), value, key. Only for queries that are Markable().
  db::Statement MarksStatement(const Mark* from, std::int64_t step) const;
  /// The rows in their order, as SQL: names the list a mark belongs to.
  std::string OrderedSql() const;
  /// True when one column and the key, in one direction, make the order: then marks can find deep pages.
  bool Markable() const;

 private:
  std::string OrderSql() const;
  /// The rows from a mark on, as a condition; appends the mark's values to `params`.
  std::string FromMark(const Mark& mark, db::Params& params) const;
  db::Statement Page(const std::string& where, db::Params params, std::int64_t skip) const;
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
