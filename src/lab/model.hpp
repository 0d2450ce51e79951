// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lab/clock.hpp"

/// The simulated backup server as plain data: what exists, and what happened to it. Nothing here knows REST.
namespace steward::lab {

enum class Platform { kVMware, kHyperV, kWindowsPhysical, kLinuxPhysical, kUnstructured };
enum class JobKind {
  kVSphere,
  kHyperV,
  kReplica,
  kCopy,
  kWindowsAgent,
  kLinuxAgent,
  kWorkstationPolicy,
  kFileShare,
  kObjectStorage,
  kFileCopy,
  kLegacyCopy  ///< listed with its state only: the interface has no model of its settings
};
enum class RepositoryKind { kWindows, kLinux, kHardened, kS3Compatible, kScaleOut };
enum class Outcome { kNone, kSuccess, kWarning, kFailed };
enum class Malware { kClean, kSuspicious, kInfected };

struct Host {
  std::string id{}, name{}, description{};
  enum class Kind { kWindows, kLinux, kESXi, kVirtualCenter, kHyperV } kind = Kind::kWindows;
  bool backup_server = false;
  bool available = true;
};

struct Proxy {
  std::string id{}, name{}, host_id{};
  bool hyper_v = false, disabled = false, online = true, out_of_date = false;
};

struct Repository {
  std::string id{}, name{}, path{}, host_id{}, parent_id{};
  RepositoryKind kind = RepositoryKind::kWindows;
  double capacity_gb = 0;
  double foreign_gb = 0;          ///< space taken by anything but the backups of this server, at `counted_at`
  double foreign_gb_per_day = 0;  ///< its growth
  Moment counted_at{};
  int immutable_days = 0;
  bool per_machine_files = true, online = true, out_of_date = false;
};

struct Workload {
  std::string id{}, name{}, object_id{}, bios_uuid{}, computer_id{}, ip{}, group_id{}, path{};
  Platform platform = Platform::kVMware;
  bool workstation = false;
  std::string data_server{};            ///< id of the file share or object storage that this is, or is in
  std::int64_t size = 0;                ///< bytes of its disks
  double daily_change = 0.03;           ///< share of the size that changes in a day
  std::optional<Moment> gone_silent{};  ///< no run has processed it since, though its job goes on
  Malware malware = Malware::kClean;    ///< what the scan finds in points made since `malware_since`
  std::optional<Moment> malware_since{};
};

struct Schedule {
  int every_minutes = 0;  ///< 0 = daily at `at`
  std::chrono::minutes at{0};
  bool week_days_only = false;
  std::string after_job{};  ///< id of the job whose end starts this one
  bool automatic = true;
};

struct Point {
  std::string id{}, file_id{}, session_id{};
  std::size_t workload = 0;
  Moment created{};
  bool full = false, weekly = false;
  std::int64_t data = 0, stored = 0;
  Malware malware = Malware::kClean;
};

struct BackupObject {
  std::string id{};
  std::size_t workload = 0;
  std::vector<Point> points{};  ///< oldest first
  bool last_run_failed = false;
};

struct Backup {
  std::string id{};
  Moment created{};
  std::vector<BackupObject> objects{};
};

struct Task {
  std::string id{}, point_id{}, message{};
  std::size_t workload = 0;
  Moment began{}, ended{};
  Outcome outcome = Outcome::kNone;
  std::int64_t processed = 0, read = 0, transferred = 0;
};

struct Session {
  std::string id{};
  std::size_t job = 0;
  std::int64_t number = 0;
  Moment began{}, ended{};  ///< `ended` is planned until the run is over
  bool over = false, canceled = false;
  Outcome outcome = Outcome::kNone;
  std::string message{};
  std::vector<Task> tasks{};
};

struct Job {
  std::string id{}, name{}, description{}, repository_id{};
  JobKind kind = JobKind::kVSphere;
  bool disabled = false;
  std::vector<std::size_t> workloads{};
  std::vector<std::size_t> excluded{};  ///< named by the job as what it leaves out
  Schedule schedule;
  int keep_points = 14;
  bool weekly_fulls = false;
  double fail_chance = 0.015, warn_chance = 0.04;
  std::string always_fails{};  ///< text of a fault that ends each run since `faulty_since`
  std::optional<Moment> faulty_since{};
  std::string copy_of{};     ///< id of the job a copy job copies
  std::string archive_id{};  ///< archive repository of a file share or object storage job
  std::int64_t runs = 0;
  std::optional<Moment> next_run{};
  std::optional<std::size_t> running{};       ///< index into sessions
  std::optional<std::size_t> last_session{};  ///< newest session, over or not
  std::optional<Moment> last_run{};
  Outcome last_outcome = Outcome::kNone;
  std::optional<Backup> backup{};
};

/// A file share (one workload), or an object storage (a workload for each bucket).
struct DataServer {
  std::string id{}, name{}, path{};
  bool object_storage = false;
};

/// What a malware detector said of a workload.
struct MalwareEvent {
  std::string id{}, details{};
  std::size_t workload = 0;
  Moment detected{};
  Malware severity = Malware::kSuspicious;
  bool false_positive = false;
};

struct License {
  enum class Kind { kRental, kSubscription, kFree } kind = Kind::kRental;
  std::string edition = "EnterprisePlus", licensed_to, support_id;
  double instances = 0;
  int sockets = 0;                  ///< 0 = no socket section
  double capacity_tb = 0;           ///< for file shares and object storages; 0 = no capacity section
  std::optional<Moment> expires{};  ///< nothing = never
  std::optional<Moment> support_expires{};
  bool auto_update = true;
  bool cloud_connect = false;
};

struct ProtectionGroup {
  std::string id{}, name{};
};

struct BackupServer {
  std::uint64_t seed = 0;
  std::string installation_id{}, name{}, build{};
  bool modern = true;  ///< serves interface 1.3-rev2 beside 1.2-rev1
  std::string windows_zone{}, iana_zone{};
  std::chrono::minutes offset{0};
  License license;
  std::vector<Host> hosts{};
  std::vector<Proxy> proxies{};
  std::vector<Repository> repositories{};
  std::vector<ProtectionGroup> groups{};
  std::vector<DataServer> data_servers{};
  std::vector<MalwareEvent> events{};  ///< oldest first
  std::vector<Workload> workloads{};
  std::vector<Job> jobs{};
  std::vector<Session> sessions{};  ///< oldest first
};

inline bool IsAgentKind(JobKind kind) {
  return kind == JobKind::kWindowsAgent || kind == JobKind::kLinuxAgent || kind == JobKind::kWorkstationPolicy;
}

/// Jobs over file shares and object storages; their copies are told by the job they copy.
inline bool IsFileKind(JobKind kind) {
  return kind == JobKind::kFileShare || kind == JobKind::kObjectStorage || kind == JobKind::kFileCopy;
}

}  // namespace steward::lab
