// SPDX-License-Identifier: Apache-2.0
#include "agent/gateway_book.hpp"

#include <gtest/gtest.h>

#include "agent/identity.hpp"
#include "base/uuid.hpp"

namespace steward::agent {
namespace {

class GatewayBookTest : public testing::Test {
 public:
  GatewayBookTest() { std::filesystem::create_directories(folder_); }
  ~GatewayBookTest() override { std::filesystem::remove_all(folder_); }

 protected:
  static GatewayList List(std::uint64_t revision, const std::vector<std::pair<std::string, std::uint32_t>>& gateways) {
    GatewayList list;
    list.set_revision(revision);
    for (const auto& [host, port] : gateways) {
      auto& gateway = *list.add_gateways();
      gateway.set_name("Gateway at " + host);
      gateway.set_host(host);
      gateway.set_port(port);
    }
    return list;
  }
  static std::string Words(const std::vector<ConsoleAddress>& order) {
    std::string words;
    for (const auto& address : order) words += fmt::format("{}:{} ", address.host, address.port);
    return words;
  }

  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("gateway_book_" + NewUuid());
  const std::filesystem::path file_ = folder_ / "gateways.json";
  const std::vector<ConsoleAddress> setup_ = {{"a", 6180}, {"console", 6180}};
};

TEST_F(GatewayBookTest, Taken_InTheConsolesOrderThenTheSetupFiles_SurvivesARestart) {
  GatewayBook book(file_);
  EXPECT_EQ(book.Revision(), 0U);
  EXPECT_EQ(Words(book.Order(setup_)), "a:6180 console:6180 ");
  book.Take(List(7, {{"b", 6180}, {"a", 6180}, {"a", 443}}));
  EXPECT_EQ(Words(book.Order(setup_)), "b:6180 a:6180 a:443 console:6180 ");
  const GatewayBook again(file_);
  EXPECT_EQ(again.Revision(), 7U);
  EXPECT_EQ(Words(again.Order(setup_)), "b:6180 a:6180 a:443 console:6180 ");
}

TEST_F(GatewayBookTest, EmptyList_LeavesTheSetupFile) {
  GatewayBook book(file_);
  book.Take(List(7, {{"b", 6180}}));
  book.Take(List(8, {}));
  EXPECT_EQ(Words(GatewayBook(file_).Order(setup_)), "a:6180 console:6180 ");
  EXPECT_EQ(GatewayBook(file_).Revision(), 8U);
}

TEST_F(GatewayBookTest, NonsensePorts_AreLeftOut) {
  GatewayBook book(file_);
  book.Take(List(7, {{"b", 0}, {"c", 70000}, {"", 6180}, {"d", 65535}}));
  EXPECT_EQ(Words(book.Order({})), "d:65535 ");
}

TEST_F(GatewayBookTest, BrokenFile_CountsAsNone) {
  for (const char* text : {"{", "[]", R"({"revision":3,"gateways":[{"host":1}]})", R"({"revision":3})"}) {
    WriteFileSafely(file_, text);
    const GatewayBook book(file_);
    EXPECT_EQ(book.Revision(), 0U) << text;
    EXPECT_EQ(Words(book.Order(setup_)), "a:6180 console:6180 ") << text;
  }
}

}  // namespace
}  // namespace steward::agent
