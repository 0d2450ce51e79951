// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "agent/vbr/mapper.hpp"
#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::vbr {
namespace {

constexpr double kGb = 1024.0 * 1024.0 * 1024.0;

std::int64_t Bytes(double gb) {
  return std::llround(gb * kGb);
}

std::optional<std::string> Time(const Json& row, const char* key) {
  const auto text = Text(row, key);
  return text ? UtcText(*text) : std::nullopt;
}

std::optional<std::string> Earliest(std::initializer_list<std::optional<std::string>> times) {
  std::optional<std::string> first;
  for (const auto& time : times) {
    if (time && (!first || *time < *first)) first = time;
  }
  return first;
}

/// Days of immutability by the model of the repository's type; nothing when the type has no such field.
struct Immutability {
  std::optional<bool> enabled;
  std::optional<std::int64_t> days;
};
Immutability ImmutabilityOf(const Json& config) {
  Immutability result;
  if (const auto days = Whole(Part(config, "repository"), "makeRecentBackupsImmutableDays")) {
    result.enabled = *days > 0;
    if (*days > 0) result.days = days;
    return result;
  }
  for (const char* key : {"bucket", "container", "repository"}) {
    const Json& part = Part(Part(config, key), "immutability");
    if (!part.is_object()) continue;
    result.enabled = Flag(part, "isEnabled");
    if (result.enabled.value_or(false) && !SameWord(Text(part, "immutabilityMode").value_or(""), "RetentionSettings")) {
      result.days = Whole(part, "daysCount");
    }
    return result;
  }
  for (const char* key : {"bucket", "container"}) {
    if (const auto flag = Flag(Part(config, key), "immutabilityEnabled")) result.enabled = flag;
  }
  return result;
}

std::string RepositoryStatus(const Json& state) {
  const auto online = Flag(state, "isOnline");
  if (!online) return "Unknown";
  if (!*online) return "Error";
  return Flag(state, "isOutOfDate").value_or(false) ? "Warning" : "Healthy";
}

int Badness(const std::string& status) {
  return status == "Error" ? 3 : (status == "Warning" ? 2 : (status == "Unknown" ? 1 : 0));
}

std::int64_t BackupSize(const Context& context, const std::string& repository_id) {
  std::int64_t sum = 0;
  for (const auto& [id, backup] : context.cache.backups) {
    if (backup.repository_id != repository_id) continue;
    for (const auto& [file_id, file] : backup.files) sum += file.stored;
  }
  return sum;
}

void FillSpace(inventory::BackupRepository& row, const Json& state) {
  const auto capacity = Real(state, "capacityGB");
  const bool known = capacity && *capacity > 0;
  if (known) row.set_capacity(Bytes(*capacity));
  const auto free = Real(state, "freeGB");
  if (known && free && *free >= 0) row.set_free_space(Bytes(*free));
  const auto used = Real(state, "usedSpaceGB");
  if (used && (*used > 0 || known)) row.set_used_space(Bytes(*used));
}

void FillConfig(inventory::BackupRepository& row, const Json& config) {
  const Immutability immutability = ImmutabilityOf(config);
  if (immutability.enabled) row.set_is_immutability_enabled(*immutability.enabled);
  if (immutability.days) row.set_immutability_interval(*immutability.days * 86400);
  if (const auto flag = Flag(Part(Part(config, "repository"), "advancedSettings"), "perVmBackup")) {
    row.set_per_vm_backup_files(*flag);
  }
  for (const char* key : {"bucket", "container"}) {
    const Json& part = Part(config, key);
    const auto name = Text(part, key[0] == 'b' ? "bucketName" : "containerName");
    if (name && !row.has_path()) row.set_path(*name + "/" + Text(part, "folderName").value_or(""));
  }
}

void MapRepositories(const Context& context, Snapshot& snapshot) {
  const Cache& cache = context.cache;
  std::map<std::string, std::string> worst;
  std::set<std::string> seen;
  for (const Json& state : cache.repository_states) {
    inventory::BackupRepository row;
    row.set_uid(Text(state, "id").value_or(""));
    if (row.uid().empty()) continue;
    seen.insert(row.uid());
    row.set_backup_server_uid(context.server_uid);
    row.set_name(Text(state, "name").value_or(""));
    row.set_type(RepositoryType(Text(state, "type").value_or("")));
    row.set_status(RepositoryStatus(state));
    FillSpace(row, state);
    if (const auto path = Text(state, "path"); path && !path->empty()) row.set_path(*path);
    if (const auto name = Text(state, "hostName"); name && !name->empty()) row.set_host_name(*name);
    if (const auto id = Text(state, "hostId"); id && IsUuid(*id)) row.set_host_uid(*id);
    if (const auto flag = Flag(state, "isOutOfDate")) row.set_is_out_of_date(*flag);
    if (cache.version == "1.3-rev2") row.set_is_cloud(SameWord(Text(state, "type").value_or(""), "Cloud"));
    if (const auto config = context.repository_configs.find(row.uid()); config != context.repository_configs.end()) {
      FillConfig(row, *config->second);
    }
    const auto parent = context.parents.find(row.uid());
    if (parent != context.parents.end()) {
      row.set_parent_repository_uid(parent->second);
      std::string& status = worst.try_emplace(parent->second, row.status()).first->second;
      if (Badness(row.status()) > Badness(status)) status = row.status();
    } else {
      row.set_backup_size(BackupSize(context, row.uid()));
    }
    Put(snapshot, "BackupRepository", row);
  }
  for (const Json& scale_out : cache.scale_outs) {
    inventory::BackupRepository row;
    row.set_uid(Text(scale_out, "id").value_or(""));
    if (row.uid().empty() || seen.contains(row.uid())) continue;
    row.set_backup_server_uid(context.server_uid);
    row.set_name(Text(scale_out, "name").value_or(""));
    row.set_type("ScaleOut");
    row.set_status(worst.contains(row.uid()) ? worst[row.uid()] : "Unknown");
    double capacity = 0;
    double free = 0;
    double used = 0;
    bool known = false;
    for (const Json& state : cache.repository_states) {
      const auto parent = context.parents.find(Text(state, "id").value_or(""));
      if (parent == context.parents.end() || parent->second != row.uid()) continue;
      known = true;
      capacity += Real(state, "capacityGB").value_or(0);
      free += Real(state, "freeGB").value_or(0);
      used += Real(state, "usedSpaceGB").value_or(0);
    }
    if (known && capacity > 0) {
      row.set_capacity(Bytes(capacity));
      row.set_free_space(Bytes(free));
      row.set_used_space(Bytes(used));
    }
    if (const auto flag = Flag(Part(Part(scale_out, "performanceTier"), "advancedSettings"), "perVmBackup")) {
      row.set_per_vm_backup_files(*flag);
    }
    if (const auto immutable = context.Immutable(row.uid())) row.set_is_immutability_enabled(*immutable);
    row.set_backup_size(BackupSize(context, row.uid()));
    Put(snapshot, "BackupRepository", row);
  }
}

void MapProxies(const Context& context, Snapshot& snapshot) {
  for (const Json& proxy : context.cache.proxies) {
    inventory::BackupProxy row;
    row.set_uid(Text(proxy, "id").value_or(""));
    if (row.uid().empty()) continue;
    row.set_backup_server_uid(context.server_uid);
    row.set_name(Text(proxy, "name").value_or(""));
    row.set_type(ProxyType(Text(proxy, "type").value_or("")));
    if (const auto flag = Flag(proxy, "isOutOfDate")) row.set_is_out_of_date(*flag);
    if (const auto flag = Flag(proxy, "isDisabled")) row.set_is_disabled(*flag);
    std::string host_id = Text(proxy, "hostId").value_or("");
    if (host_id.empty()) host_id = Text(Part(proxy, "server"), "hostId").value_or("");
    std::string host_name = Text(proxy, "hostName").value_or("");
    std::string host_status;
    for (const Json& host : context.cache.hosts) {
      if (Text(host, "id") != host_id) continue;
      if (host_name.empty()) host_name = Text(host, "name").value_or("");
      host_status = Text(host, "status").value_or("");
    }
    if (IsUuid(host_id)) row.set_host_uid(host_id);
    if (!host_name.empty()) row.set_host_name(host_name);
    if (const auto online = Flag(proxy, "isOnline")) {
      row.set_status(!*online ? "Error" : (row.is_out_of_date() ? "Warning" : "Healthy"));
    } else if (SameWord(host_status, "Available")) {
      row.set_status("Healthy");
    } else {
      row.set_status(SameWord(host_status, "Unavailable") ? "Error" : "Unknown");
    }
    Put(snapshot, "BackupProxy", row);
  }
}

void MapHosts(const Context& context, Snapshot& snapshot) {
  for (const Json& host : context.cache.hosts) {
    inventory::BackupServerHost row;
    row.set_uid(Text(host, "id").value_or(""));
    if (row.uid().empty()) continue;
    row.set_backup_server_uid(context.server_uid);
    row.set_name(Text(host, "name").value_or(""));
    row.set_type(HostType(host));
    const std::string status = Text(host, "status").value_or("");
    row.set_status(SameWord(status, "Available") ? "Healthy" : (SameWord(status, "Unavailable") ? "Error" : "Unknown"));
    Put(snapshot, "BackupServerHost", row);
  }
  for (const Json& source : context.cache.data_servers) {
    inventory::BackupServerHost row;
    row.set_uid(Text(source, "id").value_or(""));
    if (row.uid().empty()) continue;
    row.set_backup_server_uid(context.server_uid);
    row.set_type(DataServerType(Text(source, "type").value_or("")));
    std::string name = Text(source, "name").value_or("");
    if (name.empty()) name = Text(Part(source, "account"), "friendlyName").value_or("");
    row.set_name(name.empty() ? Text(source, "path").value_or("") : name);
    Put(snapshot, "BackupServerHost", row);
  }
}

std::string UnitType(const Json& license) {
  const std::string type = Text(license, "type").value_or("");
  if (SameWord(type, "Rental")) return "Points";
  for (const char* word : {"Subscription", "Perpetual", "Evaluation", "NFR", "Free"}) {
    if (SameWord(type, word)) return "Instances";
  }
  return "Unknown";
}

void FillLicenseSections(const Json& license, inventory::BackupServerLicense& row) {
  const Json& instances = Part(license, "instanceLicenseSummary");
  const Json& sockets = Part(license, "socketLicenseSummary");
  const Json& capacity = Part(license, "capacityLicenseSummary");
  Json sections = Json::array();
  Json packages = Json::array();
  if (instances.is_object()) sections.push_back("Instance");
  if (sockets.is_object()) sections.push_back("Socket");
  for (const Json* part : {&instances, &sockets}) {
    const auto package = Text(*part, "package");
    if (!package) continue;
    const std::string word = LicensePackage(*package);
    if (std::ranges::find(packages, Json(word)) == packages.end()) packages.push_back(word);
  }
  if (sections.empty()) sections.push_back("Unknown");
  row.set_section_types(sections.dump());
  if (!packages.empty()) row.set_packages(packages.dump());
  if (const auto units = Real(instances, "licensedInstancesPromoIncludedNumber")) {
    row.set_units(*units);
  } else if (const auto plain = Real(instances, "licensedInstancesNumber")) {
    row.set_units(*plain);
  }
  if (const auto used = Real(instances, "usedInstancesNumber")) row.set_used_units(*used);
  if (const auto value = Real(sockets, "licensedSocketsNumber")) row.set_sockets(*value);
  if (const auto value = Real(sockets, "usedSocketsNumber")) row.set_used_sockets(*value);
  if (const auto value = Real(capacity, "licensedCapacityTb")) row.set_capacity(*value);
  if (const auto value = Real(capacity, "usedCapacityTb")) row.set_used_capacity(*value);
  const auto expires =
      Earliest({Time(license, "expirationDate"), Time(instances, "expirationDate"), Time(sockets, "expirationDate")});
  if (expires) row.set_expiration_date(*expires);
  const auto support = Earliest({Time(license, "supportExpirationDate"), Time(instances, "supportExpirationDate"),
                                 Time(sockets, "supportExpirationDate")});
  if (support) row.set_support_expiration_date(*support);
}

void MapLicense(const Context& context, Snapshot& snapshot) {
  const Json& license = context.cache.license;
  if (!context.cache.license_known) return;
  inventory::BackupServerLicense row;
  row.set_uid(context.server_uid);
  row.set_backup_server_uid(context.server_uid);
  row.set_auto_update_enabled(Flag(license, "autoUpdateEnabled").value_or(false));
  const std::string edition = Text(license, "edition").value_or("");
  if (!edition.empty() && !SameWord(edition, "Unspecified")) row.set_edition(edition);
  if (const auto company = Text(license, "licensedTo"); company && !company->empty()) row.set_company(*company);
  const std::string type = Text(license, "type").value_or("");
  const std::string status = Text(license, "status").value_or("");
  if (SameWord(type, "Empty")) {
    row.set_status("Unlicensed");
  } else {
    row.set_status(
        SameWord(status, "Valid")
            ? "Valid"
            : (SameWord(status, "Expired") ? "Expired" : (SameWord(status, "Invalid") ? "Error" : "Unknown")));
  }
  const std::string cloud = Text(license, "cloudConnect").value_or("");
  row.set_cloud_connect(
      SameWord(cloud, "Disabled")
          ? "No"
          : (SameWord(cloud, "Enabled") ? "Yes" : (SameWord(cloud, "Enterprise") ? "Enterprise" : "Unknown")));
  row.set_type(LicenseType(type, edition));
  row.set_unit_type(UnitType(license));
  Json supports = Json::array();
  if (const auto id = Text(license, "supportId"); id && !id->empty()) supports.push_back(*id);
  row.set_support_ids(supports.dump());
  FillLicenseSections(license, row);
  Put(snapshot, "BackupServerLicense", row);
}

void MapLicenseUsage(const Context& context, Snapshot& snapshot) {
  struct Sum {
    double units = 0;
    std::int64_t count = 0;
    bool same = true;
    double first = 0;
  };
  std::map<std::pair<std::string, std::string>, Sum> sums;
  for (const Json& row : context.cache.license_instances) {
    std::string platform = Text(row, "platformType").value_or("");
    if (platform.empty()) platform = Text(row, "type").value_or("Unknown");
    Sum& sum = sums[{WorkloadClass(platform), platform}];
    const double units = Real(row, "usedInstancesNumber").value_or(0);
    if (sum.count == 0) sum.first = units;
    sum.same &= std::abs(sum.first - units) < 1e-9;
    sum.units += units;
    ++sum.count;
  }
  const Json& summary = Part(context.cache.license, "instanceLicenseSummary");
  const auto fresh = Real(summary, "newInstancesNumber");
  const auto rental = Real(summary, "rentalInstancesNumber");
  const auto used = Real(summary, "usedInstancesNumber");
  const std::string cloud = Text(context.cache.license, "cloudConnect").value_or("");
  for (const auto& [key, sum] : sums) {
    inventory::LicenseUsage row;
    row.set_uid(context.U5("usage/" + key.first + "/" + key.second));
    row.set_backup_server_uid(context.server_uid);
    row.set_server_type(SameWord(cloud, "Enabled") || SameWord(cloud, "Enterprise") ? "CloudConnect"
                                                                                    : "BackupAndReplication");
    row.set_workload_class(key.first);
    row.set_platform(key.second);
    row.set_unit_type(UnitType(context.cache.license));
    if (sum.same) row.set_weight(sum.first);
    row.set_used_units(std::round(sum.units * 1e6) / 1e6);
    row.set_used_count(sum.count);
    // New and rental use are sums over the server; they can be told per class only when they are none or all of it.
    if (fresh == 0.0) {
      row.set_new_units(0);
      row.set_new_count(0);
    }
    if (rental == 0.0) {
      row.set_rental_units(0);
      row.set_rental_count(0);
    } else if (rental && used && fresh == 0.0 && std::abs(*rental - *used) < 1e-6) {
      row.set_rental_units(row.used_units());
      row.set_rental_count(row.used_count());
    }
    Put(snapshot, "LicenseUsage", row);
  }
}

}  // namespace

