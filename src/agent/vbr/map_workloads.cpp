// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "agent/vbr/workload.hpp"
#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::vbr {
namespace {

std::string Word(const Json& row, const char* key) {
  return Text(row, key).value_or("");
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

struct Sizes {
  std::optional<std::int64_t> total{}, latest{};
};

const File* FileOf(const Share& share, const Point& point) {
  const auto found = share.backup->files.find(point.file_id);
  return found == share.backup->files.end() ? nullptr : &found->second;
}

/// A size is known only where no file is shared with another machine.
Sizes SizesOf(const Share& share) {
  Sizes sizes;
  if (share.points.empty()) return sizes;
  std::int64_t total = 0;
  for (const Point* point : share.points) {
    const File* file = FileOf(share, *point);
    if (file == nullptr || file->object_id.empty()) return sizes;
    total += file->stored;
  }
  sizes.total = total;
  const File* newest = FileOf(share, *share.points.back());
  if (newest != nullptr && newest->single) sizes.latest = newest->stored;
  return sizes;
}

std::string Tier(const Context& context, const std::string& repository_id) {
  return context.repository_states.contains(repository_id) ? "None" : "Unknown";
}

void MapVirtualMachine(const Context& context, const Machine& machine, const std::string& limit, Snapshot& snapshot) {
  const Facts facts = FactsOf(context, machine, limit);
  if (facts.newest == nullptr) return;
  inventory::VirtualMachine row;
  row.set_uid(machine.uid);
  row.set_backup_server_uid(context.server_uid);
  const Object& object = *facts.newest_share->object;
  row.set_name(object.name);
  if (!object.object_id.empty()) row.set_hierarchy_ref(object.object_id);
  if (IsUuid(object.id)) row.set_object_uid(object.id);
  if (const auto provisioned = ProvisionedOf(context, machine)) row.set_provisioned_source_size(*provisioned);
  row.set_platform(VmPlatform(object.platform));
  std::optional<std::int64_t> total = 0;
  std::optional<bool> immutable;
  bool all_known = true;
  for (const Share& share : machine.shares) {
    if (share.replica) continue;
    const Sizes sizes = SizesOf(share);
    if (!share.points.empty()) total = total && sizes.total ? std::optional(*total + *sizes.total) : std::nullopt;
    const auto one = context.Immutable(share.backup->repository_id);
    all_known &= one.has_value();
    if (one.value_or(false)) immutable = true;
  }
  if (!immutable && all_known && facts.points > 0) immutable = false;
  if (total && facts.points > 0) row.set_total_restore_point_size(*total);
  if (const auto latest = SizesOf(*facts.newest_share).latest) row.set_latest_restore_point_size(*latest);
  row.set_restore_points(facts.points);
  row.set_latest_restore_point_date(facts.newest->created);
  if (!facts.newest_restorable.empty()) row.set_newest_restorable_point_at(facts.newest_restorable);
  if (!facts.reason.empty()) row.set_not_restorable_reason(facts.reason);
  const std::string& job = facts.newest_share->backup->job_id;
  if (IsUuid(job)) {
    row.set_job_uid(job);
    row.set_job_unique_uid(context.JobUid(job));
  }
  row.set_malware_state(MalwareOf(context, machine, *facts.newest));
  if (immutable) row.set_immutable(*immutable);
  Put(snapshot, "VirtualMachine", row);

  for (const Share& share : machine.shares) {
    inventory::VirtualMachineBackup backup;
    backup.set_uid(context.U5(share.backup->id + machine.key));
    backup.set_virtual_machine_uid(machine.uid);
    backup.set_backup_server_uid(context.server_uid);
    if (IsUuid(share.backup->job_id)) backup.set_job_uid(share.backup->job_id);
    backup.set_backup_type(BackupKind(context, *share.backup));
    if (IsUuid(share.backup->repository_id)) backup.set_repository_uid(share.backup->repository_id);
    const Sizes sizes = SizesOf(share);
    if (sizes.total) backup.set_total_restore_point_size(*sizes.total);
    if (sizes.latest) backup.set_latest_restore_point_size(*sizes.latest);
    backup.set_restore_points(share.object->points.value_or(static_cast<std::int64_t>(share.points.size())));
    if (!share.points.empty()) backup.set_latest_restore_point_date(share.points.back()->created);
    backup.set_target_type(context.TargetType(share.backup->repository_id));
    backup.set_malware_state(share.points.empty() ? "Unknown" : share.points.back()->malware);
    backup.set_target_location_tier(share.replica ? "None" : Tier(context, share.backup->repository_id));
    if (const auto one = context.Immutable(share.backup->repository_id)) backup.set_immutable(*one);
    Put(snapshot, "VirtualMachineBackup", backup);

    for (const Point* point : share.points) {
      inventory::VirtualMachineRestorePoint entry;
      entry.set_uid(point->id);
      entry.set_backup_uid(backup.uid());
      entry.set_virtual_machine_uid(machine.uid);
      entry.set_backup_server_uid(context.server_uid);
      entry.set_is_replica(share.replica);
      if (const auto provisioned = ProvisionedOf(context, share, *point))
        entry.set_provisioned_source_size(*provisioned);
      if (const File* file = FileOf(share, *point)) {
        entry.set_file_path(file->name);
        entry.set_gfs_type(Json(file->gfs).dump());
        if (!file->created.empty()) entry.set_file_creation_time(file->created);
        if (file->single) {
          entry.set_size(file->stored);
          entry.set_increment_raw_data_size(file->data);
        }
      }
      if (backup.has_job_uid()) entry.set_job_uid(backup.job_uid());
      if (backup.has_repository_uid()) entry.set_repository_uid(backup.repository_uid());
      entry.set_backup_creation_time(point->created);
      entry.set_malware_state(point->malware);
      entry.set_is_latest(point == facts.newest);
      entry.set_is_restorable(WhyNot(context, share, *point, limit).empty());
      Put(snapshot, "VirtualMachineRestorePoint", entry);
    }
  }
}

std::string OperationMode(const Context& context, const std::string& name, const std::string& system) {
  for (const Json& row : context.cache.license_instances) {
    if (Word(row, "name") != name && Word(row, "hostName") != name) continue;
    const std::string platform = Word(row, "platformType");
    if (platform.ends_with("Workstation")) return "Workstation";
    if (platform.ends_with("Server")) return "Server";
  }
  return system.starts_with("WindowsServer") ? "Server" : "Unknown";
}

void FillComputer(const Context& context, const Json& computer, inventory::ServerComputer& row) {
  row.set_name(Word(computer, "name"));
  const std::string bios = Word(computer, "biosUuid");
  if (IsUuid(bios)) {
    row.set_source_instance_uid(bios);
  } else if (IsUuid(Word(computer, "objectId"))) {
    row.set_source_instance_uid(Word(computer, "objectId"));
  }
  Json groups = Json::array();
  for (const Json& other : context.cache.computers) {
    if (Word(other, "id") == Word(computer, "id") || (!bios.empty() && Word(other, "biosUuid") == bios)) {
      const std::string group = Word(other, "protectionGroupId");
      if (!group.empty() && std::ranges::find(groups, Json(group)) == groups.end()) groups.push_back(group);
    }
  }
  row.set_protection_groups(groups.dump());
  if (Part(computer, "ipAddresses").is_array()) row.set_ip_addresses(Part(computer, "ipAddresses").dump());
  const std::string system = Word(computer, "operatingSystem");
  if (!system.empty() && system != "Unknown") {
    const std::string version = Word(computer, "operatingSystemVersion");
    row.set_guest_os(version.empty() ? system : system + " " + version);
  }
  row.set_platform_type(SameWord(system, "Linux") ? "Linux" : (system.starts_with("Windows") ? "Windows" : "Unknown"));
  row.set_operation_mode(OperationMode(context, row.name(), system));
}

void MapComputer(const Context& context, const Machine& machine, const std::string& limit, Snapshot& snapshot) {
  const Facts facts = FactsOf(context, machine, limit);
  inventory::ServerComputer row;
  row.set_uid(machine.uid);
  row.set_backup_server_uid(context.server_uid);
  FillComputer(context, *machine.computer, row);
  if (facts.newest != nullptr) {
    row.set_latest_restore_point_date(facts.newest->created);
    if (!facts.newest_restorable.empty()) row.set_newest_restorable_point_at(facts.newest_restorable);
    if (!facts.reason.empty()) row.set_not_restorable_reason(facts.reason);
    if (const std::string& job = facts.newest_share->backup->job_id; IsUuid(job)) {
      row.set_job_uid(job);
      row.set_job_unique_uid(context.JobUid(job));
    }
  }
  row.set_malware_state(facts.newest == nullptr ? "Unknown" : MalwareOf(context, machine, *facts.newest));
  Put(snapshot, "ServerComputer", row);

  for (const Share& share : machine.shares) {
    inventory::ServerComputerBackup backup;
    backup.set_uid(context.U5(share.backup->id + machine.key));
    backup.set_server_computer_uid(machine.uid);
    backup.set_backup_server_uid(context.server_uid);
    if (IsUuid(share.backup->job_id)) backup.set_job_uid(share.backup->job_id);
    if (!share.backup->name.empty()) backup.set_job_name(share.backup->name);
    const std::string kind = BackupKind(context, *share.backup);
    backup.set_job_kind(kind == "BackupCopy" ? "Copy" : (kind == "Backup" ? "Backup" : "Unknown"));
    if (IsUuid(share.backup->repository_id)) backup.set_repository_uid(share.backup->repository_id);
    const Sizes sizes = SizesOf(share);
    if (sizes.total) backup.set_total_restore_point_size(*sizes.total);
    if (sizes.latest) backup.set_latest_restore_point_size(*sizes.latest);
    if (const auto provisioned = ProvisionedOf(context, share)) backup.set_provisioned_source_size(*provisioned);
    backup.set_restore_points(share.object->points.value_or(static_cast<std::int64_t>(share.points.size())));
    if (!share.points.empty()) backup.set_latest_restore_point_date(share.points.back()->created);
    backup.set_target_type(context.TargetType(share.backup->repository_id));
    backup.set_malware_state(share.points.empty() ? "Unknown" : share.points.back()->malware);
    backup.set_target_location_tier(Tier(context, share.backup->repository_id));
    Put(snapshot, "ServerComputerBackup", backup);

    for (const Point* point : share.points) {
      inventory::ServerComputerRestorePoint entry;
      entry.set_uid(point->id);
      entry.set_server_computer_uid(machine.uid);
      entry.set_backup_server_uid(context.server_uid);
      entry.set_backup_uid(backup.uid());
      if (backup.has_job_uid()) entry.set_job_uid(backup.job_uid());
      if (backup.has_repository_uid()) entry.set_repository_uid(backup.repository_uid());
      if (const File* file = FileOf(share, *point)) {
        if (!file->created.empty()) entry.set_file_creation_time(file->created);
        if (file->single) {
          entry.set_size(file->stored);
          entry.set_increment_raw_data_size(file->data);
        }
      }
      if (point->original_size) entry.set_source_size(*point->original_size);
      if (const auto provisioned = ProvisionedOf(context, share, *point))
        entry.set_provisioned_source_size(*provisioned);
      entry.set_target_type(backup.target_type());
      entry.set_backup_creation_time(point->created);
      entry.set_malware_state(point->malware);
      entry.set_is_latest(point == facts.newest);
      entry.set_is_restorable(WhyNot(context, share, *point, limit).empty());
      Put(snapshot, "ServerComputerRestorePoint", entry);
    }
  }
}

bool IsPhysical(const std::string& platform) {
  return SameWord(platform, "WindowsPhysical") || SameWord(platform, "LinuxPhysical") ||
         SameWord(platform, "LinuxPhysicalPpc");
}

/// The machine that a replica is of: by platform and id where the id is known, else by a name that only one machine
/// has.
Machine* Original(std::map<std::string, Machine>& machines, const Object& replica) {
  Machine* found = nullptr;
  for (auto& [key, machine] : machines) {
    const Object& object = *machine.shares.front().object;
    if (!SameWord(object.platform, replica.platform)) continue;
    const bool same = replica.object_id.empty() || object.object_id.empty() ? object.name == replica.name
                                                                            : object.object_id == replica.object_id;
    if (!same) continue;
    if (found != nullptr) return nullptr;
    found = &machine;
  }
  return found;
}

void AddReplicas(const Context& context, const std::vector<Backup>& replicas,
                 std::map<std::string, Machine>& machines) {
  for (const Backup& replica : replicas) {
    for (const Object& object : replica.objects) {
      Share share{.backup = &replica, .object = &object, .replica = true};
      for (const Point& point : replica.points) {
        if (point.object_id == object.id) share.points.push_back(&point);
      }
      std::ranges::stable_sort(share.points, {}, [](const Point* point) { return point->created; });
      Machine* machine = Original(machines, object);
      if (machine == nullptr) {
        const std::string key =
            object.platform + object.platform_id + (object.object_id.empty() ? object.name : object.object_id);
        machine = &machines[key];
        machine->key = key;
        machine->uid = context.U5(key);
      }
      machine->shares.push_back(std::move(share));
    }
  }
}

}  // namespace

void MapWorkloads(const Context& context, Snapshot& snapshot) {
  for (const char* entity : {"VirtualMachine", "VirtualMachineBackup", "VirtualMachineRestorePoint", "ServerComputer",
                             "ServerComputerBackup", "ServerComputerRestorePoint", "UnstructuredWorkload",
                             "UnstructuredBackup", "UnstructuredRestorePoint"}) {
    snapshot[entity];
  }
  std::map<std::string, const Json*> by_bios;
  std::map<std::string, const Json*> by_name;
  for (const Json& computer : context.cache.computers) {
    const std::string bios = Lower(Word(computer, "biosUuid"));
    if (!bios.empty()) by_bios.try_emplace(bios, &computer);
    const auto [entry, added] = by_name.try_emplace(Word(computer, "name"), &computer);
    if (!added) entry->second = nullptr;
  }
  std::map<std::string, Machine> machines;
  std::map<std::string, Machine> computers;
  std::vector<Share> unstructured;
  for (const auto& [id, backup] : context.cache.backups) {
    std::map<std::string, std::vector<const Point*>> points;
    for (const Point& point : backup.points) {
      if (!point.object_id.empty() && IsUuid(point.id)) points[point.object_id].push_back(&point);
    }
    for (const Object& object : backup.objects) {
      Share share{.backup = &backup, .object = &object};
      share.points = points[object.id];
      std::ranges::stable_sort(share.points, {}, [](const Point* point) { return point->created; });
      if (SameWord(object.platform, kUnstructured)) {
        unstructured.push_back(std::move(share));
      } else if (IsPhysical(object.platform)) {
        const auto found = by_bios.find(Lower(object.bios_uuid));
        const Json* computer = found != by_bios.end() ? found->second : nullptr;
        if (const auto named = by_name.find(object.name); computer == nullptr && named != by_name.end())
          computer = named->second;
        if (computer == nullptr || !IsUuid(Word(*computer, "id"))) continue;
        Machine& machine = computers[Word(*computer, "id")];
        machine.uid = machine.key = Word(*computer, "id");
        machine.computer = computer;
        machine.shares.push_back(std::move(share));
      } else if (VmPlatform(object.platform) != "Unknown") {
        const std::string key = object.platform + object.platform_id + object.object_id;
        Machine& machine = machines[key];
        machine.key = key;
        machine.uid = context.U5(key);
        machine.shares.push_back(std::move(share));
      }
    }
  }
  const std::vector<Backup> replicas = ReplicasOf(context.cache);
  AddReplicas(context, replicas, machines);
  const std::string limit = TimeLimit(context);
  MapUnstructured(context, unstructured, limit, snapshot);
  for (const auto& [key, machine] : machines) MapVirtualMachine(context, machine, limit, snapshot);
  for (const auto& [key, machine] : computers) MapComputer(context, machine, limit, snapshot);
}

}  // namespace steward::agent::vbr
