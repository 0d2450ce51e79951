// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "db/connection.hpp"
#include "platform/list/query.hpp"

namespace steward::platform {

/// Who calls. Made only by Identity; an operation without one cannot run.
struct Caller {
  std::string user_uid;
  std::string user_name;
  std::string organization_uid;
  std::string role;
  int role_bit = -1;  ///< index into contract::RoleNames()
  bool read_only = false;
  TenantScope scope;

  bool IsProvider() const { return scope.all; }
  /// True when rows of that organization are the caller's to see.
  bool Sees(const std::string& organization) const;
};

/// What a successful sign-in gives. Tokens are random 256 bit, shown once, stored as SHA-256.
struct IssuedTokens {
  std::string access;
  std::string refresh;
  std::int64_t expires_in = 3600;
};

std::string HashPassword(const std::string& password);
bool VerifyPassword(const std::string& hash, const std::string& password);
/// 256 random bits in URL-safe base64.
std::string NewSecret();
/// SHA-256 as PostgreSQL bytea text (\x...).
std::string SecretHash(const std::string& secret);

/// Passwords, tokens and API keys against the database, with a short cache of callers. Thread-safe.
class Identity {
 public:
  explicit Identity(db::Pool& owner) : owner_(owner) {}

  /// Checks a password; failed tries block name and address for a growing time (kThrottled). Tries of one `way` do not
  /// block those of another.
  Result<Caller> CheckPassword(const std::string& user_name, const std::string& password, const std::string& peer,
                               std::string_view way = "");
  /// A new pair of tokens for a signed-in user.
  IssuedTokens Issue(const Caller& caller, bool read_only);
  /// Spends a refresh token and issues a new pair; reuse of a spent one ends its whole family.
  Result<IssuedTokens> Refresh(const std::string& refresh_token);
  /// Caller of an access token or API key.
  Result<Caller> Authenticate(const std::string& token);
  /// Loads a user's caller record, nothing when absent or disabled.
  std::optional<Caller> Load(db::Connection& connection, const std::string& user_uid);
  /// Ends the family of an access token.
  void EndSession(const std::string& token);
  /// Forgets cached callers: after any change to users, companies, keys.
  void Invalidate();

 private:
  /// The same with a connection at hand; `family` continues that of an earlier pair.
  IssuedTokens Issue(db::Connection& connection, const Caller& caller, bool read_only, const std::string& family);
  Status CheckBlocked(db::Connection& connection, const std::string& subject);
  void CountFailure(db::Connection& connection, const std::string& subject);

  struct Cached {
    Caller caller;
    std::chrono::steady_clock::time_point until;
  };
  db::Pool& owner_;
  std::mutex mutex_;
  std::unordered_map<std::string, Cached> cache_;
};

}  // namespace steward::platform
