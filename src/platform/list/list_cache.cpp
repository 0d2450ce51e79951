// SPDX-License-Identifier: Apache-2.0
#include "platform/list/list_cache.hpp"

#include <algorithm>
#include <iterator>

namespace steward::platform {

std::optional<std::int64_t> ListCache::Total(const std::string& list, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = totals_.find(list);
  if (found == totals_.end() || !Good(found->second, now)) return std::nullopt;
  return found->second.total;
}

void ListCache::RememberTotal(const std::string& list, std::int64_t total, Version version, Clock::duration cost,
                              Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (totals_.size() >= kMaxTotals) totals_.clear();
  totals_[list] = {total, version, now + kLag * cost};
}

std::optional<Mark> ListCache::NearestMark(const std::string& list, std::int64_t position, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto found = marks_.find(list);
  if (found == marks_.end()) return std::nullopt;
  if (!Good(found->second, now)) {
    marks_.erase(found);
    return std::nullopt;
  }
  const auto& sorted = found->second.sorted;
  const auto after = std::upper_bound(sorted.begin(), sorted.end(), position,
                                      [](std::int64_t at, const Mark& mark) { return at < mark.position; });
  if (after == sorted.begin()) return std::nullopt;
  return *std::prev(after);
}

void ListCache::RememberMarks(const std::string& list, std::vector<Mark> marks, Version version,
                              Clock::time_point now) {
  if (marks.empty()) return;
  const std::lock_guard lock(mutex_);
  if (marks_.size() >= kMaxMarkedLists && !marks_.contains(list)) marks_.clear();
  Marks& entry = marks_[list];
  if (entry.sorted.empty()) {
    entry.version = version;
    entry.good_until = now + kMarkAge;
  }
  const std::int64_t last = entry.sorted.empty() ? -1 : entry.sorted.back().position;
  std::copy_if(std::make_move_iterator(marks.begin()), std::make_move_iterator(marks.end()),
               std::back_inserter(entry.sorted), [last](const Mark& mark) { return mark.position > last; });
}

}  // namespace steward::platform
