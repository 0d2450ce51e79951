// SPDX-License-Identifier: Apache-2.0
#include "agent/link.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agentproto/inventory.pb.h"
#include "base/uuid.hpp"

namespace steward::agent {
namespace {

class FakeSocket : public net::WebSocket {
 public:
  void HoldReading() override {}
  void ResumeReading() override {}
  void Send(std::string message) override {
    AgentFrame frame;
    EXPECT_TRUE(frame.ParseFromString(message));
    sent.push_back(std::move(frame));
  }
  void Close(std::string) override { closed = true; }
  std::size_t QueuedBytes() const override { return 0; }
  std::vector<AgentFrame> sent;
  bool closed = false;
};

class LinkTest : public testing::Test {
 protected:
  LinkTest() {
    store_.Publish("Host", {{"u1", Row("u1")}, {"u2", Row("u2")}});
    store_.SetReady();
  }

 public:
  ~LinkTest() override { std::filesystem::remove_all(folder_); }

 protected:
  static std::string Row(const std::string& uid) {
    inventory::BackupServerHost row;
    row.set_uid(uid);
    return row.SerializeAsString();
  }
  void Open() {
    socket_ = std::make_shared<FakeSocket>();
    session_ = std::make_unique<LinkSession>(LinkSession::Parts{.identity = identity_,
                                                                .store = store_,
                                                                .status = status_,
                                                                .commands = commands_,
                                                                .gateways = gateways_,
                                                                .packages = packages_,
                                                                .host_name = "host",
                                                                .version = "1",
                                                                .tag = "t",
                                                                .token = "token",
                                                                .process = "p",
                                                                .adapters = {"vbr"},
                                                                .collect_now = [this] { ++collected_; }});
    session_->OnOpen(socket_);
  }
  void Say(const ConsoleFrame& frame) { session_->OnMessage(frame.SerializeAsString()); }
  void Welcome(std::uint64_t revision, std::uint32_t rows = 100) {
    ConsoleFrame frame;
    frame.mutable_welcome()->set_revision(revision);
    frame.mutable_welcome()->set_heartbeat_seconds(7);
    frame.mutable_welcome()->set_max_rows_per_batch(rows);
    Say(frame);
  }
  void Ack(std::uint64_t revision) {
    ConsoleFrame frame;
    frame.mutable_sync_ack()->set_revision(revision);
    Say(frame);
  }
  std::vector<SyncBatch> Batches() const {
    std::vector<SyncBatch> batches;
    for (const AgentFrame& frame : socket_->sent) {
      if (frame.has_sync()) batches.push_back(frame.sync());
    }
    return batches;
  }

  std::filesystem::path folder_ = [] {
    auto folder = std::filesystem::temp_directory_path() / ("link_test_" + NewUuid());
    std::filesystem::create_directories(folder);
    return folder;
  }();
  Identity identity_{folder_};
  SyncStore store_{folder_ / "journal"};
  StatusBoard status_{folder_ / "status.json", "0.1.0"};
  PackageFetch packages_;
  CommandLog log_{folder_ / "commands.journal"};
  CommandRunner commands_{log_, [](const Command&, const Progress&) { return CommandOutcome{true, ""}; }, [] {}};
  GatewayBook gateways_{GatewayBook::In(folder_)};
  std::shared_ptr<FakeSocket> socket_;
  std::unique_ptr<LinkSession> session_;
  int collected_ = 0;
};

class EnrolledLinkTest : public LinkTest {
 protected:
  EnrolledLinkTest() {
    WriteFileSafely(folder_ / "certificate.pem", "stands for a certificate");
    identity_ = Identity(folder_);
  }
};

TEST_F(LinkTest, NoCertificate_EnrolsWithTokenAndRequest) {
  Open();
  ASSERT_EQ(socket_->sent.size(), 1U);
  const Enrol& enrol = socket_->sent[0].enrol();
  EXPECT_EQ(enrol.token(), "token");
  EXPECT_THAT(enrol.csr_pem(), testing::HasSubstr("BEGIN CERTIFICATE REQUEST"));
  EXPECT_EQ(enrol.platform(), "Linux");
  EXPECT_FALSE(enrol.facts().operating_system().empty());
}

TEST_F(LinkTest, Pending_WaitsAndAsksAgain) {
  Open();
  ConsoleFrame frame;
  frame.mutable_enrol_result()->set_verdict(EnrolResult::PENDING);
  Say(frame);
  EXPECT_TRUE(socket_->closed);
  EXPECT_FALSE(session_->End().at_once);
  EXPECT_GE(session_->End().wait.count(), 5);
}

TEST_F(EnrolledLinkTest, Expelled_ForgetsTheCertificateAndKeepsTheKey) {
  Open();
  const std::string key = identity_.KeyPem();
  ConsoleFrame frame;
  frame.mutable_expelled()->set_reason("its company was deleted");
  Say(frame);
  EXPECT_TRUE(socket_->closed);
  EXPECT_EQ(session_->End().reason, "its company was deleted");
  EXPECT_TRUE(identity_.CertificatePem().empty());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "certificate.pem"));
  EXPECT_EQ(Identity(folder_).KeyPem(), key);
  Open();
  EXPECT_TRUE(socket_->sent.back().has_enrol());
}

