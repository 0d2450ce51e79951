// SPDX-License-Identifier: Apache-2.0
// Any bytes as a form: the first line is the content type. No field is longer than the body, and in multipart none is made up.
#include "platform/form.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string_view type = input.substr(0, line);
  const std::string_view body = input.substr(std::min(line + 1, input.size()));
  std::size_t total = 0;
  for (const auto& [name, value] : steward::platform::ParseForm(type, body)) {
    total += name.size() + value.size();
    if (type.starts_with("multipart/form-data") && (name.empty() || body.find(value) == std::string_view::npos)) __builtin_trap();
  }
  if (total > body.size()) __builtin_trap();
  return 0;
}
