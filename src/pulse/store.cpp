// SPDX-License-Identifier: Apache-2.0
#include "pulse/store.hpp"

#include <sodium.h>

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/signing.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"
#include "pulse/store_detail.hpp"

namespace steward::pulse {
namespace {

using sqlite::Query;
using sqlite::Transaction;

constexpr auto kSchema = R"sql(
create table if not exists signing_key (
  id text primary key, secret text not null, created integer not null, public text, retired integer, revoked integer) strict;
create table if not exists partner (id text primary key, name text not null unique) strict;
create table if not exists token (
  hash text primary key, partner text not null references partner, name text not null, ends integer not null,
  created integer not null, revoked integer not null default 0) strict;
create table if not exists contract (
  id text primary key, partner text not null references partner, description text not null, ends integer not null,
  points_limit integer, no_commit integer not null) strict;
create table if not exists product (
  id text primary key, name text not null, edition text not null, package text not null, version text not null,
  cloud_connect integer not null, workloads text not null) strict;
create table if not exists tenant (
  id text primary key, partner text not null references partner, name text not null, external_id text, email text,
  parent text references tenant, created integer not null) strict;
create index if not exists tenant_of on tenant (partner, created, id);
create index if not exists tenant_below on tenant (parent);
create table if not exists license (
  uid text primary key, partner text not null references partner, state text not null, type text not null,
  usage text not null, contract text not null references contract, product text not null references product,
  points integer not null, workloads text not null, reporting text not null, extension text not null, license_id text unique,
  description text, expires integer not null, tenant text references tenant, created_by text not null,
  created integer not null, revision integer not null, issued integer not null) strict;
create index if not exists license_of on license (partner, created, uid);
create index if not exists license_under on license (contract, state);
create table if not exists installation (
  license text not null references license on delete cascade, server_id text not null, server_name text not null,
  at integer not null, primary key (license, server_id)) strict;
create table if not exists report (
  id text primary key, partner text not null references partner, contract text not null references contract,
  month text not null, version integer not null, received integer not null, total integer not null, lines text not null,
  reason text, unique (contract, month, version)) strict;
create index if not exists report_of on report (partner, received);
create table if not exists extension (
  license text not null references license on delete cascade, month text not null, primary key (license, month)) strict;
create table if not exists kept_answer (
  partner text not null references partner, key text not null, request text not null, status integer not null,
  body text not null, at integer not null, primary key (partner, key)) strict;
create index if not exists kept_answer_at on kept_answer (at);
)sql";

const std::string kContractColumns =
    "id, partner, description, ends, points_limit, no_commit, (select coalesce(sum(points), 0) from license "
    "where contract = contract.id and state in ('Assigned', 'Installed'))";
const std::string kProductColumns = "id, name, edition, package, version, cloud_connect, workloads";
const std::string kTenantColumns = "id, partner, name, external_id, email, parent, created";

Partner ReadPartner(const Query& row) {
  return {.id = row.Text(0), .name = row.Text(1)};
}

Contract ReadContract(const Query& row) {
  return {.id = row.Text(0),
          .partner_id = row.Text(1),
          .description = row.Text(2),
          .ends = Day(row.Number(3)),
          .points_limit = row.MaybeNumber(4),
          .no_commit = row.Number(5) != 0,
          .used = row.Number(6)};
}

Product ReadProduct(const Query& row) {
  Product product{.id = row.Text(0),
                  .name = row.Text(1),
                  .edition = row.Text(2),
                  .package = row.Text(3),
                  .version = row.Text(4),
                  .cloud_connect = row.Number(5) != 0};
  for (const auto& one : nlohmann::json::parse(row.Text(6))) {
    product.workloads.push_back({.id = one.at("id"), .name = one.at("name"), .multiplier = one.at("multiplier")});
  }
  return product;
}

Tenant ReadTenant(const Query& row) {
  return {.id = row.Text(0),
          .partner_id = row.Text(1),
          .name = row.Text(2),
          .external_id = row.MaybeText(3),
          .email = row.MaybeText(4),
          .parent_id = row.MaybeText(5),
          .created = At(row.Number(6))};
}

std::chrono::sys_seconds Now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string NewTokenText() {
  std::array<char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return "stp_" + Sha256Hex(std::string_view(bytes.data(), bytes.size()));
}

}  // namespace