std::string ServerUid(const std::string& installation_uid) {
  return NamedUuid(kStewardSpace, "backup-server/" + installation_uid);
}

Context::Context(const Cache& source) : cache(source), runs(AllRuns(source)) {
  server_uid = ServerUid(Text(cache.info, "vbrId").value_or(""));
  for (const Json& job : cache.jobs) job_configs[Text(job, "id").value_or("")] = &job;
  for (const Json& state : cache.repository_states) {
    const std::string id = Text(state, "id").value_or("");
    repository_states[id] = &state;
    if (const auto parent = Text(Part(state, "scaleOutRepositoryDetails"), "scaleOutRepositoryId"))
      parents[id] = *parent;
  }
  for (const Json& repository : cache.repositories)
    repository_configs[Text(repository, "id").value_or("")] = &repository;
  for (const Json& scale_out : cache.scale_outs) {
    const std::string id = Text(scale_out, "id").value_or("");
    for (const Json& extent : Part(Part(scale_out, "performanceTier"), "performanceExtents"))
      parents[Text(extent, "id").value_or("")] = id;
    for (const Json& extent : Part(Part(scale_out, "capacityTier"), "extents"))
      parents[Text(extent, "id").value_or("")] = id;
    if (const auto extent = Text(Part(scale_out, "archiveTier"), "extentId")) parents[*extent] = id;
  }
}