TEST_F(LinkTest, ForeignCertificate_IsNotKept) {
  Open();
  ConsoleFrame frame;
  frame.mutable_enrol_result()->set_verdict(EnrolResult::ACCEPTED);
  frame.mutable_enrol_result()->set_certificate_pem("-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n");
  Say(frame);
  EXPECT_TRUE(identity_.CertificatePem().empty());
  EXPECT_FALSE(session_->End().at_once);
}

TEST_F(EnrolledLinkTest, HelloWelcomeSync) {
  Open();
  ASSERT_TRUE(socket_->sent[0].has_hello());
  EXPECT_EQ(socket_->sent[0].hello().revision(), 0U);
  session_->Pump();
  EXPECT_TRUE(Batches().empty()) << "nothing before Welcome";
  Welcome(0, 1);
  EXPECT_EQ(session_->HeartbeatPeriod().count(), 7);
  ASSERT_EQ(Batches().size(), 1U);
  session_->Pump();
  ASSERT_EQ(Batches().size(), 1U) << "one under way";
  Ack(1);
  ASSERT_EQ(Batches().size(), 2U);
  Ack(2);
  EXPECT_EQ(store_.Revision(), 2U);
  EXPECT_FALSE(store_.HasWork());
}

TEST_F(EnrolledLinkTest, ConsoleKnowsAnotherRevision_FullSend) {
  Open();
  Welcome(41);
  ASSERT_EQ(Batches().size(), 1U);
  EXPECT_TRUE(Batches()[0].full_begin());
  EXPECT_TRUE(Batches()[0].full_end());
  EXPECT_EQ(Batches()[0].revision(), 42U);
}

TEST_F(EnrolledLinkTest, GoAway_IsHonoured) {
  Open();
  Welcome(0);
  ConsoleFrame frame;
  frame.mutable_go_away()->set_retry_after_seconds(33);
  frame.mutable_go_away()->set_reason("restarting");
  Say(frame);
  EXPECT_TRUE(socket_->closed);
  EXPECT_EQ(session_->End().wait.count(), 33);
  EXPECT_EQ(session_->End().reason, "restarting");
}

TEST_F(EnrolledLinkTest, Gateways_AreKeptAndTheirRevisionIsTold) {
  Open();
  EXPECT_EQ(socket_->sent[0].hello().gateways_revision(), 0U);
  ConsoleFrame frame;
  frame.mutable_welcome()->mutable_gateways()->set_revision(5);
  frame.mutable_welcome()->mutable_gateways()->add_gateways()->set_host("gateway-1");
  frame.mutable_welcome()->mutable_gateways()->mutable_gateways(0)->set_port(6180);
  Say(frame);
  EXPECT_EQ(socket_->sent.at(1).heartbeat().gateways_revision(), 5U);
  ConsoleFrame pushed;
  pushed.mutable_gateways()->set_revision(6);
  Say(pushed);
  EXPECT_EQ(socket_->sent.back().heartbeat().gateways_revision(), 6U);
  EXPECT_EQ(GatewayBook(GatewayBook::In(folder_)).Revision(), 6U);
  Open();
  EXPECT_EQ(socket_->sent[0].hello().gateways_revision(), 6U);
}

