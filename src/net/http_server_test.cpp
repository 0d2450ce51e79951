// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "net/client.hpp"
#include "net/compress.hpp"
#include "net/http.hpp"

namespace steward::net {
namespace {

ServerOptions Options() {
  ServerOptions options;
  options.max_body_bytes = 1000;
  options.header_timeout = std::chrono::seconds(1);
  return options;
}

Response Echo(Request& request) {
  if (request.path == "/throw") throw std::runtime_error("broken");
  Response response;
  response.body = request.method + " " + request.path + " " + request.body;
  return response;
}

/// Sends raw bytes over one connection and returns all that comes back until the server closes.
std::string Raw(std::uint16_t port, const std::string& text) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(send(fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t n = recv(fd, buffer, sizeof(buffer), 0); n > 0; n = recv(fd, buffer, sizeof(buffer), 0)) {
    answer.append(buffer, static_cast<std::size_t>(n));
  }
  close(fd);
  return answer;
}

}  // namespace

TEST(HttpServer, Pipelining_ThreeRequestsInOnePacket_AnsweredInOrder) {
  HttpServer server(Options(), Echo);
  server.Start();
  const std::string answer =
      Raw(server.Port(),
          "GET /one HTTP/1.1\r\nHost: x\r\n\r\nPOST /two HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
          "GET /three HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto one = answer.find("GET /one ");
  const auto two = answer.find("POST /two hi");
  const auto three = answer.find("GET /three ");
  ASSERT_NE(three, std::string::npos);
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
}

TEST(HttpServer, Body_LargerThanLimit_413InTheErrorShape) {
  HttpServer server(Options(), Echo);
  server.Start();
  const std::string answer = Raw(server.Port(), "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413")) << answer;
  EXPECT_NE(answer.find("{\"errors\":[{\"message\":"), std::string::npos);
}

TEST(HttpServer, Garbage_NotHttp_400) {
  HttpServer server(Options(), Echo);
  server.Start();
  EXPECT_TRUE(Raw(server.Port(), "\x16\x03\x01 not http\r\n\r\n").starts_with("HTTP/1.1 400"));
}

TEST(HttpServer, SlowClient_HeadNeverEnds_ClosedAfterTimeout) {
  HttpServer server(Options(), Echo);
  server.Start();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Raw(server.Port(), "GET / HTTP/1.1\r\nHost:"), "");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(HttpServer, Handler_Throws_520WithoutDetails) {
  HttpServer server(Options(), Echo);
  server.Start();
  HttpClient client({});
  const auto answer = client.Send({.url = "http://127.0.0.1:" + std::to_string(server.Port()) + "/throw"});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 520);
  EXPECT_EQ(answer->body.find("broken"), std::string::npos);
}

TEST(HttpServer, Stop_RequestUnderWay_IsFinished) {
  std::atomic<bool> entered{false};
  HttpServer server(Options(), [&entered](Request&) {
    entered = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    Response response;
    response.body = "done";
    return response;
  });
  server.Start();
  std::string answer;
  std::thread caller([&] { answer = Raw(server.Port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); });
  while (!entered) std::this_thread::yield();
  server.Stop();
  caller.join();
  EXPECT_NE(answer.find("\r\n\r\ndone"), std::string::npos);
}

TEST(Compress, ClientTakesGzip_LargeJson_ShrinksAndSaysSo) {
  Request request;
  request.headers = {{"accept-encoding", "br, gzip;q=0.8"}};
  Response response;
  response.body = std::string(50'000, 'a');
  Compress(request, response);
  EXPECT_LT(response.body.size(), 1000U);
  EXPECT_EQ(response.body.substr(0, 2), "\x1f\x8b");
  ASSERT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(response.headers[1], (std::pair<std::string, std::string>("Content-Encoding", "gzip")));
}

TEST(Compress, RefusedSmallOrForeign_StaysAsItIs) {
  const auto size_after = [](std::string accepts, std::string type, std::size_t size) {
    Request request;
    request.headers = {{"Accept-Encoding", std::move(accepts)}};
    Response response;
    response.content_type = std::move(type);
    response.body = std::string(size, 'a');
    Compress(request, response);
    return response.body.size();
  };
  EXPECT_EQ(size_after("", "application/json", 5000), 5000U);
  EXPECT_EQ(size_after("gzip;q=0", "application/json", 5000), 5000U);
  EXPECT_EQ(size_after("gzip;q=0.000", "application/json", 5000), 5000U);
  EXPECT_EQ(size_after("gzipped", "application/json", 5000), 5000U);
  EXPECT_EQ(size_after("gzip", "image/png", 5000), 5000U);
  EXPECT_EQ(size_after("gzip", "application/json", 500), 500U);
  EXPECT_LT(size_after("GZIP;q=0.001", "text/csv; charset=utf-8", 5000), 500U);
}

TEST(Wire, ParseQuery_UnencodedBracketsAndRepeats_Kept) {
  const auto query = ParseQuery("filter=[{'property':'a'}]&expand=A&expand=B&x=%41+b", true);
  ASSERT_EQ(query.size(), 4U);
  EXPECT_EQ(query[0].second, "[{'property':'a'}]");
  EXPECT_EQ(query[2].second, "B");
  EXPECT_EQ(query[3].second, "A b");
}

}  // namespace steward::net
