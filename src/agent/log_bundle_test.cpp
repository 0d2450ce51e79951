// SPDX-License-Identifier: Apache-2.0
#include "agent/log_bundle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <fstream>

#include "base/uuid.hpp"

namespace steward::agent {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LogBundle, Secrets_AreLeftOutWhereverTheyStand) {
  const std::string shown = WithoutSecrets(
      "[console]\ntoken = \"t0ken\"\naddresses = [\"gw:6180\"]\n[[vbr]]\nurl = \"https://user:pa55@vbr:9419\"\n"
      "password = \"pa55\"\n[[restic]]\nrepository = \"rest:https://me:s3cret@host/x\"\npassword_file = "
      "\"/etc/key\"\nkeep_last = 3\n");
  for (const char* secret : {"t0ken", "pa55", "s3cret"}) EXPECT_THAT(shown, Not(HasSubstr(secret)));
  for (const char* kept : {"gw:6180", "vbr:9419", "host/x", "/etc/key", "keep_last = 3"}) {
    EXPECT_THAT(shown, HasSubstr(kept));
  }
}

TEST(LogBundle, WhatCannotBeRead_IsLeftOutWhole) {
  const std::string shown = WithoutSecrets("password = pa55");
  EXPECT_THAT(shown, HasSubstr("cannot be read"));
  EXPECT_THAT(shown, Not(HasSubstr("pa55")));
}

TEST(LogBundle, RecentLog_HasNoLogins) {
  KeepRecentLog();
  spdlog::info("restic: rest:https://me:s3cret@host/x is away");
  EXPECT_THAT(RecentLog(), HasSubstr("host/x is away"));
  EXPECT_THAT(RecentLog(), Not(HasSubstr("s3cret")));
}

TEST(LogBundle, Packed_NothingStaysBehind) {
  const auto folder = std::filesystem::temp_directory_path() / ("bundle_test_" + NewUuid());
  std::filesystem::create_directories(folder);
  const auto packed = PackBundle({{"agent.log", "one line\n"}}, folder);
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed->substr(0, 2), "\x1f\x8b") << "gzip";
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
  const auto failed = PackBundle({}, folder);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("could not be gathered"));
}

}  // namespace
}  // namespace steward::agent
