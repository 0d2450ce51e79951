// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/day.hpp"

namespace steward::usage {

/// What is signed of a day that is over.
struct Seal {
  Day day;
  std::int64_t first_id = 0;  ///< first_id = last_id + 1: nothing was observed
  std::int64_t last_id = 0;
  std::string hash;       ///< of the last row up to this day, lower-case hex
  std::string key_id;     ///< of the key that signed
  std::string signature;  ///< base64

  bool operator==(const Seal&) const = default;
  std::int64_t Rows() const { return last_id - first_id + 1; }
};

/// The text that is signed.
std::string SealText(const Seal& seal);

/// A seal as a line of the console's copy, and back. Errors: kInvalid names the line.
std::string SealLine(const Seal& seal);
Result<std::vector<Seal>> ReadSeals(const std::filesystem::path& file);

/// First 16 hex digits of the SHA-256 of a public key.
std::string KeyId(const std::string& public_key);

/// The key that a console signs with, in a file that only its user can read. Thread-safe.
class SigningKey {
 public:
  /// Reads the key, or makes one when there is no such file. Throws std::runtime_error in words.
  explicit SigningKey(const std::filesystem::path& file);

  const std::string& Public() const { return public_; }
  std::string Id() const { return KeyId(public_); }
  std::string Sign(std::string_view text) const;

 private:
  std::string secret_;
  std::string public_;
};

/// Where a console keeps its key, and its copy of the seals, in its data folder.
std::filesystem::path KeyFile(const std::filesystem::path& data);
std::filesystem::path SealsFile(const std::filesystem::path& data);

}  // namespace steward::usage
