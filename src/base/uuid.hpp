// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace steward {

/// A new random (version 4) uuid, lower-case with dashes.
std::string NewUuid();

/// The name-based (version 5, SHA-1) uuid of `name` in `space`. `space` must be a valid uuid string.
std::string NamedUuid(std::string_view space, std::string_view name);

/// True for 8-4-4-4-12 hexadecimal digits, upper or lower case.
bool IsUuid(std::string_view text);

/// A uuid as 16 bytes, in the order of its text.
using UuidBytes = std::array<unsigned char, 16>;
/// Nothing when `text` is no uuid.
std::optional<UuidBytes> ParseUuid(std::string_view text);
std::string UuidText(const UuidBytes& bytes);

/// The namespace of every uuid that Steward derives itself.
inline constexpr std::string_view kStewardSpace = "6f0c2f5e-0a5b-5c0e-9d57-7f1d1f6f7a11";

}  // namespace steward
