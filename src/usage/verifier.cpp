// SPDX-License-Identifier: Apache-2.0
#include "usage/verifier.hpp"

#include <openssl/sha.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <exception>
#include <mutex>
#include <thread>

#include "base/signing.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::usage {
namespace {

using Hash = std::string;  // its bytes

/// The columns of a row in the order of its canonical text; the last one is its hash.
constexpr const char* kRows =
    "select id, day - date '1970-01-01' as day, extract(epoch from observed_at)::bigint as observed_at, "
    "organization_uid, organization_name, organization_type, reseller_uid, reseller_name, location_uid, site_uid, "
    "server_uid, server_name, server_type, license_edition, workload_type, platform, used_count, new_count, "
    "rental_count, idle_count, "
    "weight::text, units::text, bytes, rule, source, supersedes, hash from usage.observation where id between "
    "$1::bigint and $2::bigint order by id";
constexpr int kId = 0;
constexpr int kDay = 1;
constexpr int kCompany = 4;
constexpr int kWorkloadType = 14;
constexpr int kHash = 26;

constexpr unsigned kInt4 = 23;  // PostgreSQL's numbers of types
constexpr unsigned kInt8 = 20;
constexpr unsigned kUuid = 2950;

std::int64_t Integer(std::string_view raw) {
  std::uint64_t value = 0;
  for (const char c : raw) value = (value << 8U) | static_cast<unsigned char>(c);
  return raw.size() == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
}

/// Appends a field: its length in bytes, a colon, its text and a comma; or a dash and a comma.
void AppendField(std::string& out, std::string_view text) {
  std::array<char, 24> size{};
  const auto [end, error] = std::to_chars(size.data(), size.data() + size.size(), text.size());
  out.append(size.data(), end);
  out.push_back(':');
  out += text;
  out.push_back(',');
}

/// Appends a value as PostgreSQL sent it.
void AppendValue(std::string& out, std::string_view raw, unsigned type) {
  if (type == kUuid) {
    UuidBytes bytes{};
    std::copy_n(raw.begin(), std::min(raw.size(), bytes.size()), bytes.begin());
    AppendField(out, UuidText(bytes));
  } else if (type == kInt4 || type == kInt8) {
    std::array<char, 24> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), Integer(raw));
    AppendField(out, {text.data(), end});
  } else {
    AppendField(out, raw);
  }
}

