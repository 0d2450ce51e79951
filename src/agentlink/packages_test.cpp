// SPDX-License-Identifier: Apache-2.0
#include "agentlink/packages.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <fstream>

#include "db/test_database.hpp"
#include "package/package.hpp"
#include "package/version.hpp"

namespace steward::agentlink {
namespace {

class PackagesTest : public testing::Test {
 public:
  PackagesTest() : pool_(db::TestServer::Shared().Fresh(), {}, 1) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    for (std::size_t i = 0; i < program_.size(); ++i) program_[i] = static_cast<char>(i * 7);
  }
  ~PackagesTest() override { std::filesystem::remove_all(folder_); }

 protected:
  void Put(const char* name, const std::string& version) {
    const package::Header facts{.version = version, .platform = "Linux", .architecture = "x86_64"};
    std::ofstream(folder_ / name, std::ios::binary) << *package::MakePackage(program_, facts, keys_.secret_key);
  }
  db::Rows Offered() {
    return pool_.Acquire()->Query("select uid, version from core.agent_package where withdrawn_at is null");
  }
  agent::PackagePiece Ask(const std::string& uid, std::uint64_t offset) {
    agent::PackageRequest request;
    request.set_package_uid(uid);
    request.set_offset(offset);
    return packages_.Piece(request);
  }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / fmt::format("steward-pkgs-{}", getpid());
  db::Pool pool_;
  package::Keys keys_ = package::NewKeys();
  std::string program_ = std::string(Packages::kPiece + 1000, 'x');
  Packages packages_{pool_, folder_, {keys_.public_key}};
};

TEST_F(PackagesTest, PutIntoTheFolder_OfferedOnceAndHandedOutByPieces) {
  Put("a.pkg", "1.1");
  Put("not-a-package.txt", "1.2");
  packages_.Look();
  packages_.Look();
  Packages(pool_, folder_, {keys_.public_key}).Look();  // another console, or the same one later
  const auto offered = Offered();
  ASSERT_EQ(offered.Count(), 1);
  const std::string uid = offered.Text(0, "uid");
  EXPECT_EQ(Ask(uid, 0).content() + Ask(uid, Packages::kPiece).content(), program_);
  EXPECT_EQ(Ask(uid, program_.size()).content(), "");
}

TEST_F(PackagesTest, Withdrawn_StaysSoAndIsNotHandedOut) {
  Put("a.pkg", "1.1");
  packages_.Look();
  const std::string uid = Offered().Text(0, "uid");
  pool_.Acquire()->Query("update core.agent_package set withdrawn_at = now(), content = null");
  Packages(pool_, folder_, {keys_.public_key}).Look();
  EXPECT_EQ(Offered().Count(), 0);
  for (const auto& piece : {Ask(uid, 0), Ask("no uid", 0), Ask(uid, 1ULL << 40U)}) {
    EXPECT_FALSE(piece.problem().empty());
    EXPECT_TRUE(piece.content().empty());
  }
}

TEST_F(PackagesTest, NoFolder_NothingHappens) {
  Packages(pool_, folder_ / "missing", {keys_.public_key}).Look();
  EXPECT_EQ(Offered().Count(), 0);
}

// Which version is newer is asked by the console's lists and by agents.
TEST_F(PackagesTest, VersionNumbersOfTheDatabase_AgreeWithThoseOfAgents) {
  const std::vector<std::string> versions{"0.1.0", "0.1",  "0.1.0.1", "1.0", "1.10", "1.9",      "0",
                                          "10",    "01.0", "",        "1.",  "a",    "1.2.3.4.5"};
  for (const auto& left : versions) {
    for (const auto& right : versions) {
      const auto newer = pool_.Acquire()->Query(
          "select coalesce(api.version_numbers($1) > api.version_numbers($2), false) as newer", {left, right});
      EXPECT_EQ(newer.Bool(0, "newer"), package::IsNewer(left, right)) << left << " " << right;
    }
  }
}

}  // namespace
}  // namespace steward::agentlink
