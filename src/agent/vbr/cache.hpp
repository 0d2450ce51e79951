// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/vbr/words.hpp"

/// What the adapter knows of its server between two looks. Times are UTC texts of fixed width, so they compare as text.
namespace steward::agent::vbr {

struct Progress {
  std::optional<double> rate;  ///< MB/s
  std::string bottleneck = "Unknown";
  std::optional<std::int64_t> processed{}, read{}, transferred{}, percent{};
};

struct Session {
  std::string id, job_id, name, type, state, result, message, began;
  std::optional<std::string> ended;
  Progress progress{};
  bool Ended() const { return ended.has_value(); }
};

struct Task {
  std::string id, name, state, result, message, point_id, began;
  std::optional<std::string> ended;
  std::optional<std::int64_t> processed{}, read{}, transferred{};
};

struct Object {
  std::string id, name, platform, platform_id, object_id, bios_uuid, computer_id;
  std::string file_server_id{};  ///< of file shares and buckets
  std::vector<std::string> group_ids{};
  std::optional<std::int64_t> points{};
  std::optional<std::int64_t> source_size{}, stored_size{};  ///< told for file shares and buckets only
};

struct File {
  std::string id, name, created;
  std::string object_id;  ///< set when the file holds one object only
  bool single = false;    ///< one point of one object
  std::int64_t data = 0, stored = 0;
  std::vector<std::string> gfs{};
};

struct Point {
  std::string id, name, platform, created, session_id, file_id, malware;
  std::string object_id;   ///< resolved; empty = doubtful
  bool can_start = false;  ///< the server offers at least one restore
  std::optional<std::int64_t> original_size{};
};

struct Backup {
  std::string id, job_id, name, platform, repository_id, job_type;
  std::vector<Object> objects{};
  std::map<std::string, File> files{};
  std::vector<Point> points{};
};

/// Size of the disks of a machine, read from one of its points.
struct Provisioned {
  std::string point_id, point_created;
  std::optional<std::int64_t> bytes;
};

struct Cache {
  Json info, time, license;
  std::string version;  ///< interface version
  std::vector<Json> license_instances, repositories, repository_states, scale_outs, proxies, hosts, job_states, jobs,
      computers, replicas, replica_points, malware_events, data_servers;
  bool license_known = false;
  std::map<std::string, Session> sessions;         ///< all within the history
  std::map<std::string, std::vector<Task>> tasks;  ///< of the last ended session of each job, by session id
  std::map<std::string, Backup> backups;
  std::map<std::string, Provisioned> disks;  ///< by id of the backup object
  std::string mark;                          ///< newest end of a session seen, server's own clock
  std::string now;                           ///< server's own clock at the last look
  std::string complete_at;                   ///< end of the last complete look, our clock
};

/// Newest ended session and newest session of a job (by start).
struct JobRuns {
  const Session* newest = nullptr;
  const Session* last_ended = nullptr;
};
JobRuns RunsOf(const Cache& cache, const std::string& job_id);
std::map<std::string, JobRuns> AllRuns(const Cache& cache);

inline constexpr const char* kUnstructured = "UnstructuredData";

Session ReadSession(const Json& row);
Task ReadTask(const Json& row);
Object ReadObject(const Json& row);
File ReadFileRow(const Json& row);
Point ReadPoint(const Json& row);
Progress ReadProgress(const Json& row);

/// Gives each point of a backup its object: by its file when that holds one object, else by name when the name is
/// unique within the backup. A point that stays doubtful is left without.
void ResolveObjects(Backup& backup);

}  // namespace steward::agent::vbr
