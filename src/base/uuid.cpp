// SPDX-License-Identifier: Apache-2.0
#include "base/uuid.hpp"

#include <openssl/sha.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace steward {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (std::tolower(static_cast<unsigned char>(c)) - 'a') + 10;
}

}  // namespace

std::string NewUuid() {
  UuidBytes bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  return UuidText(bytes);
}

std::string NamedUuid(std::string_view space, std::string_view name) {
  const auto prefix = ParseUuid(space);
  if (!prefix) throw std::invalid_argument("NamedUuid: the namespace is not a uuid");
  std::string input(prefix->begin(), prefix->end());
  input.append(name);
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
  SHA1(reinterpret_cast<const unsigned char*>(input.data()), input.size(), hash.data());
  hash[6] = static_cast<unsigned char>((hash[6] & 0x0f) | 0x50);
  hash[8] = static_cast<unsigned char>((hash[8] & 0x3f) | 0x80);
  UuidBytes bytes{};
  std::copy_n(hash.begin(), bytes.size(), bytes.begin());
  return UuidText(bytes);
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

std::optional<UuidBytes> ParseUuid(std::string_view text) {
  if (!IsUuid(text)) return std::nullopt;
  UuidBytes bytes{};
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    bytes[digits / 2] = static_cast<unsigned char>(bytes[digits / 2] * 16 + HexDigit(c));
    ++digits;
  }
  return bytes;
}

std::string UuidText(const UuidBytes& bytes) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(kHex[bytes[i] >> 4]);
    text.push_back(kHex[bytes[i] & 15]);
  }
  return text;
}

}  // namespace steward
