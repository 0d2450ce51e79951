// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace steward::site {

struct ByteRange {
  std::int64_t begin = 0;
  std::int64_t size = 0;
};

/// What a Range header asks of a file of `size` bytes: all of it when the header is empty, has several ranges or is of
/// another unit (as HTTP allows); nothing when it lies outside (status 416).
std::optional<ByteRange> RangeOf(std::string_view header, std::int64_t size);

}  // namespace steward::site