Store::Store(const std::filesystem::path& file) : database_(file) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used on this machine");
  Transaction transaction(database_);
  database_.Run(kSchema);
  PrepareKeys(Now());
  transaction.Commit();
}

Result<Partner> Store::AddPartner(const std::string& name) {
  const Partner partner{.id = NewUuid(), .name = name};
  Query(database_, "insert into partner (id, name) values (?, ?) on conflict do nothing")
      .Bind(partner.id, partner.name)
      .Execute();
  if (database_.Changed() == 0) return Fail(ErrorCode::kConflict, fmt::format("There is a partner {} already.", name));
  return partner;
}

Result<Partner> Store::FindPartner(const std::string& name_or_id) {
  auto partner =
      FindOne<Partner>(database_, "select id, name from partner where id = ?1 or name = ?1 order by id = ?1 desc",
                       ReadPartner, name_or_id);
  if (partner) return *partner;
  return Fail(ErrorCode::kNotFound, fmt::format("There is no partner {}; `partner add` makes one.", name_or_id));
}

Result<std::string> Store::MakeToken(const Partner& partner, const std::string& name, std::chrono::sys_seconds ends,
                                     std::chrono::sys_seconds now) {
  Query taken(database_, "select 1 from token where partner = ? and name = ? and revoked = 0 and ends > ?");
  if (taken.Bind(partner.id, name, Seconds(now)).Next()) {
    return Fail(ErrorCode::kConflict,
                fmt::format("{} has a token {} already; choose another name, or revoke it first.", partner.name, name));
  }
  std::string token = NewTokenText();
  Query(database_, "insert into token (hash, partner, name, ends, created) values (?, ?, ?, ?, ?)")
      .Bind(Sha256Hex(token), partner.id, name, Seconds(ends), Seconds(now))
      .Execute();
  return token;
}

Status Store::RevokeToken(const Partner& partner, const std::string& name) {
  Query(database_, "update token set revoked = 1 where partner = ? and name = ? and revoked = 0")
      .Bind(partner.id, name)
      .Execute();
  if (database_.Changed() > 0) return {};
  return Fail(ErrorCode::kNotFound, fmt::format("{} has no token {}.", partner.name, name));
}

std::optional<Token> Store::FindToken(const std::string& token) {
  const auto read = [](const Query& row) {
    const Caller caller{.partner = ReadPartner(row), .token_name = row.Text(2), .token_ends = At(row.Number(3))};
    return Token{.caller = caller, .revoked = row.Number(4) != 0};
  };
  return FindOne<Token>(
      database_,
      "select p.id, p.name, t.name, t.ends, t.revoked from token t join partner p on p.id = t.partner "
      "where t.hash = ?",
      read, Sha256Hex(token));
}

Status Store::Set(const Contract& contract) {
  Query(database_,
        "insert into contract (id, partner, description, ends, points_limit, no_commit) values (?, ?, ?, ?, ?, ?) "
        "on conflict (id) do update set description = excluded.description, ends = excluded.ends, "
        "points_limit = excluded.points_limit, no_commit = excluded.no_commit where partner = excluded.partner")
      .Bind(contract.id, contract.partner_id, contract.description, Days64(contract.ends), contract.points_limit,
            static_cast<std::int64_t>(contract.no_commit))
      .Execute();
  if (database_.Changed() > 0) return {};
  return Fail(ErrorCode::kConflict,
              fmt::format("The contract {} is another partner's; that cannot be changed.", contract.id));
}

std::optional<Contract> Store::FindContract(const std::string& id) {
  return FindOne<Contract>(database_, "select " + kContractColumns + " from contract where id = ?", ReadContract, id);
}

std::optional<Contract> Store::FindContract(const std::string& partner_id, const std::string& id) {
  return FindOne<Contract>(database_, "select " + kContractColumns + " from contract where partner = ? and id = ?",
                           ReadContract, partner_id, id);
}

