// SPDX-License-Identifier: Apache-2.0
// The list operations of the simulated interface.
#include "lab/simulation.hpp"
#include "lab/vbr_server.hpp"

namespace steward::lab {
namespace {

template <typename Row>
using Columns = std::map<std::string, std::function<std::string(const Row&)>>;

template <typename T>
std::vector<const T*> Pointers(const std::vector<T>& rows) {
  std::vector<const T*> pointers;
  pointers.reserve(rows.size());
  for (const T& row : rows) pointers.push_back(&row);
  return pointers;
}

/// True when `value` passes a filter of words (none given = all pass).
bool Passes(const std::set<std::string>& words, const std::string& value) {
  return words.empty() || words.contains(Lower(value));
}

struct TimeFilter {
  std::optional<Moment> created_after, created_before, ended_after, ended_before;
  explicit TimeFilter(ListQuery& query, bool with_end)
      : created_after(query.TakeTime("createdAfterFilter")), created_before(query.TakeTime("createdBeforeFilter")) {
    if (!with_end) return;
    ended_after = query.TakeTime("endedAfterFilter");
    ended_before = query.TakeTime("endedBeforeFilter");
  }
  bool Passes(Moment created, std::optional<Moment> ended) const {
    if (created_after && created < *created_after) return false;
    if (created_before && created > *created_before) return false;
    if ((ended_after || ended_before) && !ended) return false;
    if (ended_after && *ended < *ended_after) return false;
    return !(ended_before && *ended > *ended_before);
  }
};

/// The id inside `head/{id}/tail`, or nothing.
std::optional<std::string> IdBetween(const std::string& path, std::string_view head, std::string_view tail) {
  if (path.size() <= head.size() + tail.size() || !path.starts_with(head) || !path.ends_with(tail)) return std::nullopt;
  return path.substr(head.size(), path.size() - head.size() - tail.size());
}

}  // namespace

std::optional<Json> VbrServer::List(const Rest& rest, const net::Request& request, const std::string& path,
                                    bool modern) const {
  ListQuery query(request);
  query.TakePaging();
  constexpr std::string_view kInfrastructure = "backupInfrastructure/";
  if (path.starts_with(kInfrastructure)) {
    const std::string kind = path.substr(kInfrastructure.size());
    if (!modern && kind == "proxies/states") return std::nullopt;
    return Infrastructure(rest, query, kind);
  }
  if (path == "jobs" || path == "jobs/states") return Jobs(rest, query, path == "jobs/states");
  if (path == "sessions") return Sessions(rest, query);
  if (path == "taskSessions") return Tasks(rest, query);
  if (path == "backups") return Backups(rest, query);
  if (path == "backupObjects") return Objects(rest, query, "");
  if (path == "restorePoints") return Points(rest, query, "");
  if (const auto id = IdBetween(path, "backups/", "/objects")) {
    if (!modern) query.limit = kMaxPage * 1000;  // this version does not page here
    return Objects(rest, query, *id);
  }
  if (const auto id = IdBetween(path, "backups/", "/backupFiles")) return Files(rest, query, *id);
  if (const auto id = IdBetween(path, "backupObjects/", "/restorePoints")) return Points(rest, query, *id);
  if (auto source = Sources(rest, query, path, modern)) return source;
  using Index = std::size_t;
  const Columns<Index> by_name{{"Name", [&](const Index& i) { return entry_.server.workloads[i].name; }}};
  if (path == "license/instances") {
    const auto name = query.Take("nameFilter");
    std::vector<Index> rows;
    for (Index i = 0; i < entry_.server.workloads.size(); ++i) {
      if (name && !MatchesName(*name, entry_.server.workloads[i].name)) continue;
      if (entry_.server.workloads[i].platform == Platform::kUnstructured) continue;  // licensed by size
      if (IsProtected(entry_.server, i)) rows.push_back(i);
    }
    return MakePage<Index>(query, std::move(rows), by_name, [&](const Index& i) { return rest.LicenseInstance(i); });
  }
  if (modern && path == "agents/discoveredEntities") {
    const auto name = query.Take("nameFilter");
    std::vector<Index> rows;
    for (Index i = 0; i < entry_.server.workloads.size(); ++i) {
      const Workload& machine = entry_.server.workloads[i];
      if (machine.group_id.empty() || (name && !MatchesName(*name, machine.name))) continue;
      rows.push_back(i);
    }
    return MakePage<Index>(query, std::move(rows), by_name, [&](const Index& i) { return rest.Computer(i); });
  }
  if (modern && path == "agents/protectionGroups") {
    using Row = const ProtectionGroup*;
    const Columns<Row> columns{{"Name", [](const Row& row) { return row->name; }}};
    return MakePage<Row>(query, Pointers(entry_.server.groups), columns,
                         [&](const Row& row) { return rest.Group(*row); });
  }
  return std::nullopt;
}

Json VbrServer::Infrastructure(const Rest& rest, ListQuery& query, const std::string& kind) const {
  const BackupServer& server = entry_.server;
  const auto name = query.Take("nameFilter");
  const auto named = [&](const auto* row) { return !name || MatchesName(*name, row->name); };
  if (kind == "repositories" || kind == "repositories/states" || kind == "scaleOutRepositories") {
    using Row = const Repository*;
    const Columns<Row> columns{{"Name", [](const Row& row) { return row->name; }},
                               {"Type", [](const Row& row) { return std::string(RepositoryTypeName(row->kind)); }}};
    const bool scale_out = kind == "scaleOutRepositories";
    const bool states = kind == "repositories/states";
    const auto types = query.TakeWords("typeFilter");
    const bool skip_extents = query.TakeBool("excludeExtents").value_or(false);
    const auto id = query.Take("idFilter");
    std::vector<Row> rows = Pointers(server.repositories);
    std::erase_if(rows, [&](Row row) {
      const bool is_scale_out = row->kind == RepositoryKind::kScaleOut;
      return is_scale_out != scale_out || !named(row) || !Passes(types, RepositoryTypeName(row->kind)) ||
             (skip_extents && !row->parent_id.empty()) || (id && *id != row->id);
    });
    return MakePage<Row>(query, std::move(rows), columns, [&](const Row& row) {
      return scale_out ? rest.ScaleOut(*row) : (states ? rest.RepositoryState(*row) : rest.RepositoryConfig(*row));
    });
  }
  if (kind == "proxies" || kind == "proxies/states") {
    using Row = const Proxy*;
    const Columns<Row> columns{{"Name", [](const Row& row) { return row->name; }}};
    std::vector<Row> rows = Pointers(server.proxies);
    std::erase_if(rows, [&](Row row) { return !named(row) || !rest.Shows(*row); });
    return MakePage<Row>(query, std::move(rows), columns, [&](const Row& row) {
      return kind == "proxies" ? rest.ProxyConfig(*row) : rest.ProxyState(*row);
    });
  }
  if (kind == "managedServers") {
    using Row = const Host*;
    const bool nested = query.TakeBool("includeNestedHosts").value_or(false);
    const bool has_centre =
        std::ranges::any_of(server.hosts, [](const Host& host) { return host.kind == Host::Kind::kVirtualCenter; });
    const Columns<Row> columns{{"Name", [](const Row& row) { return row->name; }}};
    std::vector<Row> rows = Pointers(server.hosts);
    std::erase_if(rows, [&](Row row) {
      return !named(row) || !rest.Shows(*row) || (!nested && has_centre && row->kind == Host::Kind::kESXi);
    });
    return MakePage<Row>(query, std::move(rows), columns, [&](const Row& row) { return rest.HostConfig(*row); });
  }
  throw Refusal{404, "InvalidURI", "There is no such operation"};
}

Json VbrServer::Jobs(const Rest& rest, ListQuery& query, bool states) const {
  using Row = const Job*;
  const auto name = query.Take("nameFilter");
  const auto types = query.TakeWords("typeFilter");
  const auto id = states ? query.Take("idFilter") : std::nullopt;
  const auto after = states ? query.TakeTime("lastRunAfterFilter") : std::nullopt;
  const auto before = states ? query.TakeTime("lastRunBeforeFilter") : std::nullopt;
  const auto results = states ? query.TakeWords("lastResultFilter") : std::set<std::string>{};
  std::vector<Row> rows = Pointers(entry_.server.jobs);
  std::erase_if(rows, [&](Row row) {
    return !rest.Shows(*row) || (!states && row->kind == JobKind::kLegacyCopy) ||
           (name && !MatchesName(*name, row->name)) || (id && *id != row->id) ||
           !Passes(types, rest.JobTypeName(row->kind)) || !Passes(results, OutcomeName(row->last_outcome)) ||
           (after && (!row->last_run || *row->last_run < *after)) ||
           (before && (!row->last_run || *row->last_run > *before));
  });
  const Columns<Row> columns{{"Name", [](const Row& row) { return row->name; }},
                             {"Type", [&](const Row& row) { return rest.JobTypeName(row->kind); }},
                             {"Description", [](const Row& row) { return row->description; }}};
  return MakePage<Row>(query, std::move(rows), columns,
                       [&](const Row& row) { return states ? rest.JobState(*row) : rest.JobConfig(*row); });
}

Json VbrServer::Sessions(const Rest& rest, ListQuery& query) const {
  using Row = const Session*;
  const TimeFilter times(query, true);
  const auto name = query.Take("nameFilter");
  const auto job = query.Take("jobIdFilter");
  const auto types = query.TakeWords("typeFilter");
  const auto states = query.TakeWords("stateFilter");
  const auto results = query.TakeWords("resultFilter");
  const BackupServer& server = entry_.server;
  std::vector<Row> rows = Pointers(server.sessions);
  std::erase_if(rows, [&](Row row) {
    const Job& owner = server.jobs[row->job];
    return !rest.Shows(owner) || (name && !MatchesName(*name, owner.name)) || (job && *job != owner.id) ||
           !Passes(types, rest.SessionTypeName(*row)) || !Passes(states, rest.StateName(*row)) ||
           !Passes(results, rest.ResultName(*row)) ||
           !times.Passes(row->began, row->over ? std::optional(row->ended) : std::nullopt);
  });
  const Columns<Row> columns{{"Name", [&](const Row& row) { return server.jobs[row->job].name; }},
                             {"SessionType", [&](const Row& row) { return rest.SessionTypeName(*row); }},
                             {"CreationTime", [](const Row& row) { return IsoTime(row->began); }},
                             {"EndTime", [](const Row& row) { return row->over ? IsoTime(row->ended) : ""; }},
                             {"State", [&](const Row& row) { return rest.StateName(*row); }},
                             {"Result", [&](const Row& row) { return rest.ResultName(*row); }}};
  return MakePage<Row>(query, std::move(rows), columns, [&](const Row& row) { return rest.SessionState(*row); });
}

Json VbrServer::Tasks(const Rest& rest, ListQuery& query) const {
  const TimeFilter times(query, true);
  const auto name = query.Take("nameFilter");
  const auto session_id = query.Take("sessionIdFilter");
  const auto types = query.TakeWords("typeFilter");
  const auto results = query.TakeWords("resultFilter");
  const BackupServer& server = entry_.server;
  std::vector<TaskRef> rows;
  for (const Session& session : server.sessions) {
    const Job& job = server.jobs[session.job];
    if (!rest.Shows(job) || (session_id && *session_id != session.id)) continue;
    if (!Passes(types, job.kind == JobKind::kReplica ? "Replica" : "Backup")) continue;
    for (const Task& task : session.tasks) {
      if (name && !MatchesName(*name, server.workloads[task.workload].name)) continue;
      if (!times.Passes(task.began, session.over ? std::optional(task.ended) : std::nullopt)) continue;
      if (!Passes(results, OutcomeName(session.over ? task.outcome : Outcome::kNone))) continue;
      rows.push_back({&session, &task});
    }
  }
  const Columns<TaskRef> columns{
      {"Name", [&](const TaskRef& row) { return server.workloads[row.task->workload].name; }},
      {"CreationTime", [](const TaskRef& row) { return IsoTime(row.task->began); }},
      {"EndTime", [](const TaskRef& row) { return row.session->over ? IsoTime(row.task->ended) : ""; }}};
  return MakePage<TaskRef>(query, std::move(rows), columns, [&](const TaskRef& row) { return rest.TaskState(row); });
}

Json VbrServer::Backups(const Rest& rest, ListQuery& query) const {
  using Row = std::size_t;
  const BackupServer& server = entry_.server;
  const TimeFilter times(query, false);
  const auto name = query.Take("nameFilter");
  const auto job_id = query.Take("jobIdFilter");
  std::vector<Row> rows;
  for (std::size_t i = 0; i < server.jobs.size(); ++i) {
    const Job& job = server.jobs[i];
    if (!job.backup || job.kind == JobKind::kReplica || !rest.Shows(job) || (name && !MatchesName(*name, job.name)) ||
        (job_id && *job_id != job.id))
      continue;
    if (times.Passes(job.backup->created, std::nullopt)) rows.push_back(i);
  }
  const Columns<Row> columns{{"Name", [&](const Row& i) { return server.jobs[i].name; }},
                             {"CreationTime", [&](const Row& i) { return IsoTime(server.jobs[i].backup->created); }}};
  return MakePage<Row>(query, std::move(rows), columns,
                       [&](const Row& i) { return rest.BackupRow(i, *server.jobs[i].backup); });
}

bool VbrServer::KnowsBackup(const Rest& rest, const std::string& backup_id) const {
  return std::ranges::any_of(entry_.server.jobs, [&](const Job& job) {
    return job.backup && job.backup->id == backup_id && job.kind != JobKind::kReplica && rest.Shows(job);
  });
}

std::vector<ObjectRef> VbrServer::AllObjects(const Rest& rest) const {
  std::vector<ObjectRef> objects;
  const BackupServer& server = entry_.server;
  for (std::size_t i = 0; i < server.jobs.size(); ++i) {
    if (!server.jobs[i].backup || !rest.Shows(server.jobs[i]) || server.jobs[i].kind == JobKind::kReplica) continue;
    for (const BackupObject& object : server.jobs[i].backup->objects) {
      const ObjectRef ref{i, &*server.jobs[i].backup, &object};
      if (rest.Shows(ref)) objects.push_back(ref);
    }
  }
  return objects;
}

Json VbrServer::Objects(const Rest& rest, ListQuery& query, const std::string& backup_id) const {
  const auto name = query.Take("nameFilter");
  const auto platforms = query.TakeWords("platformNameFilter");
  const auto& workloads = entry_.server.workloads;
  std::vector<ObjectRef> rows = AllObjects(rest);
  if (!backup_id.empty() && !KnowsBackup(rest, backup_id)) {
    throw Refusal{404, "NotFound", "There is no backup with this id"};
  }
  std::erase_if(rows, [&](const ObjectRef& row) {
    const Workload& machine = workloads[row.object->workload];
    return (!backup_id.empty() && row.backup->id != backup_id) || (name && !MatchesName(*name, machine.name)) ||
           !Passes(platforms, PlatformName(machine.platform));
  });
  const Columns<ObjectRef> columns{
      {"Name", [&](const ObjectRef& row) { return workloads[row.object->workload].name; }}};
  return MakePage<ObjectRef>(query, std::move(rows), columns,
                             [&](const ObjectRef& row) { return rest.ObjectRow(row); });
}

Json VbrServer::Files(const Rest& rest, ListQuery& query, const std::string& backup_id) const {
  const TimeFilter times(query, false);
  std::vector<PointRef> rows;
  if (!KnowsBackup(rest, backup_id)) throw Refusal{404, "NotFound", "There is no backup with this id"};
  for (const ObjectRef& ref : AllObjects(rest)) {
    if (ref.backup->id != backup_id) continue;
    if (entry_.server.workloads[ref.object->workload].platform == Platform::kUnstructured) continue;
    for (const Point& point : ref.object->points) {
      if (times.Passes(point.created, std::nullopt)) rows.push_back({ref, &point});
    }
  }
  const Columns<PointRef> columns{
      {"CreationTime", [](const PointRef& row) { return IsoTime(row.point->created); }},
      {"BackupSize", [](const PointRef& row) { return std::to_string(row.point->stored); }}};
  return MakePage<PointRef>(query, std::move(rows), columns, [&](const PointRef& row) { return rest.FileRow(row); });
}

Json VbrServer::Points(const Rest& rest, ListQuery& query, const std::string& object_id) const {
  const TimeFilter times(query, false);
  const auto name = query.Take("nameFilter");
  const auto backup_id = query.Take("backupIdFilter");
  const auto object_filter = query.Take("backupObjectIdFilter");
  const auto platforms = query.TakeWords("platformNameFilter");
  const auto malware = query.TakeWords("malwareStatusFilter");
  const auto& workloads = entry_.server.workloads;
  std::vector<PointRef> rows;
  bool known = object_id.empty();
  for (const ObjectRef& ref : AllObjects(rest)) {
    if (!object_id.empty() && ref.object->id != object_id) continue;
    known = true;
    const Workload& machine = workloads[ref.object->workload];
    if ((backup_id && *backup_id != ref.backup->id) || (object_filter && *object_filter != ref.object->id)) continue;
    if ((name && !MatchesName(*name, machine.name)) || !Passes(platforms, PlatformName(machine.platform))) continue;
    for (const Point& point : ref.object->points) {
      if (times.Passes(point.created, std::nullopt) && Passes(malware, MalwareName(point.malware))) {
        rows.push_back({ref, &point});
      }
    }
  }
  if (!known) throw Refusal{404, "NotFound", "There is no backup object with this id"};
  const Columns<PointRef> columns{{"CreationTime", [](const PointRef& row) { return IsoTime(row.point->created); }},
                                  {"BackupId", [](const PointRef& row) { return row.at.backup->id; }},
                                  {"PlatformId", [&](const PointRef& row) {
                                     return PlatformId(entry_.server, workloads[row.point->workload].platform);
                                   }}};
  return MakePage<PointRef>(query, std::move(rows), columns, [&](const PointRef& row) { return rest.PointRow(row); });
}

}  // namespace steward::lab
