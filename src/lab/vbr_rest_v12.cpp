// SPDX-License-Identifier: Apache-2.0
// Interface version 1.2-rev1: fewer types than its successor, some words in lower case.
#include <algorithm>
#include <cctype>

#include "lab/rest.hpp"
#include "lab/simulation.hpp"

namespace steward::lab {
namespace {

class RestV12 final : public Rest {
 public:
  using Rest::Rest;

  bool Shows(const Job& job) const override {
    return job.kind == JobKind::kVSphere || job.kind == JobKind::kReplica || job.kind == JobKind::kFileCopy;
  }
  bool Shows(const ObjectRef& ref) const override {
    return server_.workloads[ref.object->workload].platform == Platform::kVMware;
  }
  bool Shows(const Proxy& proxy) const override { return !proxy.hyper_v; }
  bool Shows(const Host& host) const override { return host.kind != Host::Kind::kHyperV; }

  Json Info() const override {
    return {{"vbrId", server_.installation_id}, {"name", server_.name},
            {"buildVersion", server_.build},    {"patches", Json::array()},
            {"databaseVendor", "PostgreSql"},   {"sqlServerEdition", ""},
            {"sqlServerVersion", "15.8"},       {"databaseSchemaVersion", "13000"},
            {"databaseContentVersion", "13000"}};
  }
  Json Time() const override { return {{"serverTime", At(now_)}, {"timeZone", server_.windows_zone}}; }

  Json LicenseState() const override {
    const License& license = server_.license;
    Json row = {{"status", license.expires && *license.expires <= now_ ? "Expired" : "Valid"},
                {"type", LicenseTypeName(license.kind)},
                {"edition", license.edition},
                {"licensedTo", license.licensed_to},
                {"supportId", license.support_id},
                {"autoUpdateEnabled", license.auto_update},
                {"freeAgentInstanceConsumptionEnabled", true},
                {"cloudConnect", license.cloud_connect ? "Enabled" : "Disabled"},
                {"instanceLicenseSummary",
                 {{"licensedInstancesNumber", license.instances},
                  {"usedInstancesNumber", UsedInstances(server_)},
                  {"newInstancesNumber", 0.0},
                  {"rentalInstancesNumber", license.kind == License::Kind::kRental ? UsedInstances(server_) : 0.0},
                  {"package", "Suite"}}}};
    if (license.expires) row["expirationDate"] = At(*license.expires);
    if (license.support_expires) row["supportExpirationDate"] = At(*license.support_expires);
    AddSections(row);
    return row;
  }
  Json LicenseInstance(std::size_t workload) const override {
    const Workload& machine = server_.workloads[workload];
    return {{"name", machine.name},
            {"hostName", machine.platform == Platform::kVMware ? server_.hosts[1].name : machine.name},
            {"usedInstancesNumber", machine.workstation ? 0.33 : 1.0},
            {"type", machine.platform == Platform::kVMware ? "VMware" : "Agent"},
            {"instanceId", machine.id}};
  }
  Json RepositoryState(const Repository& repository) const override {
    Json row = {{"id", repository.id},
                {"name", repository.name},
                {"type", RepositoryTypeName(repository.kind)},
                {"description", ""},
                {"capacityGB", repository.capacity_gb},
                {"freeGB", std::max(0.0, repository.capacity_gb - UsedGb(server_, repository, now_))},
                {"usedSpaceGB", UsedGb(server_, repository, now_)},
                {"isOnline", repository.online}};
    if (!repository.host_id.empty()) {
      row["hostId"] = repository.host_id;
      row["hostName"] = HostName(repository.host_id);
      row["path"] = repository.path;
    }
    return row;
  }
  Json ProxyConfig(const Proxy& proxy) const override {
    return {{"id", proxy.id},
            {"name", proxy.name},
            {"description", ""},
            {"type", "ViProxy"},
            {"server", {{"hostId", proxy.host_id}, {"transportMode", "auto"}, {"maxTaskCount", 4}}}};
  }
  Json ProxyState(const Proxy&) const override { return nullptr; }

  Json HostConfig(const Host& host) const override {
    Json row = {{"id", host.id},
                {"name", host.name},
                {"description", host.description},
                {"status", host.available ? "Available" : "Unavailable"}};
    if (host.kind == Host::Kind::kWindows) {
      row["type"] = "WindowsHost";
      row["credentialsId"] = kZeroUuid;
    } else if (host.kind == Host::Kind::kLinux) {
      row["type"] = "LinuxHost";
      row["credentialsStorageType"] = "Permanent";
    } else {
      row["type"] = "ViHost";
      row["credentialsId"] = kZeroUuid;
      row["viHostType"] = host.kind == Host::Kind::kVirtualCenter ? "VC" : "ESXi";
      row["port"] = 443;
    }
    return row;
  }

