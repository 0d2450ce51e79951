// SPDX-License-Identifier: Apache-2.0
// File shares and object storages: as workloads, and as what a job works on.
#include <algorithm>

#include "agent/vbr/workload.hpp"
#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::vbr {
namespace {

std::string Word(const Json& row, const char* key) {
  return Text(row, key).value_or("");
}

const Json* DataServer(const Context& context, const std::string& id) {
  const auto& servers = context.cache.data_servers;
  const auto found = std::ranges::find_if(servers, [&](const Json& row) { return Word(row, "id") == id; });
  return found == servers.end() ? nullptr : &*found;
}

/// Name of a file share or object storage; empty when the server does not tell.
std::string DataServerName(const Context& context, const std::string& id) {
  const Json* server = DataServer(context, id);
  if (server == nullptr) return {};
  for (const std::string& name : {Word(*server, "name"), Word(Part(*server, "account"), "friendlyName"),
                                  Word(*server, "friendlyName"), Word(*server, "path"), Word(*server, "hostName")}) {
    if (!name.empty()) return name;
  }
  return {};
}

std::string SourceOf(const Json& object) {
  const std::string id = Word(object, "fileServerId");
  return id.empty() ? Word(object, "objectStorageServerId") : id;
}

Json Masks(const Json& object, const char* key) {
  Json masks = Json::array();
  for (const Json& mask : Part(object, key)) {
    if (mask.is_object() && mask.contains("path")) masks.push_back(Word(mask, "path"));
  }
  return masks;
}

/// What a job takes of one source, in the console's words.
Json SourcesOf(const Json& config, const std::string& source, const std::string& bucket, bool with_type) {
  Json rows = Json::array();
  for (const Json& object : Part(config, "objects")) {
    if (SourceOf(object) != source) continue;
    const std::string container = Word(object, "container");
    if (!bucket.empty() && !container.empty() && container != bucket) continue;
    const std::string path = Word(object, "path");
    Json row = {{"path", bucket.empty() && !container.empty() ? container + path : path},
                {"inclusionMasks", Masks(object, "inclusionMask")},
                {"exclusionMasks", Masks(object, "exclusionMask")}};
    if (with_type) {
      const std::string type = Word(object, "type");
      row["type"] = SameWord(type, "File") ? "File" : (SameWord(type, "Directory") ? "Directory" : "Unknown");
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

bool IsObjectStorage(const Context& context, const Backup& backup, const std::string& source) {
  if (const Json* server = DataServer(context, source)) {
    for (const char* type : {"AmazonS3", "S3Compatible", "AzureBlob"}) {
      if (SameWord(Word(*server, "type"), type)) return true;
    }
    return false;
  }
  const Json* config = context.PrimaryJob(backup.job_id);
  return config != nullptr && SameWord(Word(*config, "type"), "ObjectStorageBackup");
}

bool IsArchive(const Context& context, const std::string& repository_id) {
  const auto state = context.repository_states.find(repository_id);
  if (state == context.repository_states.end()) return false;
  for (const char* type : {"AmazonS3Glacier", "AzureArchive", "S3GlacierCompatible", "VeeamDataCloudVaultArchive"}) {
    if (SameWord(Word(*state->second, "type"), type)) return true;
  }
  return false;
}

struct Source {
  Machine machine;
  std::string id, bucket;  ///< bucket: object storages only
  bool object_storage = false;
};

/// Sum of what is known of all; nothing when one is not known, or there is none.
std::optional<std::int64_t> StoredSize(const Context& context, const std::vector<Share>& shares, bool archive) {
  std::optional<std::int64_t> sum;
  for (const Share& share : shares) {
    if (IsArchive(context, share.backup->repository_id) != archive) continue;
    if (!share.object->stored_size) return std::nullopt;
    sum = sum.value_or(0) + *share.object->stored_size;
  }
  return sum;
}

void MapBackup(const Context& context, const Source& source, const Share& share, const std::string& kind,
               Snapshot& snapshot) {
  inventory::UnstructuredBackup row;
  row.set_uid(context.U5(share.backup->id + "/" + source.machine.uid));
  row.set_workload_uid(source.machine.uid);
  row.set_source_uid(source.id);
  row.set_backup_server_uid(context.server_uid);
  row.set_kind(kind);
  row.set_backup_id(share.backup->id);
  if (IsUuid(share.backup->job_id)) row.set_job_uid(share.backup->job_id);
  if (IsUuid(share.backup->repository_id)) row.set_repository_uid(share.backup->repository_id);
  if (const auto size = StoredSize(context, {share}, false)) row.set_short_term_size(*size);
  if (const auto size = StoredSize(context, {share}, true)) row.set_archive_size(*size);
  if (share.object->source_size) row.set_source_size(*share.object->source_size);
  row.set_restore_points(share.object->points.value_or(static_cast<std::int64_t>(share.points.size())));
  if (!share.points.empty()) row.set_latest_restore_point_date(share.points.back()->created);
  const auto own = context.job_configs.find(share.backup->job_id);
  if (own != context.job_configs.end()) {
    const std::string archive = Word(Part(*own->second, "archiveRepository"), "archiveRepositoryId");
    if (IsUuid(archive)) row.set_archive_repository_uid(archive);
  }
  if (const Json* config = context.PrimaryJob(share.backup->job_id))
    row.set_sources(SourcesOf(*config, source.id, source.bucket, false).dump());
  Put(snapshot, "UnstructuredBackup", row);
  for (const Point* point : share.points) {
    inventory::UnstructuredRestorePoint entry;
    entry.set_uid(point->id);
    entry.set_workload_uid(source.machine.uid);
    entry.set_source_uid(source.id);
    entry.set_backup_server_uid(context.server_uid);
    entry.set_kind(kind);
    entry.set_backup_id(share.backup->id);
    if (row.has_job_uid()) entry.set_job_uid(row.job_uid());
    entry.set_created_at(point->created);
    entry.set_is_archive(IsArchive(context, share.backup->repository_id));
    Put(snapshot, "UnstructuredRestorePoint", entry);
  }
}

void MapSource(const Context& context, const Source& source, const std::string& limit, Snapshot& snapshot) {
  const std::string kind = source.object_storage ? "ObjectStorage" : "FileShare";
  const Facts facts = FactsOf(context, source.machine, limit);
  const std::string server_name = DataServerName(context, source.id);
  inventory::UnstructuredWorkload row;
  row.set_uid(source.machine.uid);
  row.set_backup_server_uid(context.server_uid);
  row.set_kind(kind);
  const std::string& object_name = source.machine.shares.front().object->name;
  row.set_name(source.object_storage ? source.bucket : (server_name.empty() ? object_name : server_name));
  row.set_source_uid(source.id);
  if (!server_name.empty()) row.set_source_name(server_name);
  row.set_restore_points(facts.points);
  if (facts.newest != nullptr) {
    row.set_latest_restore_point_date(facts.newest->created);
    if (!facts.newest_restorable.empty()) row.set_newest_restorable_point_at(facts.newest_restorable);
    if (!facts.reason.empty()) row.set_not_restorable_reason(facts.reason);
    if (const std::string& job = facts.newest_share->backup->job_id; IsUuid(job)) {
      row.set_job_uid(job);
      row.set_job_unique_uid(context.JobUid(job));
    }
  }
  if (const auto size = StoredSize(context, source.machine.shares, false)) row.set_short_term_size(*size);
  if (const auto size = StoredSize(context, source.machine.shares, true)) row.set_archive_size(*size);
  Put(snapshot, "UnstructuredWorkload", row);
  for (const Share& share : source.machine.shares) MapBackup(context, source, share, kind, snapshot);
}

/// The part of one source in a run: one task as it is, several as one.
std::optional<Json> LastPart(const std::vector<const Task*>& tasks, bool copy) {
  if (tasks.empty()) return std::nullopt;
  std::string status = "Success";
  std::string began = tasks.front()->began;
  std::optional<std::string> ended = tasks.front()->ended;
  std::optional<std::int64_t> sent = 0;
  std::optional<std::int64_t> processed = 0;
  Json messages = Json::array();
  const auto rank = [](const std::string& word) {
    constexpr std::array kOrder{"Success", "Unknown", "Warning", "Failed", "Running"};
    return std::ranges::find(kOrder, word) - kOrder.begin();
  };
  for (const Task* task : tasks) {
    const std::string word = TaskStatus(*task);
    if (rank(word) > rank(status)) status = word;
    began = std::min(began, task->began);
    ended = ended && task->ended ? std::optional(std::max(*ended, *task->ended)) : std::nullopt;
    sent = sent && task->transferred ? std::optional(*sent + *task->transferred) : std::nullopt;
    processed = processed && task->processed ? std::optional(*processed + *task->processed) : std::nullopt;
    if (!task->message.empty()) messages.push_back(task->message);
  }
  const auto duration = ended ? Duration(began, *ended) : std::nullopt;
  Json part = {{"backupStatus", status},
               {"sourceSize", processed ? Json(*processed) : Json()},
               {"duration", duration ? Json(*duration) : Json()},
               {"messages", std::move(messages)}};
  part[copy ? "totalBackedSize" : "transferredSize"] = sent ? Json(*sent) : Json();
  if (copy) {
    part["startTime"] = began;
    part["endTime"] = ended ? Json(*ended) : Json();
  } else {
    for (const char* count : {"sourceFilesCount", "changedFilesCount", "skippedFilesCount", "backedUpFilesCount"})
      part[count] = Json();
  }
  return part;
}

}  // namespace

void MapUnstructured(const Context& context, const std::vector<Share>& shares, const std::string& limit,
                     Snapshot& snapshot) {
  std::map<std::string, Source> sources;
  for (const Share& share : shares) {
    const Object& object = *share.object;
    std::string id = object.file_server_id;
    if (!IsUuid(id)) id = context.U5("source/" + object.name);
    const bool object_storage = IsObjectStorage(context, *share.backup, id);
    const std::string uid = object_storage ? context.U5(id + "/" + object.name) : id;
    Source& source = sources[uid];
    source.machine.uid = source.machine.key = uid;
    source.id = id;
    source.object_storage = object_storage;
    if (object_storage) source.bucket = object.name;
    source.machine.shares.push_back(share);
  }
  for (const auto& [uid, source] : sources) MapSource(context, source, limit, snapshot);
}

void MapFileJobObjects(const Context& context, const Json& config, const std::vector<Task>* tasks, Snapshot& snapshot) {
  const std::string job_id = Word(config, "id");
  const Json* primary = context.PrimaryJob(job_id);
  if (primary == nullptr) return;
  const bool copy = primary != &config;
  const bool object_storage = SameWord(Word(*primary, "type"), "ObjectStorageBackup");
  std::vector<std::string> ids;
  for (const Json& object : Part(*primary, "objects")) {
    const std::string id = SourceOf(object);
    if (IsUuid(id) && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
  for (const std::string& id : ids) {
    std::set<std::string> names{DataServerName(context, id)};
    for (const Json& object : Part(*primary, "objects")) {
      if (SourceOf(object) != id) continue;
      names.insert(Word(object, "path"));
      names.insert(Word(object, "container"));
    }
    names.erase("");
    inventory::BackupServerJobObject row;
    row.set_uid(context.U5(fmt::format("{}/{}", job_id, id)));
    row.set_job_unique_uid(context.JobUid(job_id));
    row.set_job_uid(job_id);
    row.set_backup_server_uid(context.server_uid);
    row.set_kind(object_storage ? "ObjectStorage" : "FileShare");
    const std::string name = DataServerName(context, id);
    if (!name.empty() || !names.empty()) row.set_name(name.empty() ? *names.begin() : name);
    row.set_source_uid(id);
    row.set_sources(SourcesOf(*primary, id, "", true).dump());
    std::vector<const Task*> own;
    if (tasks != nullptr) {
      for (const Task& task : *tasks) {
        if (names.contains(task.name)) own.push_back(&task);
      }
    }
    if (const auto part = LastPart(own, copy))
      row.set_last_session(part->dump(-1, ' ', false, Json::error_handler_t::replace));
    Put(snapshot, "BackupServerJobObject", row);
  }
}

}  // namespace steward::agent::vbr
