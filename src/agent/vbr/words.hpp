// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

/// Translation of the backup server's words into the inventory's. All look-ups ignore case (older interface versions
/// write lower case); a word that is not listed becomes Unknown, never an error.
namespace steward::agent::vbr {

using Json = nlohmann::json;

std::string RepositoryType(std::string_view type);
std::string ProxyType(std::string_view type);
std::string HostType(const Json& host);
/// Host type of a file share or object storage.
std::string DataServerType(std::string_view type);
std::string JobType(std::string_view type, bool storage_snapshot);
/// Sub-type of a VM backup job; empty for other jobs.
std::string VmSubtype(std::string_view type);
std::string Bottleneck(std::string_view word);
std::string LicensePackage(std::string_view word);
std::string LicenseType(std::string_view type, std::string_view edition);
/// Class of a licence row by its platform, e.g. "Virtual machine".
std::string WorkloadClass(std::string_view platform);
std::string MalwareState(std::string_view word);
std::string VmPlatform(std::string_view platform);
std::string SessionResult(std::string_view word);
/// True for session types that are runs of a job (not restores, rescans, maintenance).
bool IsRun(std::string_view session_type);
/// "17 MB/s" -> 17; understands kB, MB, GB, TB and the decimal comma.
std::optional<double> ParseRate(std::string_view text);
/// Marketing name of a build, or the build and its last patch.
std::string DisplayVersion(const std::string& build, const std::string& last_patch);
/// IANA zone of a Windows zone name, where known.
std::optional<std::string> IanaZone(std::string_view windows_name);

struct JobStatusFacts {
  std::string_view job_status;     ///< jobs/states.status
  std::string_view session_state;  ///< state of the session it names; empty = none found
  std::string_view last_result;    ///< result of the last ended session
  bool ever_ran = false;
};
std::string JobStatus(const JobStatusFacts& facts);

struct ScheduleFacts {
  const Json* config = nullptr;  ///< typed model of the job, if any
  bool runs_after_job = false;   ///< jobs/states.runAfterJob
};
std::string ScheduleType(const ScheduleFacts& facts);

bool SameWord(std::string_view left, std::string_view right);

/// Value of a JSON member by its type, or nothing: absent, null and wrong types are all "not known".
std::optional<std::string> Text(const Json& row, const char* key);
std::optional<std::int64_t> Whole(const Json& row, const char* key);
std::optional<double> Real(const Json& row, const char* key);
std::optional<bool> Flag(const Json& row, const char* key);
/// Member object or array, else a null value.
const Json& Part(const Json& row, const char* key);

}  // namespace steward::agent::vbr
