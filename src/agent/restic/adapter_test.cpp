// SPDX-License-Identifier: Apache-2.0
// The engine's adapter with the real restic on a temporary folder.
#include "agent/restic/adapter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <fstream>
#include <future>

#include "agent/adapter_test_base.hpp"
#include "agent/process.hpp"
#include "base/iso_time.hpp"

namespace steward::agent::restic {
namespace {

using std::chrono::minutes;

std::chrono::sys_seconds At(const char* text) {
  return *ParseIsoTime(text);
}

class ResticTest : public AdapterTestBase {
 protected:
  ResticTest() {
    std::filesystem::create_directories(folder_ / "data");
    Write("data/one.txt", "one");
    Write("data/two.skip", "two");
    Write("password", "correct horse");
    config_.state = folder_ / "state";
    std::filesystem::create_directories(config_.state);
    ResticConfig job;
    job.name = "Documents";
    job.paths = {(folder_ / "data").string()};
    job.excludes = {"*.skip"};
    job.every_minutes = 60;
    job.keep_last = 2;
    job.repository = (folder_ / "repository").string();
    job.password_file = (folder_ / "password").string();
    config_.restic = {job};
  }

 protected:
  void Write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  void Open() {
    adapter_.reset();
    OpenStore(config_.state);
    adapter_ = std::make_unique<ResticAdapter>(config_, "host", "0.1", *store_, *status_);
  }
  CommandOutcome Tell(Command& order, JobAction::Verb verb) {
    order.mutable_job()->set_verb(verb);
    return *adapter_->Execute(order, [](std::uint32_t) {});
  }
  std::vector<inventory::BackupAgentJob> Jobs() { return All<inventory::BackupAgentJob>("BackupAgentJob"); }
  inventory::BackupAgentJob Job() { return All<inventory::BackupAgentJob>("BackupAgentJob").at(0); }
  std::vector<inventory::ConsoleComputerRestorePoint> Points() {
    return All<inventory::ConsoleComputerRestorePoint>("ConsoleComputerRestorePoint");
  }

