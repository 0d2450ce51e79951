// SPDX-License-Identifier: Apache-2.0
#include "site/ledger.hpp"

#include "base/iso_time.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::site {
namespace {

using sqlite::Query;
using sqlite::Sqlite;
using sqlite::Transaction;

constexpr auto kSchema = R"sql(
create table if not exists about (uid text not null) strict;
create table if not exists pool (
  name text primary key, folder text not null, quota integer not null) strict;
create table if not exists tenant (
  name text primary key, password_hash text not null, enabled integer not null, lease_end integer, tasks integer not null,
  rate integer not null, append_only integer not null, keep_days integer not null, recycle_days integer not null default 0) strict;
create table if not exists resource (
  tenant text not null references tenant, name text not null, pool text not null references pool, quota integer not null,
  used integer not null default 0, files integer not null default 0, recycled integer not null default 0,
  recycled_files integer not null default 0, primary key (tenant, name)) strict;
create table if not exists repository (
  tenant text not null, resource text not null, name text not null, used integer not null, files integer not null,
  primary key (tenant, resource, name), foreign key (tenant, resource) references resource on delete cascade) strict;
create table if not exists subtenant (
  tenant text not null, name text not null, resource text not null, password_hash text not null, next_hash text not null,
  enabled integer not null, quota integer not null, description text not null, primary key (tenant, name),
  foreign key (tenant, resource) references resource on delete cascade) strict;
create table if not exists announced (
  id integer primary key, tenant text not null, resource text not null, path text not null,
  bytes integer not null, files integer not null, bin text not null default '') strict;
create table if not exists recycled (
  id integer primary key, tenant text not null, resource text not null, path text not null, bin text not null,
  bytes integer not null, at integer not null) strict;
create index if not exists recycled_at on recycled (at);
create index if not exists recycled_of on recycled (tenant, resource, at);
create table if not exists restoration (
  id integer primary key, tenant text not null, resource text not null, since integer not null, result text) strict;
create table if not exists traffic (
  tenant text not null references tenant on delete cascade, day text not null, received integer not null, sent integer not null,
  primary key (tenant, day)) strict;
)sql";

constexpr std::string_view kPoolColumns =
    "name, folder, quota, (select coalesce(sum(used + recycled), 0) from resource where pool = pool.name) from pool";

Pool ReadPool(const Query& row) {
  return {.name = row.Text(0), .folder = row.Text(1), .quota = row.Number(2), .used = row.Number(3)};
}

Resource ReadResource(const Query& row) {
  return {.tenant = row.Text(0),
          .name = row.Text(1),
          .pool = row.Text(2),
          .quota = row.Number(3),
          .used = row.Number(4),
          .files = row.Number(5),
          .recycled = row.Number(7),
          .recycled_files = row.Number(8),
          .folder = row.Text(6)};
}

constexpr std::string_view kResourceColumns =
    "select r.tenant, r.name, r.pool, r.quota, r.used, r.files, p.folder, r.recycled, r.recycled_files "
    "from resource r join pool p on p.name = r.pool ";
constexpr std::string_view kTenantColumns =
    "select name, password_hash, enabled, lease_end, tasks, rate, append_only, keep_days, recycle_days from tenant ";

Tenant ReadTenant(const Query& row) {
  Tenant tenant{.name = row.Text(0), .password_hash = row.Text(1), .enabled = row.Number(2) != 0};
  if (!row.IsNull(3)) tenant.lease_end = std::chrono::sys_seconds(std::chrono::seconds(row.Number(3)));
  tenant.tasks = row.Number(4);
  tenant.rate = row.Number(5);
  tenant.append_only = row.Number(6) != 0;
  tenant.keep_days = row.Number(7);
  tenant.recycle_days = row.Number(8);
  return tenant;
}

constexpr std::string_view kSubtenantColumns =
    "select s.tenant, s.name, s.resource, s.password_hash, s.next_hash, s.enabled, s.quota, s.description, "
    "coalesce(u.used, 0), coalesce(u.files, 0) from subtenant s left join repository u on u.tenant = s.tenant and "
    "u.resource = s.resource and u.name = s.name ";