Listed<Contract> Store::Contracts(const std::string& partner_id, const Page& page) {
  return List<Contract>(database_, {kContractColumns, "contract where partner = ?", "id"}, page, ReadContract,
                        partner_id);
}

std::int64_t Store::UsedPoints(const std::string& contract_id, const std::string& but_uid) {
  Query sum(database_,
            "select coalesce(sum(points), 0) from license where contract = ? and state in ('Assigned', 'Installed') "
            "and uid <> ?");
  return sum.Bind(contract_id, but_uid).Next() ? sum.Number(0) : 0;
}

void Store::Set(const Product& product) {
  auto workloads = nlohmann::json::array();
  for (const auto& one : product.workloads) {
    workloads.push_back({{"id", one.id}, {"name", one.name}, {"multiplier", one.multiplier}});
  }
  Query(database_,
        "insert into product (id, name, edition, package, version, cloud_connect, workloads) values (?, ?, ?, ?, ?, ?, "
        "?) "
        "on conflict (id) do update set name = excluded.name, edition = excluded.edition, package = excluded.package, "
        "version = excluded.version, cloud_connect = excluded.cloud_connect, workloads = excluded.workloads")
      .Bind(product.id, product.name, product.edition, product.package, product.version,
            static_cast<std::int64_t>(product.cloud_connect), workloads.dump())
      .Execute();
}

std::optional<Product> Store::FindProduct(const std::string& id) {
  return FindOne<Product>(database_, "select " + kProductColumns + " from product where id = ?", ReadProduct, id);
}

Listed<Product> Store::Products(const Page& page) {
  return List<Product>(database_, {kProductColumns, "product", "id"}, page, ReadProduct);
}

void Store::Add(const Tenant& tenant) {
  Query(database_,
        "insert into tenant (id, partner, name, external_id, email, parent, created) values (?, ?, ?, ?, ?, ?, ?)")
      .Bind(tenant.id, tenant.partner_id, tenant.name, tenant.external_id, tenant.email, tenant.parent_id,
            Seconds(tenant.created))
      .Execute();
}

void Store::Change(const Tenant& tenant) {
  Query(database_, "update tenant set name = ?, external_id = ?, email = ?, parent = ? where id = ?")
      .Bind(tenant.name, tenant.external_id, tenant.email, tenant.parent_id, tenant.id)
      .Execute();
}

std::optional<Tenant> Store::FindTenant(const std::string& partner_id, const std::string& id) {
  return FindOne<Tenant>(database_, "select " + kTenantColumns + " from tenant where partner = ? and id = ?",
                         ReadTenant, partner_id, id);
}

Listed<Tenant> Store::Tenants(const std::string& partner_id, const Page& page) {
  return List<Tenant>(database_, {kTenantColumns, "tenant where partner = ?", "created, id"}, page, ReadTenant,
                      partner_id);
}

std::int64_t Store::CountBranches(const std::string& tenant_id) {
  Query count(database_, "select count(*) from tenant where parent = ?");
  return count.Bind(tenant_id).Next() ? count.Number(0) : 0;
}

std::optional<KeptAnswer> Store::FindAnswer(const std::string& partner_id, const std::string& key) {
  const auto read = [](const Query& row) {
    return KeptAnswer{.request = row.Text(0), .status = static_cast<int>(row.Number(1)), .body = row.Text(2)};
  };
  return FindOne<KeptAnswer>(database_, "select request, status, body from kept_answer where partner = ? and key = ?",
                             read, partner_id, key);
}

void Store::Keep(const std::string& partner_id, const std::string& key, const KeptAnswer& answer,
                 std::chrono::sys_seconds now) {
  Query(database_, "insert into kept_answer (partner, key, request, status, body, at) values (?, ?, ?, ?, ?, ?)")
      .Bind(partner_id, key, answer.request, static_cast<std::int64_t>(answer.status), answer.body, Seconds(now))
      .Execute();
}

void Store::ForgetAnswers(std::chrono::sys_seconds older_than) {
  Query(database_, "delete from kept_answer where at < ?").Bind(Seconds(older_than)).Execute();
}

}  // namespace steward::pulse
