// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace steward::agent {

struct ProcessResult {
  int exit_code = -1;  ///< 128 + signal when killed; -1 when it could not be started
  std::string output, error;
};

/// Runs a program with an environment of its own (inherited, plus `environment`), without a shell. `on_line` gets each
/// line of its output as it comes; its input is `input`, 4096 bytes at most. When `stop` turns true, the program gets
/// SIGINT, and SIGKILL ten seconds later.
ProcessResult RunProcess(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                         const std::atomic<bool>& stop, const std::function<void(const std::string&)>& on_line = {},
                         const std::string& input = {});

}  // namespace steward::agent
