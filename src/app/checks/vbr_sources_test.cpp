// SPDX-License-Identifier: Apache-2.0
// Replicas, malware events, disks, licence sections, file shares and object storages; several servers for one agent.
#include <set>

#include "adapter_fixture.hpp"

namespace steward::agent::vbr {
namespace {

using inventory::BackupServerJob;
using inventory::BackupServerJobObject;
using inventory::UnstructuredBackup;
using inventory::UnstructuredRestorePoint;
using inventory::UnstructuredWorkload;
using inventory::VirtualMachine;
using inventory::VirtualMachineBackup;
using inventory::VirtualMachineRestorePoint;

const lab::Estate& Demo() {
  static const lab::Estate kEstate = lab::MakeDemoEstate(7, kStart);
  return kEstate;
}

class SourcesTest : public AdapterTest {
 protected:
  const lab::Job& JobOf(lab::JobKind kind) { return *std::ranges::find(truth_.jobs, kind, &lab::Job::kind); }
  std::size_t PointsOf(const lab::Job& job) {
    std::size_t count = 0;
    for (const lab::BackupObject& object : job.backup->objects) count += object.points.size();
    return count;
  }
  void ExpectReplicas() {
    const lab::Job& job = JobOf(lab::JobKind::kReplica);
    std::size_t points = 0;
    std::set<std::string> machines;
    for (const auto& point : All<VirtualMachineRestorePoint>("VirtualMachineRestorePoint")) {
      if (!point.is_replica()) continue;
      ++points;
      machines.insert(point.virtual_machine_uid());
      EXPECT_EQ(point.job_uid(), job.id);
      EXPECT_FALSE(point.has_repository_uid());
    }
    EXPECT_EQ(points, PointsOf(job));
    EXPECT_EQ(machines.size(), job.workloads.size());
    const auto rows = All<VirtualMachine>("VirtualMachine");
    for (const std::string& uid : machines) {  // the machines that are backed up, not new ones
      const auto row = std::ranges::find(rows, uid, [](const auto& machine) { return machine.uid(); });
      ASSERT_NE(row, rows.end());
      EXPECT_GT(row->restore_points(), 0);
    }
    const auto backups = All<VirtualMachineBackup>("VirtualMachineBackup");
    EXPECT_EQ(std::ranges::count(backups, "Replication", [](const auto& row) { return row.backup_type(); }),
              static_cast<std::ptrdiff_t>(job.workloads.size()));
  }
};

TEST_F(SourcesTest, Replicas_BelongToTheMachinesThatAreBackedUp) {
  Begin(Demo().servers[0].server);
  adapter_->LookOnce(true);
  ASSERT_EQ(Server().status(), "Healthy") << Server().status_reason();
  ExpectReplicas();
}

TEST_F(SourcesTest, Replicas_OfTheOlderInterface) {
  Begin(Demo().servers[3].server);
  adapter_->LookOnce(true);
  ASSERT_EQ(Server().rest_api_version(), "1.2-rev1");
  ExpectReplicas();
}

TEST_F(SourcesTest, MalwareEvents_CountAsLongAsNobodyClearedThem) {
  Begin(Demo().servers[13].server);
  adapter_->LookOnce(true);
  const auto state = [&](std::size_t job, std::size_t machine) {
    const std::string& name = truth_.workloads[truth_.jobs[job].workloads[machine]].name;
    const auto rows = All<VirtualMachine>("VirtualMachine");
    return std::ranges::find(rows, name, [](const auto& row) { return row.name(); })->malware_state();
  };
  EXPECT_EQ(state(0, 0), "Suspicious") << "an event alone, its points are clean";
  EXPECT_EQ(state(0, 1), "Clean") << "the event was a false positive";
  EXPECT_EQ(state(5, 0), "Infected");
  EXPECT_EQ(state(0, 2), "Clean");
}

TEST_F(SourcesTest, Disks_SizeOfMachinesComesAfterTheFirstLook) {
  for (const bool modern : {true, false}) {
    Begin(lab::MakeSmallServer(1, kStart, modern));
    adapter_->LookOnce(true);
    EXPECT_FALSE(All<VirtualMachine>("VirtualMachine")[0].has_provisioned_source_size());
    adapter_->LookOnce(false);
    std::map<std::string, std::int64_t> sizes;
    for (const lab::Workload& machine : truth_.workloads) sizes[machine.name] = machine.size;
    for (const auto& row : All<VirtualMachine>("VirtualMachine"))
      EXPECT_EQ(row.provisioned_source_size(), sizes[row.name()]) << row.name();
    // One point of each machine was asked; a copy's points are of the same disks.
    const auto points = All<VirtualMachineRestorePoint>("VirtualMachineRestorePoint");
    EXPECT_EQ(std::ranges::count_if(points, [](const auto& point) { return point.has_provisioned_source_size(); }),
              static_cast<std::ptrdiff_t>(All<VirtualMachine>("VirtualMachine").size()));
    for (const auto& row : All<inventory::ServerComputerBackup>("ServerComputerBackup"))
      EXPECT_TRUE(row.has_provisioned_source_size());
  }
}

TEST_F(SourcesTest, License_SocketsAndTerabytes) {
  Begin(Demo().servers[2].server);
  adapter_->LookOnce(true);
  const auto sockets = All<inventory::BackupServerLicense>("BackupServerLicense").at(0);
  EXPECT_EQ(sockets.sockets(), 16);
  EXPECT_EQ(sockets.used_sockets(), lab::UsedSockets(truth_));
  EXPECT_EQ(sockets.section_types(), R"(["Instance","Socket"])");
  EXPECT_FALSE(sockets.has_capacity());
  Begin(Demo().servers[0].server);
  adapter_->LookOnce(true);
  const auto capacity = All<inventory::BackupServerLicense>("BackupServerLicense").at(0);
  EXPECT_DOUBLE_EQ(capacity.capacity(), truth_.license.capacity_tb);
  EXPECT_DOUBLE_EQ(capacity.used_capacity(), lab::UsedTb(truth_));
  EXPECT_GT(capacity.used_capacity(), 0);
  EXPECT_FALSE(capacity.has_sockets());
}

TEST_F(SourcesTest, FileSharesAndBuckets_AreWorkloads) {
  Begin(Demo().servers[0].server);
  adapter_->LookOnce(true);
  ASSERT_EQ(Server().status(), "Healthy") << Server().status_reason();
  const auto rows = All<UnstructuredWorkload>("UnstructuredWorkload");
  ASSERT_EQ(rows.size(), 4U);
  std::set<std::string> sources;
  for (const auto& row : rows) {
    sources.insert(row.source_uid());
    EXPECT_TRUE(row.has_newest_restorable_point_at()) << row.name() << ": " << row.not_restorable_reason();
    EXPECT_TRUE(row.has_job_unique_uid());
    EXPECT_GT(row.short_term_size(), 0);
    EXPECT_FALSE(row.has_archive_size());
  }
  EXPECT_EQ(sources.size(), 3U) << "two shares, and one object storage with two buckets";
  const auto bucket = std::ranges::find(rows, "alf-media", [](const auto& row) { return row.name(); });
  ASSERT_NE(bucket, rows.end());
  EXPECT_EQ(bucket->kind(), "ObjectStorage");
  EXPECT_EQ(bucket->source_name(), "alf object storage");
  std::size_t points = 0;
  std::int64_t stored = 0;
  for (const lab::Job& job : truth_.jobs) {
    if (!lab::IsFileKind(job.kind)) continue;
    points += PointsOf(job);
    for (const lab::BackupObject& object : job.backup->objects) {
      for (const lab::Point& point : object.points) stored += point.stored;
    }
  }
  EXPECT_EQ(All<UnstructuredRestorePoint>("UnstructuredRestorePoint").size(), points);
  const auto backups = All<UnstructuredBackup>("UnstructuredBackup");
  EXPECT_EQ(backups.size(), 8U);
  std::int64_t told = 0;
  for (const auto& backup : backups) {
    told += backup.short_term_size();
    EXPECT_GT(backup.source_size(), 0);
    const Json taken = Json::parse(backup.sources());
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0]["exclusionMasks"], backup.kind() == "FileShare" ? Json({"*.tmp"}) : Json::array());
  }
  EXPECT_EQ(told, stored);
}