/// OpenSSL's, which uses the processor's instructions for it: most of the time goes here.
Hash HashOf(std::string_view bytes) {
  Hash hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

std::string Hex(std::string_view bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  text.pop_back();
  return text;
}

/// Rows of the ledger as they came, in binary.
class Batch {
 public:
  explicit Batch(db::Rows rows) : rows_(std::move(rows)) {
    for (int column = 0; column < kHash; ++column) types_.push_back(rows_.Oid(column));
  }
  int Count() const { return rows_.Count(); }
  std::int64_t Id(int row) const { return Integer(rows_.Raw(row, kId)); }
  Day DayOf(int row) const { return Day(std::chrono::days(Integer(rows_.Raw(row, kDay)))); }
  std::string_view HashOf(int row) const { return rows_.Raw(row, kHash); }
  void AppendCanonical(std::string& out, int row) const {
    for (int column = 0; column < kHash; ++column) {
      if (rows_.IsNull(row, column)) {
        out += "-,";
      } else {
        AppendValue(out, rows_.Raw(row, column), types_[static_cast<std::size_t>(column)]);
      }
    }
  }
  /// How a person finds the row.
  std::string Name(int row) const {
    return fmt::format("row {} ({}, {}, {})", Id(row), DayText(DayOf(row)), rows_.Raw(row, kCompany),
                       rows_.Raw(row, kWorkloadType));
  }

 private:
  db::Rows rows_;
  std::vector<unsigned> types_;
};

/// The ids to look at, and what is known of them from signatures.
struct Plan {
  std::vector<Seal> seals;  ///< all of the ledger, by day
  std::int64_t first = 1;
  std::int64_t last = 0;
};

const Seal* SealOf(const Plan& plan, std::int64_t id) {
  const auto seal = std::ranges::lower_bound(plan.seals, id, {}, &Seal::last_id);
  return seal == plan.seals.end() ? nullptr : &*seal;
}

/// Looks at stretches of the chain, several at once, and keeps the fault of the lowest id.
class Walk {
 public:
  Walk(const VerifyOptions& options, const Plan& plan) : options_(options), plan_(plan), next_(plan.first) {}

  std::string Fault() {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(1U, options_.threads); ++i) threads.emplace_back([this] { Work(); });
    for (auto& thread : threads) thread.join();
    if (broken_) std::rethrow_exception(broken_);
    return fault_;
  }
  std::int64_t Rows() const { return rows_; }

 private:
  void Work() {
    try {
      db::Connection connection(options_.database,
                                {"set default_transaction_read_only = on", "set client_encoding = 'UTF8'"});
      while (true) {
        const std::int64_t first = next_.fetch_add(options_.rows_at_once);
        if (first > std::min(plan_.last, fault_id_.load())) return;
        Stretch(connection, first, std::min(first + options_.rows_at_once - 1, plan_.last));
      }
    } catch (const std::exception&) {
      const std::lock_guard lock(mutex_);
      broken_ = std::current_exception();
    }
  }

  void Found(std::int64_t id, std::string what) {
    const std::lock_guard lock(mutex_);
    if (id >= fault_id_) return;
    fault_id_ = id;
    fault_ = std::move(what);
  }

  /// The hash before a stretch: signed where a seal ends there, else that of the row, which another stretch proves.
  Hash Before(db::Connection& connection, std::int64_t first) {
    if (first == 1) return {};
    if (const Seal* seal = SealOf(plan_, first - 1); seal != nullptr && seal->last_id == first - 1) {
      return HashFrom(seal->hash);
    }
    const auto rows = connection.Query("select encode(hash, 'hex') as hash from usage.observation where id = $1",
                                       {std::to_string(first - 1)});
    return rows.Count() == 0 ? Hash("missing") : HashFrom(rows.Text(0, "hash"));
  }

  static Hash HashFrom(const std::string& hex) {
    Hash hash(hex.size() / 2, '\0');
    sodium_hex2bin(reinterpret_cast<unsigned char*>(hash.data()), hash.size(), hex.data(), hex.size(), nullptr, nullptr,
                   nullptr);
    return hash;
  }

  void Stretch(db::Connection& connection, std::int64_t first, std::int64_t last) {
    std::string text = Before(connection, first);
    const Batch batch(connection.Query(kRows, {std::to_string(first), std::to_string(last)}, db::Format::kBinary));
    for (int row = 0; row < batch.Count(); ++row) {
      const std::int64_t id = first + row;
      if (batch.Id(row) != id) return Found(id, Missing(id));
      if (auto fault = Row(batch, row, text); !fault.empty()) return Found(id, std::move(fault));
      text.assign(batch.HashOf(row));
    }
    rows_ += batch.Count();
    if (batch.Count() < last - first + 1) Found(first + batch.Count(), Missing(first + batch.Count()));
  }

  std::string Row(const Batch& batch, int row, std::string& text) const {
    const std::int64_t id = batch.Id(row);
    batch.AppendCanonical(text, row);
    if (HashOf(text) != batch.HashOf(row)) {
      return fmt::format("{} is not what was written: its hash does not fit its content and the row before it.",
                         batch.Name(row));
    }
    const Seal* seal = SealOf(plan_, id);
    if (seal == nullptr) {
      if (!plan_.seals.empty() && batch.DayOf(row) <= plan_.seals.back().day)
        return fmt::format("{} was added to a day that is sealed.", batch.Name(row));
      return {};
    }
    if (batch.DayOf(row) != seal->day)
      return fmt::format("{} stands among the rows of {}.", batch.Name(row), DayText(seal->day));
    if (id == seal->last_id && Hex(batch.HashOf(row)) != seal->hash) {
      return fmt::format(
          "{} or a row before it was replaced, together with the hashes: the chain does not lead to the "
          "signed hash of {}.",
          batch.Name(row), DayText(seal->day));
    }
    return {};
  }

  std::string Missing(std::int64_t id) const {
    const Seal* seal = SealOf(plan_, id);
    return fmt::format("row {} is missing{}.", id,
                       seal == nullptr ? std::string() : fmt::format(" (of {}, which is sealed)", DayText(seal->day)));
  }

  const VerifyOptions& options_;
  const Plan& plan_;
  std::atomic<std::int64_t> next_;
  std::atomic<std::int64_t> rows_{0};
  std::atomic<std::int64_t> fault_id_{std::numeric_limits<std::int64_t>::max()};
  std::mutex mutex_;
  std::string fault_;
  std::exception_ptr broken_;
};

std::vector<Seal> ReadSeals(db::Connection& connection) {
  const auto rows = connection.Query(
      "select to_char(day, 'YYYY-MM-DD') as day, first_id, last_id, encode(hash, 'hex') as hash, key_id, signature "
      "from usage.daily_seal s order by s.day");
  std::vector<Seal> seals;
  seals.reserve(static_cast<std::size_t>(rows.Count()));
  for (int i = 0; i < rows.Count(); ++i) {
    seals.push_back({.day = ReadDay(rows.Text(i, "day")).value(),
                     .first_id = rows.Int(i, "first_id"),
                     .last_id = rows.Int(i, "last_id"),
                     .hash = rows.Text(i, "hash"),
                     .key_id = rows.Text(i, "key_id"),
                     .signature = rows.Text(i, "signature")});
  }
  return seals;
}

