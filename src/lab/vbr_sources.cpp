// SPDX-License-Identifier: Apache-2.0
// The list operations for replicas, malware events, disks, file shares and object storages.
#include "lab/vbr_server.hpp"

namespace steward::lab {
namespace {

template <typename Row>
using Columns = std::map<std::string, std::function<std::string(const Row&)>>;

/// The id inside `head/{id}/tail`; empty when the path is another.
std::string IdIn(const std::string& path, std::string_view head, std::string_view tail) {
  if (path.size() <= head.size() + tail.size() || !path.starts_with(head) || !path.ends_with(tail)) return {};
  return path.substr(head.size(), path.size() - head.size() - tail.size());
}

}  // namespace

std::optional<Json> VbrServer::Sources(const Rest& rest, ListQuery& query, const std::string& path, bool modern) const {
  const BackupServer& server = entry_.server;
  if (path == "replicas") {
    using Row = std::size_t;
    std::vector<Row> rows;
    for (std::size_t i = 0; i < server.jobs.size(); ++i) {
      if (server.jobs[i].kind == JobKind::kReplica && server.jobs[i].backup) rows.push_back(i);
    }
    const Columns<Row> columns{{"Name", [&](const Row& i) { return server.jobs[i].name; }}};
    return MakePage<Row>(query, std::move(rows), columns, [&](const Row& i) { return rest.ReplicaRow(i); });
  }
  if (path == "replicaPoints") return ReplicaPoints(rest, query, "");
  if (const auto id = IdIn(path, "replicas/", "/replicaPoints"); !id.empty()) return ReplicaPoints(rest, query, id);
  if (const auto id = IdIn(path, "restorePoints/", "/disks"); !id.empty()) {
    if (!modern) query.limit = kMaxPage * 1000;  // this version does not page here
    return Disks(rest, query, id);
  }
  if (path == "malwareDetection/events") {
    using Row = const MalwareEvent*;
    const auto after = query.TakeTime("detectedAfterTimeUtcFilter");
    std::vector<Row> rows;
    for (const MalwareEvent& event : server.events) {
      if (!after || event.detected >= *after) rows.push_back(&event);
    }
    const Columns<Row> columns{{"DetectionTimeUtc", [](const Row& row) { return IsoTime(row->detected); }}};
    return MakePage<Row>(query, std::move(rows), columns, [&](const Row& row) {
      Json event = rest.EventRow(*row);
      if (modern) event["creationTimeUtc"] = IsoTime(row->detected);
      return event;
    });
  }
  if (modern && path == "inventory/unstructuredDataServers") {
    using Row = const DataServer*;
    const auto name = query.Take("nameFilter");
    std::vector<Row> rows;
    for (const DataServer& source : server.data_servers) {
      if (!name || MatchesName(*name, source.name)) rows.push_back(&source);
    }
    const Columns<Row> columns{{"Name", [](const Row& row) { return row->name; }}};
    return MakePage<Row>(query, std::move(rows), columns, [&](const Row& row) { return rest.DataServerRow(*row); });
  }
  return std::nullopt;
}

Json VbrServer::ReplicaPoints(const Rest& rest, ListQuery& query, const std::string& replica_id) const {
  std::vector<PointRef> rows;
  bool known = replica_id.empty();
  for (std::size_t i = 0; i < entry_.server.jobs.size(); ++i) {
    const Job& job = entry_.server.jobs[i];
    if (job.kind != JobKind::kReplica || !job.backup) continue;
    if (!replica_id.empty() && job.backup->id != replica_id) continue;
    known = true;
    for (const BackupObject& object : job.backup->objects) {
      for (const Point& point : object.points) rows.push_back({{i, &*job.backup, &object}, &point});
    }
  }
  if (!known) throw Refusal{404, "NotFound", "There is no replica with this id"};
  const Columns<PointRef> columns{{"CreationTime", [](const PointRef& row) { return IsoTime(row.point->created); }}};
  return MakePage<PointRef>(query, std::move(rows), columns,
                            [&](const PointRef& row) { return rest.ReplicaPoint(row); });
}

Json VbrServer::Disks(const Rest& rest, ListQuery& query, const std::string& point_id) const {
  for (const ObjectRef& ref : AllObjects(rest)) {
    if (entry_.server.workloads[ref.object->workload].platform == Platform::kUnstructured) continue;
    for (const Point& point : ref.object->points) {
      if (point.id != point_id) continue;
      return MakePage<Json>(query, rest.Disks({ref, &point}), {}, [](const Json& row) { return row; });
    }
  }
  throw Refusal{404, "NotFound", "There is no restore point with this id"};
}

Json VbrServer::BackupDetails(const Rest& rest, const net::Request& request, const std::string& backup_id) const {
  const Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) throw Refusal{.message = "The body must be an object"};
  for (const Job& job : entry_.server.jobs) {
    if (job.backup && job.backup->id == backup_id) return rest.BackupDetails(*job.backup, body.value("objectId", ""));
  }
  throw Refusal{404, "NotFound", "There is no backup with this id"};
}

}  // namespace steward::lab
