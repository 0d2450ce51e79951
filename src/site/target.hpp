// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace steward::site {

/// What a path of the restic REST protocol points to. All names are checked: they are safe as names of files.
struct Target {
  enum class Kind { kRepository, kConfig, kList, kFile };
  std::string tenant;
  std::string resource;    ///< the tenant's backup resource
  std::string repository;  ///< inside the resource
  Kind kind = Kind::kRepository;
  std::string type = {};  ///< of kList and kFile: data, index, keys, locks or snapshots
  std::string name = {};  ///< of kFile: SHA-256 of its content, 64 lower-case hexadecimal digits
};

/// True for 1 to 64 letters, digits, '.', '_' and '-', the first a letter or digit: names of tenants, resources, pools
/// and repositories.
bool IsName(std::string_view text);

/// kInvalid when that is no name; `what` says of what, for the message.
Status CheckName(std::string_view what, std::string_view name);

/// "/TENANT/RESOURCE/REPOSITORY/", ".../config", ".../TYPE/" or ".../TYPE/NAME". kNotFound for any other shape,
/// kInvalid for a name that cannot be.
Result<Target> ParseTarget(std::string_view path);

}  // namespace steward::site
