// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "agentproto/link.pb.h"

namespace steward::agent {

/// What this machine is, from the operating system's own files. Absent facts stay unset.
HostFacts ReadHostFacts();
std::string HostName();
/// As `uname -m` says it.
std::string Architecture();
/// Word of the inventory: Physical, Virtual, Cloud or Unknown, by the firmware's own names.
std::string MachineKind();

}  // namespace steward::agent
