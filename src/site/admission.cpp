// SPDX-License-Identifier: Apache-2.0
#include "site/admission.hpp"

#include <sodium.h>

#include <thread>

#include "fmt/format.h"

namespace steward::site {
namespace {

// OWASP's sixth equal setting for Argon2id: 7 MiB, five passes.
constexpr unsigned long long kPasses = 5;
constexpr std::size_t kMemory = 7U << 20U;
constexpr std::chrono::milliseconds kCredit{250};  ///< what a limited tenant may send at once, as time

std::string MiB(std::int64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / 1048576.0);
}

/// How far somebody's quota is used: `taken` by uploads under way.
struct Use {
  std::string whose;
  std::int64_t quota, used, taken;
};

Status CheckRoom(const Use& use, std::int64_t bytes, std::int64_t allowance) {
  if (use.quota == 0 || use.used + use.taken + bytes - allowance <= use.quota) return {};
  return Fail(ErrorCode::kTooLarge,
              fmt::format("The quota of {} is used up: {} of {} are used{}, and {} more are needed.", use.whose,
                          MiB(use.used), MiB(use.quota),
                          use.taken > 0 ? fmt::format(", {} are being uploaded", MiB(use.taken)) : "", MiB(bytes)));
}

void GiveBack(std::map<std::pair<std::string, std::string>, std::int64_t>& taken,
              const std::pair<std::string, std::string>& whose, std::int64_t bytes) {
  if ((taken[whose] -= bytes) == 0) taken.erase(whose);
}

}  // namespace

std::string HashPassword(const std::string& password) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), kPasses, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::runtime_error("not enough memory to hash a password");
  }
  return hash.data();
}

Passwords::Passwords() {
  randombytes_buf(key_.data(), key_.size());
  std::array<char, 32> secret{};
  randombytes_buf(secret.data(), secret.size());
  nobody_ = HashPassword(std::string(secret.data(), secret.size()));
}

Passwords::Digest Passwords::Of(const std::string& hash, const std::string& password) const {
  Digest digest{};
  const std::string text = hash + '\0' + password;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     key_.data(), key_.size());
  return digest;
}

bool Passwords::Check(const std::string& who, const std::string& hash, const std::string& password) {
  const Digest digest = Of(hash, password);
  {
    const std::lock_guard lock(mutex_);
    const auto known = right_.find(who);
    if (known != right_.end() && sodium_memcmp(known->second.data(), digest.data(), digest.size()) == 0) return true;
  }
  {
    const std::lock_guard lock(slow_);
    if (crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) != 0) return false;
  }
  const std::lock_guard lock(mutex_);
  right_[who] = digest;
  return true;
}

void Passwords::Pretend(const std::string& password) {
  const std::lock_guard lock(slow_);
  [[maybe_unused]] const int wrong = crypto_pwhash_str_verify(nobody_.c_str(), password.data(), password.size());
}

Status Reservations::Take(const Payer& payer, std::int64_t bytes, std::int64_t allowance) {
  const std::lock_guard lock(mutex_);
  const auto facts = ledger_.FindResource(payer.tenant, payer.resource);
  const auto pool = facts ? ledger_.FindPool(facts->pool) : std::nullopt;
  if (!pool) return Fail(ErrorCode::kNotFound, fmt::format("{} has no resource {}.", payer.tenant, payer.resource));
  auto& of_resource = of_resource_[{payer.tenant, payer.resource}];
  auto& of_pool = of_pool_[pool->name];
  const Use use{payer.tenant + "/" + payer.resource, facts->quota, facts->used, of_resource};
  if (auto room = CheckRoom(use, bytes, allowance); !room) return room;
  if (!payer.subtenant.empty()) {
    const auto subtenant = ledger_.FindSubtenant(payer.tenant, payer.subtenant);
    if (!subtenant) {
      return Fail(ErrorCode::kNotFound, fmt::format("{} has no subtenant {}.", payer.tenant, payer.subtenant));
    }
    auto& taken = of_subtenant_[{payer.tenant, payer.subtenant}];
    const Use own{payer.tenant + "+" + payer.subtenant, subtenant->quota, subtenant->used, taken};
    if (auto room = CheckRoom(own, bytes, allowance); !room) return room;
  }
  if (pool->quota > 0 && pool->used + of_pool + bytes > pool->quota) {
    // How full it is concerns the provider alone.
    spdlog::error("pool {} is full: {} of {} bytes are used, {} are being uploaded, {} needs {}", pool->name,
                  pool->used, pool->quota, of_pool, use.whose, bytes);
    return Fail(ErrorCode::kTooLarge, "The provider's storage is full; nothing was written.");
  }
  of_resource += bytes;
  of_pool += bytes;
  if (!payer.subtenant.empty()) of_subtenant_[{payer.tenant, payer.subtenant}] += bytes;
  return {};
}

void Reservations::Give(const Payer& payer, const std::string& pool, std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  GiveBack(of_resource_, {payer.tenant, payer.resource}, bytes);
  if (!payer.subtenant.empty()) GiveBack(of_subtenant_, {payer.tenant, payer.subtenant}, bytes);
  if ((of_pool_[pool] -= bytes) == 0) of_pool_.erase(pool);
}

bool Limits::Enter(const Tenant& tenant, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const auto free = [&] { return tenant.tasks == 0 || use_[tenant.name].tasks < tenant.tasks; };
  if (!changed_.wait_for(lock, patience, free)) return false;
  ++use_[tenant.name].tasks;
  return true;
}

void Limits::Leave(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  --use_[tenant].tasks;
  changed_.notify_all();
}

void Limits::Pass(const Tenant& tenant, std::int64_t bytes) {
  if (tenant.rate == 0) return;
  Clock::time_point until;
  {
    const std::lock_guard lock(mutex_);
    auto& free = use_[tenant.name].free;
    const auto cost = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(tenant.rate)));
    free = std::max(free, Clock::now() - kCredit) + cost;
    until = free;
  }
  std::this_thread::sleep_until(until);
}

bool Claims::Take(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return names_.insert(name).second;
}

void Claims::Give(const std::string& name) {
  const std::lock_guard lock(mutex_);
  names_.erase(name);
}

}  // namespace steward::site
