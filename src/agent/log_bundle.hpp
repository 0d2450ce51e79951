// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace steward::agent {

/// Keeps the last messages of this process's log in memory, beside where they go anyway. Call once, before threads.
void KeepRecentLog();
/// What is kept, oldest first, one message a line, without logins in addresses.
std::string RecentLog();

/// A TOML text with the value of every key that may hold a secret replaced. A text that is no TOML is left out whole.
std::string WithoutSecrets(const std::string& toml);

/// (name in the bundle, content)
using BundleFiles = std::vector<std::pair<std::string, std::string>>;
/// Files packed as .tar.gz, by the system's tar; a folder below `scratch` is used and removed. Errors: kUnavailable in
/// words.
Result<std::string> PackBundle(const BundleFiles& files, const std::filesystem::path& scratch);

}  // namespace steward::agent
