// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace steward {

/// Bytes as base64 with padding, and back; nothing for a text that ToBase64 would not have written.
std::string ToBase64(std::string_view bytes);
std::optional<std::string> FromBase64(std::string_view text);

/// SHA-256 of the bytes, lower-case hex.
std::string Sha256Hex(std::string_view bytes);

/// An Ed25519 key pair for signing, base64.
struct SigningKeys {
  std::string secret_key;  ///< stays with whoever signs
  std::string public_key;  ///< goes to whoever checks
};
SigningKeys NewSigningKeys();
/// The public key of a secret one, base64. Errors: kInvalid when it is no secret key.
Result<std::string> PublicKeyOf(const std::string& secret_key);

/// Signature of the text, base64. Errors: kInvalid when the key is no secret key.
Result<std::string> Sign(std::string_view text, const std::string& secret_key);
/// Whether the public key's owner made this signature of this text.
bool IsSignedBy(std::string_view text, std::string_view signature, std::string_view public_key);

}  // namespace steward
