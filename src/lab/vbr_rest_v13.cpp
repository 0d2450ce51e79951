// SPDX-License-Identifier: Apache-2.0
// Interface version 1.3-rev2.
#include <algorithm>

#include "lab/rest.hpp"
#include "lab/simulation.hpp"

namespace steward::lab {
namespace {

const char* LicensePlatform(const Workload& machine) {
  switch (machine.platform) {
    case Platform::kVMware:
      return "VMware";
    case Platform::kHyperV:
      return "HyperV";
    case Platform::kWindowsPhysical:
      return machine.workstation ? "WindowsWorkstation" : "WindowsServer";
    case Platform::kLinuxPhysical:
      return "LinuxServer";
    case Platform::kUnstructured:
      return "UnstructuredData";
  }
  return "Unknown";
}

bool IsComputer(const Workload& machine) {
  return machine.platform == Platform::kWindowsPhysical || machine.platform == Platform::kLinuxPhysical;
}

class RestV13 final : public Rest {
 public:
  using Rest::Rest;

  bool Shows(const Job&) const override { return true; }
  bool Shows(const ObjectRef&) const override { return true; }
  bool Shows(const Proxy&) const override { return true; }
  bool Shows(const Host&) const override { return true; }

  Json Info() const override {
    return {{"vbrId", server_.installation_id},
            {"name", server_.name},
            {"buildVersion", server_.build},
            {"patches", Json::array({"P1"})},
            {"databaseVendor", "PostgreSql"},
            {"sqlServerEdition", ""},
            {"sqlServerVersion", "17.2"},
            {"databaseSchemaVersion", "13200"},
            {"databaseContentVersion", "13200"},
            {"veeamRegistration", {{"isRegistered", false}}},
            {"platform", "Windows"}};
  }
  Json Time() const override {
    return {{"serverTime", At(now_)}, {"timeZone", server_.windows_zone}, {"ianaTimeZoneId", server_.iana_zone}};
  }
  Json LicenseState() const override {
    const License& license = server_.license;
    Json summary = {{"licensedInstancesNumber", license.instances},
                    {"usedInstancesNumber", UsedInstances(server_)},
                    {"newInstancesNumber", 0.0},
                    {"rentalInstancesNumber", license.kind == License::Kind::kRental ? UsedInstances(server_) : 0.0},
                    {"package", "Advanced"}};
    if (license.expires) summary["expirationDate"] = At(*license.expires);
    if (license.support_expires) summary["supportExpirationDate"] = At(*license.support_expires);
    Json row = {{"status", license.expires && *license.expires <= now_ ? "Expired" : "Valid"},
                {"type", LicenseTypeName(license.kind)},
                {"edition", license.edition},
                {"licensedTo", license.licensed_to},
                {"supportId", license.support_id},
                {"autoUpdateEnabled", license.auto_update},
                {"freeAgentInstanceConsumptionEnabled", true},
                {"cloudConnect", license.cloud_connect ? "Enabled" : "Disabled"},
                {"IsMultiSection", license.sockets > 0},
                {"proactiveSupportEnabled", false},
                {"instanceLicenseSummary", std::move(summary)}};
    AddSections(row);
    return row;
  }
  Json LicenseInstance(std::size_t workload) const override {
    const Workload& machine = server_.workloads[workload];
    return {{"name", machine.name},
            {"displayName", machine.name},
            {"hostName", IsComputer(machine) ? machine.name : server_.hosts[1].name},
            {"usedInstancesNumber", machine.workstation ? 0.33 : 1.0},
            {"type", IsComputer(machine) ? "Agent" : "VM"},
            {"instanceId", machine.id},
            {"platformType", LicensePlatform(machine)},
            {"canBeRevoked", true}};
  }
  Json RepositoryState(const Repository& repository) const override {
    Json row = {{"id", repository.id},
                {"name", repository.name},
                {"type", RepositoryTypeName(repository.kind)},
                {"description", ""},
                {"capacityGB", repository.capacity_gb},
                {"freeGB", std::max(0.0, repository.capacity_gb - UsedGb(server_, repository, now_))},
                {"usedSpaceGB", UsedGb(server_, repository, now_)},
                {"isOnline", repository.online},
                {"isOutOfDate", repository.out_of_date}};
    if (!repository.host_id.empty()) {
      row["hostId"] = repository.host_id;
      row["hostName"] = HostName(repository.host_id);
      row["path"] = repository.path;
    }
    if (const Repository* parent = FindRepository(repository.parent_id)) {
      row["scaleOutRepositoryDetails"] = {
          {"membership", parent->name}, {"scaleOutRepositoryId", parent->id}, {"extentType", "Performance"}};
    }
    return row;
  }
  Json ProxyConfig(const Proxy& proxy) const override {
    return {{"id", proxy.id},
            {"name", proxy.name},
            {"description", ""},
            {"type", proxy.hyper_v ? "HvProxy" : "ViProxy"},
            {"server", {{"hostId", proxy.host_id}, {"hostName", HostName(proxy.host_id)}, {"maxTaskCount", 4}}}};
  }
  Json ProxyState(const Proxy& proxy) const override {
    return {{"id", proxy.id},
            {"name", proxy.name},
            {"description", ""},
            {"type", proxy.hyper_v ? "HvProxy" : "ViProxy"},
            {"hostId", proxy.host_id},
            {"hostName", HostName(proxy.host_id)},
            {"isDisabled", proxy.disabled},
            {"isOnline", proxy.online},
            {"isOutOfDate", proxy.out_of_date}};
  }
  Json HostConfig(const Host& host) const override {
    Json row = {{"id", host.id},
                {"name", host.name},
                {"description", host.description},
                {"status", host.available ? "Available" : "Unavailable"}};
    switch (host.kind) {
      case Host::Kind::kWindows:
      case Host::Kind::kLinux:
        row["type"] = host.kind == Host::Kind::kWindows ? "WindowsHost" : "LinuxHost";
        row["credentialsStorageType"] = "Permanent";
        row["isBackupServer"] = host.backup_server;
        row["isDefaultMountServer"] = host.backup_server;
        row["updatesState"] = "NotAvailable";
        break;
      case Host::Kind::kHyperV:
        row["type"] = "HvServer";
        row["credentialsStorageType"] = "Permanent";
        row["maxTaskCount"] = 4;
        break;
      case Host::Kind::kESXi:
      case Host::Kind::kVirtualCenter:
        row["type"] = "ViHost";
        row["credentialsId"] = kZeroUuid;
        row["viHostType"] = host.kind == Host::Kind::kVirtualCenter ? "VC" : "ESXi";
        row["port"] = 443;
        break;
    }
    return row;
  }

