// SPDX-License-Identifier: Apache-2.0
// The adapter against the simulated backup servers, without a network in between.
#include "adapter_fixture.hpp"

namespace steward::agent::vbr {
namespace {

TEST_F(AdapterTest, ModernServer_EverythingIsReported) {
  Begin(lab::MakeSmallServer(1, kStart, true));
  adapter_->LookOnce(true);
  EXPECT_EQ(Server().status(), "Healthy") << Server().status_reason();
  EXPECT_EQ(Server().name(), truth_.name);
  EXPECT_EQ(Server().rest_api_version(), "1.3-rev2");
  EXPECT_EQ(All<inventory::BackupServerJob>("BackupServerJob").size(), truth_.jobs.size());
  const auto machines = All<inventory::VirtualMachine>("VirtualMachine");
  const auto computers = All<inventory::ServerComputer>("ServerComputer");
  EXPECT_EQ(machines.size() + computers.size(), truth_.workloads.size());
  EXPECT_EQ(computers.size(), 3U);
  EXPECT_EQ(All<inventory::VirtualMachineRestorePoint>("VirtualMachineRestorePoint").size() +
                All<inventory::ServerComputerRestorePoint>("ServerComputerRestorePoint").size(),
            TruePoints());
  const auto over = static_cast<std::size_t>(std::ranges::count(truth_.sessions, true, &lab::Session::over));
  EXPECT_GE(All<inventory::JobSession>("JobSession").size(), over);
  for (const auto& machine : machines) {
    EXPECT_TRUE(machine.has_newest_restorable_point_at()) << machine.name();
    EXPECT_TRUE(machine.has_total_restore_point_size());
    EXPECT_TRUE(machine.has_job_unique_uid());
  }
  const auto license = All<inventory::BackupServerLicense>("BackupServerLicense");
  ASSERT_EQ(license.size(), 1U);
  EXPECT_DOUBLE_EQ(license[0].units(), truth_.license.instances);
  EXPECT_DOUBLE_EQ(license[0].used_units(), lab::UsedInstances(truth_));
}

TEST_F(AdapterTest, OlderServer_VersionIsFound) {
  Begin(lab::MakeSmallServer(2, kStart, false));
  adapter_->LookOnce(true);
  EXPECT_EQ(Server().status(), "Healthy") << Server().status_reason();
  EXPECT_EQ(Server().rest_api_version(), "1.2-rev1");
  EXPECT_EQ(All<inventory::VirtualMachine>("VirtualMachine").size(), truth_.workloads.size());
  EXPECT_EQ(All<inventory::VirtualMachineRestorePoint>("VirtualMachineRestorePoint").size(), TruePoints());
  for (const auto& job : All<inventory::BackupServerJob>("BackupServerJob")) {
    EXPECT_TRUE(job.has_transferred_data()) << "sizes of the older interface come from the tasks";
    EXPECT_NE(job.status(), "Unknown");
  }
}

TEST_F(AdapterTest, QuietServer_CheapLook) {
  Begin(lab::MakeSmallServer(1, kStart, true));
  adapter_->LookOnce(true);
  adapter_->LookOnce(false);
  const int before = calls_;
  adapter_->LookOnce(false);
  EXPECT_LE(calls_ - before, 6);
}

TEST_F(AdapterTest, JobRuns_RunningThenNewPoints) {
  Begin(lab::MakeSmallServer(1, kStart, true));
  adapter_->LookOnce(true);
  const auto idle = std::ranges::find_if(
      truth_.jobs, [](const lab::Job& job) { return !job.running && job.kind == lab::JobKind::kVSphere; });
  ASSERT_NE(idle, truth_.jobs.end());
  net::Request run;
  run.method = "POST";
  run.path = "/lab/jobs/" + idle->id + "/run";
  ASSERT_EQ(server_->Handle(run).status, 201);
  adapter_->LookOnce(false);
  const auto job = [&] {
    const auto rows = All<inventory::BackupServerJob>("BackupServerJob");
    return *std::ranges::find(rows, idle->id, [](const auto& row) { return row.instance_uid(); });
  };
  EXPECT_EQ(job().status(), "Running");
  const auto points = All<inventory::VirtualMachineRestorePoint>("VirtualMachineRestorePoint").size();
  clock_.Freeze(kStart + std::chrono::hours(5));
  adapter_->LookOnce(false);
  EXPECT_NE(job().status(), "Running");
  const auto sessions = All<inventory::JobSession>("JobSession");
  EXPECT_TRUE(std::ranges::any_of(
      sessions, [&](const auto& row) { return row.uid() == job().last_session_uid() && row.state() == "Ended"; }));
  const auto after = All<inventory::VirtualMachineRestorePoint>("VirtualMachineRestorePoint");
  EXPECT_GE(after.size(), points);
  const std::string now = UtcText(kStart);
  EXPECT_TRUE(std::ranges::any_of(
      after, [&](const auto& row) { return row.job_uid() == idle->id && row.backup_creation_time() >= now; }));
}

TEST_F(AdapterTest, Faults_ChangeOnlyTheServersRow) {
  Begin(lab::MakeSmallServer(1, kStart, true));
  adapter_->LookOnce(true);
  const auto rows = store_->RowCount();
  server_->SetMode(lab::FaultMode::kError500);
  adapter_->LookOnce(false);
  EXPECT_EQ(Server().status(), "Warning");
  EXPECT_THAT(Server().status_reason(), testing::HasSubstr("500"));
  EXPECT_THAT(Server().status_reason(), testing::HasSubstr("database cannot be reached"));
  server_->SetMode(lab::FaultMode::kGarbage);
  adapter_->LookOnce(true);
  EXPECT_EQ(Server().status(), "Warning");
  EXPECT_THAT(Server().status_reason(), testing::HasSubstr("not JSON"));
  cut_ = true;
  adapter_->LookOnce(false);
  EXPECT_EQ(Server().status(), "Inaccessible");
  EXPECT_THAT(Server().status_reason(), testing::HasSubstr("Connection refused"));
  EXPECT_NE(status_->Verdict(), "Healthy");
  EXPECT_EQ(store_->RowCount(), rows) << "nothing is deleted because a server is away";
  cut_ = false;
  server_->SetMode(lab::FaultMode::kOk);
  adapter_->LookOnce(false);
  EXPECT_EQ(Server().status(), "Healthy") << Server().status_reason();
  EXPECT_EQ(status_->Verdict(), "Healthy");
}

TEST_F(AdapterTest, NeverReached_RowSaysWhy) {
  Begin(lab::MakeSmallServer(1, kStart, true), lab::FaultMode::kError500);
  adapter_->LookOnce(true);
  EXPECT_EQ(Server().status(), "Inaccessible");
  EXPECT_EQ(Server().name(), "vbr.example:9419");
  EXPECT_THAT(Server().status_reason(), testing::HasSubstr("cannot sign in"));
  server_->SetMode(lab::FaultMode::kOk);
  adapter_->LookOnce(true);
  EXPECT_EQ(Server().status(), "Healthy");
  EXPECT_EQ(Server().name(), truth_.name);
}

TEST_F(AdapterTest, WrongPassword_InaccessibleAndPasswordNotTold) {
  Begin(lab::MakeSmallServer(1, kStart, true), lab::FaultMode::kRefuseToken);
  adapter_->LookOnce(true);
  EXPECT_EQ(Server().status(), "Inaccessible");
  EXPECT_THAT(Server().status_reason(), testing::HasSubstr("second factor"));
  EXPECT_THAT(Server().status_reason(), testing::Not(testing::HasSubstr("secret")));
}

TEST_F(AdapterTest, ProblemServer_FactsArrive) {
  lab::Estate estate = lab::MakeDemoEstate(7, kStart);
  Begin(estate.servers[13].server);
  adapter_->LookOnce(true);
  EXPECT_EQ(All<inventory::BackupServerLicense>("BackupServerLicense")[0].status(), "Expired");
  const auto jobs = All<inventory::BackupServerJob>("BackupServerJob");
  EXPECT_EQ(std::ranges::count_if(jobs, [](const auto& job) { return !job.is_enabled(); }), 1);
  EXPECT_TRUE(std::ranges::any_of(jobs, [](const auto& job) {
    return job.status() == "Failed" && job.failure_message().find("not enough space") != std::string::npos;
  }));
  const auto repositories = All<inventory::BackupRepository>("BackupRepository");
  EXPECT_TRUE(std::ranges::any_of(
      repositories, [](const auto& row) { return row.has_free_space() && row.free_space() * 50 < row.capacity(); }));
  const std::string stale = UtcText(kStart - std::chrono::days(4));
  const auto machines = All<inventory::VirtualMachine>("VirtualMachine");
  EXPECT_GE(std::ranges::count_if(machines, [&](const auto& row) { return row.newest_restorable_point_at() < stale; }),
            3);
  const auto infected = std::ranges::find(machines, "Infected", [](const auto& row) { return row.malware_state(); });
  ASSERT_NE(infected, machines.end());
  EXPECT_LT(infected->newest_restorable_point_at(), infected->latest_restore_point_date());
  EXPECT_THAT(infected->not_restorable_reason(), testing::HasSubstr("Malware"));
}

TEST(Resolve, SameNameTwiceInOneBackup_NoGuess) {
  Backup backup;
  backup.objects = {{.id = "a",
                     .name = "vm",
                     .platform = "VMware",
                     .platform_id = "p",
                     .object_id = "1",
                     .bios_uuid = "",
                     .computer_id = ""},
                    {.id = "b",
                     .name = "vm",
                     .platform = "VMware",
                     .platform_id = "p",
                     .object_id = "2",
                     .bios_uuid = "",
                     .computer_id = ""}};
  Point doubtful;
  doubtful.name = "vm";
  Point sure = doubtful;
  sure.file_id = "f";
  File file;
  file.object_id = "b";
  backup.files["f"] = file;
  backup.points = {doubtful, sure};
  ResolveObjects(backup);
  EXPECT_EQ(backup.points[0].object_id, "");
  EXPECT_EQ(backup.points[1].object_id, "b");
}

TEST(Words, StatusTable) {
  EXPECT_EQ(JobStatus({.job_status = "running", .session_state = "Working", .last_result = "Failed", .ever_ran = true}),
            "Running");
  EXPECT_EQ(JobStatus({.job_status = "Running", .session_state = "WaitingTape", .last_result = "None"}), "WaitingTape");
  EXPECT_EQ(JobStatus({.job_status = "inactive", .session_state = "", .last_result = "Warning", .ever_ran = true}),
            "Warning");
  EXPECT_EQ(JobStatus({.job_status = "Disabled", .session_state = "", .last_result = "None"}), "None");
  EXPECT_EQ(JobStatus({.job_status = "Inactive", .session_state = "", .last_result = "None", .ever_ran = true}),
            "Unknown");
  EXPECT_EQ(JobStatus({.job_status = "Sideways", .session_state = "", .last_result = "Success"}), "Unknown");
}

TEST(Words, RatesWithUnitsAndComma) {
  EXPECT_DOUBLE_EQ(*ParseRate("17 MB/s"), 17);
  EXPECT_DOUBLE_EQ(*ParseRate("1,5 GB/s"), 1536);
  EXPECT_DOUBLE_EQ(*ParseRate("512 KB/s"), 0.5);
  EXPECT_FALSE(ParseRate(""));
  EXPECT_FALSE(ParseRate("fast"));
}

TEST(Words, UnlistedBecomesUnknown) {
  EXPECT_EQ(RepositoryType("linuxhardened"), "LinuxHardened");
  EXPECT_EQ(RepositoryType("Tape"), "Unknown");
  EXPECT_EQ(JobType("Backup", false), "BackupVm");
  EXPECT_EQ(JobType("FutureJob", false), "Unknown");
  EXPECT_FALSE(IsRun("RestoreVm"));
}

}  // namespace
}  // namespace steward::agent::vbr