TEST_F(SourcesTest, FileJobs_TypesRetentionAndObjects) {
  Begin(Demo().servers[0].server);
  adapter_->LookOnce(true);
  std::map<std::string, BackupServerJob> jobs;
  for (const auto& job : All<BackupServerJob>("BackupServerJob")) jobs[job.type()] = job;
  for (const char* type : {"BackupFile", "BackupFileCopy", "ObjectStorageBackup", "ObjectStorageBackupCopy"})
    ASSERT_TRUE(jobs.contains(type)) << type;
  const Json share = Json::parse(jobs["BackupFile"].details());
  EXPECT_EQ(share["retention"], 28);
  EXPECT_EQ(share["retentionUnit"], "Days");
  EXPECT_EQ(share["isArchiveRetentionEnabled"], true);
  EXPECT_EQ(share["archiveRetention"], 3);
  EXPECT_EQ(share["archiveRetentionUnit"], "Years");
  EXPECT_EQ(share["archiveRepositoryUid"], JobOf(lab::JobKind::kFileShare).archive_id);
  const Json copy = Json::parse(jobs["BackupFileCopy"].details());
  EXPECT_EQ(copy["sourceFileShareJobUid"], jobs["BackupFile"].instance_uid());
  EXPECT_EQ(copy["sourceFileShareJobUniqueUid"], jobs["BackupFile"].uid());
  EXPECT_GT(copy["sourceSize"], 0);
  EXPECT_TRUE(jobs["ObjectStorageBackupCopy"].has_target_repository_uid());
  std::map<std::string, std::vector<BackupServerJobObject>> objects;
  for (const auto& object : All<BackupServerJobObject>("BackupServerJobObject"))
    objects[object.job_unique_uid()].push_back(object);
  EXPECT_EQ(objects[jobs["BackupFile"].uid()].size(), 2U);
  EXPECT_EQ(objects[jobs["BackupFileCopy"].uid()].size(), 2U);
  ASSERT_EQ(objects[jobs["ObjectStorageBackup"].uid()].size(), 1U) << "one storage with two buckets";
  const auto& storage = objects[jobs["ObjectStorageBackup"].uid()][0];
  EXPECT_EQ(storage.kind(), "ObjectStorage");
  EXPECT_EQ(storage.name(), "alf object storage");
  EXPECT_EQ(Json::parse(storage.sources()).size(), 2U);
  const Json last = Json::parse(storage.last_session());
  EXPECT_TRUE(last["sourceFilesCount"].is_null());
  EXPECT_GT(last["sourceSize"], 0);
}