/// Public keys by id that may sign.
std::map<std::string, std::string> Keys(db::Connection& connection, const std::vector<std::string>& given) {
  std::map<std::string, std::string> keys;
  for (const auto& key : given) keys.emplace(KeyId(key), key);
  if (!given.empty()) return keys;
  const auto rows = connection.Query("select id, public_key from usage.signing_key");
  for (int i = 0; i < rows.Count(); ++i) keys.emplace(rows.Text(i, "id"), rows.Text(i, "public_key"));
  return keys;
}

/// The seals: signed, one a day without gaps, each going on where the one before ended. Empty when they are.
std::string SealFault(const std::vector<Seal>& seals, const std::map<std::string, std::string>& keys) {
  const Seal* before = nullptr;
  for (const Seal& seal : seals) {
    const std::string day = DayText(seal.day);
    const auto key = keys.find(seal.key_id);
    if (key == keys.end()) return fmt::format("{} is signed with key {}, which is not trusted here.", day, seal.key_id);
    if (!IsSignedBy(SealText(seal), seal.signature, key->second))
      return fmt::format("The seal of {} was changed: its signature does not hold.", day);
    if (before != nullptr && seal.day != before->day + std::chrono::days(1))
      return fmt::format("The seal of {} is missing.", DayText(before->day + std::chrono::days(1)));
    if (seal.first_id != (before == nullptr ? 1 : before->last_id + 1))
      return fmt::format("The seal of {} does not begin where the day before ended: days before it are missing.", day);
    before = &seal;
  }
  return {};
}

std::string KeptFault(const std::vector<Seal>& seals, const std::vector<Seal>& kept) {
  for (const Seal& copy : kept) {
    const auto seal = std::ranges::lower_bound(seals, copy.day, {}, &Seal::day);
    if (seal == seals.end() || seal->day != copy.day)
      return fmt::format("The seal of {} was removed: the copy outside the database has it, with {} rows.",
                         DayText(copy.day), copy.Rows());
    if (*seal != copy) return fmt::format("The seal of {} is another one than in the copy outside.", DayText(copy.day));
  }
  return {};
}

/// Rows before the first one.
std::string StrayFault(db::Connection& connection) {
  const Batch stray(
      connection.Query(kRows, {std::to_string(std::numeric_limits<std::int64_t>::min()), "0"}, db::Format::kBinary));
  return stray.Count() == 0 ? std::string() : fmt::format("{} stands outside the chain.", stray.Name(0));
}

/// Narrows the plan to the days that are asked for; what is wrong when they are not all there.
std::string Narrow(const VerifyOptions& options, Plan& plan) {
  if (options.from) {
    const auto seal = std::ranges::lower_bound(plan.seals, *options.from, {}, &Seal::day);
    if (!plan.seals.empty() && *options.from < plan.seals.front().day)
      return fmt::format("The ledger begins on {}; nothing is proved of days before it.",
                         DayText(plan.seals.front().day));
    plan.first = seal != plan.seals.end() ? seal->first_id : plan.seals.empty() ? 1 : plan.seals.back().last_id + 1;
  }
  if (options.to) {
    const auto seal = std::ranges::lower_bound(plan.seals, *options.to, {}, &Seal::day);
    if (seal == plan.seals.end())
      return fmt::format("{} is not sealed: nothing is proved of it.", DayText(*options.to));
    plan.last = seal->last_id;
  }
  return {};
}

}  // namespace

Verdict Verify(const VerifyOptions& options) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used on this machine");
  Verdict verdict;
  Plan plan;
  std::map<std::string, std::string> keys;
  {
    db::Connection connection(options.database, {});
    plan.seals = ReadSeals(connection);
    keys = Keys(connection, options.keys);
    plan.last = connection.Query("select coalesce(max(id), 0) as id from usage.observation").Int(0, "id");
    verdict.fault = StrayFault(connection);
  }
  for (const auto& [id, key] : keys) verdict.key_ids.push_back(id);
  if (verdict.fault.empty()) verdict.fault = SealFault(plan.seals, keys);
  if (verdict.fault.empty()) verdict.fault = KeptFault(plan.seals, options.kept);
  const std::int64_t end = plan.last;
  const std::int64_t signed_to = plan.seals.empty() ? 0 : plan.seals.back().last_id;
  plan.last = std::max(plan.last, signed_to);
  if (verdict.fault.empty()) verdict.fault = Narrow(options, plan);
  if (!verdict.fault.empty()) return verdict;
  verdict.kept = options.kept.size();
  for (const Seal& seal : plan.seals) {
    if ((options.from && seal.day < *options.from) || (options.to && seal.day > *options.to)) continue;
    if (verdict.sealed++ == 0) verdict.first_day = seal.day;
    verdict.last_day = seal.day;
  }
  verdict.unsealed = options.to ? 0 : std::max<std::int64_t>(0, end - signed_to);
  Walk walk(options, plan);
  verdict.fault = walk.Fault();
  verdict.rows = walk.Rows();
  return verdict;
}

}  // namespace steward::usage
