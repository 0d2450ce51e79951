// SPDX-License-Identifier: Apache-2.0
#include "platform/identity.hpp"

#include <openssl/sha.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/uuid.hpp"
#include "contract/contract.hpp"
#include "fmt/format.h"

namespace steward::platform {
namespace {

constexpr std::chrono::seconds kCacheTime{5};
constexpr std::int64_t kAccessSeconds = 3600;
constexpr std::int64_t kRefreshSeconds = 14LL * 86400;

Caller FromRow(const db::Rows& rows, int row) {
  Caller caller;
  caller.user_uid = rows.Text(row, "uid");
  caller.user_name = rows.Text(row, "user_name");
  caller.organization_uid = rows.Text(row, "organization_uid");
  caller.role = rows.Text(row, "role");
  const auto names = contract::RoleNames();
  const auto found = std::find(names.begin(), names.end(), caller.role);
  caller.role_bit = found == names.end() ? -1 : static_cast<int>(found - names.begin());
  caller.scope.all = caller.role.starts_with("Portal");
  if (caller.scope.all) return caller;
  const auto split = [](const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t start = 1; start + 1 < text.size();) {
      const std::size_t end = std::min(text.find(',', start), text.size() - 1);
      out.push_back(text.substr(start, end - start));
      start = end + 1;
    }
    return out;
  };
  caller.scope.organizations = split(rows.Text(row, "organizations"));
  if (caller.role.starts_with("CompanyLocation")) {
    caller.scope.locations = split(rows.Text(row, "location_uids"));
    if (caller.scope.locations.empty()) caller.scope.locations.emplace_back("00000000-0000-0000-0000-000000000000");
  }
  return caller;
}

constexpr const char* kLoadUser =
    "select a.uid, a.user_name, a.organization_uid, a.role, a.location_uids::text as location_uids, "
    "(select array_agg(o.uid)::text from core.organization o where o.deleted_at is null and (o.uid = "
    "a.organization_uid or "
    "(a.role::text like 'Reseller%' and o.parent_uid = a.organization_uid))) as organizations "
    "from core.account a join core.organization org on org.uid = a.organization_uid and org.deleted_at is null "
    "left join core.company c on c.uid = a.organization_uid left join core.reseller r on r.uid = a.organization_uid "
    "where a.uid = $1 and a.status = 'Enabled' and coalesce(c.status, r.status, 'Active') = 'Active'";

}  // namespace

bool Caller::Sees(const std::string& organization) const {
  return scope.all ||
         std::find(scope.organizations.begin(), scope.organizations.end(), organization) != scope.organizations.end();
}

std::string HashPassword(const std::string& password) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    throw std::runtime_error("not enough memory to hash a password");
  }
  return hash.data();
}

bool VerifyPassword(const std::string& hash, const std::string& password) {
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

std::string NewSecret() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING)> text{};
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return text.data();
}

std::string SecretHash(const std::string& secret) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), digest.data());
  return fmt::format("\\x{:02x}", fmt::join(digest, ""));
}

Status Identity::CheckBlocked(db::Connection& connection, const std::string& subject) {
  const auto rows = connection.Query(
      "select ceil(extract(epoch from blocked_until - now()))::bigint as wait from core.failed_login where subject = "
      "$1 and blocked_until > now()",
      {subject});
  if (rows.Count() == 0) return {};
  Error error{.code = ErrorCode::kThrottled, .message = "Too many failed sign-ins. Wait before the next try."};
  error.retry_after = static_cast<int>(rows.Int(0, "wait"));
  return tl::unexpected(std::move(error));
}

void Identity::CountFailure(db::Connection& connection, const std::string& subject) {
  // From the fifth failure on the wait doubles: 1, 2, 4 ... 300 s. An hour without failures forgets them.
  connection.Query(
      "insert into core.failed_login as f (subject, failures, last_at, blocked_until) values ($1, 1, now(), now()) on "
      "conflict (subject) do update set "
      "failures = case when f.last_at < now() - interval '1 hour' then 1 else f.failures + 1 end, last_at = now(), "
      "blocked_until = case when f.failures >= 4 then now() + make_interval(secs => least(300, 2 ^ least(f.failures - "
      "4, 12))) else now() end",
      {subject});
}