/// Two servers behind one agent. Both have the default repository, under the same id.
class TwoServersTest : public AdapterTestBase {
 protected:
  struct Side {
    VbrConfig config;
    std::unique_ptr<lab::VbrServer> server;
    std::unique_ptr<VbrAdapter> adapter;
    bool cut = false;
  };
  TwoServersTest() {
    for (std::size_t i = 0; i < 2; ++i) {
      lab::EstateServer entry;
      entry.user = sides_[i].config.user = "user";
      entry.password = sides_[i].config.password = "secret";
      entry.server = lab::MakeSmallServer(static_cast<std::uint64_t>(i + 1), kStart, true);
      const std::string first = entry.server.repositories.front().id;
      ReplaceId(entry.server, first);
      sides_[i].config.url = "https://vbr" + std::to_string(i);
      sides_[i].config.neighbours.addresses = {"https://vbr" + std::to_string(1 - i)};
      sides_[i].config.own_ids = i == 1;
      sides_[i].config.neighbours.publishing = publishing_;
      sides_[i].server = std::make_unique<lab::VbrServer>(std::move(entry), clock_);
    }
    clock_.Freeze(kStart);
    Restart();
  }
  static void ReplaceId(lab::BackupServer& server, const std::string& old) {
    for (lab::Repository& repository : server.repositories) {
      if (repository.id == old) repository.id = "88788f9e-d8f5-4eb4-bc4f-9b3f5403bcec";
    }
    for (lab::Job& job : server.jobs) {
      if (job.repository_id == old) job.repository_id = "88788f9e-d8f5-4eb4-bc4f-9b3f5403bcec";
    }
  }
  void Restart() {
    for (Side& side : sides_) side.adapter.reset();
    OpenStore(folder_);
    for (Side& side : sides_) {
      side.adapter = std::make_unique<VbrAdapter>(side.config, *store_, *status_, [&side] {
        return [&side](const auto& request) -> Result<net::ClientResponse> {
          if (side.cut) return Fail(ErrorCode::kUnavailable, "Connection refused");
          return Carry(*side.server, side.config, request);
        };
      });
    }
  }
  /// Sends all there is, so that the journal remembers it.
  void Sync() {
    store_->SetReady();
    store_->OnWelcome(0, 100000);
    while (const auto batch = store_->NextBatch()) store_->OnAck(batch->revision());
  }
  template <typename Message>
  std::map<std::string, std::set<std::string>> ByServer(const char* entity) {
    std::map<std::string, std::set<std::string>> uids;
    for (const std::string& bytes : store_->RowsOf(entity)) {
      Message row;
      EXPECT_TRUE(row.ParseFromString(bytes));
      uids[row.backup_server_uid()].insert(row.uid());
    }
    return uids;
  }

