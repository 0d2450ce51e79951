// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "contract/contract.hpp"
#include "db/connection.hpp"

namespace steward::platform {

/// A property of a list that filters and sorts can name, as SQL.
struct PropertyTarget {
  std::string sql;  ///< expression of the property's own type
  contract::Kind kind = contract::Kind::kString;
  contract::Kind item_kind = contract::Kind::kString;
  std::span<const std::string_view> words = {};
  bool json = false;  ///< the array is a jsonb column or part of one
};

std::string QuoteName(std::string_view name);
std::string QuoteLiteral(std::string_view text);

/// Resolves "a.b.c" and "_embedded.x"; an unknown name is a 400 that names parameter, property and position.
Result<PropertyTarget> ResolveProperty(const contract::Schema& schema, const std::string& path,
                                       const std::string& parameter, std::size_t position);

/// Compiles the `filter` parameter into one SQL condition (empty for no filter); values are appended to `params`.
Result<std::string> CompileFilter(const contract::Schema& schema, const std::string& text, db::Params& params);

}  // namespace steward::platform
