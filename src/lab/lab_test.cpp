// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lab/estate.hpp"
#include "lab/simulation.hpp"
#include "lab/vbr_server.hpp"

namespace steward::lab {
namespace {

using std::chrono::hours;

const Moment kStart = *ParseIsoTime("2026-11-24T22:00:00Z");

class LabServer : public testing::Test {
 protected:
  explicit LabServer(bool modern = true) {
    clock_.Freeze(kStart);
    EstateServer entry{.user = "lab\\user", .password = "secret"};
    entry.server = MakeSmallServer(1, kStart, modern);
    server_ =
        std::make_unique<VbrServer>(std::move(entry), clock_, VbrServerOptions{.hang_limit = std::chrono::seconds(1)});
    version_ = modern ? "1.3-rev2" : "1.2-rev1";
  }

  net::Response Call(const std::string& method, const std::string& path, const std::string& query = "",
                     const std::string& body = "") {
    net::Request request;
    request.method = method;
    request.path = path;
    request.query = net::ParseQuery(query, false);
    request.body = body;
    request.headers = {{"x-api-version", version_}};
    if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
    return server_->Handle(request);
  }
  Json SignIn(const std::string& form = "grant_type=password&username=lab%5Cuser&password=secret") {
    const auto response = Call("POST", "/api/oauth2/token", "", form);
    Json answer = Json::parse(response.body);
    if (response.status == 200) token_ = answer["access_token"];
    return answer;
  }
  Json Get(const std::string& path, const std::string& query = "") {
    if (token_.empty()) SignIn();
    const auto response = Call("GET", "/api/v1/" + path, query);
    EXPECT_EQ(response.status, 200) << path << " " << response.body;
    return Json::parse(response.body);
  }

