// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "agent/vbr/mapper.hpp"
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

/// One workload's part of one backup: its points, oldest first.
struct Share {
  const Backup* backup = nullptr;
  const Object* object = nullptr;
  std::vector<const Point*> points{};
};

/// One workload over all backups.
struct Machine {
  std::string key, uid;
  const Json* computer = nullptr;
  std::vector<Share> shares{};
};

int MalwareRank(const std::string& word) {
  return word == "Infected" ? 3 : (word == "Suspicious" ? 2 : (word == "Clean" ? 1 : 0));
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

/// Empty = can be restored now; else why not, in words.
std::string WhyNot(const Context& context, const Share& share, const Point& point, const std::string& limit) {
  if (!context.Online(share.backup->repository_id)) return "The repository is offline";
  if (point.malware == "Infected") return "Malware was found in this restore point";
  if (point.created > limit) return "The restore point is dated in the future; check the server's clock";
  if (!point.can_start) return "The backup server offers no restore from this point";
  return {};
}

struct Facts {
  const Share* newest_share = nullptr;
  const Point* newest = nullptr;
  std::string newest_restorable{}, reason{};
  std::int64_t points = 0;
};

Facts FactsOf(const Context& context, const Machine& machine, const std::string& limit) {
  Facts facts;
  for (const Share& share : machine.shares) {
    facts.points += share.object->points.value_or(static_cast<std::int64_t>(share.points.size()));
    for (const Point* point : share.points) {
      if (facts.newest == nullptr || point->created > facts.newest->created) {
        facts.newest = point;
        facts.newest_share = &share;
      }
      if (point->created > facts.newest_restorable && WhyNot(context, share, *point, limit).empty())
        facts.newest_restorable = point->created;
    }
  }
  if (facts.newest != nullptr && facts.newest->created != facts.newest_restorable) {
    facts.reason = WhyNot(context, *facts.newest_share, *facts.newest, limit);
  }
  return facts;
}

std::string BackupKind(const Context& context, const Backup& backup) {
  std::string type = backup.job_type;
  if (type.empty()) {
    const Json* job = context.JobState(backup.job_id);
    if (job == nullptr) return "Unknown";
    type = Word(*job, "type");
  }
  for (const char* copy : {"BackupCopy", "LegacyBackupCopy", "FileBackupCopy"}) {
    if (SameWord(type, copy)) return "BackupCopy";
  }
  return SameWord(type, "VSphereReplica") ? "Replication" : "Backup";
}

std::string Tier(const Context& context, const std::string& repository_id) {
  return context.repository_states.contains(repository_id) ? "None" : "Unknown";
}

std::string TimeLimit(const Context& context) {
  const auto now = ParseIsoTime(context.cache.now);
  // The server's clock may run ahead of ours (and was read at the last session that ended): the later of the two
  // counts.
  const auto ours = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return UtcText((now && *now > ours ? *now : ours) + std::chrono::minutes(10));
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
  row.set_object_uid(object.id);
  row.set_platform(VmPlatform(object.platform));
  std::optional<std::int64_t> total = 0;
  std::optional<bool> immutable;
  bool all_known = true;
  std::string malware = facts.newest->malware;
  for (const Share& share : machine.shares) {
    const Sizes sizes = SizesOf(share);
    if (!share.points.empty()) total = total && sizes.total ? std::optional(*total + *sizes.total) : std::nullopt;
    const auto one = context.Immutable(share.backup->repository_id);
    all_known &= one.has_value();
    if (one.value_or(false)) immutable = true;
    if (!share.points.empty() && share.points.back()->created == facts.newest->created &&
        MalwareRank(share.points.back()->malware) > MalwareRank(malware)) {
      malware = share.points.back()->malware;
    }
  }
  if (!immutable && all_known) immutable = false;
  if (total) row.set_total_restore_point_size(*total);
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
  row.set_malware_state(malware);
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
    backup.set_target_location_tier(Tier(context, share.backup->repository_id));
    if (const auto one = context.Immutable(share.backup->repository_id)) backup.set_immutable(*one);
    Put(snapshot, "VirtualMachineBackup", backup);

    for (const Point* point : share.points) {
      inventory::VirtualMachineRestorePoint entry;
      entry.set_uid(point->id);
      entry.set_backup_uid(backup.uid());
      entry.set_virtual_machine_uid(machine.uid);
      entry.set_backup_server_uid(context.server_uid);
      entry.set_is_replica(false);
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
  row.set_malware_state(facts.newest == nullptr ? "Unknown" : facts.newest->malware);
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

}  // namespace

void MapWorkloads(const Context& context, Snapshot& snapshot) {
  for (const char* entity : {"VirtualMachine", "VirtualMachineBackup", "VirtualMachineRestorePoint", "ServerComputer",
                             "ServerComputerBackup", "ServerComputerRestorePoint"}) {
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
  for (const auto& [id, backup] : context.cache.backups) {
    std::map<std::string, std::vector<const Point*>> points;
    for (const Point& point : backup.points) {
      if (!point.object_id.empty() && IsUuid(point.id)) points[point.object_id].push_back(&point);
    }
    for (const Object& object : backup.objects) {
      Share share{.backup = &backup, .object = &object};
      share.points = points[object.id];
      std::ranges::stable_sort(share.points, {}, [](const Point* point) { return point->created; });
      if (IsPhysical(object.platform)) {
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
  const std::string limit = TimeLimit(context);
  for (const auto& [key, machine] : machines) MapVirtualMachine(context, machine, limit, snapshot);
  for (const auto& [key, machine] : computers) MapComputer(context, machine, limit, snapshot);
}

}  // namespace steward::agent::vbr
