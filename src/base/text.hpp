// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace steward {

/// Equal but for the case of ASCII letters.
bool SameNoCase(std::string_view a, std::string_view b);

/// The beginning of a UTF-8 text, at most `size` bytes and no part of a character.
std::string Limited(const std::string& text, std::size_t size);

/// Texts as the inside of a list in TOML or JSON: each in quotes, commas between. They hold no quotes themselves.
std::string Quoted(const std::vector<std::string>& texts);

}  // namespace steward
