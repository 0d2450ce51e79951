// SPDX-License-Identifier: Apache-2.0
// The keys of the authority: one signs, the others were retired or revoked and are known by their public part.
#include <vector>

#include "fmt/format.h"
#include "pulse/store.hpp"
#include "pulse/store_detail.hpp"

namespace steward::pulse {

using sqlite::Query;
using sqlite::Transaction;

namespace {

std::optional<std::chrono::sys_seconds> MaybeAt(const Query& row, int column) {
  const auto seconds = row.MaybeNumber(column);
  return seconds ? std::optional(At(*seconds)) : std::nullopt;
}

std::optional<std::chrono::sys_days> DayOf(const std::optional<std::chrono::sys_seconds>& at) {
  return at ? std::optional(std::chrono::floor<std::chrono::days>(*at)) : std::nullopt;
}

Store::Key ReadKey(const Query& row) {
  Store::Key key{.key = license::ToPublicKey(row.Text(0)).value(), .created = At(row.Number(1))};
  key.retired = MaybeAt(row, 2);
  key.revoked = MaybeAt(row, 3);
  key.key.retired = DayOf(key.retired);
  key.key.revoked = DayOf(key.revoked);
  return key;
}

license::PublicKey AddKey(sqlite::Sqlite& database, std::chrono::sys_seconds now) {
  const auto key = license::NewSigningKey();
  const auto open = license::PublicPart(key);
  Query(database, "insert into signing_key (id, secret, created, public) values (?, ?, ?, ?)")
      .Bind(key.key_id, key.secret_key, Seconds(now), open.public_key)
      .Execute();
  return open;
}

void Retire(sqlite::Sqlite& database, std::chrono::sys_seconds now) {
  database.Run("pragma secure_delete = on");  // the secret is not to stay behind in free parts of the file
  Query(database, "update signing_key set retired = ?, secret = '' where retired is null").Bind(Seconds(now)).Execute();
}

}  // namespace

void Store::PrepareKeys(std::chrono::sys_seconds now) {
  if (!Query(database_, "select 1 from pragma_table_info('signing_key') where name = 'public'").Next()) {
    database_.Run(
        "alter table signing_key add column public text; alter table signing_key add column retired integer; alter "
        "table signing_key add column revoked integer;");
  }
  std::vector<license::SigningKey> unnamed;
  Query rows(database_, "select secret from signing_key where public is null");
  while (rows.Next()) unnamed.push_back(license::ToSigningKey(rows.Text(0)).value());
  for (const auto& key : unnamed) {
    Query(database_, "update signing_key set public = ? where id = ?")
        .Bind(license::PublicPart(key).public_key, key.key_id)
        .Execute();
  }
  if (!Query(database_, "select 1 from signing_key").Next()) AddKey(database_, now);
}

license::SigningKey Store::SigningKey() {
  Query key(database_, "select secret from signing_key where retired is null order by created desc, id limit 1");
  if (!key.Next()) throw std::runtime_error("the authority has no signing key");
  return license::ToSigningKey(key.Text(0)).value();
}

Listed<Store::Key> Store::Keys(const Page& page) {
  return List<Key>(database_,
                   {"public, created, retired, revoked", "signing_key", "retired is not null, created desc, id"}, page,
                   ReadKey);
}

license::PublicKey Store::RotateKey(std::chrono::sys_seconds now) {
  Transaction transaction(database_);
  Retire(database_, now);
  auto key = AddKey(database_, now);
  transaction.Commit();
  return key;
}

Status Store::RevokeKey(const std::string& id, std::chrono::sys_seconds now) {
  Transaction transaction(database_);
  Query found(database_, "select retired is null, revoked is not null from signing_key where id = ?");
  if (!found.Bind(id).Next())
    return Fail(ErrorCode::kNotFound, fmt::format("There is no key {}; `keys show` lists them.", id));
  const bool signs = found.Number(0) != 0;
  if (found.Number(1) != 0) return Fail(ErrorCode::kConflict, fmt::format("The key {} was revoked before.", id));
  if (signs) {
    Retire(database_, now);
    AddKey(database_, now);
  }
  Query(database_, "update signing_key set revoked = ? where id = ?").Bind(Seconds(now), id).Execute();
  transaction.Commit();
  return {};
}

}  // namespace steward::pulse
