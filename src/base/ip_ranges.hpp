// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace steward {

/// IPv4 addresses from `first` to `last`, both included, in host byte order.
struct IpRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint64_t Count() const { return std::uint64_t{last} - first + 1; }
  bool Holds(const IpRange& other) const { return first <= other.first && other.last <= last; }
};

/// An IPv4 address in dots, or nothing.
std::optional<std::uint32_t> ParseIp(std::string_view text);
std::string IpText(std::uint32_t address);
/// "10.0.0.0/24" (without its network and broadcast address), "10.0.0.1-10.0.0.50" or "10.0.0.7". Errors: kInvalid, in
/// words that name the text.
Result<IpRange> ParseIpRange(std::string_view text);
/// Whether all addresses are private ones of a site: 10/8, 172.16/12, 192.168/16, 100.64/10.
bool IsPrivate(const IpRange& range);
/// Most addresses of one search.
inline constexpr std::uint64_t kMostAddresses = 4096;
/// Whether the ranges hold few enough addresses together; those in several count several times. Errors: kInvalid.
Status CheckCount(const std::vector<IpRange>& ranges);

}  // namespace steward
