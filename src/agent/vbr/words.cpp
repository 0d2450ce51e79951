// SPDX-License-Identifier: Apache-2.0
#include "agent/vbr/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <span>
#include <utility>

namespace steward::agent::vbr {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

std::string Find(std::span<const Pair> table, std::string_view word, std::string_view fallback = "Unknown") {
  for (const auto& [from, to] : table) {
    if (SameWord(from, word)) return std::string(to);
  }
  return std::string(fallback);
}

constexpr Pair kRepositories[] = {{"WinLocal", "Windows"},
                                  {"LinuxLocal", "Linux"},
                                  {"LinuxHardened", "LinuxHardened"},
                                  {"Smb", "Share"},
                                  {"Nfs", "NFS"},
                                  {"AzureBlob", "MicrosoftAzureBlobStorage"},
                                  {"AzureDataBox", "MicrosoftAzureDataBox"},
                                  {"AzureArchive", "MicrosoftAzureArchive"},
                                  {"AmazonS3", "AmazonS3"},
                                  {"AmazonSnowballEdge", "AmazonSnowball"},
                                  {"AmazonS3Glacier", "AmazonS3Glacier"},
                                  {"S3Compatible", "S3Compatible"},
                                  {"S3Integrated", "S3Compatible"},
                                  {"S3GlacierCompatible", "S3Compatible"},
                                  {"GoogleCloud", "GoogleCloud"},
                                  {"IBMCloud", "IbmCloudObjectStorage"},
                                  {"ExtendableRepository", "ScaleOut"},
                                  {"DellDataDomain", "DellEmcDataDomain"},
                                  {"DDBoost", "DellEmcDataDomain"},
                                  {"ExaGrid", "ExaGrid"},
                                  {"HPEStoreOnce", "HpeStoreOnce"},
                                  {"HPStoreOnce", "HpeStoreOnce"},
                                  {"HPStoreOnceIntegration", "HpeStoreOnce"},
                                  {"QuantumDXi", "QuantumDxi"},
                                  {"Quantum", "QuantumDxi"},
                                  {"WasabiCloud", "Wasabi"},
                                  {"Infinidat", "Infinidat"},
                                  {"Fujitsu", "Fujitsu"},
                                  {"VeeamDataCloudVault", "VeeamVault"},
                                  {"VeeamVault", "VeeamVault"},
                                  {"VeeamDataCloudVaultArchive", "VeeamVault"},
                                  {"Cloud", "Cloud"},
                                  {"SanSnapshotOnly", "SanSnapshot"},
                                  {"AmazonS3External", "AmazonS3External"},
                                  {"AzureStorageExternal", "AzureExternal"},
                                  {"GoogleArchiveStorageExternal", "GoogleArchiveTier"},
                                  {"AzureArchiveStorageExternal", "AzureArchiveTier"},
                                  {"ElevenElevenS3", "ElevenEleven"}};

constexpr Pair kProxies[] = {{"ViProxy", "vSphere"}, {"HvProxy", "HyperVOffhost"}, {"GeneralPurposeProxy", "File"}};

constexpr Pair kHosts[] = {{"WindowsHost", "WindowsHost"},
                           {"LinuxHost", "LinuxHost"},
                           {"CloudDirectorHost", "VcdSystem"},
                           {"HvServer", "HyperVServer"},
                           {"HvCluster", "HyperVCluster"},
                           {"SCVMM", "Scvmm"},
                           {"SmbV3Cluster", "SmbCluster"},
                           {"SmbV3StandaloneHost", "SmbServer"},
                           {"NutanixCluster", "ExternalInfrastructureServer"},
                           {"PrismCentral", "ExternalInfrastructureServer"},
                           {"ProxmoxNode", "ExternalInfrastructureServer"},
                           {"ProxmoxCluster", "ExternalInfrastructureServer"}};

constexpr Pair kDataServers[] = {{"SMBShare", "CifsServerShare"}, {"NFSShare", "NfsServerShare"},
                                 {"FileServer", "Share"},         {"NASFiler", "NasFiler"},
                                 {"AmazonS3", "AmazonS3Server"},  {"S3Compatible", "S3CompatibleServer"},
                                 {"AzureBlob", "AzureBlobServer"}};

constexpr Pair kJobs[] = {{"VSphereBackup", "BackupVm"},
                          {"Backup", "BackupVm"},
                          {"CloudDirectorBackup", "BackupVm"},
                          {"HyperVBackup", "BackupVm"},
                          {"NutanixAHVBackupJob", "BackupVm"},
                          {"ProxmoxBackupJob", "BackupVm"},
                          {"VSphereReplica", "ReplicationVM"},
                          {"BackupCopy", "SimpleBackupCopy"},
                          {"LegacyBackupCopy", "BackupCopy"},
                          {"WindowsAgentBackup", "AgentBackupJob"},
                          {"WindowsAgentBackupFailoverCluster", "AgentBackupJob"},
                          {"LinuxAgentBackup", "AgentBackupJob"},
                          {"WindowsAgentBackupWorkstationPolicy", "AgentPolicy"},
                          {"LinuxAgentBackupWorkstationPolicy", "AgentPolicy"},
                          {"WindowsAgentBackupServerPolicy", "AgentPolicy"},
                          {"LinuxAgentBackupServerPolicy", "AgentPolicy"},
                          {"FileBackup", "BackupFile"},
                          {"FileBackupCopy", "BackupFileCopy"},
                          {"ObjectStorageBackup", "ObjectStorageBackup"},
                          {"SureBackupContentScan", "SureBackup"},
                          {"CloudBackupAWS", "AwsBackupJob"},
                          {"CloudBackupAzure", "AzureBackupJob"},
                          {"CloudBackupGoogle", "GoogleBackupJob"}};

constexpr Pair kSubtypes[] = {{"VSphereBackup", "VSphere"},          {"Backup", "VSphere"},
                              {"CloudDirectorBackup", "Vcd"},        {"HyperVBackup", "HyperV"},
                              {"NutanixAHVBackupJob", "NutanixAhv"}, {"ProxmoxBackupJob", "ProxmoxVe"}};

constexpr Pair kBottlenecks[] = {{"None", "None"},
                                 {"Source", "Source"},
                                 {"SourceProxy", "Proxy"},
                                 {"Proxy", "Proxy"},
                                 {"TargetProxy", "Proxy"},
                                 {"SourceNetwork", "Network"},
                                 {"Network", "Network"},
                                 {"TargetNetwork", "Network"},
                                 {"SourceWan", "SourceWanAccelerator"},
                                 {"TargetWan", "TargetWanAccelerator"},
                                 {"Target", "Target"},
                                 {"TargetDisk", "Target"}};

constexpr Pair kPackages[] = {{"Starter", "Starter"},   {"Essentials", "Essentials"}, {"Backup", "Backup"},
                              {"One", "ONE"},           {"Suite", "Suite"},           {"Foundation", "Foundation"},
                              {"Advanced", "Advanced"}, {"Premium", "Premium"}};

constexpr Pair kLicenseTypes[] = {
    {"Empty", "NotInstalled"},  {"Free", "Community"}, {"Evaluation", "Evaluation"},    {"NFR", "NFR"},
    {"Perpetual", "Perpetual"}, {"Rental", "Rental"},  {"Subscription", "Subscription"}};

constexpr Pair kClasses[] = {{"VMware", "Virtual machine"},
                             {"HyperV", "Virtual machine"},
                             {"NutanixAhv", "Virtual machine"},
                             {"Kvm", "Virtual machine"},
                             {"Proxmox", "Virtual machine"},
                             {"VM", "Virtual machine"},
                             {"WindowsServer", "Server agent"},
                             {"LinuxServer", "Server agent"},
                             {"LinuxPpcServer", "Server agent"},
                             {"UnixServer", "Server agent"},
                             {"MacServer", "Server agent"},
                             {"OracleSolaris", "Server agent"},
                             {"IbmAix", "Server agent"},
                             {"WindowsWorkstation", "Workstation agent"},
                             {"LinuxWorkstation", "Workstation agent"},
                             {"MacWorkstation", "Workstation agent"},
                             {"UnstructuredData", "NAS"},
                             {"UnstructuredDataServer", "NAS"},
                             {"AwsEc2", "Cloud VM"},
                             {"AzureVm", "Cloud VM"},
                             {"GcpVm", "Cloud VM"},
                             {"Application", "Application"},
                             {"MongoDB", "Application"},
                             {"CloudBackup", "Cloud Connect"},
                             {"CloudBackupServer", "Cloud Connect"},
                             {"CloudBackupWorkstation", "Cloud Connect"},
                             {"CloudReplica", "Cloud Connect"}};

constexpr Pair kMalware[] = {{"Clean", "Clean"}, {"Suspicious", "Suspicious"}, {"Infected", "Infected"}};
constexpr Pair kVmPlatforms[] = {{"VMware", "VMware"},
                                 {"HyperV", "HyperV"},
                                 {"CloudDirector", "CloudDirector"},
                                 {"Nutanix", "Nutanix"},
                                 {"Proxmox", "Proxmox"}};
constexpr Pair kResults[] = {{"Success", "Success"}, {"Warning", "Warning"}, {"Failed", "Failed"}, {"None", "None"}};

constexpr std::string_view kRuns[] = {"BackupJob",           "ReplicaJob",
                                      "BackupCopyJob",       "BackupCopyJobParent",
                                      "AgentBackup",         "AgentPolicy",
                                      "EndpointBackup",      "FileServerSave",
                                      "SureBackup",          "SureBackupContentScan",
                                      "IrisBackup",          "PlatformBackupJob",
                                      "PlatformSnapshotJob", "UnstructuredDataBackupCopy"};

constexpr Pair kBuilds[] = {{"11.", "11"},     {"12.0.", "12"},   {"12.1.", "12.1"},
                            {"12.2.", "12.2"}, {"12.3.", "12.3"}, {"13.0.", "13"}};

constexpr Pair kZones[] = {{"UTC", "Etc/UTC"},
                           {"GMT Standard Time", "Europe/London"},
                           {"W. Europe Standard Time", "Europe/Berlin"},
                           {"Central Europe Standard Time", "Europe/Budapest"},
                           {"Romance Standard Time", "Europe/Paris"},
                           {"E. Europe Standard Time", "Europe/Chisinau"},
                           {"Eastern Standard Time", "America/New_York"},
                           {"Central Standard Time", "America/Chicago"},
                           {"Mountain Standard Time", "America/Denver"},
                           {"US Mountain Standard Time", "America/Phoenix"},
                           {"Pacific Standard Time", "America/Los_Angeles"},
                           {"India Standard Time", "Asia/Kolkata"},
                           {"W. Central Africa Standard Time", "Africa/Lagos"},
                           {"Tokyo Standard Time", "Asia/Tokyo"},
                           {"AUS Eastern Standard Time", "Australia/Sydney"}};

}  // namespace

