// SPDX-License-Identifier: Apache-2.0
#include "site/blob_store.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "base/uuid.hpp"

namespace steward::site {
namespace {

namespace fs = std::filesystem;

class BlobStoreTest : public testing::Test {
 protected:
  void SetUp() override { PreparePool(pool_); }
  void TearDown() override { fs::remove_all(pool_); }
  static Target Of(Target::Kind kind, const std::string& name = "") {
    return {.tenant = "acme", .resource = "gold", .repository = "host", .kind = kind, .type = "data", .name = name};
  }
  static Target File(const std::string& name) { return Of(Target::Kind::kFile, name); }
  fs::path pool_ = fs::temp_directory_path() / ("steward-pool-" + NewUuid());
};

TEST_F(BlobStoreTest, AnUpload_IsThereWhenItIsPublished) {
  ASSERT_TRUE(MakeRepository(pool_, Of(Target::Kind::kRepository), 10));
  const std::string hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  const fs::path file = pool_ / PathOf(File(hash));
  for (int i = 0; i < 2; ++i) {
    auto upload = Upload::Begin(pool_);
    ASSERT_TRUE(upload);
    ASSERT_TRUE(upload->Add(std::string_view("hel")));
    ASSERT_TRUE(upload->Add(std::string_view("lo")));
    EXPECT_EQ(upload->Size(), 5);
    EXPECT_EQ(*upload->Complete(), hash);
    EXPECT_EQ(FactsOf(file).has_value(), i == 1);
    const auto published = upload->Publish(file);
    EXPECT_EQ(published.has_value(), i == 0);
    EXPECT_EQ(i == 0 ? ErrorCode::kConflict : published.error().code, ErrorCode::kConflict);
  }
  EXPECT_EQ(FactsOf(file)->size, 5);
  EXPECT_TRUE(fs::is_empty(pool_ / ".incoming"));
  ASSERT_TRUE(RemoveFile(file));
  EXPECT_EQ(RemoveFile(file).error().code, ErrorCode::kNotFound);
}

TEST_F(BlobStoreTest, LeftoversAndMissingFolders) {
  std::ofstream(pool_ / ".incoming/left") << "over";
  PreparePool(pool_);
  EXPECT_TRUE(fs::is_empty(pool_ / ".incoming"));
  auto upload = Upload::Begin(pool_);
  ASSERT_TRUE(upload);
  EXPECT_EQ(upload->Publish(pool_ / PathOf(File(std::string(64, 'a')))).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(Upload::Begin(pool_ / "absent"));
  EXPECT_EQ(ListFiles(pool_, Of(Target::Kind::kList), [](auto, auto) {}).error().code, ErrorCode::kNotFound);
}

TEST_F(BlobStoreTest, Repositories_AreLimited) {
  Target target = Of(Target::Kind::kRepository);
  for (const char* name : {"a", "b"}) {
    target.repository = name;
    ASSERT_TRUE(MakeRepository(pool_, target, 2));
  }
  ASSERT_TRUE(MakeRepository(pool_, target, 2));  // it is there
  target.repository = "c";
  EXPECT_EQ(MakeRepository(pool_, target, 2).error().code, ErrorCode::kConflict);
}

TEST_F(BlobStoreTest, AFailingDisk_IsSaidWithoutItsPath) {
  auto upload = Upload::Begin(pool_);
  ASSERT_TRUE(upload);
  const rlimit old = [] {
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    return limit;
  }();
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 4096, .rlim_max = old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto added = upload->Add(std::string(10000, 'x'));
  setrlimit(RLIMIT_FSIZE, &old);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(added.error().message.find(pool_.string()), std::string::npos);  // where it lies concerns nobody outside
}

}  // namespace
}  // namespace steward::site
