// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/asio.hpp"

namespace steward::net {

/// What a proxy tells of a connection that it passes on: a header of the PROXY protocol, version 2.
struct ProxyHeader {
  std::string source;  ///< address of the client; empty = the proxy speaks for itself, or does not know
  std::string name;    ///< unique id that the proxy was set up to send; empty without one

  static constexpr std::size_t kFixed = 16;   ///< bytes of every header
  static constexpr std::size_t kMost = 1024;  ///< bytes after them that are read at most

  /// How many bytes come after the first kFixed ones. An error in words when they begin no header of version 2.
  static Result<std::size_t> RestOf(std::string_view fixed);
  /// Reads a whole header, of exactly the size that RestOf told.
  static Result<ProxyHeader> Parse(std::string_view whole);
};

/// True when a TLS server that gave up on what came has met a header of the PROXY protocol, of version 1 or 2: looks at
/// what is left in the socket.
bool TlsMetProxyHeader(int socket);

/// Addresses and networks, IPv4 and IPv6.
class AddressSet {
 public:
  AddressSet() = default;
  /// Takes "10.1.2.3", "10.1.2.0/24", "fd00::1", "fd00::/64". Throws std::invalid_argument naming what is neither.
  explicit AddressSet(const std::vector<std::string>& members);
  /// False for what is no address. An IPv4 address in IPv6 form counts as itself.
  bool Contains(const std::string& address) const;

 private:
  struct Network {
    asio::ip::address first;
    unsigned bits = 0;
  };
  std::vector<Network> networks_;
};

}  // namespace steward::net
