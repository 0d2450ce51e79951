// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <set>

#include "state.hpp"

namespace steward::customers {

/// Uids of what a plan makes on its way, by what they are called in it.
using Made = std::map<std::string, std::string>;

/// One step of a plan. Steps are carried out in their order: later ones need what earlier ones make.
struct Change {
  char sign = '+';  ///< + makes, ~ changes
  std::string what;
  std::vector<std::string> details{};  ///< "size: 4 TiB -> 5 TiB"
  std::function<Status(Console&, Made&)> apply{};
};

struct Plan {
  std::vector<Change> changes{};
  std::vector<std::string> problems{};  ///< why the file cannot be carried out here, in words
  std::vector<std::string> unlisted{};  ///< what companies of the file have that it does not name; left alone

  std::string Text() const;
};

/// What has to be done so that the console is as the file says. `folder`: where the file lies.
Plan MakePlan(const Json& document, const State& state, const std::filesystem::path& folder);

}  // namespace steward::customers