  Clock clock_{kStart, 1};
  std::unique_ptr<VbrServer> server_;
  std::string version_, token_;
};

class LegacyLabServer : public LabServer {
 protected:
  LegacyLabServer() : LabServer(false) {}
};

TEST(DemoEstate, SameSeed_SameEstate) {
  const Estate one = MakeDemoEstate(3, kStart);
  const Estate two = MakeDemoEstate(3, kStart);
  const Estate other = MakeDemoEstate(4, kStart);
  const std::vector<std::uint16_t> ports(one.servers.size(), 1);
  EXPECT_EQ(Describe(one, "h", ports, {}), Describe(two, "h", ports, {}));
  EXPECT_NE(Describe(one, "h", ports, {}), Describe(other, "h", ports, {}));
  ASSERT_EQ(one.servers[0].server.sessions.size(), two.servers[0].server.sessions.size());
  EXPECT_EQ(one.servers[0].server.sessions.back().id, two.servers[0].server.sessions.back().id);
  EXPECT_EQ(one.servers[0].server.sessions.back().ended, two.servers[0].server.sessions.back().ended);
}

TEST(DemoEstate, HasTheAskedSizeAndHistory) {
  const Estate estate = MakeDemoEstate(7, kStart);
  EXPECT_EQ(estate.resellers.size(), 3U);
  EXPECT_EQ(estate.customers.size(), 12U);
  ASSERT_EQ(estate.servers.size(), 15U);
  std::size_t jobs = 0;
  std::size_t workloads = 0;
  for (const EstateServer& entry : estate.servers) {
    jobs += entry.server.jobs.size();
    workloads += entry.server.workloads.size();
    EXPECT_LT(entry.server.sessions.front().began, kStart - std::chrono::days{13});
    EXPECT_LE(UsedInstances(entry.server), entry.server.license.instances);
  }
  EXPECT_THAT(jobs, testing::AllOf(testing::Ge(130U), testing::Le(175U)));
  EXPECT_THAT(workloads, testing::AllOf(testing::Ge(2300U), testing::Le(2700U)));
}

TEST(DemoEstate, LastCustomer_HasEveryProblem) {
  const Estate estate = MakeDemoEstate(7, kStart);
  const EstateServer& silent = estate.servers[12];
  const BackupServer& troubled = estate.servers[13].server;
  const BackupServer& tight = estate.servers[14].server;
  EXPECT_EQ(silent.mode, FaultMode::kError500);
  EXPECT_LT(*troubled.license.expires, kStart);
  const Repository& full = troubled.repositories.front();
  EXPECT_GT(UsedGb(troubled, full, kStart) / full.capacity_gb, 0.98);
  EXPECT_EQ(std::ranges::count(troubled.jobs, true, &Job::disabled), 1);
  const Job& failing = troubled.jobs[1];
  EXPECT_EQ(failing.last_outcome, Outcome::kFailed);
  EXPECT_THAT(troubled.sessions[*failing.last_session].message, testing::HasSubstr("not enough space"));
  // A machine that got no point for days while its job is green.
  const Job& green = troubled.jobs[4];
  EXPECT_EQ(green.last_outcome, Outcome::kSuccess);
  const std::size_t stale = green.workloads[0];
  const auto object = std::ranges::find(green.backup->objects, stale, &BackupObject::workload);
  ASSERT_NE(object, green.backup->objects.end());
  EXPECT_LT(object->points.back().created, kStart - std::chrono::days{4});
  EXPECT_GT(UsedInstances(tight) / tight.license.instances, 0.8);
}

TEST(Simulation, AdvanceInStepsOrAtOnce_SameHistory) {
  BackupServer steps = MakeSmallServer(5, kStart, true);
  BackupServer once = MakeSmallServer(5, kStart, true);
  for (int i = 1; i <= 48; ++i) Advance(steps, kStart + std::chrono::minutes{30 * i});
  Advance(once, kStart + hours{24});
  ASSERT_EQ(steps.sessions.size(), once.sessions.size());
  for (std::size_t i = 0; i < once.sessions.size(); ++i) {
    EXPECT_EQ(steps.sessions[i].id, once.sessions[i].id);
    EXPECT_EQ(steps.sessions[i].over, once.sessions[i].over);
  }
  EXPECT_GT(once.sessions.size(), MakeSmallServer(5, kStart, true).sessions.size());
}

TEST(Simulation, Retention_KeepsTheChainWhole) {
  const BackupServer server = MakeSmallServer(5, kStart, true);
  for (const Job& job : server.jobs) {
    if (!job.backup) continue;
    for (const BackupObject& object : job.backup->objects) {
      ASSERT_FALSE(object.points.empty());
      EXPECT_TRUE(object.points.front().full) << job.name;
      EXPECT_LE(object.points.size(), static_cast<std::size_t>(job.keep_points) + 4);
      EXPECT_TRUE(std::ranges::is_sorted(object.points, {}, &Point::created));
    }
  }
}

TEST_F(LabServer, NoVersionHeader_Refused) {
  net::Request request;
  request.method = "GET";
  request.path = "/api/v1/serverTime";
  EXPECT_EQ(server_->Handle(request).status, 400);
}

TEST_F(LegacyLabServer, NewerVersionHeader_Refused) {
  version_ = "1.3-rev2";
  EXPECT_EQ(Call("GET", "/api/v1/serverTime").status, 400);
  version_ = "1.2-rev1";
  EXPECT_EQ(Call("GET", "/api/v1/serverTime").status, 200);
}

TEST_F(LabServer, Token_PasswordRefreshAndRefusal) {
  EXPECT_EQ(Call("GET", "/api/v1/jobs").status, 401);
  EXPECT_EQ(SignIn("grant_type=password&username=lab%5Cuser&password=wrong")["errorCode"], "AccessDenied");
  const Json first = SignIn();
  const std::string refresh = first["refresh_token"];
  EXPECT_EQ(Get("jobs")["pagination"]["total"], Get("jobs/states")["pagination"]["total"]);
  token_.clear();
  EXPECT_TRUE(SignIn("grant_type=Refresh_token&refresh_token=" + refresh).contains("access_token"));
  token_.clear();
  EXPECT_EQ(SignIn("grant_type=refresh_token&refresh_token=" + refresh)["errorCode"], "InvalidToken") << "spent";
}

TEST_F(LabServer, Paging_CoversEverythingOnce) {
  const Json whole = Get("restorePoints", "limit=1000&orderColumn=CreationTime");
  std::set<std::string> seen;
  std::size_t skip = 0;
  while (true) {
    const Json page = Get("restorePoints", "limit=7&orderColumn=CreationTime&skip=" + std::to_string(skip));
    for (const Json& row : page["data"]) EXPECT_TRUE(seen.insert(row["id"]).second);
    skip += page["pagination"]["count"].get<std::size_t>();
    if (page["data"].empty() || skip >= page["pagination"]["total"]) break;
  }
  EXPECT_EQ(seen.size(), whole["pagination"]["total"].get<std::size_t>());
}

TEST_F(LabServer, DeltaFilters_NarrowTheList) {
  const Json recent = Get("sessions", "endedAfterFilter=2026-11-24T00:00:00Z&orderColumn=EndTime");
  const Json all = Get("sessions");
  ASSERT_GT(recent["pagination"]["total"], 0);
  EXPECT_LT(recent["pagination"]["total"], all["pagination"]["total"]);
  for (const Json& row : recent["data"]) EXPECT_GE(row["endTime"].get<std::string>(), "2026-11-24T00:00:00Z");
}

TEST_F(LabServer, UnknownParameter_RefusedNotIgnored) {
  SignIn();
  EXPECT_EQ(Call("GET", "/api/v1/sessions", "endedAfterFiltre=2026-11-24T00:00:00Z").status, 400);
  EXPECT_EQ(Call("GET", "/api/v1/sessions", "endedAfterFilter=yesterday").status, 400);
}

TEST_F(LabServer, RunJob_SessionAppearsRunsAndEnds) {
  const Json job = Get("jobs/states")["data"][0];
  const std::string id = job["id"];
  const auto started = Call("POST", "/lab/jobs/" + id + "/run");
  ASSERT_EQ(started.status, 201) << started.body;
  const std::string session = Json::parse(started.body)["sessionId"];
  EXPECT_EQ(Call("POST", "/lab/jobs/" + id + "/run").status, 409);
  EXPECT_EQ(Get("sessions/" + session)["state"], "Working");
  EXPECT_FALSE(Get("sessions/" + session).contains("endTime"));
  EXPECT_EQ(Get("jobs/states", "idFilter=" + id)["data"][0]["status"], "Running");
  clock_.Freeze(kStart + hours{12});
  EXPECT_EQ(Get("sessions/" + session)["state"], "Stopped");
  EXPECT_NE(Get("sessions/" + session)["result"]["result"], "None");
  EXPECT_EQ(Get("taskSessions", "sessionIdFilter=" + session)["pagination"]["total"], job["objectsCount"]);
}

TEST_F(LabServer, Faults_AnswerAsAsked) {
  SignIn();
  EXPECT_EQ(Call("POST", "/lab/fault", "", R"({"mode":"sideways"})").status, 400);
  EXPECT_EQ(Call("POST", "/lab/fault", "", R"({"mode":"error500"})").status, 200);
  EXPECT_EQ(Call("GET", "/api/v1/jobs").status, 500);
  Call("POST", "/lab/fault", "", R"({"mode":"garbage"})");
  EXPECT_TRUE(Json::parse(Call("GET", "/api/v1/jobs").body, nullptr, false).is_discarded());
  Call("POST", "/lab/fault", "", R"({"mode":"hang"})");
  EXPECT_EQ(Call("GET", "/api/v1/jobs").status, 503);
  Call("POST", "/lab/fault", "", R"({"mode":"refuse-token"})");
  EXPECT_EQ(Call("POST", "/api/oauth2/token", "", "grant_type=password&username=lab%5Cuser&password=secret").status,
            401);
  Call("POST", "/lab/fault", "", R"({"mode":"ok"})");
  EXPECT_EQ(Call("GET", "/api/v1/jobs").status, 200);
}

TEST_F(LegacyLabServer, WordsOfTheOlderVersion) {
  const Json state = Get("jobs/states")["data"][0];
  EXPECT_EQ(state["status"], "inactive");
  EXPECT_EQ(state["type"], "Backup");
  EXPECT_EQ(Call("GET", "/api/v1/agents/discoveredEntities").status, 404);
  EXPECT_EQ(Call("GET", "/api/v1/backupInfrastructure/proxies/states").status, 404);
  const std::string backup = Get("backups")["data"][0]["id"];
  EXPECT_TRUE(Get("backups/" + backup + "/backupFiles")["data"][0].contains("objectId"));
}

TEST(ListQuery, NameFilters_KnowTheStar) {
  EXPECT_TRUE(MatchesName("*sql*", "alf-SQL-01"));
  EXPECT_TRUE(MatchesName("alf*", "alf-sql-01"));
  EXPECT_FALSE(MatchesName("sql", "alf-sql-01"));
}

TEST(IsoTime, ReadsWhatItWrites) {
  const Moment at = *ParseIsoTime("2026-02-28T23:59:58.1234567+05:30");
  EXPECT_EQ(IsoTime(at), "2026-02-28T18:29:58Z");
  EXPECT_EQ(ParseIsoTime(IsoTime(at, std::chrono::minutes{-420})), at);
  EXPECT_FALSE(ParseIsoTime("2026-02-30T00:00:00Z"));
  EXPECT_FALSE(ParseIsoTime("yesterday"));
}

}  // namespace
}  // namespace steward::lab
