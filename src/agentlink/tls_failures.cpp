// SPDX-License-Identifier: Apache-2.0
#include "agentlink/tls_failures.hpp"

#include "db/array.hpp"

namespace steward::agentlink {

void TlsFailures::Note(const std::string& peer, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  const bool full = counts_.size() >= kMost;
  ++counts_[{full ? "other addresses" : peer, full ? "many" : reason}];
}

void TlsFailures::Flush(db::Pool& owner) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(counts_);
  }
  if (taken.empty()) return;
  db::TextArray peers;
  db::TextArray reasons;
  db::TextArray numbers;
  for (const auto& [source, count] : taken) {
    peers.Add(source.first);
    reasons.Add(source.second);
    numbers.Add(std::to_string(count));
  }
  try {
    owner.Acquire()->Query(
        "insert into core.tls_failure (peer, reason, count) select * from unnest($1::text[], $2::text[], $3::bigint[]) "
        "on conflict (peer, reason) do update set count = tls_failure.count + excluded.count, last_at = now()",
        {peers.Text(), reasons.Text(), numbers.Text()});
    owner.Acquire()->Query("delete from core.tls_failure where last_at < now() - interval '30 days'");
  } catch (...) {
    const std::lock_guard lock(mutex_);
    for (const auto& [source, count] : taken) counts_[source] += count;
    throw;
  }
}

}  // namespace steward::agentlink
