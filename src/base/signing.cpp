// SPDX-License-Identifier: Apache-2.0
#include "base/signing.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace steward {
namespace {

constexpr auto kBase64 = sodium_base64_VARIANT_ORIGINAL;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <std::size_t Size>
std::string Encoded(const std::array<unsigned char, Size>& bytes) {
  return ToBase64(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

/// The bytes of a base64 text when they are as many as wanted.
std::optional<std::string> Decoded(std::string_view text, std::size_t size) {
  auto bytes = FromBase64(text);
  if (!bytes || bytes->size() != size) return std::nullopt;
  return bytes;
}

}  // namespace

std::string ToBase64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), Bytes(bytes), bytes.size(), kBase64);
  text.pop_back();  // its terminating zero
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t got = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                        &got, &end, kBase64) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  bytes.resize(got);
  if (ToBase64(bytes) != text) return std::nullopt;  // bits that mean nothing must be zero
  return bytes;
}

std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), Bytes(bytes), bytes.size());
  std::array<char, crypto_hash_sha256_BYTES * 2 + 1> text{};
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  return text.data();
}

SigningKeys NewSigningKeys() {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used on this machine");
  crypto_sign_keypair(open.data(), secret.data());
  return {Encoded(secret), Encoded(open)};
}

Result<std::string> PublicKeyOf(const std::string& secret_key) {
  const auto key = Decoded(secret_key, crypto_sign_SECRETKEYBYTES);
  if (!key) return Fail(ErrorCode::kInvalid, "This is no signing key.");
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  crypto_sign_ed25519_sk_to_pk(open.data(), Bytes(*key));
  return Encoded(open);
}

Result<std::string> Sign(std::string_view text, const std::string& secret_key) {
  const auto key = Decoded(secret_key, crypto_sign_SECRETKEYBYTES);
  if (!key) return Fail(ErrorCode::kInvalid, "This is no signing key.");
  std::array<unsigned char, crypto_sign_BYTES> mark{};
  crypto_sign_detached(mark.data(), nullptr, Bytes(text), text.size(), Bytes(*key));
  return Encoded(mark);
}

bool IsSignedBy(std::string_view text, std::string_view signature, std::string_view public_key) {
  const auto mark = Decoded(signature, crypto_sign_BYTES);
  const auto key = Decoded(public_key, crypto_sign_PUBLICKEYBYTES);
  return mark && key && crypto_sign_verify_detached(Bytes(*mark), Bytes(text), text.size(), Bytes(*key)) == 0;
}

}  // namespace steward
