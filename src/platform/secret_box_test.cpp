// SPDX-License-Identifier: Apache-2.0
#include "platform/secret_box.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

namespace steward::platform {
namespace {

class SecretBoxTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("steward-box-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(SecretBoxTest, OpensWhatItSealedAfterAStart) {
  const std::string sealed = SecretBox(folder_).Seal("a token");
  EXPECT_EQ(sealed.find("token"), std::string::npos);
  EXPECT_EQ(SecretBox(folder_).Open(sealed), "a token");
  struct stat facts {};
  ASSERT_EQ(::stat((folder_ / "secret.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(SecretBoxTest, RefusesWhatWasChangedOrIsOfAnotherKey) {
  const SecretBox box(folder_);
  std::string sealed = box.Seal("a token");
  EXPECT_NE(sealed, box.Seal("a token"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(box.Open(changed)) << i;
  }
  EXPECT_FALSE(box.Open(sealed.substr(0, 10)));
  std::filesystem::remove(folder_ / "secret.key");
  EXPECT_FALSE(SecretBox(folder_).Open(sealed));
}

TEST_F(SecretBoxTest, DoesNotStartWithADamagedKey) {
  std::ofstream(folder_ / "secret.key") << "short";
  EXPECT_THROW(const SecretBox box(folder_), std::runtime_error);
}

}  // namespace
}  // namespace steward::platform