std::string Context::U5(const std::string& name) const {
  return NamedUuid(server_uid, name);
}

std::optional<bool> Context::Immutable(const std::string& repository_id) const {
  if (const auto config = repository_configs.find(repository_id); config != repository_configs.end()) {
    return ImmutabilityOf(*config->second).enabled;
  }
  std::optional<bool> all;
  for (const auto& [extent, parent] : parents) {
    if (parent != repository_id) continue;
    const auto config = repository_configs.find(extent);
    if (config == repository_configs.end()) return std::nullopt;
    const auto one = ImmutabilityOf(*config->second).enabled;
    if (!one || (all && *all != *one)) return std::nullopt;
    all = one;
  }
  return all;
}

bool Context::Online(const std::string& repository_id) const {
  if (const auto state = repository_states.find(repository_id); state != repository_states.end()) {
    return Flag(*state->second, "isOnline").value_or(true);
  }
  return std::ranges::all_of(parents, [&](const auto& entry) {
    if (entry.second != repository_id) return true;
    const auto state = repository_states.find(entry.first);
    return state == repository_states.end() || Flag(*state->second, "isOnline").value_or(true);
  });
}

std::string Context::TargetType(const std::string& repository_id) const {
  if (const auto state = repository_states.find(repository_id); state != repository_states.end()) {
    return SameWord(Text(*state->second, "type").value_or(""), "Cloud") ? "Cloud" : "Local";
  }
  const bool scale_out = std::ranges::any_of(parents, [&](const auto& entry) { return entry.second == repository_id; });
  return scale_out ? "Local" : "Unknown";
}

