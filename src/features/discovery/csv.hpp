// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace steward::features {

/// A computer of an import; one of the two may be empty.
struct ImportedHost {
  std::string name;
  std::string address;
};

/// Reads a line for each computer: host name, address, or both in any order, apart by comma or semicolon; in quotes or
/// not. The first line may name its columns. Errors: kInvalid, naming every bad line by its number.
Result<std::vector<ImportedHost>> ReadHostsCsv(std::string_view text);

}  // namespace steward::features
