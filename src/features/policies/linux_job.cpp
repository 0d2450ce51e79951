// SPDX-License-Identifier: Apache-2.0
#include "features/policies/linux_job.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "fmt/format.h"

namespace steward::features {
namespace {

using nlohmann::json;

/// A setting that may be set. `value`: the only one it may have, as JSON; empty = any, looked at elsewhere.
struct Allowed {
  std::string_view path;
  std::string_view value = {};
};
constexpr Allowed kAllowed[] = {
    {"name"},
    {"description"},
    {"instanceUid"},
    {"operationMode", R"("Server")"},
    {"operationMode", R"("Workstation")"},
    {"accessMode", R"("Private")"},
    {"backupSource.backupMode", R"("FilesFolders")"},
    {"backupSource.fileLevelOptions.directories"},
    {"backupSource.fileLevelOptions.exclusionMasks"},
    {"backupTarget.targetType", R"("LocalFolder")"},
    {"backupTarget.targetType", R"("CloudRepository")"},
    {"backupTarget.localPath"},
    {"backupStorage.encryptionEnabled"},
    {"backupStorage.compressionLevel", R"("NoCompression")"},
    {"backupStorage.compressionLevel", R"("Optimal")"},
    {"backupStorage.compressionLevel", R"("Extreme")"},
    {"retentionSettings.restorePointsCount"},
    {"retentionSettings.retentionDays"},
    {"scheduleSettings.scheduleType", R"("NotScheduled")"},
    {"scheduleSettings.scheduleType", R"("Daily")"},
    {"scheduleSettings.scheduleType", R"("Periodically")"},
    {"scheduleSettings.dailyScheduleSettings.time"},
    {"scheduleSettings.dailyScheduleSettings.dailyMode"},
    {"scheduleSettings.dailyScheduleSettings.specificDays"},
    {"scheduleSettings.periodicallyScheduleSettings.intervalInMinutes"},
    {"unlimitedSubtenantQuota"},
    {"repositoryQuotaGB"},
    // Defaults of the published interface that ask for nothing: many clients send whole objects.
    {"createSubtenants", "true"},
    {"backupSource.fileLevelOptions.inclusionMasks", R"(["*"])"},
    {"backupTarget.enableDeletedFilesRetention", "false"},
    {"backupTarget.removeDeletedItemsDataAfter", "30"},
    {"backupStorage.blockSize", R"("Local1MB")"},
    {"backupStorage.isSnapshotRequired", "false"},
    {"indexingSettings.indexingType", R"("None")"},
    {"scriptSettings.enabled", "false"},
    {"scheduleSettings.activeFullSettings.scheduleType", R"("NotScheduled")"},
    {"scheduleSettings.syntheticFullSettings.scheduleType", R"("NotScheduled")"},
    {"scheduleSettings.retrySettings.enabled", "false"},
    {"scheduleSettings.retrySettings.retryTimes", "3"},
    {"scheduleSettings.retrySettings.waitTimeoutMinutes", "10"},
    {"applicationAwareProcessingSettings.oracleAapSettings.processingType", R"("DisableProcess")"},
    {"applicationAwareProcessingSettings.oracleAapSettings.useOracleCredentials", "false"},
    {"applicationAwareProcessingSettings.oracleAapSettings.truncationConfig.truncationMode", R"("TruncateDisabled")"},
    {"applicationAwareProcessingSettings.oracleAapSettings.truncationConfig.sizeGB", "10"},
    {"applicationAwareProcessingSettings.oracleAapSettings.truncationConfig.lifeTimeHours", "24"},
    {"applicationAwareProcessingSettings.mySqlAapSettings.processingType", R"("DisableProcess")"},
    {"applicationAwareProcessingSettings.mySqlAapSettings.authType", R"("MySQLPassword")"},
    {"applicationAwareProcessingSettings.postgreSqlAapSettings.processingType", R"("DisableProcess")"},
    {"applicationAwareProcessingSettings.postgreSqlAapSettings.authType", R"("PSQLPassword")"},
};

/// Why something else is refused, and what to do; the first whose path begins like the setting's.
struct Reason {
  std::string_view path;
  std::string_view words;
};
constexpr Reason kReasons[] = {
    {"operationMode", "a policy is for machines that work as Server or as Workstation"},
    {"accessMode",
     "policies are not offered to customers yet; a Private one can be assigned to the agents of every "
     "customer you manage"},
    {"createSubtenants", "each machine gets an account of its own in the company's cloud storage; set it to true"},
    {"cloudRepository",
     "the console makes an account for each machine in the company's cloud storage, and gives it its password; leave "
     "it "
     "out"},
    {"backupSource.fileLevelOptions.inclusionMasks",
     "restic takes whole folders: name them in directories, and what to "
     "leave out in exclusionMasks"},
    {"backupSource",
     "restic backs up folders and files: set backupMode to FilesFolders and name them in "
     "fileLevelOptions.directories"},
    {"backupTarget.enableDeleted", "backups are not removed by themselves; leave it out"},
    {"backupTarget.removeDeleted", "backups are not removed by themselves; leave it out"},
    {"backupTarget",
     "restore points are kept in a folder of the machine or in the company's cloud storage: set targetType to "
     "LocalFolder and name the folder in localPath, or to CloudRepository. A share is mounted on the machine first"},
    {"backupStorage.password",
     "each machine makes the key of its repositories itself and keeps it; leave password and "
     "passwordHint out"},
    {"backupStorage.compressionLevel", "restic has NoCompression, Optimal and Extreme"},
    {"backupStorage.isSnapshot", "restic reads files as they are, without a snapshot of the volume; set it to false"},
    {"backupStorage", "restic chooses the size of its blocks; leave it out"},
    {"indexingSettings", "restic lists the files of every restore point without an index; leave it out"},
    {"scriptSettings", "the console runs no scripts on machines; leave it out"},
    {"applicationAware", "databases are not handled; dump them into a folder that is backed up"},
    {"gfsRetention", "restore points are kept by their number or by days; use retentionSettings"},
    {"scheduleSettings.activeFull", "restic has no chains, so every restore point is a full one; leave it out"},
    {"scheduleSettings.syntheticFull", "restic has no chains, so every restore point is a full one; leave it out"},
    {"scheduleSettings.retry", "a run that failed is made again at its next time; leave it out"},
    {"scheduleSettings.backupHealth", "what is stored is not checked by a schedule; leave it out"},
    {"scheduleSettings", "schedules are NotScheduled, Daily and Periodically"},
};

constexpr std::string_view kJob = "jobConfiguration";

bool Empty(const json& value) {
  return value.is_null() || ((value.is_array() || value.is_object()) && value.empty());
}

/// `path` is the setting's without jobConfiguration, `where` its whole.
Status CheckSetting(std::string_view path, const std::string& where, const json& value) {
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  for (const Allowed& allowed : kAllowed) {
    if (allowed.path == path && (allowed.value.empty() || allowed.value == text)) return {};
  }
  const auto* reason =
      std::ranges::find_if(kReasons, [&](const Reason& known) { return path.starts_with(known.path); });
  return FailProperty(where,
                      fmt::format("{} cannot be set like this: {}.", where,
                                  reason == std::end(kReasons) ? "it is not supported; leave it out" : reason->words));
}

Status CheckSettings(const json& object, const std::string& path, const std::string& where) {
  for (const auto& [name, value] : object.items()) {
    if (Empty(value)) continue;
    const std::string whole = where.empty() ? name : fmt::format("{}.{}", where, name);
    const std::string own = whole == kJob ? "" : (path.empty() ? name : fmt::format("{}.{}", path, name));
    Status status = value.is_object() ? CheckSettings(value, own, whole) : CheckSetting(own, whole, value);
    if (!status) return status;
  }
  return {};
}

json At(const json& object, const char* pointer) {
  const json::json_pointer where(pointer);
  return object.contains(where) ? object.at(where) : json();
}

std::vector<std::string> Texts(const json& configuration, const char* pointer) {
  const json list = At(configuration, pointer);
  return list.is_array() ? list.get<std::vector<std::string>>() : std::vector<std::string>{};
}

std::string Text(const json& configuration, const char* pointer, std::string fallback = {}) {
  const json value = At(configuration, pointer);
  return value.is_string() ? value.get<std::string>() : std::move(fallback);
}

std::uint32_t Number(const json& configuration, const char* pointer, std::uint32_t fallback = 0) {
  const json value = At(configuration, pointer);
  return value.is_number_integer() ? value.get<std::uint32_t>() : fallback;
}

constexpr const char* kDirectories = "/backupSource/fileLevelOptions/directories";
constexpr const char* kMasks = "/backupSource/fileLevelOptions/exclusionMasks";
constexpr const char* kTarget = "/backupTarget/targetType";
constexpr const char* kFolder = "/backupTarget/localPath";
constexpr const char* kPoints = "/retentionSettings/restorePointsCount";
constexpr const char* kDays = "/retentionSettings/retentionDays";
constexpr const char* kSchedule = "/scheduleSettings/scheduleType";
constexpr const char* kTime = "/scheduleSettings/dailyScheduleSettings/time";
constexpr const char* kDayMode = "/scheduleSettings/dailyScheduleSettings/dailyMode";
constexpr const char* kSpecificDays = "/scheduleSettings/dailyScheduleSettings/specificDays";
constexpr const char* kInterval = "/scheduleSettings/periodicallyScheduleSettings/intervalInMinutes";

/// The property's path as errors name it.
tl::unexpected<Error> Wrong(std::string_view pointer, std::string_view words) {
  std::string path = fmt::format("{}{}", kJob, pointer);
  std::ranges::replace(path, '/', '.');
  return FailProperty(path, fmt::format("{} {}.", path, words));
}

/// Minutes after midnight of H:MM, HH:MM or HH:MM:SS.
std::optional<std::uint32_t> MinutesOf(const std::string& text) {
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  int used = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  if (std::sscanf(text.c_str(), "%2u:%2u%n:%2u%n", &hour, &minute, &used, &second, &used) < 2 ||
      static_cast<std::size_t>(used) != text.size() || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  return hour * 60 + minute;
}

bool Within(const std::string& path, std::string folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  if (folder == "/") return true;
  return path == folder || path.starts_with(folder + "/");
}

Status CheckPlaces(const json& configuration) {
  const auto directories = Texts(configuration, kDirectories);
  if (directories.empty()) return Wrong(kDirectories, "must name what to back up");
  const std::string folder = Text(configuration, kFolder);
  const bool cloud = IsForCloud(configuration);
  if (cloud && !folder.empty()) return Wrong(kFolder, "is for LocalFolder; leave it out with CloudRepository");
  if (!cloud && (!folder.starts_with('/') || folder == "/"))
    return Wrong(kFolder, "must be the absolute path of a folder");
  for (const std::string& directory : directories) {
    if (!directory.starts_with('/')) return Wrong(kDirectories, "must be absolute paths");
    if (!cloud && Within(folder, directory)) {
      return Wrong(kFolder, fmt::format("lies in {}, which is backed up: the backup would contain itself. Choose "
                                        "another folder",
                                        directory));
    }
  }
  for (const std::string& mask : Texts(configuration, kMasks)) {
    if (mask.empty() || mask.starts_with('!'))
      return Wrong(kMasks, "must be names or paths to leave out, and do not begin with !");
  }
  return {};
}

Status CheckQuota(const json& policy) {
  const json quota = At(policy, "/repositoryQuotaGB");
  if (quota.is_null() || quota.get<std::int64_t>() > 0) return {};
  return FailProperty("repositoryQuotaGB", "repositoryQuotaGB must be a number of gigabytes, at least 1.");
}

Status CheckTimes(const json& configuration) {
  if (Number(configuration, kPoints) > 0 && Number(configuration, kDays) > 0)
    return Wrong(kDays, "and restorePointsCount exclude each other: give one of them");
  if (Text(configuration, kSchedule) != "Daily") return {};
  if (!MinutesOf(Text(configuration, kTime, "0:30"))) return Wrong(kTime, "must be hour and minute like 22:30");
  if (Text(configuration, kDayMode) == "SpecificDays" && Texts(configuration, kSpecificDays).empty())
    return Wrong(kSpecificDays, "must name days, as dailyMode is SpecificDays");
  return {};
}

std::uint32_t WeekdaysOf(const json& configuration) {
  constexpr std::array kNames{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
  const std::string mode = Text(configuration, kDayMode, "Everyday");
  if (mode == "Everyday") return 0b1111111;
  if (mode == "WeekDays") return 0b0111110;
  std::uint32_t days = 0;
  for (const std::string& name : Texts(configuration, kSpecificDays)) {
    for (std::size_t day = 0; day < kNames.size(); ++day) {
      if (name == kNames[day]) days |= 1U << day;
    }
  }
  return days;
}

}  // namespace

bool IsForCloud(const json& configuration) {
  return Text(configuration, kTarget) == "CloudRepository";
}

Status CheckLinuxJob(const json& policy) {
  if (auto status = CheckSettings(policy, "", ""); !status) return status;
  const json& configuration = policy.at(kJob);
  if (auto status = CheckPlaces(configuration); !status) return status;
  if (auto status = CheckQuota(policy); !status) return status;
  return CheckTimes(configuration);
}

json ShownConfiguration(json configuration) {
  configuration["backupStorage"]["encryptionEnabled"] = true;
  configuration["backupStorage"]["isSnapshotRequired"] = false;
  return configuration;
}

void FillLinuxJob(const json& configuration, agent::PolicyJob& job) {
  for (std::string& directory : Texts(configuration, kDirectories)) job.add_directories(std::move(directory));
  for (std::string& mask : Texts(configuration, kMasks)) job.add_exclusion_masks(std::move(mask));
  job.set_folder(Text(configuration, kFolder));
  const std::string compression = Text(configuration, "/backupStorage/compressionLevel", "Optimal");
  job.set_compression(compression == "NoCompression" ? "off" : (compression == "Extreme" ? "max" : "auto"));
  const std::string schedule = Text(configuration, kSchedule);
  if (schedule == "Periodically") job.set_every_minutes(Number(configuration, kInterval, 60));
  if (schedule == "Daily") {
    job.set_daily_at(MinutesOf(Text(configuration, kTime, "0:30")).value_or(30));
    job.set_weekdays(WeekdaysOf(configuration));
  }
  job.set_keep_last(Number(configuration, kPoints));
  job.set_keep_within_days(Number(configuration, kDays));
}

}  // namespace steward::features
