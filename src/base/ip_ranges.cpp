// SPDX-License-Identifier: Apache-2.0
#include "base/ip_ranges.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace steward {
namespace {

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

tl::unexpected<Error> Wrong(std::string_view text) {
  return Fail(ErrorCode::kInvalid, "\"" + std::string(text) +
                                       "\" is no range of IPv4 addresses; write 10.0.0.0/24, 10.0.0.1-10.0.0.50, or a "
                                       "single address.");
}

Result<IpRange> ParseNetwork(std::string_view text, std::size_t slash) {
  const auto address = ParseIp(Trimmed(text.substr(0, slash)));
  const std::string_view digits = Trimmed(text.substr(slash + 1));
  unsigned bits = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (!address || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || bits > 32) {
    return Wrong(text);
  }
  const std::uint32_t host = bits == 0 ? ~0U : (bits == 32 ? 0U : (1U << (32 - bits)) - 1);
  IpRange range{*address & ~host, *address | host};
  if (bits < 31) {
    ++range.first;
    --range.last;
  }
  return range;
}

}  // namespace

std::optional<std::uint32_t> ParseIp(std::string_view text) {
  in_addr address{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

std::string IpText(std::uint32_t address) {
  const in_addr raw{htonl(address)};
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &raw, text.data(), text.size());
  return text.data();
}

Result<IpRange> ParseIpRange(std::string_view text) {
  text = Trimmed(text);
  if (const auto slash = text.find('/'); slash != std::string_view::npos) return ParseNetwork(text, slash);
  const auto dash = text.find('-');
  const auto first = ParseIp(Trimmed(text.substr(0, dash)));
  const auto last = dash == std::string_view::npos ? first : ParseIp(Trimmed(text.substr(dash + 1)));
  if (!first || !last) return Wrong(text);
  if (*last < *first) {
    return Fail(ErrorCode::kInvalid, "\"" + std::string(text) + "\" ends before it begins; swap its two addresses.");
  }
  return IpRange{*first, *last};
}

bool IsPrivate(const IpRange& range) {
  static constexpr std::array<IpRange, 4> kPrivate = {
      {{0x0A000000, 0x0AFFFFFF}, {0xAC100000, 0xAC1FFFFF}, {0xC0A80000, 0xC0A8FFFF}, {0x64400000, 0x647FFFFF}}};
  return std::any_of(kPrivate.begin(), kPrivate.end(), [&](const IpRange& net) { return net.Holds(range); });
}

Status CheckCount(const std::vector<IpRange>& ranges) {
  std::uint64_t count = 0;
  for (const auto& range : ranges) count += range.Count();
  if (count <= kMostAddresses) return {};
  return Fail(ErrorCode::kInvalid,
              fmt::format("These are {} addresses; a rule takes {} at most. Divide it.", count, kMostAddresses));
}

}  // namespace steward
