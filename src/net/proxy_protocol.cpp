// SPDX-License-Identifier: Apache-2.0
#include "net/proxy_protocol.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "fmt/format.h"

namespace steward::net {
namespace {

using namespace std::string_view_literals;

constexpr auto kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr unsigned kUniqueId = 0x05;  ///< type of the field that holds the proxy's name
constexpr std::size_t kLongestName = 128;

unsigned Byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
std::size_t Word(std::string_view bytes, std::size_t at) {
  return Byte(bytes, at) << 8U | Byte(bytes, at + 1);
}

/// IPv4 in IPv6 form as IPv4.
asio::ip::address Plain(asio::ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address;
}

template <typename Address>
std::string AddressText(std::string_view bytes) {
  typename Address::bytes_type raw;
  std::copy_n(bytes.begin(), raw.size(), raw.begin());
  return Plain(Address(raw)).to_string();
}

/// The unique id among the typed fields at the end of a header.
Result<std::string> NameIn(std::string_view fields) {
  std::string name;
  while (!fields.empty()) {
    if (fields.size() < 3) return Fail(ErrorCode::kInvalid, "a field of the PROXY header is cut off");
    const std::size_t size = Word(fields, 1);
    if (fields.size() < 3 + size) return Fail(ErrorCode::kInvalid, "a field of the PROXY header is cut off");
    if (Byte(fields, 0) == kUniqueId) name = fields.substr(3, std::min(size, kLongestName));
    fields.remove_prefix(3 + size);
  }
  const auto odd = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  if (std::any_of(name.begin(), name.end(), odd)) name.clear();
  return name;
}

bool SameStart(const asio::ip::address& a, const asio::ip::address& b, unsigned bits) {
  const auto same = [bits](const auto& x, const auto& y) {
    for (unsigned bit = 0; bit < bits; ++bit) {
      const unsigned mask = 0x80U >> bit % 8;
      if ((x[bit / 8] & mask) != (y[bit / 8] & mask)) return false;
    }
    return true;
  };
  if (a.is_v4() != b.is_v4()) return false;
  return a.is_v4() ? same(a.to_v4().to_bytes(), b.to_v4().to_bytes())
                   : same(a.to_v6().to_bytes(), b.to_v6().to_bytes());
}

}  // namespace

Result<std::size_t> ProxyHeader::RestOf(std::string_view fixed) {
  if (fixed.starts_with("PROXY "))
    return Fail(ErrorCode::kInvalid,
                "a trusted gateway speaks version 1 of the PROXY protocol; send-proxy-v2 is needed");
  if (!fixed.starts_with(kSignature))
    return Fail(ErrorCode::kInvalid, "no PROXY header came from a trusted gateway; send-proxy-v2 is needed there");
  if (Byte(fixed, 12) >> 4U != 2)
    return Fail(ErrorCode::kInvalid, fmt::format("a PROXY header of unknown version {}", Byte(fixed, 12) >> 4U));
  if ((Byte(fixed, 12) & 0x0FU) > 1)
    return Fail(ErrorCode::kInvalid, fmt::format("a PROXY header with unknown command {}", Byte(fixed, 12) & 0x0FU));
  const std::size_t rest = Word(fixed, 14);
  if (rest > kMost) return Fail(ErrorCode::kInvalid, fmt::format("a PROXY header of {} bytes", rest));
  return rest;
}

Result<ProxyHeader> ProxyHeader::Parse(std::string_view whole) {
  const std::string_view rest = whole.substr(kFixed);
  const bool local = (Byte(whole, 12) & 0x0FU) == 0;
  const unsigned family = Byte(whole, 13) >> 4U;
  std::size_t addresses = 0;
  if (family == 1) addresses = 12;
  if (family == 2) addresses = 36;
  if (family == 3) addresses = 216;
  if (rest.size() < addresses) return Fail(ErrorCode::kInvalid, "a PROXY header is too short for its addresses");
  ProxyHeader header;
  if (!local && family == 1) header.source = AddressText<asio::ip::address_v4>(rest);
  if (!local && family == 2) header.source = AddressText<asio::ip::address_v6>(rest);
  auto name = NameIn(rest.substr(addresses));
  if (!name) return tl::unexpected(name.error());
  header.name = std::move(*name);
  return header;
}

bool TlsMetProxyHeader(int socket) {
  // OpenSSL has taken the five bytes that every record begins with.
  constexpr std::size_t kTaken = 5;
  std::array<char, kSignature.size() - kTaken> left{};
  const ssize_t size = recv(socket, left.data(), left.size(), MSG_PEEK | MSG_DONTWAIT);
  const std::string_view seen(left.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return seen == kSignature.substr(kTaken) || seen.starts_with(" TCP4 ") || seen.starts_with(" TCP6 ") ||
         seen.starts_with(" UNKNO");
}

AddressSet::AddressSet(const std::vector<std::string>& members) {
  for (const std::string& member : members) {
    const std::size_t slash = std::min(member.find('/'), member.size());
    boost::system::error_code error;
    const auto address = Plain(asio::ip::make_address(member.substr(0, slash), error));
    const unsigned whole = address.is_v4() ? 32 : 128;
    unsigned bits = whole;
    bool good = !error;
    if (slash < member.size()) {
      const char* end = member.data() + member.size();
      const auto [stop, problem] = std::from_chars(member.data() + slash + 1, end, bits);
      good = good && problem == std::errc() && stop == end && bits <= whole;
    }
    if (!good) throw std::invalid_argument(fmt::format("the trusted gateway \"{}\" is no address or network", member));
    networks_.push_back({address, bits});
  }
}

bool AddressSet::Contains(const std::string& address) const {
  if (networks_.empty()) return false;
  boost::system::error_code error;
  const auto wanted = Plain(asio::ip::make_address(address, error));
  return !error && std::any_of(networks_.begin(), networks_.end(),
                               [&](const Network& network) { return SameStart(network.first, wanted, network.bits); });
}

}  // namespace steward::net
