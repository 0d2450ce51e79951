// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace steward::db {

/// Bytes as the text form of a bytea parameter.
std::string Bytea(std::string_view bytes);

}  // namespace steward::db
