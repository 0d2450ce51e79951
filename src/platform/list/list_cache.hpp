// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/list/query.hpp"

namespace steward::platform {

/// Remembers what is dear to find out about a list: its total, and marks inside it. Keys name statement, parameters
/// and locations, so nobody meets the numbers of somebody who sees more or less. Thread-safe.
///
/// What a caller wrote is seen at once. Behind what agents report, a total may lag by kLag times what counting it
/// costs, so that counting never takes more than a few percent of a core; a mark may be kMarkAge old: it is a row, not
/// a number, so a walk through the pages meets neither gaps nor repeats while other rows come and go.
class ListCache {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int kLag = 20;
  static constexpr std::chrono::seconds kMarkAge{30};
  static constexpr std::int64_t kMarkStep = 1000;

  /// What an entry was made from.
  struct Version {
    std::uint64_t written = 0;
    std::uint64_t reported = 0;
  };

  /// After a commit that a caller asked for, here or (by notification) in another console.
  void Written() { ++written_; }
  /// After rows of an agent were stored, here or in another console.
  void Reported() { ++reported_; }
  Version Current() const { return {written_, reported_}; }

  std::optional<std::int64_t> Total(const std::string& list, Clock::time_point now);
  /// `version` is what Current() said before the count began, `cost` what sets how long it may lag, `now` when it
  /// ended.
  void RememberTotal(const std::string& list, std::int64_t total, Version version, Clock::duration cost,
                     Clock::time_point now);

  /// The nearest mark at or before `position`.
  std::optional<Mark> NearestMark(const std::string& list, std::int64_t position, Clock::time_point now);
  /// Adds marks behind those known; `version` as above.
  void RememberMarks(const std::string& list, std::vector<Mark> marks, Version version, Clock::time_point now);

 private:
  static constexpr std::size_t kMaxTotals = 10000;
  static constexpr std::size_t kMaxMarkedLists = 64;
  struct Count {
    std::int64_t total = 0;
    Version version;
    Clock::time_point good_until;
  };
  struct Marks {
    std::vector<Mark> sorted;
    Version version;
    Clock::time_point good_until;
  };
  template <typename Entry>
  bool Good(const Entry& entry, Clock::time_point now) const {
    return entry.version.written == written_ && (entry.version.reported == reported_ || now < entry.good_until);
  }

  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> reported_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, Count> totals_;
  std::unordered_map<std::string, Marks> marks_;
};

}  // namespace steward::platform
