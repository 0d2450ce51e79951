// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace steward::platform {

/// Remembers totals of lists that are dear to count, until any row of the console changes. Thread-safe.
class ListCache {
 public:
  /// Called after every commit that changed rows, here or (by notification) in another console.
  void Invalidate() { ++version_; }
  std::uint64_t Version() const { return version_; }

  std::optional<std::int64_t> Total(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = totals_.find(key);
    if (found == totals_.end() || found->second.version != version_) return std::nullopt;
    return found->second.total;
  }

  /// `version` is what Version() said before the count began.
  void Remember(const std::string& key, std::int64_t total, std::uint64_t version) {
    const std::lock_guard lock(mutex_);
    if (totals_.size() >= kMaxEntries) totals_.clear();
    totals_[key] = {total, version};
  }

 private:
  static constexpr std::size_t kMaxEntries = 10000;
  struct Entry {
    std::int64_t total;
    std::uint64_t version;
  };
  std::atomic<std::uint64_t> version_{0};
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> totals_;
};

}  // namespace steward::platform
