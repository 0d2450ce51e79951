// SPDX-License-Identifier: Apache-2.0
#include "agent/upgrade.hpp"

#include <gtest/gtest.h>
#include <unistd.h>
#include <fstream>
#include <sstream>
#include <thread>

#include "agent/host_facts.hpp"
#include "package/package.hpp"

namespace steward::agent {
namespace {

class UpgradeTest : public testing::Test {
 public:
  ~UpgradeTest() override { std::filesystem::remove_all(state_); }

 protected:
  UpgradeTest() {
    config_.keys = {keys_.public_key};
    program_.resize(150'000);
    for (std::size_t i = 0; i < program_.size(); ++i) program_[i] = static_cast<char>(i * 31);
    packages_.SendThrough([this](const PackageRequest& request) { Answer(request); });
  }

  /// A console that hands out what is in `served_`, and loses every second request when it is told to.
  void Answer(const PackageRequest& request) {
    offsets_.push_back(request.offset());
    if (loses_ && offsets_.size() % 2 == 1) return;
    PackagePiece piece;
    piece.set_package_uid(request.package_uid());
    piece.set_offset(request.offset());
    if (problem_.empty()) piece.set_content(served_.substr(request.offset(), 65'536));
    piece.set_problem(problem_);
    packages_.Take(piece);
  }

  Command Order(package::Header facts, const std::string& secret) {
    const std::string made = *package::MakePackage(program_, std::move(facts), secret);
    served_ = program_;
    Command command;
    command.set_id("order");
    command.mutable_upgrade()->set_package_uid("package");
    command.mutable_upgrade()->set_header(made.substr(0, made.size() - program_.size()));
    return command;
  }
  Command Order() { return Order(kNewer, keys_.secret_key); }
  CommandOutcome Upgrade(const Command& command) {
    return PrepareUpgrade(command, {config_, programs_, packages_, "1.0", [this] { return busy_; }, stop_},
                          [](std::uint32_t) {});
  }

  static std::filesystem::path NewFolder() {
    auto folder = std::filesystem::temp_directory_path() / fmt::format("steward-upgrade-{}", getpid());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder;
  }

  std::filesystem::path state_ = NewFolder();
  package::Keys keys_ = package::NewKeys();
  const package::Header kNewer{.version = "1.1", .platform = "Linux", .architecture = ReadHostFacts().architecture()};
  UpgradeConfig config_;
  Programs programs_{state_, "1.0"};
  PackageFetch packages_{{.again = std::chrono::milliseconds(50), .patience = std::chrono::seconds(1)}};
  std::string program_, served_, problem_;
  std::vector<std::uint64_t> offsets_;
  bool loses_ = false, busy_ = false;
  std::atomic<bool> stop_{false};
};

TEST_F(UpgradeTest, GoodPackage_ArrivesAndIsTheCandidate) {
  loses_ = true;
  const auto outcome = Upgrade(Order());
  EXPECT_TRUE(outcome.later) << outcome.message;
  EXPECT_EQ(programs_.Candidate(), "1.1");
  std::ostringstream arrived;
  arrived << std::ifstream(programs_.PathOf("1.1"), std::ios::binary).rdbuf();
  EXPECT_EQ(arrived.str(), program_);
  EXPECT_EQ(::access(programs_.PathOf("1.1").c_str(), X_OK), 0);
  EXPECT_NE(Upgrade(Order()).message.find("under way"), std::string::npos);
}

TEST_F(UpgradeTest, CutOffBefore_GoesOnWhereItWas) {
  const Command order = Order();
  problem_ = "The package is not offered any more.";
  EXPECT_EQ(Upgrade(order).message, problem_);
  problem_.clear();
  stop_ = true;
  EXPECT_FALSE(Upgrade(order).later);
  stop_ = false;
  served_.resize(65'536);  // then nothing more comes
  EXPECT_FALSE(Upgrade(order).later);
  served_ = program_;
  offsets_.clear();
  EXPECT_TRUE(Upgrade(order).later);
  EXPECT_EQ(offsets_.front(), 65'536U);
}

TEST_F(UpgradeTest, OtherProgramThanSigned_RefusedAndForgotten) {
  const Command order = Order();
  served_[100'000] = static_cast<char>(served_[100'000] + 1);
  EXPECT_NE(Upgrade(order).message.find("not the one that was signed"), std::string::npos);
  EXPECT_TRUE(programs_.Candidate().empty());
  served_ = program_;
  EXPECT_TRUE(Upgrade(order).later) << "what was wrong is not kept";
}

TEST_F(UpgradeTest, ConsoleSilent_SaysSo) {
  packages_.SendThrough([](const PackageRequest&) {});
  EXPECT_NE(Upgrade(Order()).message.find("did not send the package in time"), std::string::npos);
}

TEST_F(UpgradeTest, NotForThisAgent_RefusedByName) {
  const auto refusal = [this](const Command& command) { return Upgrade(command).message; };
  EXPECT_NE(refusal(Order(kNewer, package::NewKeys().secret_key)).find("signed with none"), std::string::npos);
  auto facts = kNewer;
  facts.version = "1.0.0";
  EXPECT_NE(refusal(Order(facts, keys_.secret_key)).find("has version 1.0 already"), std::string::npos);
  facts.version = "0.9";
  EXPECT_NE(refusal(Order(facts, keys_.secret_key)).find("has version 1.0 already"), std::string::npos);
  facts = kNewer;
  facts.architecture = "mips";
  EXPECT_NE(refusal(Order(facts, keys_.secret_key)).find("Linux on mips"), std::string::npos);
  config_.keys.clear();
  EXPECT_NE(refusal(Order()).find("[upgrade] keys"), std::string::npos);
  EXPECT_TRUE(offsets_.empty()) << "nothing is fetched before it is known to be good";
}

TEST_F(UpgradeTest, StoppedWhileABackupRuns_NotChanged) {
  busy_ = true;
  std::thread stopper([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop_ = true;
  });
  EXPECT_FALSE(Upgrade(Order()).later);
  stopper.join();
  EXPECT_TRUE(programs_.Candidate().empty());
}

}  // namespace
}  // namespace steward::agent