Subtenant ReadSubtenant(const Query& row) {
  return {.tenant = row.Text(0),
          .name = row.Text(1),
          .resource = row.Text(2),
          .password_hash = row.Text(3),
          .next_hash = row.Text(4),
          .enabled = row.Number(5) != 0,
          .quota = row.Number(6),
          .description = row.Text(7),
          .used = row.Number(8),
          .files = row.Number(9)};
}

std::optional<Resource> Find(Sqlite& database, const std::string& tenant, const std::string& name) {
  Query query(database, std::string(kResourceColumns) + "where r.tenant = ? and r.name = ?");
  if (!query.Bind(tenant, name).Next()) return std::nullopt;
  return ReadResource(query);
}

std::optional<Pool> Find(Sqlite& database, const std::string& pool) {
  Query query(database, fmt::format("select {} where name = ?", kPoolColumns));
  if (!query.Bind(pool).Next()) return std::nullopt;
  return ReadPool(query);
}

void Forget(Sqlite& database, std::int64_t id) {
  Query(database, "delete from announced where id = ?").Bind(id).Execute();
}

/// Counts an announced change and forgets the announcement.
void Count(Sqlite& database, std::int64_t id) {
  Query(database,
        "update resource set used = used + a.bytes, files = resource.files + a.files, recycled = recycled - "
        "iif(a.bin = '', 0, a.bytes), recycled_files = recycled_files - iif(a.bin = '', 0, a.files) from announced a "
        "where a.id = ? and a.tenant = resource.tenant and a.resource = resource.name")
      .Bind(id)
      .Execute();
  Query(database,
        "insert into repository (tenant, resource, name, used, files) select tenant, resource, substr(rest, 1, "
        "instr(rest, '/') - 1), bytes, files from (select *, substr(path, length(tenant) + length(resource) + 3) as "
        "rest from announced where id = ?) where true on conflict (tenant, resource, name) do update set used = used + "
        "excluded.used, files = files + excluded.files")
      .Bind(id)
      .Execute();
  Query(database,
        "insert into recycled (tenant, resource, path, bin, bytes, at) select tenant, resource, path, bin, -bytes, "
        "unixepoch() from announced where id = ? and bin <> ''")
      .Bind(id)
      .Execute();
  Forget(database, id);
}

/// Refuses while there are files in their places or in the bin.
Status CheckEmpty(const std::string& whose, std::int64_t files, std::int64_t recycled) {
  if (files > 0) {
    return Fail(ErrorCode::kConflict,
                fmt::format("{} holds {} files. Delete its backups first, or disable the tenant.", whose, files));
  }
  if (recycled == 0) return {};
  return Fail(ErrorCode::kConflict,
              fmt::format("{} has {} files in its recycle bin. They go when their time is over, or soon after "
                          "--recycle-days 0.",
                          whose, recycled));
}

/// Brings a file of an earlier version up to date.
void AddColumn(Sqlite& database, const std::string& table, const std::string& column, const std::string& type) {
  Query known(database, "select count(*) from pragma_table_info(?) where name = ?");
  known.Bind(table, column).Next();
  if (known.Number(0) == 0) database.Run(fmt::format("alter table {} add column {} {}", table, column, type));
}

std::vector<Recycled> ReadRecycled(Query& query) {
  std::vector<Recycled> files;
  while (query.Next()) {
    files.push_back({.id = query.Number(0),
                     .tenant = query.Text(1),
                     .resource = query.Text(2),
                     .pool = query.Text(3),
                     .folder = query.Text(4),
                     .path = query.Text(5),
                     .bin = query.Text(6),
                     .bytes = query.Number(7)});
  }
  return files;
}

constexpr std::string_view kRecycledColumns =
    "select c.id, c.tenant, c.resource, r.pool, p.folder, c.path, c.bin, c.bytes from recycled c join resource r on "
    "r.tenant = c.tenant and r.name = c.resource join pool p on p.name = r.pool ";

struct Announcement {
  std::int64_t id = 0;
  std::string pool;
  std::string path;
  bool comes = false;
};