const Json* Context::JobState(const std::string& job_id) const {
  for (const Json& state : cache.job_states) {
    if (Text(state, "id") == job_id) return &state;
  }
  return nullptr;
}

const Json* Context::PrimaryJob(const std::string& job_id) const {
  const auto own = job_configs.find(job_id);
  if (own == job_configs.end()) return nullptr;
  const std::string primary = Text(*own->second, "primaryJobId").value_or("");
  if (primary.empty()) return own->second;
  const auto found = job_configs.find(primary);
  return found == job_configs.end() ? nullptr : found->second;
}

inventory::BackupServer MapServer(const Cache& cache) {
  inventory::BackupServer row;
  row.set_installation_uid(Text(cache.info, "vbrId").value_or(""));
  row.set_uid(ServerUid(row.installation_uid()));
  row.set_name(Text(cache.info, "name").value_or(""));
  row.set_version(Text(cache.info, "buildVersion").value_or(""));
  const Json& patches = Part(cache.info, "patches");
  const bool patched = patches.is_array() && !patches.empty() && patches.back().is_string();
  row.set_display_version(DisplayVersion(row.version(), patched ? patches.back().get<std::string>() : ""));
  const std::string cloud = Text(cache.license, "cloudConnect").value_or("");
  row.set_role(SameWord(cloud, "Enabled") || SameWord(cloud, "Enterprise") ? "CloudConnect" : "Client");
  auto zone = Text(cache.time, "ianaTimeZoneId");
  if (!zone) zone = IanaZone(Text(cache.time, "timeZone").value_or(""));
  if (zone) row.set_time_zone(*zone);
  if (!cache.version.empty()) row.set_rest_api_version(cache.version);
  if (!cache.complete_at.empty()) row.set_collected_at(cache.complete_at);
  return row;
}

void MapServerParts(const Context& context, Snapshot& snapshot) {
  for (const char* entity :
       {"BackupServerLicense", "LicenseUsage", "BackupServerHost", "BackupProxy", "BackupRepository"})
    snapshot[entity];
  MapLicense(context, snapshot);
  MapLicenseUsage(context, snapshot);
  MapHosts(context, snapshot);
  MapProxies(context, snapshot);
  MapRepositories(context, snapshot);
}

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\r\n") + line;
  return text;
}

std::optional<std::int64_t> Duration(const std::string& began, const std::string& ended) {
  const auto from = ParseIsoTime(began);
  const auto until = ParseIsoTime(ended);
  if (!from || !until) return std::nullopt;
  return (*until - *from).count();
}

Snapshot MapAll(const Cache& cache) {
  const Context context(cache);
  Snapshot snapshot;
  MapServerParts(context, snapshot);
  MapJobs(context, snapshot);
  MapWorkloads(context, snapshot);
  return snapshot;
}

}  // namespace steward::agent::vbr
