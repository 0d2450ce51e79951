// SPDX-License-Identifier: Apache-2.0
// Any bytes as the target and the Range header of a request to a site (split at the first line): what is admitted stays inside the tenant's
// folder, and a range inside the file.
#include <filesystem>

#include "net/http.hpp"
#include "site/blob_store.hpp"
#include "site/byte_range.hpp"
#include "site/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  if (const auto target = steward::site::ParseTarget(steward::net::PercentDecode(input.substr(0, line), false))) {
    const std::filesystem::path path = steward::site::PathOf(*target);
    const auto normal = path.lexically_normal();
    if (normal != path || path.is_absolute() || *path.begin() != target->tenant || target->tenant.starts_with('.')) __builtin_trap();
    if (path.native().find('\0') != std::string::npos) __builtin_trap();
  }
  constexpr std::int64_t kSize = 1000;
  if (const auto range = steward::site::RangeOf(input.substr(std::min(line + 1, input.size())), kSize)) {
    if (range->begin < 0 || range->size < 1 || range->begin + range->size > kSize) __builtin_trap();
  }
  return 0;
}