/// The changes that were announced only, oldest first: all, or those of a path.
std::vector<Announcement> Announced(Sqlite& database, const std::string& path = "") {
  std::vector<Announcement> left;
  Query query(database,
              "select a.id, r.pool, a.path, a.files > 0 from announced a join resource r "
              "on r.tenant = a.tenant and r.name = a.resource where ? in ('', a.path) order by a.id");
  for (query.Bind(path); query.Next();) {
    left.push_back({query.Number(0), query.Text(1), query.Text(2), query.Number(3) != 0});
  }
  return left;
}

/// Decides an announced change by whether its file is there.
void SettleOne(Sqlite& database, const Announcement& change, bool there) {
  change.comes == there ? Count(database, change.id) : Forget(database, change.id);
}

}  // namespace

Ledger::Ledger(const std::filesystem::path& file) : writer_(file), reader_(file) {
  writer_.Run(kSchema);
  AddColumn(writer_, "tenant", "recycle_days", "integer not null default 0");
  AddColumn(writer_, "announced", "bin", "text not null default ''");
  for (const char* column : {"recycled", "recycled_files"}) {
    AddColumn(writer_, "resource", column, "integer not null default 0");
  }
  // A sum over a pool is read from the index alone.
  writer_.Run(
      "create index if not exists resource_in_pool on resource (pool, used, recycled); "
      "drop index if exists resource_of_pool");
  Query(writer_, "insert into about (uid) select ? where not exists (select 1 from about)").Bind(NewUuid()).Execute();
}

Status Ledger::Set(const Pool& pool) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  const auto old = Find(writer_, pool.name);
  if (old && old->folder != pool.folder && old->used > 0) {
    return Fail(ErrorCode::kConflict, fmt::format("Pool {} holds {} bytes in {}: its folder cannot change.", pool.name,
                                                  old->used, old->folder));
  }
  Query(writer_,
        "insert into pool (name, folder, quota) values (?, ?, ?) "
        "on conflict (name) do update set folder = excluded.folder, quota = excluded.quota")
      .Bind(pool.name, pool.folder, pool.quota)
      .Execute();
  transaction.Commit();
  return {};
}

void Ledger::Set(const Tenant& tenant) {
  const std::lock_guard lock(mutex_);
  Query(
      writer_,
      "insert into tenant (name, password_hash, enabled, tasks, rate, append_only, keep_days, recycle_days, lease_end) "
      "values (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, -1)) on conflict (name) do update set "
      "password_hash = excluded.password_hash, enabled = excluded.enabled, tasks = excluded.tasks, rate = "
      "excluded.rate, "
      "append_only = excluded.append_only, keep_days = excluded.keep_days, recycle_days = excluded.recycle_days, "
      "lease_end = excluded.lease_end")
      .Bind(tenant.name, tenant.password_hash, std::int64_t{tenant.enabled}, tenant.tasks, tenant.rate,
            std::int64_t{tenant.append_only}, tenant.keep_days, tenant.recycle_days,
            tenant.lease_end ? std::int64_t{tenant.lease_end->time_since_epoch().count()} : std::int64_t{-1})
      .Execute();
}

Status Ledger::Set(const Resource& resource) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  if (!Query(writer_, "select 1 from tenant where name = ?").Bind(resource.tenant).Next()) {
    return Fail(ErrorCode::kNotFound, fmt::format("There is no tenant {}.", resource.tenant));
  }
  if (!Find(writer_, resource.pool))
    return Fail(ErrorCode::kNotFound, fmt::format("There is no pool {}.", resource.pool));
  const auto old = Find(writer_, resource.tenant, resource.name);
  if (old && old->pool != resource.pool && old->files + old->recycled_files > 0) {
    return Fail(ErrorCode::kConflict,
                fmt::format("{} of {} holds {} files in pool {}: it cannot change its pool.", resource.name,
                            resource.tenant, old->files + old->recycled_files, old->pool));
  }
  Query(writer_,
        "insert into resource (tenant, name, pool, quota) values (?, ?, ?, ?) "
        "on conflict (tenant, name) do update set pool = excluded.pool, quota = excluded.quota")
      .Bind(resource.tenant, resource.name, resource.pool, resource.quota)
      .Execute();
  transaction.Commit();
  return {};
}

