// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "config.hpp"

namespace steward::console {

/// Builds the whole console from its parts, serves until SIGTERM or SIGINT, then stops in order: agents are told to
/// come back, requests under way are finished, the database is closed. Throws in words when it cannot start.
void RunConsole(const Config& config);

}  // namespace steward::console
