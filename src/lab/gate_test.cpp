// SPDX-License-Identifier: Apache-2.0
#include "lab/gate.hpp"

#include <gtest/gtest.h>

#include "net/client.hpp"
#include "net/http.hpp"

namespace steward::lab {
namespace {

using Clock = std::chrono::steady_clock;

/// A server behind a gate.
class GateTest : public testing::Test {
 protected:
  Result<net::ClientResponse> Ask(std::chrono::seconds timeout = std::chrono::seconds(10)) {
    net::HttpClient client({.timeout = timeout});
    return client.Send({.url = "http://127.0.0.1:" + std::to_string(gate_.Port()) + "/"});
  }
  static double Seconds(const std::function<void()>& work) {
    const auto began = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - began).count();
  }

  net::HttpServer server_{net::ServerOptions{.address = "127.0.0.1", .port = 0}, [](net::Request&) {
                            net::Response response;
                            response.content_type = "application/octet-stream";  // nothing to compress
                            response.body = std::string(20'000, 'x');
                            return response;
                          }};
  Gate gate_{"127.0.0.1", (server_.Start(), server_.Port()), 0};
};

}  // namespace

TEST_F(GateTest, Pass_EverythingComesThrough) {
  const auto answer = Ask();
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body.size(), 20'000U);
  const auto end = Clock::now() + std::chrono::seconds(5);  // the reader may be ahead of the count
  while (gate_.Now().bytes < 20'000 && Clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_GE(gate_.Now().bytes, 20'000U);
}

TEST_F(GateTest, Delay_EachWay) {
  gate_.Set({.delay = std::chrono::milliseconds(200)});
  EXPECT_GE(Seconds([&] { EXPECT_TRUE(Ask()); }), 0.4);
}

TEST_F(GateTest, Throttle_AsManyBytesASecond) {
  gate_.Set({.bytes_per_second = 20'000});
  const double seconds = Seconds([&] { EXPECT_TRUE(Ask()); });
  EXPECT_GE(seconds, 0.9);
  EXPECT_LE(seconds, 3.0);
}

TEST_F(GateTest, Cut_TheAnswerBreaksOff) {
  gate_.Set({.cut_after = 10'000});
  EXPECT_FALSE(Ask());
  gate_.Set({});
  EXPECT_TRUE(Ask());
}

TEST_F(GateTest, Silent_NoAnswer_ThenOn) {
  gate_.Set({.kind = GateMode::Kind::kSilent});
  EXPECT_FALSE(Ask(std::chrono::seconds(1)));
  gate_.Set({});
  EXPECT_TRUE(Ask());
}

TEST_F(GateTest, Reset_ConnectionsBreak) {
  gate_.Set({.kind = GateMode::Kind::kReset});
  EXPECT_FALSE(Ask());
}

}  // namespace steward::lab