  Json JobConfig(const Job& job) const override {
    if (job.kind == JobKind::kFileCopy) return FileCopyJob(job);
    if (IsFileKind(job.kind)) return FileJob(job);
    Json row = {{"id", job.id},
                {"name", job.name},
                {"type", JobTypeName(job.kind)},
                {"isDisabled", job.disabled},
                {"description", job.description}};
    switch (job.kind) {
      case JobKind::kVSphere:
      case JobKind::kHyperV:
        row["isHighPriority"] = false;
        row["virtualMachines"] = {{"includes", Machines(job.workloads)}};
        if (!job.excluded.empty()) row["virtualMachines"]["excludes"] = {{"vms", Machines(job.excluded)}};
        row["storage"] = MachineStorage(job, "syntheticFulls", job.kind == JobKind::kHyperV);
        row["guestProcessing"] = GuestProcessing();
        row["schedule"] = Schedule(job);
        break;
      case JobKind::kReplica:
        row["virtualMachines"] = {{"includes", Machines(job.workloads)}};
        row["destination"] = {{"host",
                               {{"platform", "VSphere"},
                                {"hostName", server_.hosts[1].name},
                                {"name", server_.hosts[2].name},
                                {"type", "Host"}}}};
        row["jobSettings"] = {{"metadataRepositoryId", server_.repositories.front().id},
                              {"replicaNameSuffix", "_replica"},
                              {"restorePointsToKeep", job.keep_points}};
        row["schedule"] = Schedule(job);
        break;
      case JobKind::kCopy:
        AddCopy(job, row);
        break;
      case JobKind::kWindowsAgent:
      case JobKind::kLinuxAgent:
        row["isHighPriority"] = false;
        row["agentType"] = "Server";
        row["computers"] = Computers(job);
        row["backupMode"] = "EntireComputer";
        row["storage"] = {{"backupRepositoryId", job.repository_id},
                          {"retentionPolicy", {{"type", "Days"}, {"quantity", job.keep_points}}},
                          {"gfsPolicy", {{"isEnabled", job.weekly_fulls}}}};
        row["schedule"] = Schedule(job);
        break;
      case JobKind::kWorkstationPolicy:
        row["computers"] = Computers(job);
        row["backupMode"] = "EntireComputer";
        row["storage"] = {{"destination",
                           {{"destinationType", "BackupRepository"},
                            {"backupServerName", server_.name},
                            {"backupRepositoryId", job.repository_id}}},
                          {"retentionPolicy", {{"type", "Days"}, {"quantity", job.keep_points}}}};
        row["schedule"] = {{"runAutomatically", true}, {"daily", Schedule(job)["daily"]}};
        break;
      case JobKind::kFileShare:
      case JobKind::kObjectStorage:
      case JobKind::kFileCopy:    // written above
      case JobKind::kLegacyCopy:  // not listed
        break;
    }
    return row;
  }

