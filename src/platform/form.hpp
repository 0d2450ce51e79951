// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace steward::platform {

/// Names and values of a form body: multipart/form-data when `content_type` says so, else URL-encoded. Parts without a
/// name are left out; a body that breaks off gives the parts before the break.
std::vector<std::pair<std::string, std::string>> ParseForm(std::string_view content_type, std::string_view body);

}  // namespace steward::platform
