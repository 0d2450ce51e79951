// SPDX-License-Identifier: Apache-2.0
#include "agent/programs.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <fstream>

#include "agent/command_log.hpp"

namespace steward::agent {
namespace {

class ProgramsTest : public testing::Test {
 public:
  ~ProgramsTest() override { std::filesystem::remove_all(state_); }

 protected:
  ProgramsTest() : state_(std::filesystem::temp_directory_path() / fmt::format("steward-programs-{}", getpid())) {
    std::filesystem::remove_all(state_);
    std::filesystem::create_directories(state_);
  }

  /// What a process of this version makes of the folder.
  Programs At(const char* version) { return {state_, version}; }
  void Put(const char* version) { std::ofstream(At("0").PathOf(version)) << "program"; }

  std::filesystem::path state_;
};

TEST_F(ProgramsTest, NothingBrought_TheInstalledOneRuns) {
  EXPECT_FALSE(At("1.0").Another());
  EXPECT_FALSE(At("1.0").Confirm());
  EXPECT_FALSE(At("1.0").Outcome());
}

TEST_F(ProgramsTest, TrialPassedAndReached_TheNewOneIsCurrent) {
  Put("1.1");
  At("1.0").BeginTrial("1.1", "order");
  EXPECT_EQ(At("1.1").PendingCommand(), "order");
  At("1.0").TrialPassed();
  EXPECT_FALSE(At("1.1").Another()) << "the new program goes on as itself";
  EXPECT_TRUE(At("1.1").Confirm());
  EXPECT_FALSE(At("1.1").Confirm()) << "once";
  const auto outcome = At("1.1").Outcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->id(), "order");
  EXPECT_EQ(outcome->state(), CommandUpdate::DONE);
  EXPECT_EQ(At("1.0").Another(), At("1.0").PathOf("1.1")) << "the installed one starts it from then on";
  EXPECT_EQ(At("1.1").Another(), std::nullopt);
  EXPECT_EQ(At("1.2").Another(), std::nullopt) << "a newer one that was installed counts";
}

TEST_F(ProgramsTest, CutOffInTheTrial_PutAsideWithAReason) {
  Put("1.1");
  At("1.0").BeginTrial("1.1", "order");
  EXPECT_FALSE(At("1.0").Another());
  const auto outcome = At("1.0").Outcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->state(), CommandUpdate::FAILED);
  EXPECT_NE(outcome->message().find("ended while it tried version 1.1"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(At("1.0").PathOf("1.1")));
  At("1.0").Told();
  EXPECT_FALSE(At("1.0").Outcome());
}

TEST_F(ProgramsTest, NeverReachesTheConsole_TheOldOneAfterThreeStarts) {
  Put("1.1");
  At("1.0").BeginTrial("1.1", "first");
  At("1.0").TrialPassed();
  At("1.1").Confirm();
  Put("1.2");
  At("1.1").BeginTrial("1.2", "second");
  At("1.1").TrialPassed();  // its first start
  EXPECT_EQ(At("1.0").Another(), At("1.0").PathOf("1.2"));
  EXPECT_EQ(At("1.0").Another(), At("1.0").PathOf("1.2"));
  EXPECT_EQ(At("1.0").Another(), At("1.0").PathOf("1.1")) << "not the installed one: the one before";
  EXPECT_EQ(At("1.1").Outcome()->state(), CommandUpdate::FAILED);
  EXPECT_TRUE(std::filesystem::exists(At("1.0").PathOf("1.1")));
  EXPECT_FALSE(std::filesystem::exists(At("1.0").PathOf("1.2")));
}

TEST_F(ProgramsTest, SecondUpgradeMeanwhile_LeavesTheFirstItsCommand) {
  EXPECT_TRUE(At("1.0").BeginTrial("1.1", "first"));
  EXPECT_FALSE(At("1.0").BeginTrial("1.1", "second"));
  EXPECT_EQ(At("1.0").PendingCommand(), "first");
}

TEST_F(ProgramsTest, BrokenFile_TheInstalledOneRuns) {
  std::ofstream(state_ / "programs.json") << "{\"current\": ";
  EXPECT_FALSE(At("1.0").Another());
}

TEST_F(ProgramsTest, NoRoomOnTheDisk_NothingHasChanged) {
  Programs programs = At("1.1");
  std::filesystem::create_directory(state_ / "programs.json.new");  // in the way of the draft that would be written
  EXPECT_THROW(programs.BeginTrial("1.2", "order"), std::runtime_error);
  EXPECT_TRUE(programs.Candidate().empty());
  std::filesystem::remove(state_ / "programs.json.new");
  programs.BeginTrial("1.1", "order");
  programs.TrialPassed();
  std::filesystem::create_directory(state_ / "programs.json.new");
  EXPECT_THROW(programs.Confirm(), std::runtime_error);
  EXPECT_FALSE(programs.Outcome());
  std::filesystem::remove(state_ / "programs.json.new");
  EXPECT_TRUE(programs.Confirm()) << "at the next welcome";
}

TEST_F(ProgramsTest, CommandThatGoesOn_IsNotCutOff) {
  Command command;
  command.set_id("order");
  Command other;
  other.set_id("other");
  {
    CommandLog log(state_ / "commands.journal");
    EXPECT_TRUE(log.Begin(command));
    EXPECT_TRUE(log.Begin(other));
  }
  const CommandLog log(state_ / "commands.journal", "order");
  EXPECT_EQ(log.Find("order")->state(), CommandUpdate::RUNNING);
  EXPECT_EQ(log.Find("other")->state(), CommandUpdate::FAILED);
}

}  // namespace
}  // namespace steward::agent
