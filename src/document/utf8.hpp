// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace steward::document {

/// The same text with U+FFFD for bytes that are no UTF-8, and spaces for control characters but tabs and ends of lines.
std::string Printable(std::string_view text);

/// Code points of a text that is UTF-8.
std::size_t Length(std::string_view text);

}  // namespace steward::document
