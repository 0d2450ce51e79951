// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace steward {

/// A new random (version 4) uuid, lower-case with dashes.
std::string NewUuid();

/// The name-based (version 5, SHA-1) uuid of `name` in `space`. `space` must be a valid uuid string.
std::string NamedUuid(std::string_view space, std::string_view name);

/// True for 8-4-4-4-12 hexadecimal digits, upper or lower case.
bool IsUuid(std::string_view text);

/// The namespace of every uuid that Steward derives itself.
inline constexpr std::string_view kStewardSpace = "6f0c2f5e-0a5b-5c0e-9d57-7f1d1f6f7a11";

}  // namespace steward
