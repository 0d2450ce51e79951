// SPDX-License-Identifier: Apache-2.0
#include "features/policies/linux_job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/contract.hpp"

namespace steward::features {
namespace {

using nlohmann::json;

json Policy() {
  return json::parse(R"({"name": "Files", "operationMode": "Server", "accessMode": "Private", "jobConfiguration": {
    "backupSource": {"backupMode": "FilesFolders", "fileLevelOptions": {"directories": ["/srv/a", "/etc"],
      "exclusionMasks": ["*.tmp"]}},
    "backupTarget": {"targetType": "LocalFolder", "localPath": "/backup"},
    "retentionSettings": {"restorePointsCount": 7},
    "scheduleSettings": {"scheduleType": "Daily", "dailyScheduleSettings": {"time": "22:05", "dailyMode": "WeekDays"}}}})");
}

/// The property that is refused when `pointer` has the value; empty when it passes.
std::string Refused(const char* pointer, const json& value) {
  json policy = Policy();
  policy[json::json_pointer(pointer)] = value;
  const Status status = CheckLinuxJob(policy);
  if (status) return {};
  EXPECT_GT(status.error().message.size(), status.error().property.size() + 10) << "it is said why";
  return status.error().property;
}

/// A value that asks for something, for a property of the contract.
json SomeValue(const contract::Property& property) {
  switch (property.kind) {
    case contract::Kind::kBoolean:
      return true;
    case contract::Kind::kInteger:
      return 7;
    case contract::Kind::kEnum:
      return property.words.back();
    case contract::Kind::kArray:
      return json::array({"x"});
    default:
      return "secret-value";
  }
}

/// Sets every leaf of the contract's schema, one at a time, and collects those that pass.
void Walk(const contract::Schema& schema, const std::string& pointer, std::vector<std::string>& passed) {
  for (const auto& property : schema.properties) {
    const std::string own = fmt::format("{}/{}", pointer, property.name);
    if (property.kind == contract::Kind::kObject && property.schema != nullptr) {
      Walk(*property.schema, own, passed);
      continue;
    }
    json policy = Policy();
    policy[json::json_pointer("/jobConfiguration" + own)] = SomeValue(property);
    const Status status = CheckLinuxJob(policy);
    if (status) {
      passed.push_back(own);
    } else {
      EXPECT_EQ(status.error().message.find("secret-value"), std::string::npos) << own;
    }
  }
}

TEST(LinuxJob, EverySettingOfTheContract_IsCarriedOutOrRefused) {
  std::vector<std::string> passed;
  Walk(*contract::FindSchema("LinuxBackupJobConfiguration"), "", passed);
  EXPECT_THAT(
      passed,
      testing::UnorderedElementsAre(  // the published default, which asks for nothing, is that one's last word
          "/applicationAwareProcessingSettings/oracleAapSettings/truncationConfig/"
          "truncationMode",
          "/backupStorage/encryptionEnabled", "/retentionSettings/restorePointsCount",
          "/scheduleSettings/dailyScheduleSettings/dailyMode", "/scheduleSettings/dailyScheduleSettings/specificDays",
          "/scheduleSettings/periodicallyScheduleSettings/intervalInMinutes",
          "/backupSource/fileLevelOptions/exclusionMasks"));
}

