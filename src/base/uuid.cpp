// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.hpp"

#include <openssl/sha.h>
#include <sodium.h>

#include <array>
#include <cctype>
#include <stdexcept>

namespace steward {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

std::string Format(const unsigned char* bytes) {
  std::string text;
  text.reserve(36);
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kHex[bytes[i] >> 4]);
    text.push_back(kHex[bytes[i] & 15]);
  }
  return text;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (std::tolower(static_cast<unsigned char>(c)) - 'a') + 10;
}

}  // namespace

std::string NewUuid() {
  std::array<unsigned char, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  return Format(bytes.data());
}

std::string NamedUuid(std::string_view space, std::string_view name) {
  if (!IsUuid(space)) throw std::invalid_argument("NamedUuid: the namespace is not a uuid");
  std::string input;
  input.reserve(16 + name.size());
  int high = -1;
  for (char c : space) {
    if (c == '-') continue;
    if (high < 0) {
      high = HexDigit(c);
    } else {
      input.push_back(static_cast<char>(high * 16 + HexDigit(c)));
      high = -1;
    }
  }
  input.append(name);
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
  SHA1(reinterpret_cast<const unsigned char*>(input.data()), input.size(), hash.data());
  hash[6] = static_cast<unsigned char>((hash[6] & 0x0f) | 0x50);
  hash[8] = static_cast<unsigned char>((hash[8] & 0x3f) | 0x80);
  return Format(hash.data());
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

}  // namespace steward