  std::shared_ptr<std::mutex> publishing_ = std::make_shared<std::mutex>();
  lab::Clock clock_{kStart, 1};
  std::array<Side, 2> sides_;
};

TEST_F(TwoServersTest, EachPublishesItsOwnRowsOnly) {
  for (Side& side : sides_) side.adapter->LookOnce(true);
  EXPECT_EQ(store_->RowsOf("BackupServer").size(), 2U);
  const auto machines = ByServer<VirtualMachine>("VirtualMachine");
  ASSERT_EQ(machines.size(), 2U);
  const auto repositories = ByServer<inventory::BackupRepository>("BackupRepository");
  ASSERT_EQ(repositories.size(), 2U);
  EXPECT_EQ(repositories.begin()->second.size(), repositories.rbegin()->second.size())
      << "the default repository of the second server has an id of its own";
  for (const std::string& bytes : store_->RowsOf("VirtualMachineBackup")) {  // and is referred to by it
    VirtualMachineBackup row;
    row.ParseFromString(bytes);
    EXPECT_TRUE(repositories.at(row.backup_server_uid()).contains(row.repository_uid()));
  }
  EXPECT_NE(sides_[0].adapter->Name(), sides_[1].adapter->Name());
}

TEST_F(TwoServersTest, OneThatIsAwayAtTheStartKeepsItsRows) {
  for (Side& side : sides_) side.adapter->LookOnce(true);
  Sync();
  const auto before = ByServer<VirtualMachine>("VirtualMachine");
  Restart();
  sides_[1].cut = true;
  for (Side& side : sides_) side.adapter->LookOnce(true);
  EXPECT_EQ(ByServer<VirtualMachine>("VirtualMachine"), before);
  std::map<std::string, std::string> states;
  for (const std::string& bytes : store_->RowsOf("BackupServer")) {
    inventory::BackupServer row;
    row.ParseFromString(bytes);
    states[row.address()] = row.status();
  }
  EXPECT_EQ(states,
            (std::map<std::string, std::string>{{"https://vbr0", "Healthy"}, {"https://vbr1", "Inaccessible"}}));
}

TEST_F(TwoServersTest, OneThatIsNoLongerReadLosesItsRows) {
  for (Side& side : sides_) side.adapter->LookOnce(true);
  Sync();
  sides_[0].config.neighbours.addresses.clear();
  Restart();
  sides_[0].adapter->LookOnce(true);
  EXPECT_EQ(store_->RowsOf("BackupServer").size(), 1U);
  EXPECT_EQ(ByServer<VirtualMachine>("VirtualMachine").size(), 1U);
}

}  // namespace
}  // namespace steward::agent::vbr
