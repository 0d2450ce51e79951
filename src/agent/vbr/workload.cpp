// SPDX-License-Identifier: Apache-2.0
#include "agent/vbr/workload.hpp"

#include <algorithm>

#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::vbr {
namespace {

std::string Word(const Json& row, const char* key) {
  return Text(row, key).value_or("");
}

int MalwareRank(const std::string& word) {
  return word == "Infected" ? 3 : (word == "Suspicious" ? 2 : (word == "Clean" ? 1 : 0));
}

const Provisioned* DisksOf(const Context& context, const Share& share) {
  const auto found = context.cache.disks.find(share.object->id);
  return found == context.cache.disks.end() ? nullptr : &found->second;
}

}  // namespace

std::string WhyNot(const Context& context, const Share& share, const Point& point, const std::string& limit) {
  if (!context.Online(share.backup->repository_id)) return "The repository is offline";
  if (point.malware == "Infected") return "Malware was found in this restore point";
  if (point.created > limit) return "The restore point is dated in the future; check the server's clock";
  if (!point.can_start) return "The backup server offers no restore from this point";
  return {};
}

Facts FactsOf(const Context& context, const Machine& machine, const std::string& limit) {
  Facts facts;
  const Share* last_share = nullptr;
  const Point* last = nullptr;  // of backups and replicas alike
  for (const bool replicas : {false, true}) {
    for (const Share& share : machine.shares) {
      if (share.replica != replicas) continue;
      if (!replicas) facts.points += share.object->points.value_or(static_cast<std::int64_t>(share.points.size()));
      for (const Point* point : share.points) {
        if (last == nullptr || point->created > last->created) {
          last = point;
          last_share = &share;
        }
        if (point->created > facts.newest_restorable && WhyNot(context, share, *point, limit).empty())
          facts.newest_restorable = point->created;
      }
    }
    if (facts.newest == nullptr) {
      facts.newest = last;
      facts.newest_share = last_share;
    }
  }
  if (last != nullptr && last->created != facts.newest_restorable)
    facts.reason = WhyNot(context, *last_share, *last, limit);
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

std::string TimeLimit(const Context& context) {
  const auto now = ParseIsoTime(context.cache.now);
  // The server's clock may run ahead of ours (and was read at the last session that ended): the later of the two
  // counts.
  const auto ours = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return UtcText((now && *now > ours ? *now : ours) + std::chrono::minutes(10));
}

std::string MalwareOf(const Context& context, const Machine& machine, const Point& newest) {
  std::set<std::string> objects;
  std::string worst = newest.malware;
  for (const Share& share : machine.shares) {
    objects.insert(share.object->id);
    if (share.points.empty() || share.points.back()->created != newest.created) continue;
    if (MalwareRank(share.points.back()->malware) > MalwareRank(worst)) worst = share.points.back()->malware;
  }
  std::vector<const Json*> events;
  for (const Json& event : context.cache.malware_events) {
    if (objects.contains(Word(Part(event, "machine"), "backupObjectId"))) events.push_back(&event);
  }
  std::ranges::stable_sort(events, {}, [](const Json* event) { return UtcText(Word(*event, "detectionTimeUtc")); });
  std::string standing;
  for (const Json* event : events) {
    if (SameWord(Word(*event, "state"), "FalsePositive") || SameWord(Word(*event, "source"), "MarkAsCleanEvent")) {
      standing.clear();
      continue;
    }
    const std::string severity = MalwareState(Word(*event, "severity"));
    if (MalwareRank(severity) > MalwareRank(standing)) standing = severity;
  }
  return MalwareRank(standing) > MalwareRank(worst) ? standing : worst;
}

std::optional<std::int64_t> ProvisionedOf(const Context& context, const Share& share) {
  const Provisioned* disks = DisksOf(context, share);
  return disks == nullptr ? std::nullopt : disks->bytes;
}

std::optional<std::int64_t> ProvisionedOf(const Context& context, const Machine& machine) {
  const Provisioned* newest = nullptr;
  for (const Share& share : machine.shares) {
    const Provisioned* disks = DisksOf(context, share);
    if (disks == nullptr || !disks->bytes) continue;
    if (newest == nullptr || disks->point_created > newest->point_created) newest = disks;
  }
  return newest == nullptr ? std::nullopt : newest->bytes;
}

std::optional<std::int64_t> ProvisionedOf(const Context& context, const Share& share, const Point& point) {
  const Provisioned* disks = DisksOf(context, share);
  return disks == nullptr || disks->point_id != point.id ? std::nullopt : disks->bytes;
}

std::vector<Backup> ReplicasOf(const Cache& cache) {
  std::vector<Backup> replicas;
  for (const Json& row : cache.replicas) {
    Backup replica;
    replica.id = Word(row, "id");
    replica.job_id = Word(row, "jobId");
    replica.name = Word(row, "name");
    replica.platform = Word(row, "platformName");
    replica.job_type = "VSphereReplica";
    const std::string platform_id = Word(row, "platformId");
    // A replica names its machines and nothing else; the job knows the id of those that it lists one by one.
    std::map<std::string, std::string> ids;
    for (const Json& config : cache.jobs) {
      if (Word(config, "id") != replica.job_id) continue;
      for (const Json& object : Part(Part(config, "virtualMachines"), "includes"))
        ids[Word(object, "name")] = Word(object, "objectId");
    }
    for (const Json& point_row : cache.replica_points) {
      if (Word(point_row, "replicaId") != replica.id) continue;
      Point point = ReadPoint(point_row);
      if (point.name.empty() || point.created.empty() || !IsUuid(point.id)) continue;
      point.object_id = point.name;
      if (std::ranges::find(replica.objects, point.name, &Object::name) == replica.objects.end()) {
        Object object;
        object.id = object.name = point.name;
        object.platform = replica.platform;
        object.platform_id = platform_id;
        object.object_id = ids[point.name];
        replica.objects.push_back(std::move(object));
      }
      replica.points.push_back(std::move(point));
    }
    if (!replica.id.empty()) replicas.push_back(std::move(replica));
  }
  return replicas;
}

}  // namespace steward::agent::vbr