bool SameWord(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right,
                            [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

std::string RepositoryType(std::string_view type) {
  return Find(kRepositories, type);
}
std::string ProxyType(std::string_view type) {
  return Find(kProxies, type);
}

std::string HostType(const Json& host) {
  const std::string type = Text(host, "type").value_or("");
  if (Flag(host, "isBackupServer").value_or(false)) return "BackupServer";
  if (SameWord(type, "ViHost")) {
    const std::string kind = Text(host, "viHostType").value_or("");
    if (SameWord(kind, "VC")) return "VirtualCenter";
    if (SameWord(kind, "ESX")) return "ESX";
    if (SameWord(kind, "ESXi")) return "ESXi";
    return "Unknown";
  }
  return Find(kHosts, type);
}

std::string DataServerType(std::string_view type) {
  return Find(kDataServers, type);
}

std::string JobType(std::string_view type, bool storage_snapshot) {
  if (storage_snapshot && SameWord(type, "NutanixAHVBackupJob")) return "AhvStorageSnapshotJob";
  return Find(kJobs, type);
}
std::string VmSubtype(std::string_view type) {
  return Find(kSubtypes, type, "");
}
std::string Bottleneck(std::string_view word) {
  return Find(kBottlenecks, word);
}
std::string LicensePackage(std::string_view word) {
  return Find(kPackages, word);
}
std::string LicenseType(std::string_view type, std::string_view edition) {
  if (SameWord(edition, "Community")) return "Community";
  return Find(kLicenseTypes, type);
}
std::string WorkloadClass(std::string_view platform) {
  return Find(kClasses, platform);
}
std::string MalwareState(std::string_view word) {
  return Find(kMalware, word);
}
std::string VmPlatform(std::string_view platform) {
  return Find(kVmPlatforms, platform);
}
std::string SessionResult(std::string_view word) {
  return Find(kResults, word);
}

bool IsRun(std::string_view session_type) {
  return std::ranges::any_of(kRuns, [&](std::string_view run) { return SameWord(run, session_type); });
}

std::optional<double> ParseRate(std::string_view text) {
  std::string number;
  std::size_t i = 0;
  for (;
       i < text.size() && (std::isdigit(static_cast<unsigned char>(text[i])) != 0 || text[i] == '.' || text[i] == ',');
       ++i) {
    number.push_back(text[i] == ',' ? '.' : text[i]);
  }
  if (number.empty()) return std::nullopt;
  double value = 0;
  try {
    value = std::stod(number);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  while (i < text.size() && text[i] == ' ') ++i;
  const std::string_view unit = text.substr(i);
  constexpr std::pair<std::string_view, double> kUnits[] = {
      {"B/s", 1.0 / 1048576}, {"KB/s", 1.0 / 1024}, {"MB/s", 1}, {"GB/s", 1024}, {"TB/s", 1048576}};
  for (const auto& [name, factor] : kUnits) {
    if (SameWord(unit, name)) return value * factor;
  }
  return std::nullopt;
}

std::string DisplayVersion(const std::string& build, const std::string& last_patch) {
  for (const auto& [prefix, name] : kBuilds) {
    if (build.starts_with(prefix))
      return "Backup & Replication " + std::string(name) + (last_patch.empty() ? "" : " " + last_patch);
  }
  return last_patch.empty() ? build : build + " " + last_patch;
}

std::optional<std::string> IanaZone(std::string_view windows_name) {
  std::string zone = Find(kZones, windows_name, "");
  if (zone.empty()) return std::nullopt;
  return zone;
}

std::string JobStatus(const JobStatusFacts& facts) {
  const auto is = [&](std::string_view word) { return SameWord(facts.job_status, word); };
  if (is("Starting")) return "Starting";
  if (is("Stopping")) return "Stopping";
  if (is("Running")) {
    for (const std::string_view state : {"Starting", "Stopping", "WaitingTape", "WaitingRepository", "Idle"}) {
      if (SameWord(facts.session_state, state)) return std::string(state);
    }
    return "Running";
  }
  if (is("Inactive") || is("Stopped") || is("Enabled") || is("Disabled")) {
    std::string result = SessionResult(facts.last_result);
    if (result == "None") return facts.ever_ran ? "Unknown" : "None";
    return result;
  }
  return "Unknown";
}

std::string ScheduleType(const ScheduleFacts& facts) {
  if (facts.config == nullptr) return facts.runs_after_job ? "Chained" : "Unknown";
  const Json& schedule = Part(*facts.config, "schedule");
  const auto enabled = [&](const char* key) { return Flag(Part(schedule, key), "isEnabled").value_or(false); };
  const std::string mode = Text(schedule, "scheduleMode").value_or("");
  const std::string type = Text(schedule, "type").value_or("");
  if (Flag(schedule, "runAutomatically") == false) return "NotScheduled";
  if (enabled("afterThisJob")) return "Chained";
  if (enabled("continuously") || SameWord(mode, "Continuous") || SameWord(type, "Continuous")) return "Continuously";
  if (SameWord(mode, "BackupWindow") || SameWord(type, "Custom")) return "BackupWindow";
  if (facts.runs_after_job) return "Chained";
  if (enabled("periodically")) return "Periodically";
  if (enabled("monthly")) return "Monthly";
  if (enabled("daily")) return "Daily";
  return "Unknown";
}

std::optional<std::string> Text(const Json& row, const char* key) {
  const Json& value = Part(row, key);
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

std::optional<std::int64_t> Whole(const Json& row, const char* key) {
  const Json& value = Part(row, key);
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float() && std::abs(value.get<double>()) < 9e18) return std::llround(value.get<double>());
  return std::nullopt;
}

std::optional<double> Real(const Json& row, const char* key) {
  const Json& value = Part(row, key);
  if (!value.is_number()) return std::nullopt;
  return value.get<double>();
}

std::optional<bool> Flag(const Json& row, const char* key) {
  const Json& value = Part(row, key);
  if (!value.is_boolean()) return std::nullopt;
  return value.get<bool>();
}

const Json& Part(const Json& row, const char* key) {
  static const Json kNothing;
  if (!row.is_object()) return kNothing;
  const auto found = row.find(key);
  return found == row.end() ? kNothing : *found;
}

}  // namespace steward::agent::vbr
