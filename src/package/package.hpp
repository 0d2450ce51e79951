// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/signing.hpp"

namespace steward::package {

/// What a signed package of the agent's program says of itself. The header is text, one fact a line, and comes before
/// the program in the file; the last line is an Ed25519 signature of the lines before it.
struct Header {
  std::string version;       ///< "1.4.0"
  std::string platform;      ///< Linux
  std::string architecture;  ///< as `uname -m` says it
  std::uint64_t size = 0;    ///< of the program, bytes
  std::string sha256;        ///< of the program, lower-case hex
};

/// Reads a header, which ends with an empty line, and checks that one of `keys` (base64, public) signed it. Errors:
/// kInvalid for what is no header, kForbidden for a signature that none of the keys made, or when there are no keys.
Result<Header> ReadHeader(std::string_view text, const std::vector<std::string>& keys);

/// A package taken apart.
struct Package {
  Header header;
  std::string header_text;  ///< as it is in the file, for ReadHeader
  std::string program;
};
/// Reads a package and checks signature, size and content. Errors: as ReadHeader, and kUnavailable for a file that
/// cannot be read.
Result<Package> ReadPackage(const std::filesystem::path& file, const std::vector<std::string>& keys);

/// Checks the content of a file against the header, reading it piece by piece. Errors: kInvalid, kUnavailable.
Status CheckProgram(const std::filesystem::path& program, const Header& header);

/// The bytes of a package. `secret` is a signing key of NewKeys. Errors: kInvalid names what is wrong.
Result<std::string> MakePackage(const std::string& program, Header facts, const std::string& secret);

/// A key pair for signing; the secret one stays with whoever makes the packages, the public one goes to consoles and
/// agents.
using Keys = SigningKeys;
Keys NewKeys();

}  // namespace steward::package
