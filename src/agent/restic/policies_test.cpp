// SPDX-License-Identifier: Apache-2.0
// Jobs that the console makes, with the real restic on a temporary folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <fstream>

#include "agent/adapter_test_base.hpp"
#include "agent/restic/adapter.hpp"

namespace steward::agent::restic {
namespace {

using testing::HasSubstr;

class PoliciesTest : public AdapterTestBase {
 protected:
  PoliciesTest() {
    for (const char* name : {"data", "backup", "state"}) std::filesystem::create_directories(folder_ / name);
    std::ofstream(folder_ / "data/one.txt") << "one";
    config_.state = folder_ / "state";
    PolicyJob& job = *order_.mutable_job();
    order_.set_job_uid(NewUuid());
    order_.set_sequence(1);
    job.set_policy_uid(NewUuid());
    job.set_policy_name("Laptops");
    job.set_config_uid(NewUuid());
    job.set_name("Laptops");
    job.add_directories((folder_ / "data").string());
    job.set_folder((folder_ / "backup").string());
    job.set_compression("max");
    job.set_weekdays(kEveryDay);
    job.set_keep_last(1);
  }
  void Open() {
    adapter_.reset();
    OpenStore(config_.state);
    adapter_ = std::make_unique<ResticAdapter>(config_, "host", "0.1", *store_, *status_);
    adapter_->Refresh();
  }
  CommandOutcome Apply() {
    Command command;
    *command.mutable_policy() = order_;
    return *adapter_->Execute(command, [](std::uint32_t) {});
  }
  CommandOutcome Tell(JobAction::Verb verb) {
    Command command;
    command.mutable_job()->set_job_uid(order_.job_uid());
    command.mutable_job()->set_verb(verb);
    return *adapter_->Execute(command, [](std::uint32_t) {});
  }
  std::vector<inventory::BackupAgentJob> Jobs() { return All<inventory::BackupAgentJob>("BackupAgentJob"); }
  std::size_t Points() { return All<inventory::ConsoleComputerRestorePoint>("ConsoleComputerRestorePoint").size(); }

  AgentConfig config_;
  ApplyPolicyAction order_;
  std::unique_ptr<ResticAdapter> adapter_;
};

TEST_F(PoliciesTest, Applied_TheJobRunsAndIsThereAfterARestart) {
  Open();
  ASSERT_TRUE(Apply().done);
  ASSERT_EQ(Jobs().size(), 1U);
  EXPECT_EQ(Jobs()[0].backup_policy_name(), "Laptops");
  EXPECT_EQ(Jobs()[0].backup_policy_assign_status(), "Assigned");
  EXPECT_EQ(Jobs()[0].config_uid(), order_.job().config_uid());
  EXPECT_EQ(adapter_->RunJob(order_.job_uid()).result, "Success");
  Open();
  ASSERT_EQ(Jobs().size(), 1U);
  EXPECT_EQ(Points(), 1U);
  struct stat facts {};
  ASSERT_EQ(::stat((config_.state / "repository.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(PoliciesTest, Orders_TheHigherSequenceCounts) {
  Open();
  order_.set_sequence(5);
  ASSERT_TRUE(Apply().done);
  order_.set_sequence(4);
  order_.mutable_job()->set_name("Old");
  EXPECT_THAT(Apply().message, HasSubstr("later order"));
  EXPECT_EQ(Jobs().at(0).name(), "Laptops");
  const PolicyJob job = order_.job();
  order_.set_sequence(7);
  order_.mutable_remove();
  ASSERT_TRUE(Apply().done);
  EXPECT_TRUE(Jobs().empty());
  order_.set_sequence(6);
  *order_.mutable_job() = job;
  EXPECT_TRUE(Apply().done);
  EXPECT_TRUE(Jobs().empty()) << "an older order does not bring it back";
}

TEST_F(PoliciesTest, FolderAway_FailsInWords_AndIsNotMadeAnew) {
  Open();
  order_.mutable_job()->set_folder((folder_ / "nowhere").string());
  EXPECT_THAT(Apply().message, HasSubstr("There is no folder"));
  EXPECT_TRUE(Jobs().empty());
  order_.mutable_job()->set_folder((folder_ / "backup").string());
  ASSERT_TRUE(Apply().done);
  std::filesystem::rename(folder_ / "backup", folder_ / "away");
  std::filesystem::create_directories(folder_ / "backup");
  EXPECT_THAT(adapter_->RunJob(order_.job_uid()).message, HasSubstr("Is its folder mounted?"));
  order_.set_sequence(2);
  EXPECT_THAT(Apply().message, HasSubstr("Is its folder mounted?"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "backup"));
}

TEST_F(PoliciesTest, Disabled_StaysSoOverChangeAndRestart) {
  Open();
  order_.mutable_job()->set_every_minutes(60);
  ASSERT_TRUE(Apply().done);
  ASSERT_TRUE(Jobs().at(0).has_next_run());
  ASSERT_TRUE(Tell(JobAction::DISABLE).done);
  EXPECT_FALSE(Jobs().at(0).is_enabled());
  order_.set_sequence(2);
  ASSERT_TRUE(Apply().done);
  Open();
  EXPECT_FALSE(Jobs().at(0).is_enabled());
  EXPECT_FALSE(Jobs().at(0).has_next_run());
  ASSERT_TRUE(Tell(JobAction::ENABLE).done);
  EXPECT_TRUE(Jobs().at(0).is_enabled());
}

TEST_F(PoliciesTest, Removed_PointsGoOnlyWhenAsked) {
  Open();
  ASSERT_TRUE(Apply().done);
  ASSERT_EQ(adapter_->RunJob(order_.job_uid()).result, "Success");
  const PolicyJob job = order_.job();
  for (const bool points : {false, true}) {
    order_.set_sequence(order_.sequence() + 1);
    order_.mutable_remove()->set_remove_restore_points(points);
    ASSERT_TRUE(Apply().done);
    order_.set_sequence(order_.sequence() + 1);
    *order_.mutable_job() = job;
    ASSERT_TRUE(Apply().done);
    adapter_->Refresh();
    EXPECT_EQ(Points(), points ? 0U : 1U);
  }
}

TEST_F(PoliciesTest, NotLetIn_SaysSo) {
  config_.policies.enabled = false;
  Open();
  EXPECT_THAT(Apply().message, HasSubstr("[policies]"));
}

TEST_F(PoliciesTest, BrokenBook_NamesTheFile) {
  std::ofstream(config_.state / "policies.json") << "{";
  try {
    Open();
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("policies.json"));
  }
}

}  // namespace
}  // namespace steward::agent::restic
