// SPDX-License-Identifier: Apache-2.0
// Any bytes as an agent frame and as inventory rows: parsed or refused; what parses survives a round trip.
#include "agentproto/inventory.pb.h"
#include "agentproto/link.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  steward::agent::AgentFrame frame;
  if (!frame.ParseFromArray(data, static_cast<int>(size))) return 0;
  steward::agent::AgentFrame again;
  if (!again.ParseFromString(frame.SerializeAsString())) __builtin_trap();
  for (const auto& entity : frame.sync().entities()) {
    for (const auto& row : entity.rows()) {
      steward::agent::inventory::BackupServerJob job;
      (void)job.ParseFromString(row);
    }
  }
  return 0;
}
