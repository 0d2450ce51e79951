// SPDX-License-Identifier: Apache-2.0
#include "agent/vbr/collector.hpp"

#include <algorithm>

#include "base/iso_time.hpp"

namespace steward::agent::vbr {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string Shift(const std::string& utc, seconds by) {
  const auto at = ParseIsoTime(utc);
  return at ? IsoTime(*at + by) : utc;
}

bool IsRunning(const Json& state) {
  const std::string word = Text(state, "status").value_or("");
  return SameWord(word, "Running") || SameWord(word, "Starting") || SameWord(word, "Stopping");
}

}  // namespace

bool Collector::Failed(Run& run, const CallFault& fault) {
  run.look.problems.push_back(fault.reason);
  if (fault.reach != Reach::kBadAnswer) {
    run.look.worst = fault.reach;
    run.dead = true;
  }
  return false;
}

bool Collector::List(Run& run, const std::string& path, std::vector<Json>& target, const Query& query) {
  if (run.dead) return false;
  auto rows = client_.GetAll(path, query);
  if (!rows) return Failed(run, rows.error());
  run.look.reached = true;
  if (target == *rows) return true;
  target = *std::move(rows);
  run.look.changed = true;
  return true;
}

bool Collector::ListIfOffered(Run& run, const std::string& path, std::vector<Json>& target) {
  if (run.dead) return false;
  auto rows = client_.GetAll(path);
  if (!rows && rows.error().status != 404) return Failed(run, rows.error());
  run.look.reached = true;
  if (!rows || target == *rows) return rows.has_value();
  target = *std::move(rows);
  run.look.changed = true;
  return true;
}

bool Collector::One(Run& run, const std::string& path, Json& target) {
  if (run.dead) return false;
  auto body = client_.Get(path);
  if (!body) return Failed(run, body.error());
  run.look.reached = true;
  if (target == *body) return true;
  target = *std::move(body);
  run.look.changed = true;
  return true;
}

Look Collector::States(Cache& cache, bool settings) {
  Run run{.cache = cache};
  if (settings) {
    List(run, "jobs", run.cache.jobs);
    ReadLicense(run);
  }
  ReadStates(run);
  ReadEnds(run);
  ReadDisks(run);
  return run.look;
}

Look Collector::Everything(Cache& cache) {
  Run run{.cache = cache};
  One(run, "serverInfo", cache.info);
  cache.version = client_.Version();
  ReadClock(run);
  ReadStates(run);
  ReadInfrastructure(run);
  ReadLicense(run);
  ReadBackupList(run);
  ReadReplicas(run);
  ListIfOffered(run, "malwareDetection/events", run.cache.malware_events);
  ReadEnds(run);
  ReadDisks(run);
  return run.look;
}

void Collector::ReadClock(Run& run) {
  Json time;
  if (!One(run, "serverTime", time)) return;
  run.cache.time = time;
  if (const auto now = UtcText(Text(time, "serverTime").value_or(""))) run.cache.now = *now;
}

void Collector::ReadStates(Run& run) {
  List(run, "jobs/states", run.cache.job_states);
  List(run, "backupInfrastructure/repositories/states", run.cache.repository_states);
  if (client_.Modern()) List(run, "backupInfrastructure/proxies/states", run.cache.proxies);
}

void Collector::ReadInfrastructure(Run& run) {
  List(run, "backupInfrastructure/repositories", run.cache.repositories);
  List(run, "backupInfrastructure/scaleOutRepositories", run.cache.scale_outs);
  const Query nested = client_.Modern() ? Query{{"includeNestedHosts", "true"}} : Query{};
  List(run, "backupInfrastructure/managedServers", run.cache.hosts, nested);
  if (!client_.Modern()) List(run, "backupInfrastructure/proxies", run.cache.proxies);
  List(run, "jobs", run.cache.jobs);
  if (!client_.Modern()) return;
  List(run, "agents/discoveredEntities", run.cache.computers);
  ListIfOffered(run, "inventory/unstructuredDataServers", run.cache.data_servers);
}

void Collector::ReadLicense(Run& run) {
  run.cache.license_known |= One(run, "license", run.cache.license);
  List(run, "license/instances", run.cache.license_instances);
}

void Collector::ReadBackupList(Run& run) {
  std::vector<Json> rows;
  if (!List(run, "backups", rows)) return;
  std::set<std::string> seen;
  for (const Json& row : rows) {
    const std::string id = Text(row, "id").value_or("");
    if (id.empty()) continue;
    seen.insert(id);
    const auto [entry, added] = run.cache.backups.try_emplace(id);
    Backup& backup = entry->second;
    backup.id = id;
    backup.job_id = Text(row, "jobId").value_or("");
    backup.name = Text(row, "name").value_or("");
    backup.platform = Text(row, "platformName").value_or("");
    backup.repository_id = Text(row, "repositoryId").value_or("");
    backup.job_type = Text(row, "jobType").value_or("");
    // A backup whose job ended meanwhile is read by ReadEnds; a new one, or an orphan, here.
    if (added) ReadBackup(run, backup);
    if (run.dead) return;
  }
  std::erase_if(run.cache.backups, [&](const auto& entry) { return !seen.contains(entry.first); });
}

