// SPDX-License-Identifier: Apache-2.0
#include "db/bytea.hpp"

namespace steward::db {

std::string Bytea(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\\x";
  out.reserve(2 + bytes.size() * 2);
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4U];
    out += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return out;
}

}  // namespace steward::db