Status Ledger::Set(const Subtenant& subtenant) {
  const std::lock_guard lock(mutex_);
  if (!Find(writer_, subtenant.tenant, subtenant.resource)) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("There is no tenant {} with a resource {}.", subtenant.tenant, subtenant.resource));
  }
  Query(writer_,
        "insert into subtenant (tenant, name, resource, password_hash, next_hash, enabled, quota, description) values "
        "(?, ?, ?, ?, ?, ?, ?, ?) on conflict (tenant, name) do update set resource = excluded.resource, password_hash "
        "= excluded.password_hash, next_hash = excluded.next_hash, enabled = excluded.enabled, quota = excluded.quota, "
        "description = excluded.description")
      .Bind(subtenant.tenant, subtenant.name, subtenant.resource, subtenant.password_hash, subtenant.next_hash,
            std::int64_t{subtenant.enabled}, subtenant.quota, subtenant.description)
      .Execute();
  return {};
}

Status Ledger::RemoveSubtenant(const std::string& tenant, const std::string& name) {
  const std::lock_guard lock(mutex_);
  Query(writer_, "delete from subtenant where tenant = ? and name = ?").Bind(tenant, name).Execute();
  if (writer_.Changed() > 0) return {};
  return Fail(ErrorCode::kNotFound, fmt::format("{} has no subtenant {}.", tenant, name));
}

void Ledger::TakeNextPassword(const Subtenant& subtenant) {
  const std::lock_guard lock(mutex_);
  Query(writer_,
        "update subtenant set password_hash = next_hash, next_hash = '' where tenant = ? and name = ? and next_hash = "
        "?")
      .Bind(subtenant.tenant, subtenant.name, subtenant.next_hash)
      .Execute();
}

Status Ledger::RemoveResource(const std::string& tenant, const std::string& name) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  const auto old = Find(writer_, tenant, name);
  if (!old) return Fail(ErrorCode::kNotFound, fmt::format("{} has no resource {}.", tenant, name));
  Query coming(writer_, "select count(*) from announced where tenant = ? and resource = ?");
  coming.Bind(tenant, name).Next();
  if (auto empty = CheckEmpty(name + " of " + tenant, old->files + coming.Number(0), old->recycled_files); !empty) {
    return empty;
  }
  Query(writer_, "delete from resource where tenant = ? and name = ?").Bind(tenant, name).Execute();
  transaction.Commit();
  return {};
}

Status Ledger::RemoveTenant(const std::string& name) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  {
    Query files(writer_,
                "select coalesce(sum(files), 0) + (select count(*) from announced where tenant = ?), "
                "coalesce(sum(recycled_files), 0) from resource where tenant = ?");
    files.Bind(name, name).Next();
    if (auto empty = CheckEmpty("Tenant " + name, files.Number(0), files.Number(1)); !empty) return empty;
  }
  Query(writer_, "delete from resource where tenant = ?").Bind(name).Execute();
  Query(writer_, "delete from tenant where name = ?").Bind(name).Execute();
  if (writer_.Changed() == 0) return Fail(ErrorCode::kNotFound, fmt::format("There is no tenant {}.", name));
  transaction.Commit();
  return {};
}

std::optional<Pool> Ledger::FindPool(const std::string& name) {
  const std::lock_guard lock(read_mutex_);
  return Find(reader_, name);
}

std::optional<Tenant> Ledger::FindTenant(const std::string& name) {
  const std::lock_guard lock(read_mutex_);
  Query query(reader_, std::string(kTenantColumns) + "where name = ?");
  if (!query.Bind(name).Next()) return std::nullopt;
  return ReadTenant(query);
}

std::optional<Resource> Ledger::FindResource(const std::string& tenant, const std::string& name) {
  const std::lock_guard lock(read_mutex_);
  return Find(reader_, tenant, name);
}

std::optional<Subtenant> Ledger::FindSubtenant(const std::string& tenant, const std::string& name) {
  const std::lock_guard lock(read_mutex_);
  Query query(reader_, std::string(kSubtenantColumns) + "where s.tenant = ? and s.name = ?");
  if (!query.Bind(tenant, name).Next()) return std::nullopt;
  return ReadSubtenant(query);
}