TEST_F(EnrolledLinkTest, Refusal_IsToldUntilTheConsoleHasIt) {
  const auto refusals = [this] {
    return std::ranges::count_if(
        socket_->sent, [](const AgentFrame& frame) { return frame.command_update().state() == CommandUpdate::FAILED; });
  };
  ConsoleFrame order;
  order.mutable_command()->set_id(NewUuid());
  order.mutable_command()->set_begun(true);  // by an agent whose record of it is lost
  Open();
  commands_.ReportTo([this](const CommandUpdate& update) { session_->Report(update); });
  Say(order);
  EXPECT_EQ(refusals(), 0) << "nothing before Welcome";
  Welcome(0);
  EXPECT_EQ(refusals(), 1);
  order.mutable_command()->set_begun(false);
  Say(order);
  EXPECT_EQ(refusals(), 2) << "refused once, it is not begun later";
  ConsoleFrame ack;
  ack.mutable_command_ack()->set_id(order.command().id());
  Say(ack);
  Open();
  Welcome(0);
  EXPECT_EQ(refusals(), 0);
}

TEST_F(EnrolledLinkTest, CollectNowAndVerdict) {
  status_.SetAdapter("vbr", "does not answer");
  Open();
  Welcome(0);
  Say([] {
    ConsoleFrame frame;
    frame.mutable_collect_now();
    return frame;
  }());
  EXPECT_EQ(collected_, 1);
  const auto beat = std::ranges::find_if(socket_->sent, [](const AgentFrame& frame) { return frame.has_heartbeat(); });
  ASSERT_NE(beat, socket_->sent.end());
  EXPECT_EQ(beat->heartbeat().state(), "vbr: does not answer");
}

TEST_F(EnrolledLinkTest, Garbage_ClosesTheConnection) {
  Open();
  session_->OnMessage("\xff\xff\xff");
  EXPECT_TRUE(socket_->closed);
}

TEST(Config, MisspeltKeyAndMissingAddress_AreErrors) {
  const auto file = std::filesystem::temp_directory_path() / ("config_" + NewUuid() + ".toml");
  const auto load = [&](const std::string& text) {
    WriteFileSafely(file, text);
    const auto config = LoadConfig(file, {});
    return config ? std::string("ok") : config.error().message;
  };
  const std::string console = "[console]\naddresses = [\"localhost:6180\"]\nca = \"PEM\"\n";
  EXPECT_EQ(load(console), "ok");
  EXPECT_THAT(load("[console]\nca = \"x\"\n"), testing::HasSubstr("No console address"));
  EXPECT_THAT(load(console + "tokn = \"x\"\n"), testing::HasSubstr("unknown key tokn"));
  EXPECT_EQ(load(console + "token = \"\"\naccount = \"ACME\\\\a\"\npassword = \"p\"\n"), "ok");
  EXPECT_THAT(load(console + "account = \"a\"\n"), testing::HasSubstr("password (or password_file) is missing"));
  EXPECT_THAT(load(console + "token = \"t\"\naccount = \"a\"\npassword = \"p\"\n"), testing::HasSubstr("not both"));
  EXPECT_EQ(load(console + "[upgrade]\nkeys = [\"k\"]\n"), "ok");
  EXPECT_THAT(load(console + "[upgrade]\ntrial_seconds = 1\n"), testing::HasSubstr("from 5 to 3600"));
  EXPECT_THAT(load(console + "[[vbr]]\nurl = \"https://h\"\nuser = \"u\"\n"), testing::HasSubstr("password"));
  EXPECT_THAT(load(console + "[[restic]]\nname = \"n\"\n"), testing::HasSubstr("missing"));
  EXPECT_THAT(load("not toml"), testing::HasSubstr("line 1"));
  const auto server = [](const std::string& url) {
    return "[[vbr]]\nurl = \"" + url + "\"\nuser = \"u\"\npassword = \"p\"\ninsecure = true\n";
  };
  EXPECT_EQ(load(console + server("https://a") + server("https://b")), "ok");
  EXPECT_EQ(load(console + "[[site]]\ndata = \"/srv/site\"\n"), "ok");
  EXPECT_THAT(load(console + "[[site]]\nname = \"x\"\n"), testing::HasSubstr("data is missing"));
  EXPECT_THAT(load(console + "[[cloud_connect]]\nurl = \"https://e\"\nuser = \"u\"\n"), testing::HasSubstr("password"));
  EXPECT_THAT(load(console + server("https://a") + server("https://a/")),
              testing::HasSubstr("blocks have the address https://a"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace steward::agent
