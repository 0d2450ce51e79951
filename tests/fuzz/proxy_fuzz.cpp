// SPDX-License-Identifier: Apache-2.0
// Any bytes as the begin of a connection from a trusted gateway: a header or a refusal, never more bytes than there
// are.
#include "net/proxy_protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  using steward::net::ProxyHeader;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.size() < ProxyHeader::kFixed) return 0;
  const auto rest = ProxyHeader::RestOf(bytes.substr(0, ProxyHeader::kFixed));
  if (!rest) return 0;
  if (*rest > ProxyHeader::kMost) __builtin_trap();
  if (bytes.size() < ProxyHeader::kFixed + *rest) return 0;
  const auto header = ProxyHeader::Parse(bytes.substr(0, ProxyHeader::kFixed + *rest));
  if (header && header->source.size() > 45) __builtin_trap();
  return 0;
}
