// SPDX-License-Identifier: Apache-2.0
// Any JSON as a patch of a company: either a whole company or an error in words.
#include "contract/contract.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const auto patch = nlohmann::json::parse(data, data + size, nullptr, false);
  if (patch.is_discarded()) return 0;
  const nlohmann::json current = {{"name", "Acme"}, {"ownerCredentials", {{"userName", "a"}, {"password", nullptr}}}, {"companyServices", nlohmann::json::object()}};
  const auto result = steward::contract::ApplyPatch(*steward::contract::FindSchema("Company"), current, patch);
  if (!result && result.error().message.empty()) __builtin_trap();
  return 0;
}
