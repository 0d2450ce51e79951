// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "agentproto/link.pb.h"

namespace steward::agentlink {

/// Facts under the names of the contract's ComputerInfo; the management agents' view merges them as they are.
std::string FactsJson(const agent::HostFacts& facts);

}  // namespace steward::agentlink
