// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace steward::platform {

/// Seals what the database must not hold in the clear, with a key that lies in the console's data folder (0600) and is
/// made at the first use. Thread-safe after construction.
class SecretBox {
 public:
  /// Throws std::runtime_error when the key can be neither read nor made.
  explicit SecretBox(const std::filesystem::path& data);
  ~SecretBox();
  SecretBox(const SecretBox&) = delete;
  SecretBox& operator=(const SecretBox&) = delete;

  std::string Seal(std::string_view text) const;
  /// Nothing when it was sealed with another key, or changed.
  std::optional<std::string> Open(std::string_view sealed) const;

 private:
  std::string key_;
};

}  // namespace steward::platform