  AgentConfig config_;
  std::unique_ptr<ResticAdapter> adapter_;
};

TEST_F(ResticTest, Orders_StartAndStop_TheJobRunsAndEnds) {
  config_.restic[0].every_minutes = 0;  // never by itself
  const std::string block(1U << 20U, 'x');
  for (int i = 0; i < 400; ++i) Write(fmt::format("data/big-{}", i), block + std::to_string(i));
  Open();
  adapter_->Start();
  Command order;
  order.mutable_job()->set_job_uid(adapter_->JobUid(0));
  EXPECT_FALSE(Tell(order, JobAction::STOP).done) << "nothing runs";
  auto started = std::async([&, mine = order]() mutable { return Tell(mine, JobAction::START); });
  for (int i = 0; i < 100 && (Jobs().empty() || Jobs()[0].status() != "Running"); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(Tell(order, JobAction::START).message, "The job is running already.");
  ASSERT_TRUE(Tell(order, JobAction::STOP).done);
  EXPECT_EQ(Job().status(), "Failed");
  EXPECT_EQ(Job().failure_message(), "The backup was interrupted");
  EXPECT_THAT(started.get().message, testing::HasSubstr("interrupted")) << "the order ends with its backup";
  EXPECT_THAT(Tell(order, JobAction::DISABLE).message, testing::HasSubstr("own configuration file"));
  order.mutable_job()->set_job_uid(NewUuid());
  EXPECT_FALSE(Tell(order, JobAction::START).done) << "no such job";
  order.mutable_job()->set_backup_server_uid(NewUuid());
  EXPECT_FALSE(adapter_->Execute(order, [](std::uint32_t) {})) << "a backup server's job is another adapter's";
}

TEST_F(ResticTest, FirstRun_MakesRepositoryAndPoint) {
  Open();
  const RunRecord run = adapter_->RunJob(adapter_->JobUid(0));
  ASSERT_EQ(run.result, "Success") << run.message;
  EXPECT_EQ(run.files, 1) << "the excluded file is not counted";
  EXPECT_EQ(Job().status(), "Success");
  EXPECT_EQ(Job().restore_points(), 1);
  EXPECT_GT(Job().backed_up_size(), 0);
  ASSERT_EQ(Points().size(), 1U);
  EXPECT_EQ(Points()[0].job_uid(), adapter_->JobUid(0));
  EXPECT_TRUE(Points()[0].is_latest());
  EXPECT_EQ(Points()[0].source_size(), 3);
  const auto computer = All<inventory::ConsoleComputer>("ConsoleComputer").at(0);
  EXPECT_EQ(computer.newest_restorable_point_at(), computer.latest_restore_point_date());
  EXPECT_EQ(All<inventory::BackupAgent>("BackupAgent").at(0).status(), "Active");
}

TEST_F(ResticTest, Retention_KeepsAsManyAsAsked) {
  Open();
  for (int i = 0; i < 4; ++i) {
    Write("data/one.txt", "round " + std::to_string(i));
    ASSERT_EQ(adapter_->RunJob(adapter_->JobUid(0)).result, "Success");
  }
  EXPECT_EQ(Points().size(), 2U);
  EXPECT_EQ(All<inventory::AgentJobSession>("AgentJobSession").size(), 4U);
}

TEST_F(ResticTest, WrongPassword_FailedInWords_PointsStayButAreNotRestorable) {
  Open();
  ASSERT_EQ(adapter_->RunJob(adapter_->JobUid(0)).result, "Success");
  Write("password", "battery staple");
  const RunRecord run = adapter_->RunJob(adapter_->JobUid(0));
  EXPECT_EQ(run.result, "Failed");
  EXPECT_THAT(run.message, testing::HasSubstr("wrong password"));
  EXPECT_EQ(Points().size(), 1U);
  const auto computer = All<inventory::ConsoleComputer>("ConsoleComputer").at(0);
  EXPECT_TRUE(computer.has_latest_restore_point_date());
  EXPECT_FALSE(computer.has_newest_restorable_point_at());
  EXPECT_THAT(computer.not_restorable_reason(), testing::HasSubstr("wrong password"));
}

TEST_F(ResticTest, UnreadableSource_Failed) {
  config_.restic[0].paths = {(folder_ / "nowhere").string()};
  Open();
  const RunRecord run = adapter_->RunJob(adapter_->JobUid(0));
  EXPECT_EQ(run.result, "Failed");
  EXPECT_FALSE(run.message.empty());
}

TEST_F(ResticTest, Restart_RunsAndFiguresAreRemembered) {
  Open();
  ASSERT_EQ(adapter_->RunJob(adapter_->JobUid(0)).result, "Success");
  const std::string uid = adapter_->JobUid(0);
  const auto size = Points().at(0).size();
  Open();
  adapter_->Refresh();
  EXPECT_EQ(adapter_->JobUid(0), uid);
  EXPECT_EQ(Points().at(0).size(), size);
  EXPECT_EQ(All<inventory::AgentJobSession>("AgentJobSession").size(), 1U);
}

TEST_F(ResticTest, KilledWhileRunning_RunIsEndedAtTheNextStart) {
  const std::string uid = NewUuid();
  {
    RunStore runs(config_.state / "restic-runs.jsonl");
    Open();
    runs.Save({.uid = uid, .job_uid = adapter_->JobUid(0), .began = "2026-01-01T00:00:00.0000000Z"});
  }
  Open();
  adapter_->Refresh();
  const auto sessions = All<inventory::AgentJobSession>("AgentJobSession");
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions[0].result(), "Failed");
  EXPECT_THAT(sessions[0].message(), testing::HasSubstr("stopped"));
}

TEST(Schedule, PeriodicAndDaily) {
  ResticConfig periodic;
  periodic.every_minutes = 30;
  const auto now = At("2026-03-01T10:00:00Z");
  EXPECT_EQ(NextRun(periodic, std::nullopt, now), now);
  EXPECT_EQ(NextRun(periodic, At("2026-03-01T09:50:00Z"), now), At("2026-03-01T10:20:00Z"));
  EXPECT_EQ(NextRun(periodic, At("2026-02-01T00:00:00Z"), now), now);
  ResticConfig daily;
  daily.daily_at = minutes(22 * 60);
  EXPECT_EQ(NextRun(daily, std::nullopt, now), At("2026-03-01T22:00:00Z"));
  EXPECT_EQ(NextRun(daily, At("2026-02-28T22:00:05Z"), now), At("2026-03-01T22:00:00Z"));
  EXPECT_EQ(NextRun(daily, At("2026-02-27T22:00:05Z"), now), now) << "a missed start is made up for";
  EXPECT_EQ(NextRun(daily, At("2026-03-01T21:59:00Z"), At("2026-03-01T22:00:00Z")), At("2026-03-01T22:00:00Z"));
  daily.enabled = false;
  EXPECT_FALSE(NextRun(daily, std::nullopt, now));
}

TEST(Schedule, Weekdays_TheOthersAreLeftOut) {
  ResticConfig job;
  job.daily_at = minutes(22 * 60);
  job.weekdays = 0b0000010;  // Mondays
  EXPECT_EQ(NextRun(job, std::nullopt, At("2026-03-01T10:00:00Z")), At("2026-03-02T22:00:00Z")) << "that is a Sunday";
  EXPECT_EQ(NextRun(job, At("2026-03-02T22:00:05Z"), At("2026-03-04T10:00:00Z")), At("2026-03-09T22:00:00Z"));
  EXPECT_EQ(NextRun(job, At("2026-02-23T22:00:05Z"), At("2026-03-04T10:00:00Z")), At("2026-03-04T10:00:00Z"));
  job.weekdays = 0;
  EXPECT_FALSE(NextRun(job, std::nullopt, At("2026-03-01T10:00:00Z")));
}

TEST(Repository, CredentialsAreNotTold) {
  EXPECT_EQ(WithoutCredentials("rest:https://user:secret@host:8000/repo"), "rest:https://host:8000/repo");
  EXPECT_EQ(WithoutCredentials("s3:https://host/bucket"), "s3:https://host/bucket");
  EXPECT_EQ(WithoutCredentials("/srv/restic"), "/srv/restic");
}

}  // namespace
}  // namespace steward::agent::restic
