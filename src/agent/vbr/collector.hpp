// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "agent/vbr/cache.hpp"
#include "agent/vbr/client.hpp"

namespace steward::agent::vbr {

/// How a look went.
struct Look {
  bool reached = false;                 ///< the server answered with a token at least
  bool changed = false;                 ///< the cache has something new
  std::vector<std::string> problems{};  ///< in words; empty = complete
  Reach worst = Reach::kBadAnswer;
};

/// Reads the server into the cache: everything once, then only what moved. A call that fails leaves its part of the
/// cache as it was.
class Collector {
 public:
  Collector(Client& client, const VbrConfig& config) : client_(client), config_(config) {}

  /// Job, repository and proxy states; and all that follows from a session that ended.
  /// `settings`: the jobs' settings and the licence too, after one was changed.
  Look States(Cache& cache, bool settings = false);
  /// The slow parts too: configuration, licence, hosts, backups.
  Look Everything(Cache& cache);

 private:
  struct Run {
    Cache& cache;
    Look look{};
    bool dead = false;  ///< no answer at all: the rest of this look is pointless
  };

  void ReadStates(Run& run);
  void ReadEnds(Run& run);
  void ReadSessions(Run& run);
  void ReadRunning(Run& run);
  void ReadTasks(Run& run, const std::set<std::string>& jobs);
  void ReadBackupList(Run& run);
  void ReadBackup(Run& run, Backup& backup);
  void ReadFileData(Run& run, Backup& backup, std::vector<Object>& objects);
  void ReadReplicas(Run& run);
  void ReadDisks(Run& run);
  void ReadInfrastructure(Run& run);
  void ReadLicense(Run& run);
  void ReadClock(Run& run);
  bool List(Run& run, const std::string& path, std::vector<Json>& target, const Query& query = {});
  /// A list that not every server offers: none, then, is no problem.
  bool ListIfOffered(Run& run, const std::string& path, std::vector<Json>& target);
  bool One(Run& run, const std::string& path, Json& target);
  bool Failed(Run& run, const CallFault& fault);

  Client& client_;
  const VbrConfig& config_;
  std::map<std::string, std::string> seen_ends_;  ///< job id -> last ended session that was followed up
};

}  // namespace steward::agent::vbr