std::vector<Pool> Ledger::Pools() {
  const std::lock_guard lock(read_mutex_);
  std::vector<Pool> pools;
  for (Query query(reader_, fmt::format("select {} order by name", kPoolColumns)); query.Next();) {
    pools.push_back(ReadPool(query));
  }
  return pools;
}

std::int64_t Ledger::Begin(const Change& change) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  for (const auto& left : Announced(writer_, change.path)) SettleOne(writer_, left, change.goes);
  Query(writer_, "insert into announced (tenant, resource, path, bytes, files, bin) values (?, ?, ?, ?, ?, ?)")
      .Bind(change.tenant, change.resource, change.path, change.goes ? -change.bytes : change.bytes,
            std::int64_t{change.goes ? -1 : 1}, change.bin)
      .Execute();
  const std::int64_t id = writer_.LastRowId();
  transaction.Commit();
  return id;
}

void Ledger::Finish(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  Count(writer_, id);
  transaction.Commit();
}

void Ledger::Cancel(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  Forget(writer_, id);
}

std::size_t Ledger::Settle(const std::function<bool(const std::string&, const std::string&)>& exists) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  const auto left = Announced(writer_);
  for (const auto& change : left) SettleOne(writer_, change, exists(change.pool, change.path));
  transaction.Commit();
  return left.size();
}

std::vector<Resource> Ledger::Uncounted() {
  const std::lock_guard lock(mutex_);
  std::vector<Resource> resources;
  Query query(writer_, std::string(kResourceColumns) +
                           "where r.files <> (select coalesce(sum(u.files), 0) from repository u where u.tenant = "
                           "r.tenant and u.resource = r.name)");
  while (query.Next()) resources.push_back(ReadResource(query));
  return resources;
}

void Ledger::SetRepositories(const Resource& resource, const std::vector<RepositoryUse>& repositories) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  Query(writer_, "delete from repository where tenant = ? and resource = ?")
      .Bind(resource.tenant, resource.name)
      .Execute();
  for (const auto& repository : repositories) {
    Query(writer_, "insert into repository (tenant, resource, name, used, files) values (?, ?, ?, ?, ?)")
        .Bind(resource.tenant, resource.name, repository.name, repository.used, repository.files)
        .Execute();
  }
  transaction.Commit();
}

std::vector<Recycled> Ledger::Expired(std::chrono::sys_seconds now) {
  const std::lock_guard lock(mutex_);
  Query query(writer_, std::string(kRecycledColumns) +
                           "join tenant t on t.name = c.tenant where c.at + 86400 * t.recycle_days <= ? limit 1000");
  query.Bind(std::int64_t{now.time_since_epoch().count()});
  return ReadRecycled(query);
}

std::vector<Recycled> Ledger::Bin(const Restoration& restoration) {
  const std::lock_guard lock(mutex_);
  Query query(writer_, std::string(kRecycledColumns) +
                           "where c.tenant = ? and c.resource = ? and c.at >= ? order by c.at desc, c.id desc");
  query.Bind(restoration.tenant, restoration.resource, std::int64_t{restoration.since.time_since_epoch().count()});
  return ReadRecycled(query);
}

void Ledger::Emptied(const std::vector<std::int64_t>& ids) {
  const std::lock_guard lock(mutex_);
  Transaction transaction(writer_);
  for (const std::int64_t id : ids) {
    Query(writer_,
          "update resource set recycled = recycled - c.bytes, recycled_files = recycled_files - 1 from recycled c "
          "where c.id = ? and c.tenant = resource.tenant and c.resource = resource.name")
        .Bind(id)
        .Execute();
    Query(writer_, "delete from recycled where id = ?").Bind(id).Execute();
  }
  transaction.Commit();
}

std::int64_t Ledger::AskRestoration(const Restoration& restoration) {
  const std::lock_guard lock(mutex_);
  Query(writer_, "insert into restoration (tenant, resource, since) values (?, ?, ?)")
      .Bind(restoration.tenant, restoration.resource, std::int64_t{restoration.since.time_since_epoch().count()})
      .Execute();
  return writer_.LastRowId();
}