void Collector::ReadBackup(Run& run, Backup& backup) {
  std::vector<Json> objects;
  std::vector<Json> files;
  std::vector<Json> points;
  if (!List(run, "backups/" + backup.id + "/objects", objects)) return;
  const bool file_data = SameWord(backup.platform, kUnstructured);  // no backup files there
  if (!file_data && !List(run, "backups/" + backup.id + "/backupFiles", files)) return;
  if (!List(run, "restorePoints", points, {{"backupIdFilter", backup.id}, {"orderColumn", "CreationTime"}})) return;
  std::vector<Object> read;
  read.reserve(objects.size());
  for (const Json& row : objects) read.push_back(ReadObject(row));
  if (file_data) ReadFileData(run, backup, read);
  backup.objects = std::move(read);
  backup.files.clear();
  backup.points.clear();
  for (const Json& row : files) {
    File file = ReadFileRow(row);
    std::string id = file.id;
    backup.files.emplace(std::move(id), std::move(file));
  }
  for (const Json& row : points) {
    Point point = ReadPoint(row);
    if (!point.id.empty() && !point.created.empty()) backup.points.push_back(std::move(point));
  }
  ResolveObjects(backup);
  run.look.changed = true;
}

void Collector::ReadFileData(Run& run, Backup& backup, std::vector<Object>& objects) {
  if (!client_.Modern()) return;
  for (Object& object : objects) {
    if (run.dead) return;
    const auto details = client_.Ask("backups/" + backup.id + "/details", {{"objectId", object.id}});
    if (!details) {
      if (details.error().status != 404) Failed(run, details.error());
      continue;
    }
    object.source_size = Whole(*details, "objectOriginalSize");
    object.stored_size = Whole(*details, "backupSize");
  }
}

void Collector::ReadReplicas(Run& run) {
  if (ListIfOffered(run, "replicas", run.cache.replicas) && !run.cache.replicas.empty())
    ListIfOffered(run, "replicaPoints", run.cache.replica_points);
  if (run.cache.replicas.empty()) run.cache.replica_points.clear();
}

// One call for a machine tells the size of its disks, so it is asked at most once a day and a few machines at a time;
// the first look does without, so that what matters arrives early.
void Collector::ReadDisks(Run& run) {
  constexpr int kCallsPerLook = 40;
  if (run.dead || run.cache.complete_at.empty()) return;
  int calls = 0;
  std::set<std::string> seen;
  for (const auto& [id, backup] : run.cache.backups) {
    if (SameWord(backup.platform, kUnstructured) || SameWord(backup.job_type, "BackupCopy")) continue;
    std::map<std::string, const Point*> newest;
    for (const Point& point : backup.points) {
      const Point*& known = newest[point.object_id];
      if (known == nullptr || point.created > known->created) known = &point;
    }
    newest.erase("");
    for (const auto& [object_id, point] : newest) {
      seen.insert(object_id);
      const auto known = run.cache.disks.find(object_id);
      if (known != run.cache.disks.end() &&
          point->created < UtcText(Shift(known->second.point_created, std::chrono::days(1))).value_or(""))
        continue;
      if (calls++ >= kCallsPerLook) continue;
      auto disks = client_.GetAll("restorePoints/" + point->id + "/disks");
      if (!disks && disks.error().status != 404) {
        Failed(run, disks.error());
        return;
      }
      // A point that went meanwhile, or has no such list, is asked again with the next day's.
      Provisioned provisioned{.point_id = point->id, .point_created = point->created, .bytes = std::nullopt};
      if (disks && !disks->empty()) {
        provisioned.bytes = 0;
        for (const Json& disk : *disks) {
          const auto capacity = Whole(disk, "capacity");
          provisioned.bytes =
              provisioned.bytes && capacity ? std::optional(*provisioned.bytes + *capacity) : std::nullopt;
        }
      }
      run.cache.disks[object_id] = std::move(provisioned);
      run.look.changed = true;
    }
  }
  std::erase_if(run.cache.disks, [&](const auto& entry) { return !seen.contains(entry.first); });
}