Result<Caller> Identity::CheckPassword(const std::string& user_name, const std::string& password,
                                       const std::string& peer, std::string_view way) {
  static const std::string kDummyHash = HashPassword("equalises the time of unknown names");
  auto connection = owner_.Acquire();
  std::string subject = fmt::format("{}user:{}", way, user_name);
  std::transform(subject.begin(), subject.end(), subject.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string place = fmt::format("{}peer:{}", way, peer);
  for (const auto& blocked : {subject, place}) {
    if (auto status = CheckBlocked(*connection, blocked); !status) return tl::unexpected(status.error());
  }
  // Field scripts send DOMAIN\user for the company's users: the part behind the backslash is tried as well.
  const std::size_t slash = user_name.rfind('\\');
  const auto rows = connection->Query(
      "select uid, password_hash from core.account where lower(user_name) in (lower($1), lower($2)) order by "
      "lower(user_name) = lower($1) desc limit 1",
      {user_name, slash == std::string::npos ? user_name : user_name.substr(slash + 1)});
  const bool good =
      VerifyPassword(rows.Count() > 0 ? rows.Text(0, "password_hash") : kDummyHash, password) && rows.Count() > 0;
  auto caller = good ? Load(*connection, rows.Text(0, "uid")) : std::nullopt;
  if (!caller) {
    CountFailure(*connection, subject);
    CountFailure(*connection, place);
    return Fail(ErrorCode::kUnauthenticated,
                "The user name or password is wrong, or the account or its company is disabled.");
  }
  connection->Query("delete from core.failed_login where subject in ($1, $2)", {subject, place});
  return *caller;
}

std::optional<Caller> Identity::Load(db::Connection& connection, const std::string& user_uid) {
  const auto rows = connection.Query(kLoadUser, {user_uid});
  if (rows.Count() == 0) return std::nullopt;
  return FromRow(rows, 0);
}

IssuedTokens Identity::Issue(const Caller& caller, bool read_only) {
  return Issue(*owner_.Acquire(), caller, read_only, NewUuid());
}

IssuedTokens Identity::Issue(db::Connection& connection, const Caller& caller, bool read_only,
                             const std::string& family) {
  IssuedTokens tokens{.access = NewSecret(), .refresh = NewSecret(), .expires_in = kAccessSeconds};
  connection.Query(
      "insert into core.token (hash, kind, user_uid, family, is_read_only, expires_at) values "
      "($1::bytea, 'access', $3, $4, $5, now() + make_interval(secs => $6)), ($2::bytea, 'refresh', $3, $4, $5, now() "
      "+ make_interval(secs => $7))",
      {SecretHash(tokens.access), SecretHash(tokens.refresh), caller.user_uid, family, read_only ? "t" : "f",
       std::to_string(kAccessSeconds), std::to_string(kRefreshSeconds)});
  connection.Query("delete from core.token where expires_at < now() - interval '1 day'");
  return tokens;
}

Result<IssuedTokens> Identity::Refresh(const std::string& refresh_token) {
  auto connection = owner_.Acquire();
  const auto rows = connection->Query(
      "update core.token t set spent_at = now() from (select hash, spent_at as before from core.token where hash = "
      "$1::bytea and kind = 'refresh' for update) old "
      "where t.hash = old.hash and t.expires_at > now() returning t.user_uid, t.family, t.is_read_only, old.before is "
      "not null as reused",
      {SecretHash(refresh_token)});
  if (rows.Count() == 0)
    return Fail(ErrorCode::kUnauthenticated, "The refresh token is unknown or has expired. Sign in again.");
  if (rows.Bool(0, "reused")) {
    connection->Query("delete from core.token where family = $1", {rows.Text(0, "family")});
    Invalidate();
    return Fail(ErrorCode::kUnauthenticated,
                "The refresh token was used before; all tokens of that sign-in are ended. Sign in again.");
  }
  const auto caller = Load(*connection, rows.Text(0, "user_uid"));
  if (!caller) return Fail(ErrorCode::kUnauthenticated, "The account or its company is disabled.");
  return Issue(*connection, *caller, rows.Bool(0, "is_read_only"), rows.Text(0, "family"));
}

Result<Caller> Identity::Authenticate(const std::string& token) {
  const std::string hash = SecretHash(token);
  const auto now = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = cache_.find(hash);
    if (found != cache_.end() && found->second.until > now) return found->second.caller;
  }
  auto connection = owner_.Acquire();
  auto rows = connection->Query(
      "select user_uid, is_read_only from core.token where hash = $1::bytea and kind = 'access' and expires_at > now()",
      {hash});
  if (rows.Count() == 0) {
    rows = connection->Query(
        "update core.login set last_used_at = now() where token_hash = $1::bytea and status = 'enabled' and "
        "(expires_at is null or expires_at > now()) "
        "returning user_uid, is_read_only",
        {hash});
  }
  if (rows.Count() == 0)
    return Fail(ErrorCode::kUnauthenticated, "The access token or API key is unknown, expired or revoked.");
  auto caller = Load(*connection, rows.Text(0, "user_uid"));
  if (!caller) return Fail(ErrorCode::kUnauthenticated, "The account or its company is disabled.");
  caller->read_only = rows.Bool(0, "is_read_only");
  const std::lock_guard lock(mutex_);
  if (cache_.size() > 10000) cache_.clear();
  cache_[hash] = {*caller, now + kCacheTime};
  return *caller;
}

void Identity::EndSession(const std::string& token) {
  owner_.Acquire()->Query(
      "delete from core.token where family = (select family from core.token where hash = $1::bytea)",
      {SecretHash(token)});
  Invalidate();
}

void Identity::Invalidate() {
  const std::lock_guard lock(mutex_);
  cache_.clear();
}

}  // namespace steward::platform
