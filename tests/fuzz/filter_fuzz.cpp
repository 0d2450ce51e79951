// SPDX-License-Identifier: Apache-2.0
// Any bytes as a filter: either a condition or an error in words, never a crash, and no text of the input in the SQL.
#include "platform/list/filter.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const steward::contract::Schema* schema = steward::contract::FindSchema("BackupServerJob");
  steward::db::Params params;
  const auto sql = steward::platform::CompileFilter(*schema, std::string(reinterpret_cast<const char*>(data), size), params);
  if (!sql && sql.error().message.empty()) __builtin_trap();
  if (sql && sql->find(';') != std::string::npos) __builtin_trap();
  return 0;
}
