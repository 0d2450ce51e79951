// SPDX-License-Identifier: Apache-2.0
// The contract's tables name the console's error answer; the fuzz targets need no server.
#include "net/http.hpp"

namespace steward::net {
std::string_view Request::Header(std::string_view) const { return {}; }
const std::string* Request::Query(std::string_view) const { return nullptr; }
}  // namespace steward::net
