// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/iso_time.hpp"
#include "lab/model.hpp"

namespace steward::lab {

using Json = nlohmann::json;

/// A backup object or restore point together with the places it belongs to.
struct ObjectRef {
  std::size_t job = 0;
  const Backup* backup = nullptr;
  const BackupObject* object = nullptr;
};
struct PointRef {
  ObjectRef at;
  const Point* point = nullptr;
};
struct TaskRef {
  const Session* session = nullptr;
  const Task* task = nullptr;
};

/// Writes one server's state in the words of one interface version. Lives for one request; `now` decides what is
/// still running.
class Rest {
 public:
  Rest(const BackupServer& server, Moment now) : server_(server), now_(now) {}
  virtual ~Rest() = default;
  Rest(const Rest&) = delete;
  Rest& operator=(const Rest&) = delete;

  /// Versions hide what they have no type for.
  virtual bool Shows(const Job& job) const = 0;
  virtual bool Shows(const ObjectRef& ref) const = 0;
  virtual bool Shows(const Proxy& proxy) const = 0;
  virtual bool Shows(const Host& host) const = 0;

  virtual Json Info() const = 0;
  virtual Json Time() const = 0;
  virtual Json LicenseState() const = 0;
  virtual Json LicenseInstance(std::size_t workload) const = 0;
  virtual Json RepositoryState(const Repository& repository) const = 0;
  Json RepositoryConfig(const Repository& repository) const;
  Json ScaleOut(const Repository& repository) const;
  virtual Json ProxyConfig(const Proxy& proxy) const = 0;
  virtual Json ProxyState(const Proxy& proxy) const = 0;
  virtual Json HostConfig(const Host& host) const = 0;
  virtual Json JobConfig(const Job& job) const = 0;
  virtual Json JobState(const Job& job) const = 0;
  virtual Json SessionState(const Session& session) const = 0;
  virtual Json TaskState(const TaskRef& ref) const = 0;
  virtual Json BackupRow(std::size_t job, const Backup& backup) const = 0;
  virtual Json ObjectRow(const ObjectRef& ref) const = 0;
  virtual Json FileRow(const PointRef& ref) const = 0;
  virtual Json PointRow(const PointRef& ref) const = 0;
  virtual Json Computer(std::size_t workload) const = 0;
  virtual Json Group(const ProtectionGroup& group) const = 0;
  Json ReplicaRow(std::size_t job) const;
  Json ReplicaPoint(const PointRef& ref) const;
  virtual std::vector<Json> Disks(const PointRef& ref) const;
  Json EventRow(const MalwareEvent& event) const;
  Json DataServerRow(const DataServer& source) const;
  /// Sizes of a backup, or of one of its objects.
  Json BackupDetails(const Backup& backup, const std::string& object_id) const;

  virtual std::string JobTypeName(JobKind kind) const = 0;
  virtual std::string SessionTypeName(const Session& session) const;
  std::string StateName(const Session& session) const;
  std::string ResultName(const Session& session) const;

 protected:
  virtual Json MountServer() const = 0;
  virtual Json ExtentStatus() const = 0;
  /// Words are lower-case in the older version: "monday", "vm", "running".
  virtual std::string Word(std::string word) const = 0;

  std::string At(Moment at) const { return IsoTime(at, server_.offset); }
  bool Over(const Session& session) const { return session.over; }
  std::string HostName(const std::string& id) const;
  const Repository* FindRepository(const std::string& id) const;
  Json Progress(std::int64_t processed, std::int64_t read, std::int64_t transferred, Moment began, Moment ended) const;
  Json SessionBase(const Session& session) const;
  Json TaskBase(const TaskRef& ref) const;
  Json PointBase(const PointRef& ref) const;
  Json FileBase(const PointRef& ref) const;
  Json Schedule(const Job& job) const;
  Json FileJob(const Job& job) const;
  Json FileCopyJob(const Job& job) const;
  const DataServer* FindDataServer(const std::string& id) const;
  Json MachineStorage(const Job& job, const char* synthetic_key, bool hyper_v) const;
  Json GuestProcessing() const;
  int Percent(const Session& session) const;
  /// Socket and capacity sections of a licence that has them.
  void AddSections(Json& license) const;

  const BackupServer& server_;
  const Moment now_;
};

std::unique_ptr<Rest> MakeRestV12(const BackupServer& server, Moment now);
std::unique_ptr<Rest> MakeRestV13(const BackupServer& server, Moment now);

const char* PlatformName(Platform platform);
const char* OutcomeName(Outcome outcome);
const char* MalwareName(Malware malware);
const char* RepositoryTypeName(RepositoryKind kind);
const char* LicenseTypeName(License::Kind kind);
/// Id by which a version names the platform that a machine comes from (the virtual centre; zero for agents).
std::string PlatformId(const BackupServer& server, Platform platform);

inline constexpr const char* kZeroUuid = "00000000-0000-0000-0000-000000000000";

}  // namespace steward::lab