  Json JobConfig(const Job& job) const override {
    if (job.kind == JobKind::kFileCopy) return FileCopyJob(job);
    Json row = {{"id", job.id},
                {"name", job.name},
                {"type", JobTypeName(job.kind)},
                {"isDisabled", job.disabled},
                {"description", job.description},
                {"isHighPriority", false},
                {"schedule", Schedule(job)}};
    Json includes = Json::array();
    for (const std::size_t index : job.workloads) {
      const Workload& machine = server_.workloads[index];
      includes.push_back({{"platform", "VMware"},
                          {"hostName", server_.hosts[1].name},
                          {"name", machine.name},
                          {"type", "VirtualMachine"},
                          {"objectId", machine.object_id}});
    }
    row["virtualMachines"] = {{"includes", std::move(includes)}};
    if (job.kind == JobKind::kVSphere) {
      row["guestProcessing"] = GuestProcessing();
      row["storage"] = MachineStorage(job, "synthenticFulls", false);
    } else {
      const Json host = {{"platform", "VMware"},
                         {"hostName", server_.hosts[1].name},
                         {"name", server_.hosts[2].name},
                         {"type", "Host"}};
      row["destination"] = {{"host", host}, {"resourcePool", host}, {"folder", host}, {"datastore", host}};
      row["jobSettings"] = {{"metadataRepositoryId", server_.repositories.front().id},
                            {"replicaNameSuffix", "_replica"},
                            {"restorePointsToKeep", job.keep_points}};
    }
    return row;
  }

  Json JobState(const Job& job) const override {
    Json row = {{"id", job.id},
                {"name", job.name},
                {"type", JobTypeName(job.kind)},
                {"description", job.description},
                {"status", job.running ? "running" : (job.disabled ? "disabled" : "inactive")},
                {"lastResult", OutcomeName(job.last_outcome)},
                {"workload", job.kind == JobKind::kFileCopy ? "file" : "vm"},
                {"objectsCount", job.workloads.size()}};
    if (job.last_run) row["lastRun"] = At(*job.last_run);
    if (job.next_run && !job.disabled) row["nextRun"] = At(*job.next_run);
    if (const Repository* repository = FindRepository(job.repository_id)) {
      row["repositoryId"] = repository->id;
      row["repositoryName"] = repository->name;
    }
    if (job.last_session) row["sessionId"] = server_.sessions[*job.last_session].id;
    return row;
  }

  Json SessionState(const Session& session) const override { return SessionBase(session); }
  Json TaskState(const TaskRef& ref) const override { return TaskBase(ref); }

  Json BackupRow(std::size_t index, const Backup& backup) const override {
    const Job& job = server_.jobs[index];
    const Platform platform = server_.workloads[job.workloads.front()].platform;
    return {{"id", backup.id},
            {"jobId", job.id},
            {"policyUniqueId", job.id},
            {"name", job.name},
            {"platformName", PlatformName(platform)},
            {"platformId", PlatformId(server_, platform)},
            {"creationTime", At(backup.created)},
            {"repositoryId", job.repository_id}};
  }
  Json ObjectRow(const ObjectRef& ref) const override {
    const Workload& machine = server_.workloads[ref.object->workload];
    return {{"id", ref.object->id},
            {"name", machine.name},
            {"type", "VM"},
            {"platformName", PlatformName(machine.platform)},
            {"platformId", PlatformId(server_, machine.platform)},
            {"restorePointsCount", ref.object->points.size()},
            {"objectId", machine.object_id},
            {"viType", "VirtualMachine"},
            {"path", machine.path}};
  }
  Json FileRow(const PointRef& ref) const override {
    Json row = FileBase(ref);
    row["objectId"] = ref.at.object->id;
    return row;
  }
  Json PointRow(const PointRef& ref) const override { return PointBase(ref); }
  Json Computer(std::size_t) const override { return nullptr; }
  Json Group(const ProtectionGroup&) const override { return nullptr; }

  std::string JobTypeName(JobKind kind) const override {
    if (kind == JobKind::kFileCopy) return "FileBackupCopy";
    return kind == JobKind::kReplica ? "VSphereReplica" : "Backup";
  }
  std::string SessionTypeName(const Session& session) const override {
    // This version has no word of its own for a copy of file data.
    const bool copy = server_.jobs[session.job].kind == JobKind::kFileCopy;
    return copy ? "FileServerSave" : Rest::SessionTypeName(session);
  }

 protected:
  Json MountServer() const override {
    return {{"mountServerId", server_.hosts.front().id}, {"writeCacheFolder", "C:\\Cache"}, {"vPowerNFSEnabled", true}};
  }
  Json ExtentStatus() const override { return "Normal"; }
  std::string Word(std::string word) const override {
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return word;
  }
};

}  // namespace

std::unique_ptr<Rest> MakeRestV12(const BackupServer& server, Moment now) {
  return std::make_unique<RestV12>(server, now);
}

}  // namespace steward::lab