  Json JobState(const Job& job) const override {
    const char* workload = job.kind == JobKind::kWorkstationPolicy ? "Workstation"
                           : IsAgentKind(job.kind)                 ? "Server"
                           : IsFileKind(job.kind)                  ? "File"
                                                                   : "Vm";
    Json row = {{"id", job.id},
                {"name", job.name},
                {"type", JobTypeName(job.kind)},
                {"description", job.description},
                {"status", job.running ? "Running" : (job.disabled ? "Disabled" : "Inactive")},
                {"lastResult", OutcomeName(job.last_outcome)},
                {"workload", workload},
                {"objectsCount", job.workloads.size()},
                {"highPriority", false},
                {"progressPercent", job.running ? Percent(server_.sessions[*job.running]) : 0},
                {"isStorageSnapshot", false}};
    if (job.last_run) row["lastRun"] = At(*job.last_run);
    if (job.next_run && !job.disabled) row["nextRun"] = At(*job.next_run);
    if (job.disabled) row["nextRunPolicy"] = "<Disabled>";
    if (const Repository* repository = FindRepository(job.repository_id)) {
      row["repositoryId"] = repository->id;
      row["repositoryName"] = repository->name;
    }
    if (job.kind == JobKind::kReplica) row["targetName"] = server_.hosts[2].name;
    if (job.last_session) {
      const Session& session = server_.sessions[*job.last_session];
      row["sessionId"] = session.id;
      row["sessionProgress"] = SessionProgress(session);
    }
    if (!job.schedule.after_job.empty()) {
      const auto before = std::ranges::find(server_.jobs, job.schedule.after_job, &Job::id);
      if (before != server_.jobs.end()) row["runAfterJob"] = {{"jobName", before->name}, {"jobId", before->id}};
    }
    if (job.kind == JobKind::kCopy) row["backupCopyMode"] = "Immediate";
    if (job.kind == JobKind::kLegacyCopy) row["backupCopyMode"] = "Periodic";
    return row;
  }

