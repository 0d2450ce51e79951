// SPDX-License-Identifier: Apache-2.0
#include "agentlink/known_rows.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace steward::agentlink {
namespace {

struct ByUid {
  bool operator()(const KnownRow& left, const KnownRow& right) const { return left.uid < right.uid; }
  bool operator()(const KnownRow& left, const UuidBytes& right) const { return left.uid < right; }
};

std::array<unsigned char, crypto_shorthash_KEYBYTES> NewKey() {
  std::array<unsigned char, crypto_shorthash_KEYBYTES> key{};
  crypto_shorthash_keygen(key.data());
  return key;
}

}  // namespace

std::uint64_t RowHash(std::string_view row) {
  static const auto kKey = NewKey();
  std::array<unsigned char, crypto_shorthash_BYTES> out{};
  crypto_shorthash(out.data(), reinterpret_cast<const unsigned char*>(row.data()), row.size(), kKey.data());
  std::uint64_t hash = 0;
  for (const unsigned char byte : out) hash = (hash << 8U) | byte;
  return std::max<std::uint64_t>(hash, 1);
}

const KnownRow* KnownRows::Find(const UuidBytes& uid) const {
  const auto found = std::lower_bound(rows_.begin(), rows_.end(), uid, ByUid());
  return found != rows_.end() && found->uid == uid ? &*found : nullptr;
}

void KnownRows::Put(std::vector<KnownRow> rows) {
  std::stable_sort(rows.begin(), rows.end(), ByUid());
  std::vector<KnownRow> fresh;
  for (auto row = rows.begin(); row != rows.end(); ++row) {
    if (const auto next = std::next(row); next != rows.end() && next->uid == row->uid) continue;
    const auto found = std::lower_bound(rows_.begin(), rows_.end(), row->uid, ByUid());
    if (found != rows_.end() && found->uid == row->uid) {
      found->hash = row->hash;
    } else {
      fresh.push_back(*row);
    }
  }
  if (fresh.empty()) return;
  const auto middle = static_cast<std::ptrdiff_t>(rows_.size());
  rows_.insert(rows_.end(), fresh.begin(), fresh.end());
  std::inplace_merge(rows_.begin(), rows_.begin() + middle, rows_.end(), ByUid());
}

void KnownRows::Erase(const std::vector<UuidBytes>& uids) {
  if (uids.empty()) return;
  auto gone = uids;
  std::sort(gone.begin(), gone.end());
  std::erase_if(rows_, [&gone](const KnownRow& row) { return std::binary_search(gone.begin(), gone.end(), row.uid); });
}

std::vector<UuidBytes> KnownRows::Without(const KnownRows& other) const {
  std::vector<UuidBytes> out;
  for (const KnownRow& row : rows_) {
    if (other.Find(row.uid) == nullptr) out.push_back(row.uid);
  }
  return out;
}

}  // namespace steward::agentlink
