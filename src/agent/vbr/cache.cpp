// SPDX-License-Identifier: Apache-2.0
#include "agent/vbr/cache.hpp"

#include <algorithm>

#include "base/iso_time.hpp"

namespace steward::agent::vbr {
namespace {

std::string Time(const Json& row, const char* key) {
  const auto text = Text(row, key);
  return text ? UtcText(*text).value_or("") : "";
}
std::optional<std::string> OptionalTime(const Json& row, const char* key) {
  std::string at = Time(row, key);
  if (at.empty()) return std::nullopt;
  return at;
}
std::string Word(const Json& row, const char* key) {
  return Text(row, key).value_or("");
}

}  // namespace

Progress ReadProgress(const Json& row) {
  Progress progress;
  if (!row.is_object()) return progress;
  progress.rate = ParseRate(Word(row, "processingRate"));
  progress.bottleneck = Bottleneck(Word(row, "bottleneck"));
  progress.processed = Whole(row, "processedSize");
  progress.read = Whole(row, "readSize");
  progress.transferred = Whole(row, "transferredSize");
  progress.percent = Whole(row, "progressPercent");
  return progress;
}

Session ReadSession(const Json& row) {
  Session session;
  session.id = Word(row, "id");
  session.job_id = Word(row, "jobId");
  session.name = Word(row, "name");
  session.type = Word(row, "sessionType");
  session.state = Word(row, "state");
  session.result = SessionResult(Word(Part(row, "result"), "result"));
  session.message = Word(Part(row, "result"), "message");
  session.began = Time(row, "creationTime");
  // Stopped is the only final state; an end time on anything else is not an end.
  if (SameWord(session.state, "Stopped")) session.ended = OptionalTime(row, "endTime");
  session.progress = ReadProgress(Part(row, "progress"));
  if (!session.progress.percent) session.progress.percent = Whole(row, "progressPercent");
  return session;
}

Task ReadTask(const Json& row) {
  Task task;
  task.id = Word(row, "id");
  task.name = Word(row, "name");
  task.state = Word(row, "state");
  task.result = SessionResult(Word(Part(row, "result"), "result"));
  task.message = Word(Part(row, "result"), "message");
  task.point_id = Word(row, "restorePointId");
  task.began = Time(row, "creationTime");
  task.ended = OptionalTime(row, "endTime");
  const Progress progress = ReadProgress(Part(row, "progress"));
  task.processed = progress.processed;
  task.read = progress.read;
  task.transferred = progress.transferred;
  return task;
}

Object ReadObject(const Json& row) {
  Object object;
  object.id = Word(row, "id");
  object.name = Word(row, "name");
  object.platform = Word(row, "platformName");
  object.platform_id = Word(row, "platformId");
  object.object_id = Word(row, "objectId");
  object.bios_uuid = Word(row, "biosUuid");
  object.computer_id = Word(row, "computerId");
  object.file_server_id = Word(row, "fileServerId");
  object.points = Whole(row, "restorePointsCount");
  for (const Json& group : Part(row, "protectionGroupIds")) {
    if (group.is_string()) object.group_ids.push_back(group.get<std::string>());
  }
  return object;
}

File ReadFileRow(const Json& row) {
  File file;
  file.id = Word(row, "id");
  file.name = Word(row, "name");
  file.created = Time(row, "creationTime");
  file.data = Whole(row, "dataSize").value_or(0);
  file.stored = Whole(row, "backupSize").value_or(0);
  const Json& objects = Part(row, "objectIds");
  if (objects.is_array() && objects.size() == 1 && objects[0].is_string())
    file.object_id = objects[0].get<std::string>();
  if (!objects.is_array()) file.object_id = Word(row, "objectId");
  file.single = !file.object_id.empty() && Part(row, "restorePointIds").size() == 1;
  for (const Json& period : Part(row, "gfsPeriods")) {
    if (period.is_string() && !SameWord(period.get<std::string>(), "None"))
      file.gfs.push_back(period.get<std::string>());
  }
  return file;
}

Point ReadPoint(const Json& row) {
  Point point;
  point.id = Word(row, "id");
  point.name = Word(row, "name");
  point.platform = Word(row, "platformName");
  point.created = Time(row, "creationTime");
  point.session_id = Word(row, "sessionId");
  point.file_id = Word(row, "backupFileId");
  point.malware = MalwareState(Word(row, "malwareStatus"));
  point.original_size = Whole(row, "originalSize");
  for (const Json& operation : Part(row, "allowedOperations")) {
    point.can_start |= operation.is_string() && operation.get_ref<const std::string&>().starts_with("Start");
  }
  return point;
}

void ResolveObjects(Backup& backup) {
  std::map<std::string, std::string> by_name;
  std::set<std::string> ids;
  for (const Object& object : backup.objects) {
    ids.insert(object.id);
    const auto [entry, added] = by_name.try_emplace(object.name, object.id);
    if (!added) entry->second.clear();  // twice the same name: no answer by name
  }
  for (Point& point : backup.points) {
    point.object_id.clear();
    const auto file = backup.files.find(point.file_id);
    if (file != backup.files.end() && ids.contains(file->second.object_id)) {
      point.object_id = file->second.object_id;
      continue;
    }
    const auto named = by_name.find(point.name);
    if (named != by_name.end()) point.object_id = named->second;
  }
}

std::map<std::string, JobRuns> AllRuns(const Cache& cache) {
  std::map<std::string, JobRuns> runs;
  for (const auto& [id, session] : cache.sessions) {
    JobRuns& run = runs[session.job_id];
    if (run.newest == nullptr || session.began > run.newest->began) run.newest = &session;
    if (session.Ended() && (run.last_ended == nullptr || session.began > run.last_ended->began))
      run.last_ended = &session;
  }
  return runs;
}

JobRuns RunsOf(const Cache& cache, const std::string& job_id) {
  const auto runs = AllRuns(cache);
  const auto found = runs.find(job_id);
  return found == runs.end() ? JobRuns{} : found->second;
}

}  // namespace steward::agent::vbr