  Json SessionState(const Session& session) const override {
    Json row = SessionBase(session);
    row["initiatedBy"] = "Scheduler";
    row["algorithm"] = "Increment";
    row["progress"] = SessionProgress(session);
    return row;
  }
  Json TaskState(const TaskRef& ref) const override {
    Json row = TaskBase(ref);
    row["progress"]["progressPercent"] = ref.session->over ? 100 : Percent(*ref.session);
    const Platform platform = server_.workloads[ref.task->workload].platform;
    if (row["type"] == "Backup") {
      row["platformType"] = PlatformName(platform);
      row["platformId"] = PlatformId(server_, platform);
    }
    return row;
  }
  Json BackupRow(std::size_t index, const Backup& backup) const override {
    const Job& job = server_.jobs[index];
    const Platform platform = server_.workloads[job.workloads.front()].platform;
    const Repository* repository = FindRepository(job.repository_id);
    return {{"id", backup.id},
            {"jobId", job.id},
            {"policyUniqueId", job.id},
            {"name", job.name},
            {"platformName", PlatformName(platform)},
            {"platformId", PlatformId(server_, platform)},
            {"creationTime", At(backup.created)},
            {"repositoryId", job.repository_id},
            {"repositoryName", repository == nullptr ? "" : repository->name},
            {"jobType", JobTypeName(job.kind)}};
  }
  Json ObjectRow(const ObjectRef& ref) const override {
    const Workload& machine = server_.workloads[ref.object->workload];
    Json row = {{"id", ref.object->id},
                {"name", machine.name},
                {"type", IsComputer(machine) ? "Computer" : "VM"},
                {"platformName", PlatformName(machine.platform)},
                {"platformId", PlatformId(server_, machine.platform)},
                {"restorePointsCount", ref.object->points.size()},
                {"lastRunFailed", ref.object->last_run_failed},
                {"backupId", ref.backup->id},
                {"size", machine.size}};
    if (machine.platform == Platform::kUnstructured) {
      row["type"] = FindDataServer(machine.data_server)->object_storage ? "ObjectStorage" : "FileShare";
      row["fileServerId"] = machine.data_server;
      row["hostId"] = server_.hosts.front().id;
    } else if (IsComputer(machine)) {
      row["biosUuid"] = machine.bios_uuid;
      row["computerId"] = machine.computer_id;
      row["protectionGroupIds"] = Json::array({machine.group_id});
    } else {
      row["objectId"] = machine.object_id;
      row[machine.platform == Platform::kVMware ? "viType" : "hvType"] = "VirtualMachine";
      row["path"] = machine.path;
    }
    return row;
  }
  Json FileRow(const PointRef& ref) const override {
    Json row = FileBase(ref);
    row["objectIds"] = Json::array({ref.at.object->id});
    row["severity"] = MalwareName(ref.point->malware);
    return row;
  }
  Json PointRow(const PointRef& ref) const override {
    const Workload& machine = server_.workloads[ref.point->workload];
    Json row = PointBase(ref);
    row["originalSize"] = machine.size;
    if (machine.platform == Platform::kUnstructured) return row;
    row["guestOsFamily"] = machine.platform == Platform::kLinuxPhysical ? "Linux" : "Windows";
    return row;
  }
  Json Computer(std::size_t workload) const override {
    const Workload& machine = server_.workloads[workload];
    const bool linux_host = machine.platform == Platform::kLinuxPhysical;
    return {{"id", machine.id},
            {"name", machine.name},
            {"parentId", machine.group_id},
            {"protectionGroupId", machine.group_id},
            {"type", "Computer"},
            {"state", "Online"},
            {"agentStatus", "Installed"},
            {"agentVersion", "13.0.1.180"},
            {"driverStatus", "NotInstalled"},
            {"ipAddresses", Json::array({machine.ip})},
            {"operatingSystem", linux_host ? "Linux" : (machine.workstation ? "Windows11" : "WindowsServer2022")},
            {"operatingSystemPlatform", "X64"},
            {"operatingSystemVersion", linux_host ? "12" : (machine.workstation ? "23H2" : "21H2")},
            {"objectId", machine.object_id},
            {"biosUuid", machine.bios_uuid},
            {"plugins", Json::array()},
            {"isTrusted", true}};
  }
  Json Group(const ProtectionGroup& group) const override {
    Json computers = Json::array();
    for (const Workload& machine : server_.workloads) {
      if (machine.group_id != group.id) continue;
      computers.push_back({{"hostName", machine.name}, {"connectionType", "PermanentCredentials"}});
    }
    return {{"id", group.id},      {"name", group.name},
            {"description", ""},   {"type", "IndividualComputers"},
            {"isDisabled", false}, {"computers", std::move(computers)}};
  }