TEST(LinuxJob, Wrong_TheSettingIsNamed) {
  EXPECT_EQ(Refused("/name", "Other"), "");
  EXPECT_EQ(Refused("/accessMode", "Public"), "accessMode");
  EXPECT_EQ(Refused("/operationMode", "Unknown"), "operationMode");
  EXPECT_EQ(Refused("/createSubtenants", true), "");
  EXPECT_EQ(Refused("/createSubtenants", false), "createSubtenants");
  EXPECT_EQ(Refused("/repositoryQuotaGB", 5), "");
  EXPECT_EQ(Refused("/repositoryQuotaGB", 0), "repositoryQuotaGB");
  const std::string job = "jobConfiguration.";
  EXPECT_EQ(Refused("/jobConfiguration/backupTarget/targetType", "SharedFolder"), job + "backupTarget.targetType");
  EXPECT_EQ(Refused("/jobConfiguration/backupTarget/localPath", "backup"), job + "backupTarget.localPath");
  EXPECT_EQ(Refused("/jobConfiguration/backupTarget/localPath", "/etc/backup"), job + "backupTarget.localPath");
  EXPECT_EQ(Refused("/jobConfiguration/backupTarget/localPath", "/etc-backup"), "");
  EXPECT_EQ(Refused("/jobConfiguration/backupSource/fileLevelOptions/directories", json::array()),
            job + "backupSource.fileLevelOptions.directories");
  EXPECT_EQ(Refused("/jobConfiguration/backupSource/fileLevelOptions/directories", {"etc"}),
            job + "backupSource.fileLevelOptions.directories");
  EXPECT_EQ(Refused("/jobConfiguration/backupSource/fileLevelOptions/exclusionMasks", {"!x"}),
            job + "backupSource.fileLevelOptions.exclusionMasks");
  EXPECT_EQ(Refused("/jobConfiguration/backupSource/fileLevelOptions/inclusionMasks", {"*"}), "");
  EXPECT_EQ(Refused("/jobConfiguration/retentionSettings/retentionDays", 3), job + "retentionSettings.retentionDays");
  for (const char* time : {"24:00", "1", "10:61", "x10:00", "10:00x"}) {
    EXPECT_EQ(Refused("/jobConfiguration/scheduleSettings/dailyScheduleSettings/time", time),
              job + "scheduleSettings.dailyScheduleSettings.time")
        << time;
  }
  EXPECT_EQ(Refused("/jobConfiguration/scheduleSettings/dailyScheduleSettings/dailyMode", "SpecificDays"),
            job + "scheduleSettings.dailyScheduleSettings.specificDays");
  EXPECT_EQ(Refused("/jobConfiguration/scheduleSettings/scheduleType", "Monthly"),
            job + "scheduleSettings.scheduleType");
}

TEST(LinuxJob, ForCloudStorage_NoFolderIsNamed) {
  EXPECT_EQ(Refused("/jobConfiguration/backupTarget", {{"targetType", "CloudRepository"}}), "");
  EXPECT_EQ(Refused("/jobConfiguration/backupTarget", {{"targetType", "CloudRepository"}, {"localPath", "/backup"}}),
            "jobConfiguration.backupTarget.localPath");
  EXPECT_EQ(Refused("/jobConfiguration/backupTarget", {{"targetType", "LocalFolder"}}),
            "jobConfiguration.backupTarget.localPath");
}

TEST(LinuxJob, Mapped_TheAgentsWords) {
  json configuration = Policy()["jobConfiguration"];
  agent::PolicyJob job;
  FillLinuxJob(configuration, job);
  EXPECT_EQ(job.directories_size(), 2);
  EXPECT_EQ(job.exclusion_masks(0), "*.tmp");
  EXPECT_EQ(job.folder(), "/backup");
  EXPECT_EQ(job.compression(), "auto");
  EXPECT_EQ(job.daily_at(), 22U * 60 + 5);
  EXPECT_EQ(job.weekdays(), 0b0111110U);
  EXPECT_EQ(job.keep_last(), 7U);
  configuration["scheduleSettings"] = {{"scheduleType", "Periodically"}};
  configuration["backupStorage"] = {{"compressionLevel", "Extreme"}};
  configuration["retentionSettings"] = {{"retentionDays", 30}};
  agent::PolicyJob other;
  FillLinuxJob(configuration, other);
  EXPECT_EQ(other.every_minutes(), 60U);
  EXPECT_FALSE(other.has_daily_at());
  EXPECT_EQ(other.compression(), "max");
  EXPECT_EQ(other.keep_within_days(), 30U);
  configuration["scheduleSettings"] = {
      {"scheduleType", "Daily"},
      {"dailyScheduleSettings", {{"dailyMode", "SpecificDays"}, {"specificDays", {"Sunday", "Saturday"}}}}};
  agent::PolicyJob third;
  FillLinuxJob(configuration, third);
  EXPECT_EQ(third.daily_at(), 30U);
  EXPECT_EQ(third.weekdays(), 0b1000001U);
}

TEST(LinuxJob, Shown_SaysWhatResticDoesInAnyCase) {
  const json shown = ShownConfiguration(Policy()["jobConfiguration"]);
  EXPECT_EQ(shown["backupStorage"], json::parse(R"({"encryptionEnabled": true, "isSnapshotRequired": false})"));
  EXPECT_EQ(shown["retentionSettings"]["restorePointsCount"], 7);
}

}  // namespace
}  // namespace steward::features
