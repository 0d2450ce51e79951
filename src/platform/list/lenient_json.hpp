// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace steward::platform {

/// A JSON value that remembers where it stood in the text. Strings may be quoted with ' or ", as field scripts send
/// them.
struct LenientMember;

struct LenientValue {
  enum class Type { kNull, kBoolean, kNumber, kString, kArray, kObject };
  Type type = Type::kNull;
  std::size_t position = 0;  ///< offset of its first character
  std::string text;          ///< string content, or the literal of a number or boolean
  std::vector<LenientValue> items;
  std::vector<LenientMember> members;

  /// Member by name without case, or nullptr.
  const LenientValue* Find(std::string_view name) const;
};

struct LenientMember {
  std::string name;
  LenientValue value;
};

/// Parses a whole text; errors name `parameter` and the position that is wrong. Depth is limited to 32.
Result<LenientValue> ParseLenientJson(std::string_view text, const std::string& parameter);

}  // namespace steward::platform
