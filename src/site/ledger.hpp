// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "sqlite/sqlite.hpp"

namespace steward::site {

/// A folder that holds tenants' files, usually a file system of its own.
struct Pool {
  std::string name;
  std::string folder;
  std::int64_t quota = 0;  ///< bytes; 0 = no limit
  std::int64_t used = 0;   ///< bytes of all its files, those in the recycle bin too
};

struct Tenant {
  std::string name;
  std::string password_hash;  ///< Argon2id; empty = nobody can sign in
  bool enabled = true;
  std::optional<std::chrono::sys_seconds> lease_end = {};
  std::int64_t tasks = 0;         ///< uploads and downloads at once; 0 = no limit
  std::int64_t rate = 0;          ///< bytes a second, of all its connections together; 0 = no limit
  bool append_only = false;       ///< files cannot be deleted before keep_days
  std::int64_t keep_days = 0;     ///< of append_only; 0 = never
  std::int64_t recycle_days = 0;  ///< what it deletes is kept in a recycle bin for so long; 0 = not at all
};

/// A tenant's part of a pool.
struct Resource {
  std::string tenant;
  std::string name;
  std::string pool;
  std::int64_t quota = 0;  ///< bytes; 0 = no limit but the pool's
  std::int64_t used = 0;   ///< bytes
  std::int64_t files = 0;
  std::int64_t recycled = 0;  ///< bytes in the recycle bin; part of the pool's use, not of the quota's
  std::int64_t recycled_files = 0;
  std::string folder = {};  ///< of the pool; not set by it
};

/// An account below a tenant, for one machine: it signs in as TENANT+NAME and reaches the repository of its own name in
/// one resource.
struct Subtenant {
  std::string tenant;
  std::string name;
  std::string resource;
  std::string password_hash;
  std::string next_hash = {};  ///< of a password that takes the other's place when it is used first; empty = none
  bool enabled = true;
  std::int64_t quota = 0;  ///< bytes of its repository; 0 = no limit but the resource's
  std::string description = {};
  std::int64_t used = 0;  ///< bytes of its repository; not set by it, as files
  std::int64_t files = 0;
};

/// What a repository holds.
struct RepositoryUse {
  std::string name;
  std::int64_t used = 0;  ///< bytes
  std::int64_t files = 0;
};

/// A file that comes or goes.
struct Change {
  std::string tenant;
  std::string resource;
  std::string path;        ///< of the file, in the pool's folder
  std::int64_t bytes = 0;  ///< its size
  bool goes = false;
  std::string bin = {};  ///< of one that goes: where it is kept, in the pool's folder; empty = nowhere
};

/// A file in the recycle bin.
struct Recycled {
  std::int64_t id = 0;
  std::string tenant, resource;
  std::string pool, folder;  ///< of the pool
  std::string path, bin;     ///< where it was and where it is, in the folder
  std::int64_t bytes = 0;
};

/// What shall come back out of the recycle bin.
struct Restoration {
  std::int64_t id = 0;
  std::string tenant, resource;
  std::chrono::sys_seconds since{};  ///< deleted at this time or later
};

/// What a site knows of pools, tenants and what they use, in one SQLite file. Usage follows the files exactly, whenever
/// the process or the machine stops: a change is announced (Begin) before the file comes or goes and counted (Finish)
/// after; changes that were announced only are settled at the next start by looking at their files alone. Other
/// processes may change pools, tenants and resources meanwhile; that is in force for the next call. Thread-safe; faults
/// of the disk are std::runtime_error.
class Ledger {
 public:
  explicit Ledger(const std::filesystem::path& file);

  /// Adds or replaces; used is not taken from it. kConflict when a pool's folder changes under its files.
  Status Set(const Pool& pool);
  void Set(const Tenant& tenant);
  /// kNotFound for an unknown tenant or pool, kConflict when it would change pools under its files.
  Status Set(const Resource& resource);
  /// kNotFound for an unknown tenant or resource.
  Status Set(const Subtenant& subtenant);
  /// kNotFound when there is none, kConflict while it has files. Its subtenants go with it.
  Status RemoveTenant(const std::string& name);
  Status RemoveResource(const std::string& tenant, const std::string& name);
  /// What it stored stays, and is the tenant's. kNotFound when there is none.
  Status RemoveSubtenant(const std::string& tenant, const std::string& name);
  /// Its next password was used: from now on it is the only one.
  void TakeNextPassword(const Subtenant& subtenant);

  std::optional<Pool> FindPool(const std::string& name);
  std::optional<Tenant> FindTenant(const std::string& name);
  std::optional<Resource> FindResource(const std::string& tenant, const std::string& name);
  std::optional<Subtenant> FindSubtenant(const std::string& tenant, const std::string& name);
  std::vector<Pool> Pools();

  /// Announces a change of a file that is there only if it is to go; it is on the disk when this returns. The id is for
  /// Finish or Cancel. Earlier changes of this file that got neither, since a disk failed, are settled by that. One
  /// change of a file at a time.
  std::int64_t Begin(const Change& change);
  /// Counts it.
  void Finish(std::int64_t id);
  void Cancel(std::int64_t id);
  /// Settles what a stop left announced: `exists` says whether a file (pool, path in it) is there. Returns how many.
  std::size_t Settle(const std::function<bool(const std::string& pool, const std::string& path)>& exists);

  /// Resources whose repositories were not counted one by one, as by earlier versions of this program.
  std::vector<Resource> Uncounted();
  /// What the repositories of such a resource hold.
  void SetRepositories(const Resource& resource, const std::vector<RepositoryUse>& repositories);

  /// Files of the bin whose time is over, some of them.
  std::vector<Recycled> Expired(std::chrono::sys_seconds now);
  /// Files of the bin that a restoration is about, the last one deleted first.
  std::vector<Recycled> Bin(const Restoration& restoration);
  /// These files are no longer in the bin.
  void Emptied(const std::vector<std::int64_t>& ids);

  /// Asks the process that serves for a restoration; its id.
  std::int64_t AskRestoration(const Restoration& restoration);
  std::optional<Restoration> NextRestoration();
  void EndRestoration(std::int64_t id, const std::string& result);
  /// How it ended, in words; nothing while it has not. Forgotten once it is told.
  std::optional<std::string> RestorationResult(std::int64_t id);

  struct Traffic {
    std::int64_t received = 0;  ///< bytes of files that were sent here, also of those refused in the end
    std::int64_t sent = 0;      ///< bytes of files that were read here
  };
  void AddTraffic(const std::string& tenant, const std::string& day, const Traffic& traffic);

  /// All of it: {uid (of this ledger), pools, tenants: [{..., resources: [...], subtenants: [...], traffic: [{day,
  /// received, sent}]}]}; no password hashes.
  nlohmann::ordered_json Show();

 private:
  std::mutex mutex_;
  sqlite::Sqlite writer_;
  std::mutex read_mutex_;
  sqlite::Sqlite reader_;  ///< reads do not wait for commits
};

}  // namespace steward::site
