// SPDX-License-Identifier: Apache-2.0
// What a job works on: machines, computers, source jobs.
#include <algorithm>

#include "agent/vbr/mapper.hpp"

namespace steward::agent::vbr {

const std::vector<Task>* TasksOf(const Context& context, const Session* session) {
  if (session == nullptr) return nullptr;
  const auto found = context.cache.tasks.find(session->id);
  return found == context.cache.tasks.end() ? nullptr : &found->second;
}

std::string TaskStatus(const Task& task) {
  if (task.ended || SameWord(task.state, "Stopped")) return task.result == "None" ? "Unknown" : task.result;
  for (const char* state : {"Working", "Postprocessing", "Stopping"}) {
    if (SameWord(task.state, state)) return "Running";
  }
  return "Unknown";
}

namespace {

std::string Word(const Json& row, const char* key) {
  return Text(row, key).value_or("");
}

const Task* TaskNamed(const std::vector<Task>* tasks, const std::string& name) {
  if (tasks == nullptr) return nullptr;
  const auto found = std::ranges::find(*tasks, name, &Task::name);
  return found == tasks->end() ? nullptr : &*found;
}

void MapMachineObjects(const Context& context, const Json& config, const std::vector<Task>* tasks, Snapshot& snapshot) {
  const std::string job_id = Word(config, "id");
  const Json& machines = Part(config, "virtualMachines");
  const auto add = [&](const Json& object, bool excluded) {
    const std::string name = Word(object, "name");
    const std::string key = Word(object, "objectId").empty() ? name : Word(object, "objectId");
    inventory::BackupServerJobObject row;
    row.set_uid(context.U5(job_id + "/" + (excluded ? "excluded/" : "") + key));
    row.set_job_unique_uid(context.JobUid(job_id));
    row.set_job_uid(job_id);
    row.set_backup_server_uid(context.server_uid);
    row.set_kind("VirtualMachine");
    row.set_name(name);
    const std::string platform = Word(object, "platform");
    row.set_platform(
        SameWord(platform, "VSphere") || SameWord(platform, "VMware")
            ? "vSphere"
            : (SameWord(platform, "HyperV") ? "HyperV" : (SameWord(platform, "CloudDirector") ? "Vcd" : "Unknown")));
    if (!Word(object, "objectId").empty()) row.set_hierarchy_ref(Word(object, "objectId"));
    row.set_is_excluded(excluded);
    if (const Task* task = TaskNamed(tasks, name)) {
      Json last = {{"backupStatus", TaskStatus(*task)}, {"startTime", task->began}};
      last["totalBackedSize"] = task->transferred ? Json(*task->transferred) : Json();
      last["sourceSize"] = task->processed ? Json(*task->processed) : Json();
      last["endTime"] = task->ended ? Json(*task->ended) : Json();
      const auto duration = task->ended ? Duration(task->began, *task->ended) : std::nullopt;
      last["duration"] = duration ? Json(*duration) : Json();
      last["messages"] = task->message.empty() ? Json::array() : Json::array({task->message});
      row.set_last_session(last.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    Put(snapshot, "BackupServerJobObject", row);
  };
  for (const Json& object : Part(machines, "includes")) add(object, false);
  for (const Json& object : Part(Part(machines, "excludes"), "vms")) add(object, true);
}

void MapCopyObjects(const Context& context, const Json& config, Snapshot& snapshot) {
  const std::string job_id = Word(config, "id");
  for (const Json& source : Part(Part(Part(config, "sourceObjects"), "includes"), "jobs")) {
    inventory::BackupServerJobObject row;
    row.set_uid(context.U5(job_id + "/" + Word(source, "id")));
    row.set_job_unique_uid(context.JobUid(job_id));
    row.set_job_uid(job_id);
    row.set_backup_server_uid(context.server_uid);
    row.set_kind("LinkedJob");
    row.set_name(Word(source, "name"));
    row.set_linked_job_uid(Word(source, "id"));
    Put(snapshot, "BackupServerJobObject", row);
  }
}

std::int64_t PointsOf(const Context& context, const std::string& job_id, const Json& computer) {
  std::int64_t points = 0;
  for (const auto& [id, backup] : context.cache.backups) {
    if (backup.job_id != job_id) continue;
    for (const Object& object : backup.objects) {
      const bool same = (!object.bios_uuid.empty() && SameWord(object.bios_uuid, Word(computer, "biosUuid"))) ||
                        object.name == Word(computer, "name");
      if (same) points += object.points.value_or(0);
    }
  }
  return points;
}

void MapComputerObjects(const Context& context, const Json& config, const std::vector<Task>* tasks,
                        Snapshot& snapshot) {
  const std::string job_id = Word(config, "id");
  std::set<std::string> ids;
  std::set<std::string> groups;
  for (const Json& computer : Part(config, "computers")) {
    (SameWord(Word(computer, "type"), "ProtectionGroup") ? groups : ids).insert(Word(computer, "id"));
  }
  for (const Json& computer : context.cache.computers) {
    const std::string id = Word(computer, "id");
    if (!ids.contains(id) && !groups.contains(Word(computer, "protectionGroupId"))) continue;
    inventory::BackupServerJobObject row;
    row.set_uid(context.U5(fmt::format("{}/{}", job_id, id)));
    row.set_job_unique_uid(context.JobUid(job_id));
    row.set_job_uid(job_id);
    row.set_backup_server_uid(context.server_uid);
    row.set_kind("Computer");
    row.set_name(Word(computer, "name"));
    row.set_computer_uid(id);
    const std::string system = Word(computer, "operatingSystem");
    row.set_os_type(SameWord(system, "Linux") ? "Linux" : (system.starts_with("Windows") ? "Windows" : "Unknown"));
    row.set_restore_points_count(PointsOf(context, job_id, computer));
    if (const Task* task = TaskNamed(tasks, row.name())) {
      row.set_backup_status(TaskStatus(*task));
      row.set_last_run(task->began);
      if (task->ended) {
        row.set_last_end_time(*task->ended);
        if (const auto duration = Duration(task->began, *task->ended)) row.set_last_duration(*duration);
      }
      if ((task->result == "Warning" || task->result == "Failed") && !task->message.empty())
        row.set_failure_message(task->message);
    } else {
      row.set_backup_status(row.restore_points_count() == 0 ? "None" : "Unknown");
    }
    Put(snapshot, "BackupServerJobObject", row);
  }
}

}  // namespace

void MapJobObjects(const Context& context, const Json& config, const std::vector<Task>* tasks, Snapshot& snapshot) {
  MapMachineObjects(context, config, tasks, snapshot);
  MapCopyObjects(context, config, snapshot);
  MapComputerObjects(context, config, tasks, snapshot);
  MapFileJobObjects(context, config, tasks, snapshot);
}

}  // namespace steward::agent::vbr