// Everything that a session's end changes: the sessions, their tasks, and the backups of their jobs.
void Collector::ReadEnds(Run& run) {
  if (run.dead || run.cache.job_states.empty()) return;
  bool moved = run.cache.sessions.empty();
  for (const Json& state : run.cache.job_states) {
    const std::string session = Text(state, "sessionId").value_or("");
    const auto known = run.cache.sessions.find(session);
    moved |= !session.empty() && (known == run.cache.sessions.end() || (!known->second.Ended() && !IsRunning(state)));
  }
  if (moved) ReadSessions(run);
  ReadRunning(run);
  if (run.dead) return;
  std::set<std::string> jobs;
  const auto runs = AllRuns(run.cache);
  for (const auto& [job, job_runs] : runs) {
    if (job_runs.last_ended == nullptr) continue;
    std::string& seen = seen_ends_[job];
    if (seen == job_runs.last_ended->id) continue;
    jobs.insert(job);
  }
  if (jobs.empty()) return;
  ReadTasks(run, jobs);
  const auto is_replica_job = [&](const Json& state) {
    return SameWord(Text(state, "type").value_or(""), "VSphereReplica") &&
           jobs.contains(Text(state, "id").value_or(""));
  };
  if (std::ranges::any_of(run.cache.job_states, is_replica_job)) ReadReplicas(run);
  const bool lacks_backup = std::ranges::any_of(jobs, [&](const std::string& job) {
    return std::ranges::none_of(run.cache.backups, [&](const auto& entry) { return entry.second.job_id == job; });
  });
  std::set<std::string> fresh;
  if (lacks_backup) {
    std::set<std::string> before;
    for (const auto& [id, backup] : run.cache.backups) before.insert(id);
    ReadBackupList(run);
    for (const auto& [id, backup] : run.cache.backups) {
      if (!before.contains(id)) fresh.insert(id);
    }
  }
  const bool first = std::ranges::all_of(jobs, [&](const std::string& job) { return seen_ends_[job].empty(); });
  for (auto& [id, backup] : run.cache.backups) {
    // At the first look every backup has just been read.
    if (!first && jobs.contains(backup.job_id) && !fresh.contains(id)) ReadBackup(run, backup);
  }
  if (run.dead || !run.look.problems.empty()) return;  // follow up again at the next look
  for (const std::string& job : jobs) seen_ends_[job] = runs.at(job).last_ended->id;
}

void Collector::ReadSessions(Run& run) {
  Cache& cache = run.cache;
  ReadClock(run);
  const std::string begin = Shift(cache.now, -std::chrono::days(config_.history_days));
  const std::string from = cache.mark.empty() ? begin : Shift(cache.mark, -minutes(5));
  std::vector<Json> rows;
  const Query query{{"endedAfterFilter", from}, {"orderColumn", "EndTime"}, {"orderAsc", "true"}};
  if (!List(run, "sessions", rows, query)) return;
  for (const Json& row : rows) {
    Session session = ReadSession(row);
    if (session.id.empty() || session.began.empty() || !IsRun(session.type)) continue;
    if (session.ended && *session.ended > cache.mark) cache.mark = *session.ended;
    cache.sessions[session.id] = std::move(session);
  }
  const std::string oldest = UtcText(begin).value_or("");
  std::erase_if(cache.sessions, [&](const auto& entry) { return entry.second.began < oldest; });
}

// Running sessions never match a filter on their end: ask for each by its id until it stops.
void Collector::ReadRunning(Run& run) {
  for (const Json& state : run.cache.job_states) {
    const std::string id = Text(state, "sessionId").value_or("");
    if (id.empty()) continue;
    const auto known = run.cache.sessions.find(id);
    if (!IsRunning(state) && (known == run.cache.sessions.end() || known->second.Ended())) continue;
    Json row;
    if (!One(run, "sessions/" + id, row)) return;
    Session session = ReadSession(row);
    if (!session.id.empty() && !session.began.empty() && IsRun(session.type))
      run.cache.sessions[id] = std::move(session);
  }
}

void Collector::ReadTasks(Run& run, const std::set<std::string>& jobs) {
  const auto runs = AllRuns(run.cache);
  std::set<std::string> wanted;
  for (const auto& [job, job_runs] : runs) {
    if (job_runs.last_ended == nullptr) continue;
    wanted.insert(job_runs.last_ended->id);
    if (!jobs.contains(job) || run.cache.tasks.contains(job_runs.last_ended->id)) continue;
    std::vector<Json> rows;
    if (!List(run, "taskSessions", rows, {{"sessionIdFilter", job_runs.last_ended->id}})) continue;
    auto& tasks = run.cache.tasks[job_runs.last_ended->id];
    for (const Json& row : rows) tasks.push_back(ReadTask(row));
  }
  std::erase_if(run.cache.tasks, [&](const auto& entry) { return !wanted.contains(entry.first); });
}

}  // namespace steward::agent::vbr
