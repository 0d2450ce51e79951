// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "site/ledger.hpp"

namespace steward::site {

/// Argon2id with 7 MiB, so that many tenants can sign in at once on little memory; in libsodium's text form.
std::string HashPassword(const std::string& password);

/// Checks passwords. A password that was right is remembered (as a keyed hash), since restic sends it with each
/// request; wrong ones are checked one at a time. Thread-safe.
class Passwords {
 public:
  Passwords();
  /// Whether the password of `who` (as it signs in) has that hash.
  bool Check(const std::string& who, const std::string& hash, const std::string& password);
  /// Takes as long as a check of a wrong password, for names that do not exist.
  void Pretend(const std::string& password);

 private:
  using Digest = std::array<unsigned char, 32>;
  Digest Of(const std::string& hash, const std::string& password) const;

  Digest key_{};
  std::string nobody_;  ///< hash of a password that nobody knows
  std::mutex mutex_;
  std::map<std::string, Digest> right_;  ///< who -> password that was right, and the hash it was right for
  std::mutex slow_;
};

/// Whose quotas an upload needs room in.
struct Payer {
  std::string tenant;
  std::string resource;
  std::string subtenant = {};  ///< empty = none
};

/// Room that uploads under way have taken from the quotas of their subtenant, their resource and its pool. Thread-safe.
class Reservations {
 public:
  explicit Reservations(Ledger& ledger) : ledger_(ledger) {}
  /// Takes `bytes` more, which may exceed the quota of resource and subtenant by `allowance`; kTooLarge, saying how far
  /// the quota is used up, when there is no room. kNotFound when the resource or the subtenant is gone.
  Status Take(const Payer& payer, std::int64_t bytes, std::int64_t allowance);
  void Give(const Payer& payer, const std::string& pool, std::int64_t bytes);

 private:
  Ledger& ledger_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::int64_t> of_resource_;
  std::map<std::pair<std::string, std::string>, std::int64_t> of_subtenant_;
  std::map<std::string, std::int64_t> of_pool_;
};

/// Limits of a tenant over all its connections: tasks at once and bytes a second. Thread-safe.
class Limits {
 public:
  /// Waits for a place, at most `patience`; false when none came free. Leave gives it back.
  bool Enter(const Tenant& tenant, std::chrono::milliseconds patience);
  void Leave(const std::string& tenant);
  /// Blocks until `bytes` more may pass.
  void Pass(const Tenant& tenant, std::int64_t bytes);

 private:
  using Clock = std::chrono::steady_clock;
  struct Use {
    std::int64_t tasks = 0;
    Clock::time_point free{};  ///< when the bytes passed so far are paid for
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Use> use_;
};

/// Names that somebody is at work on. Thread-safe.
class Claims {
 public:
  /// False when somebody else has it.
  bool Take(const std::string& name);
  void Give(const std::string& name);

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
};

}  // namespace steward::site
