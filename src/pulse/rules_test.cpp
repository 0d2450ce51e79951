// SPDX-License-Identifier: Apache-2.0
#include "pulse/rules.hpp"

#include <gtest/gtest.h>

namespace steward::pulse {
namespace {

using std::chrono::year;

Days Day(int y, unsigned m, unsigned d) {
  return Days(year(y) / std::chrono::month(m) / std::chrono::day(d));
}

const Days kToday = Day(2026, 11, 30);

Product Example() {
  return {.id = "m365",
          .workloads = {{.id = "user", .name = "User", .multiplier = 2500},
                        {.id = "entra", .name = "Entra", .multiplier = 700}}};
}

Contract Open() {
  return {.id = "C-1", .ends = Day(2027, 12, 31), .points_limit = 100};
}

Entry With(State state, Usage usage = Usage::kSingleCustomer) {
  return {.uid = "u", .state = state, .usage = usage};
}

bool Says(const Status& status, std::string_view words) {
  return !status && status.error().message.find(words) != std::string::npos;
}

TEST(Rules, Points_AreRoundedUpOnce) {
  EXPECT_EQ(Points(*Licensed(Example(), {{"user", 3}})), 8);
  EXPECT_EQ(Points(*Licensed(Example(), {{"user", 1}, {"entra", 5}})), 6);
  EXPECT_EQ(Points(*Licensed(Example(), {{"entra", 10}})), 7);
  EXPECT_EQ(Points(*Licensed(Example(), {{"entra", 0}})), 0);
  EXPECT_EQ(Points({}), 0);
}

TEST(Rules, Workloads_UnknownOrTwice_AreRefusedByName) {
  const auto unknown = Licensed(Example(), {{"user", 1}, {"vm", 1}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().property, "workloads[1].workloadId");
  EXPECT_NE(unknown.error().message.find("\"vm\""), std::string::npos);
  EXPECT_FALSE(Licensed(Example(), {{"user", 1}, {"user", 2}}));
}

TEST(Rules, Contract_IsOpenOnItsLastDay) {
  auto contract = Open();
  contract.ends = kToday;
  EXPECT_TRUE(CheckContractOpen(contract, kToday));
  contract.ends = kToday - std::chrono::days(1);
  EXPECT_TRUE(Says(CheckContractOpen(contract, kToday), "C-1 expired on 2026-11-29"));
}

TEST(Rules, Expiration_StaysWithinTheContract) {
  EXPECT_TRUE(CheckExpiration(Day(2027, 12, 31), Open(), Automatic::kOff, kToday));
  EXPECT_TRUE(Says(CheckExpiration(Day(2028, 1, 1), Open(), Automatic::kOff, kToday), "ends on 2027-12-31"));
  EXPECT_FALSE(CheckExpiration(Day(2028, 1, 1), Open(), Automatic::kAlwaysOff, kToday));
  EXPECT_TRUE(CheckExpiration(Day(2028, 1, 1), Open(), Automatic::kOn, kToday));
  EXPECT_TRUE(CheckExpiration(Day(2028, 1, 1), Open(), Automatic::kAlwaysOn, kToday));
  EXPECT_TRUE(Says(CheckExpiration(Day(2026, 11, 29), Open(), Automatic::kOn, kToday), "over"));
  EXPECT_TRUE(CheckExpiration(kToday, Open(), Automatic::kOff, kToday));
}

TEST(Rules, PointsLimit_TellsTheNumbers) {
  EXPECT_TRUE(CheckPoints(Open(), 60, 40));
  EXPECT_TRUE(Says(CheckPoints(Open(), 60, 41), "100 points, 60 of them are used"));
  EXPECT_TRUE(Says(CheckPoints(Open(), 60, 41), "needs 41: 1 too many"));
  auto unlimited = Open();
  unlimited.points_limit.reset();
  EXPECT_TRUE(CheckPoints(unlimited, 1'000'000, 1));
}

TEST(Rules, States_AllowWhatTheyShould) {
  struct Case {
    State state;
    bool assign, revoke, remove, install, file;
  };
  for (const auto& [state, assign, revoke, remove, install, file] :
       {Case{State::kTemplate, true, false, true, false, false}, Case{State::kAssigned, false, true, false, true, true},
        Case{State::kInstalled, false, true, false, true, true},
        Case{State::kRevoked, true, false, true, false, false}}) {
    const auto entry = With(state);
    EXPECT_EQ(CanAssign(entry).has_value(), assign) << Word(state);
    EXPECT_EQ(CanRevoke(entry).has_value(), revoke) << Word(state);
    EXPECT_EQ(CanRemove(entry).has_value(), remove) << Word(state);
    EXPECT_EQ(CanInstall(entry).has_value(), install) << Word(state);
    EXPECT_EQ(HasFile(entry).has_value(), file) << Word(state);
    EXPECT_TRUE(CanCopy(entry)) << Word(state);
    EXPECT_EQ(FindState(Word(state)), state);
  }
}

TEST(Rules, ManyCustomers_AreNotAssignedCopiedRevokedOrReported) {
  const auto many = With(State::kTemplate, Usage::kMultiCustomer);
  EXPECT_FALSE(CanAssign(many));
  EXPECT_FALSE(CanCopy(many));
  EXPECT_FALSE(CanRevoke(With(State::kAssigned, Usage::kMultiCustomer)));
  EXPECT_TRUE(CanRemove(many));
  EXPECT_FALSE(FirstReporting(Open(), Usage::kMultiCustomer, true));
  EXPECT_EQ(*FirstReporting(Open(), Usage::kMultiCustomer, std::nullopt), Automatic::kAlwaysOff);
  EXPECT_EQ(FirstExtension(Open(), Usage::kMultiCustomer), Automatic::kAlwaysOff);
  EXPECT_FALSE(Turned(Automatic::kAlwaysOff, true, Open(), "reporting"));
}

TEST(Rules, NoCommitment_ForcesReporting) {
  auto contract = Open();
  contract.no_commit = true;
  EXPECT_EQ(*FirstReporting(contract, Usage::kSingleCustomer, false), Automatic::kAlwaysOn);
  EXPECT_EQ(FirstExtension(contract, Usage::kSingleCustomer), Automatic::kAlwaysOn);
  EXPECT_FALSE(Turned(Automatic::kAlwaysOn, false, contract, "reporting"));
  EXPECT_EQ(*Turned(Automatic::kAlwaysOn, true, contract, "reporting"), Automatic::kAlwaysOn);
  EXPECT_EQ(*FirstReporting(Open(), Usage::kSingleCustomer, true), Automatic::kOn);
  EXPECT_EQ(*Turned(Automatic::kOff, true, Open(), "reporting"), Automatic::kOn);
}

TEST(Rules, Merging_HasOneLevel) {
  const Tenant parent{.id = "p", .name = "Parent"};
  const Tenant child{.id = "c", .name = "Child"};
  Tenant branch{.id = "b", .name = "Branch"};
  branch.parent_id = "p";
  EXPECT_TRUE(CanMerge(child, parent, 0));
  EXPECT_FALSE(CanMerge(parent, parent, 0));
  EXPECT_FALSE(CanMerge(branch, child, 0));
  EXPECT_FALSE(CanMerge(child, branch, 0));
  EXPECT_TRUE(Says(CanMerge(child, parent, 2), "2 branch(es)"));
}

TEST(Rules, Month_MustBeOver) {
  EXPECT_TRUE(CheckMonth("2026-10", kToday));
  EXPECT_TRUE(Says(CheckMonth("2026-11", kToday), "from 2026-12-01 on"));
  EXPECT_TRUE(Says(CheckMonth("2026-12", kToday), "from 2027-01-01 on"));
  EXPECT_TRUE(CheckMonth("2026-11", Day(2026, 12, 1)));
  for (const std::string month :
       {"", "2026", "2026-13", "2026-00", "2026/10", "26-10-01", "10-2026", "+026-10", "0000-10"}) {
    EXPECT_TRUE(Says(CheckMonth(month, kToday), "is no month")) << month;
  }
}

TEST(Rules, Report_ComesOnceAndIsCorrectedWithAReason) {
  const Report first{.id = "r1", .contract_id = "C-1", .month = "2026-10"};
  EXPECT_TRUE(CheckReport(std::nullopt, false, std::nullopt));
  EXPECT_TRUE(Says(CheckReport(first, false, std::nullopt), "report r1, version 1"));
  EXPECT_TRUE(CheckReport(first, true, "late data"));
  EXPECT_FALSE(CheckReport(first, true, std::nullopt));
  EXPECT_FALSE(CheckReport(first, true, "  "));
  EXPECT_FALSE(CheckReport(std::nullopt, true, "late data"));
}

TEST(Rules, PlusMonth_StaysInTheMonth) {
  EXPECT_EQ(PlusMonth(Day(2027, 1, 31)), Day(2027, 2, 28));
  EXPECT_EQ(PlusMonth(Day(2026, 12, 15)), Day(2027, 1, 15));
}

}  // namespace
}  // namespace steward::pulse
