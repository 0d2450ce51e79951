// SPDX-License-Identifier: Apache-2.0
#include "platform/secret_box.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace steward::platform {
namespace {

namespace fs = std::filesystem;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* Bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string Contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Writes a new key beside the place and links it there: of two that start at once one wins, and nobody reads half a
/// key.
void MakeKey(const fs::path& file) {
  std::string key(crypto_secretbox_KEYBYTES, '\0');
  crypto_secretbox_keygen(Bytes(key));
  const fs::path draft = file.string() + "." + std::to_string(::getpid());
  const int handle = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = handle >= 0 && ::write(handle, key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
                       ::fsync(handle) == 0;
  if (handle >= 0) ::close(handle);
  sodium_memzero(key.data(), key.size());
  if (!written) throw std::runtime_error(draft.string() + " cannot be written: " + std::strerror(errno));
  std::error_code taken;
  fs::create_hard_link(draft, file, taken);
  fs::remove(draft);
}

}  // namespace

SecretBox::SecretBox(const fs::path& data) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
  const fs::path file = data / "secret.key";
  if (!fs::exists(file)) MakeKey(file);
  key_ = Contents(file);
  if (key_.size() != crypto_secretbox_KEYBYTES) {
    throw std::runtime_error(file.string() +
                             " is no key of a console; put the right one back from the backup, or remove "
                             "the file and enter the secrets anew.");
  }
}

SecretBox::~SecretBox() {
  sodium_memzero(key_.data(), key_.size());
}

std::string SecretBox::Seal(std::string_view text) const {
  std::string out(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size(), '\0');
  randombytes_buf(out.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(Bytes(out) + crypto_secretbox_NONCEBYTES, Bytes(text), text.size(), Bytes(out),
                        Bytes(std::string_view(key_)));
  return out;
}

std::optional<std::string> SecretBox::Open(std::string_view sealed) const {
  constexpr std::size_t kHead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() < kHead) return std::nullopt;
  std::string out(sealed.size() - kHead, '\0');
  const auto* nonce = Bytes(sealed);
  if (crypto_secretbox_open_easy(Bytes(out), nonce + crypto_secretbox_NONCEBYTES,
                                 sealed.size() - crypto_secretbox_NONCEBYTES, nonce,
                                 Bytes(std::string_view(key_))) != 0) {
    return std::nullopt;
  }
  return out;
}

}  // namespace steward::platform
