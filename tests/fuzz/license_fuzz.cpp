// SPDX-License-Identifier: Apache-2.0
// Any bytes as a licence file and as a file of keys: read or refused; nobody's signature is good, and what is read is
// written so that it reads the same.
#include "license/key_ring.hpp"
#include "license/license.hpp"

namespace license = steward::license;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, unsigned long size) {
  static const auto kKey = license::NewSigningKey();
  static const std::vector<license::PublicKey> kKeys = {license::PublicPart(kKey)};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)license::ReadPublicKeys(text);
  if (license::Verify(text, kKeys)) __builtin_trap();
  const auto read = license::Read(text);
  if (!read) return 0;
  const auto written = license::Write(*read, kKey);
  const auto again = license::Read(written);
  if (!again || !license::Verify(written, kKeys) || license::Write(*again, kKey) != written) __builtin_trap();
  return 0;
}
