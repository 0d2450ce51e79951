// SPDX-License-Identifier: Apache-2.0
#include "net/x509_part.hpp"

#include <array>
#include <ctime>

namespace steward::net {

std::string NamePart(const X509_NAME* name, int part) {
  std::array<char, 256> text{};
  const int size = X509_NAME_get_text_by_NID(const_cast<X509_NAME*>(name), part, text.data(), text.size());  // NOLINT
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

std::chrono::sys_seconds Moment(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

}  // namespace steward::net