  std::vector<Json> Disks(const PointRef& ref) const override {
    auto disks = Rest::Disks(ref);
    for (Json& disk : disks) {
      disk["platform"] = PlatformName(server_.workloads[ref.point->workload].platform);
      if (disk["platform"] == "HyperV") disk["diskExtents"] = Json::array();
    }
    return disks;
  }

  std::string JobTypeName(JobKind kind) const override {
    switch (kind) {
      case JobKind::kVSphere:
        return "VSphereBackup";
      case JobKind::kHyperV:
        return "HyperVBackup";
      case JobKind::kReplica:
        return "VSphereReplica";
      case JobKind::kCopy:
        return "BackupCopy";
      case JobKind::kWindowsAgent:
        return "WindowsAgentBackup";
      case JobKind::kLinuxAgent:
        return "LinuxAgentBackup";
      case JobKind::kWorkstationPolicy:
        return "WindowsAgentBackupWorkstationPolicy";
      case JobKind::kFileShare:
        return "FileBackup";
      case JobKind::kObjectStorage:
        return "ObjectStorageBackup";
      case JobKind::kFileCopy:
        return "FileBackupCopy";
      case JobKind::kLegacyCopy:
        return "LegacyBackupCopy";
    }
    return "Unknown";
  }

 protected:
  Json MountServer() const override {
    return {
        {"mountServerSettingsType", "Windows"},
        {"windows",
         {{"mountServerId", server_.hosts.front().id}, {"writeCacheFolder", "C:\\Cache"}, {"vPowerNFSEnabled", true}}}};
  }
  Json ExtentStatus() const override { return Json::array({"Normal"}); }
  std::string Word(std::string word) const override { return word; }

 private:
  Json SessionProgress(const Session& session) const {
    std::int64_t processed = 0;
    std::int64_t read = 0;
    std::int64_t transferred = 0;
    for (const Task& task : session.tasks) {
      processed += task.processed;
      read += task.read;
      transferred += task.transferred;
    }
    Json progress = Progress(processed, read, transferred, session.began, session.ended);
    progress["progressPercent"] = Percent(session);
    return progress;
  }
  Json Machines(const std::vector<std::size_t>& workloads) const {
    Json includes = Json::array();
    for (const std::size_t index : workloads) {
      const Workload& machine = server_.workloads[index];
      includes.push_back({{"platform", machine.platform == Platform::kHyperV ? "HyperV" : "VSphere"},
                          {"hostName", server_.hosts[1].name},
                          {"name", machine.name},
                          {"type", "VirtualMachine"},
                          {"objectId", machine.object_id}});
    }
    return includes;
  }
  Json Computers(const Job& job) const {
    Json computers = Json::array();
    for (const std::size_t index : job.workloads) {
      const Workload& machine = server_.workloads[index];
      computers.push_back({{"platform", "Agent"},
                           {"id", machine.id},
                           {"name", machine.name},
                           {"type", machine.platform == Platform::kLinuxPhysical ? "LinuxComputer" : "WindowsComputer"},
                           {"protectionGroupId", machine.group_id}});
    }
    return computers;
  }
  void AddCopy(const Job& job, Json& row) const {
    const auto source = std::ranges::find(server_.jobs, job.copy_of, &Job::id);
    Json jobs = Json::array();
    if (source != server_.jobs.end()) {
      jobs.push_back({{"id", source->id}, {"name", source->name}, {"type", JobTypeName(source->kind)}});
    }
    row["mode"] = "Immediate";
    row["sourceObjects"] = {{"includes", {{"jobs", std::move(jobs)}}}};
    row["target"] = {{"backupRepositoryId", job.repository_id},
                     {"retentionPolicy", {{"type", "RestorePoints"}, {"quantity", job.keep_points}}},
                     {"gfsPolicy", {{"isEnabled", false}}}};
    row["dataTransfer"] = {{"wanAcceleratorSettings", {{"transferMode", "Direct"}}}};
    row["schedule"] = {{"type", "Immediate"}, {"scheduleMode", "Continuous"}};
  }
};

}  // namespace

std::unique_ptr<Rest> MakeRestV13(const BackupServer& server, Moment now) {
  return std::make_unique<RestV13>(server, now);
}

}  // namespace steward::lab