std::optional<Restoration> Ledger::NextRestoration() {
  const std::lock_guard lock(mutex_);
  Query query(writer_, "select id, tenant, resource, since from restoration where result is null order by id limit 1");
  if (!query.Next()) return std::nullopt;
  return Restoration{query.Number(0), query.Text(1), query.Text(2),
                     std::chrono::sys_seconds(std::chrono::seconds(query.Number(3)))};
}

void Ledger::EndRestoration(std::int64_t id, const std::string& result) {
  const std::lock_guard lock(mutex_);
  Query(writer_, "update restoration set result = ? where id = ?").Bind(result, id).Execute();
}

std::optional<std::string> Ledger::RestorationResult(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  Query query(writer_, "select result from restoration where id = ?");
  if (!query.Bind(id).Next() || query.IsNull(0)) return std::nullopt;
  std::string result = query.Text(0);
  Query(writer_, "delete from restoration where id = ?").Bind(id).Execute();
  return result;
}

void Ledger::AddTraffic(const std::string& tenant, const std::string& day, const Traffic& traffic) {
  const std::lock_guard lock(mutex_);
  Query(writer_,
        "insert into traffic (tenant, day, received, sent) select name, ?, ?, ? from tenant where name = ? "
        "on conflict (tenant, day) do update set received = received + excluded.received, sent = sent + excluded.sent")
      .Bind(day, traffic.received, traffic.sent, tenant)
      .Execute();
}

nlohmann::ordered_json Ledger::Show() {
  nlohmann::ordered_json pools = nlohmann::ordered_json::array();
  for (const auto& pool : Pools()) {
    pools.push_back({{"name", pool.name}, {"folder", pool.folder}, {"quota", pool.quota}, {"used", pool.used}});
  }
  const std::lock_guard lock(read_mutex_);
  nlohmann::ordered_json tenants = nlohmann::ordered_json::array();
  for (Query query(reader_, std::string(kTenantColumns) + "order by name"); query.Next();) {
    const Tenant tenant = ReadTenant(query);
    nlohmann::ordered_json entry = {{"name", tenant.name},
                                    {"enabled", tenant.enabled},
                                    {"leaseEnd", nullptr},
                                    {"tasks", tenant.tasks},
                                    {"rate", tenant.rate},
                                    {"appendOnly", tenant.append_only},
                                    {"keepDays", tenant.keep_days},
                                    {"recycleDays", tenant.recycle_days},
                                    {"resources", nlohmann::ordered_json::array()},
                                    {"subtenants", nlohmann::ordered_json::array()},
                                    {"traffic", nlohmann::ordered_json::array()}};
    if (tenant.lease_end) entry["leaseEnd"] = IsoTime(*tenant.lease_end);
    Query resources(reader_, std::string(kResourceColumns) + "where r.tenant = ? order by r.name");
    for (resources.Bind(tenant.name); resources.Next();) {
      const Resource resource = ReadResource(resources);
      entry["resources"].push_back({{"name", resource.name},
                                    {"pool", resource.pool},
                                    {"quota", resource.quota},
                                    {"used", resource.used},
                                    {"files", resource.files},
                                    {"recycled", resource.recycled}});
    }
    Query subtenants(reader_, std::string(kSubtenantColumns) + "where s.tenant = ? order by s.name");
    for (subtenants.Bind(tenant.name); subtenants.Next();) {
      const Subtenant subtenant = ReadSubtenant(subtenants);
      entry["subtenants"].push_back({{"name", subtenant.name},
                                     {"resource", subtenant.resource},
                                     {"description", subtenant.description},
                                     {"enabled", subtenant.enabled},
                                     {"quota", subtenant.quota},
                                     {"used", subtenant.used},
                                     {"files", subtenant.files}});
    }
    Query traffic(reader_, "select day, received, sent from traffic where tenant = ? order by day");
    for (traffic.Bind(tenant.name); traffic.Next();) {
      entry["traffic"].push_back(
          {{"day", traffic.Text(0)}, {"received", traffic.Number(1)}, {"sent", traffic.Number(2)}});
    }
    tenants.push_back(std::move(entry));
  }
  Query about(reader_, "select uid from about");
  about.Next();
  return {{"uid", about.Text(0)}, {"pools", std::move(pools)}, {"tenants", std::move(tenants)}};
}

}  // namespace steward::site
