// SPDX-License-Identifier: Apache-2.0
#include "light_agents.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <random>
#include <vector>

#include "agent/backoff.hpp"
#include "agent/identity.hpp"
#include "agentproto/link.pb.h"
#include "base/uuid.hpp"
#include "fmt/format.h"
#include "net/client.hpp"
#include "spdlog/spdlog.h"

namespace steward::lab {
namespace {

using std::chrono::milliseconds;

constexpr int kEnrolling = 200;  // setup files are rolled out over time

}  // namespace

class LightAgent;

/// All members but the counters belong to the thread of `clients`.
struct LightFleet {
  explicit LightFleet(LightAgentOptions o) : options(std::move(o)) {}

  LightAgentOptions options;
  std::vector<std::shared_ptr<LightAgent>> agents;
  std::atomic<int> connected{0};
  std::atomic<std::uint64_t> connects{0};
  std::mt19937_64 dice{std::random_device{}()};
  int dialing = 0;
  std::vector<std::shared_ptr<LightAgent>> waiting;  ///< for their turn to dial
  net::WebSocketClients clients;                     // last: its thread ends first

  void Dial(const std::shared_ptr<LightAgent>& agent);
  void Dialed();
  double Fraction() { return std::uniform_real_distribution<double>(0, 1)(dice); }
};

/// One simulated agent.
class LightAgent : public net::WebSocketHandler, public std::enable_shared_from_this<LightAgent> {
 public:
  LightAgent(LightFleet& shared, const std::filesystem::path& folder, std::string name)
      : shared_(shared), identity_(folder), name_(std::move(name)), process_(NewUuid()) {}

  bool Enrolled() const { return !identity_.CertificatePem().empty(); }

  void Connect() {
    net::WebSocketClientOptions options{.host = shared_.options.host, .port = shared_.options.port};
    if (!tls_)
      tls_ =
          net::MakeClientTls(shared_.options.ca_pem, identity_.CertificatePem(), Enrolled() ? identity_.KeyPem() : "");
    options.tls = tls_;
    options.idle_timeout = std::chrono::seconds(90);
    shared_.clients.Connect(std::move(options), shared_from_this(), [self = shared_from_this()](const Error&) {
      self->shared_.Dialed();
      self->Again(milliseconds(0));
    });
  }

  void OnOpen(std::shared_ptr<net::WebSocket> socket) override {
    shared_.Dialed();
    socket_ = std::move(socket);
    agent::AgentFrame frame;
    if (identity_.CertificatePem().empty()) {
      frame.mutable_enrol()->set_csr_pem(identity_.MakeRequest(name_));
      frame.mutable_enrol()->set_token(shared_.options.token);
      frame.mutable_enrol()->set_host_name(name_);
      frame.mutable_enrol()->set_version("light");
      frame.mutable_enrol()->set_platform("Linux");
    } else {
      frame.mutable_hello()->set_version("light");
      frame.mutable_hello()->set_instance(process_);
      frame.mutable_hello()->set_host_name(name_);
      frame.mutable_hello()->set_unix_time(std::time(nullptr));
    }
    socket_->Send(frame.SerializeAsString());
  }

  void OnMessage(std::string message) override {
    agent::ConsoleFrame frame;
    if (!frame.ParseFromString(message)) return;
    switch (frame.body_case()) {
      case agent::ConsoleFrame::kEnrolResult:
        enrolled_ = frame.enrol_result().verdict() == agent::EnrolResult::ACCEPTED &&
                    identity_.Accept(frame.enrol_result().certificate_pem(), frame.enrol_result().ca_pem());
        tls_.reset();
        if (!enrolled_) spdlog::warn("{} is not let in: {}", name_, frame.enrol_result().message());
        return socket_->Close("enrolment is over");
      case agent::ConsoleFrame::kWelcome:
        welcomed_ = true;
        backoff_.Reset();
        ++shared_.connected;
        ++shared_.connects;
        heartbeat_ = std::chrono::seconds(frame.welcome().heartbeat_seconds());
        // All who came back together would beat together for ever.
        return BeatAfter(milliseconds(
            static_cast<std::int64_t>(shared_.Fraction() * 1000.0 * static_cast<double>(heartbeat_.count()))));
      case agent::ConsoleFrame::kGoAway:
        told_to_wait_ = std::chrono::seconds(frame.go_away().retry_after_seconds());
        return socket_->Close("told to come back");
      case agent::ConsoleFrame::kBeat:
        return Beat();
      default:
        return;
    }
  }

  void OnClose(std::string) override {
    if (std::exchange(welcomed_, false)) --shared_.connected;
    socket_.reset();
    ++connection_;
    if (std::exchange(enrolled_, false)) return shared_.Dial(shared_from_this());
    Again(std::exchange(told_to_wait_, milliseconds(0)));
  }

 private:
  void Again(milliseconds at_least) {
    shared_.clients.After(std::max<milliseconds>(at_least, backoff_.Next(shared_.Fraction())),
                          [self = shared_from_this()] { self->shared_.Dial(self); });
  }

  void BeatAfter(milliseconds time) {
    shared_.clients.After(time, [self = shared_from_this(), connection = connection_] {
      if (!self->welcomed_ || connection != self->connection_) return;
      self->Beat();
      self->BeatAfter(self->heartbeat_);
    });
  }

  void Beat() {
    agent::AgentFrame frame;
    frame.mutable_heartbeat()->set_state("Healthy");
    if (socket_) socket_->Send(frame.SerializeAsString());
  }

  LightFleet& shared_;
  agent::Identity identity_;
  std::shared_ptr<net::ClientTls> tls_;  ///< of the identity; a machine's own CPU would make it anew each time
  std::string name_;
  std::string process_;
  agent::Backoff backoff_;
  std::shared_ptr<net::WebSocket> socket_;
  std::chrono::seconds heartbeat_{15};
  milliseconds told_to_wait_{0};
  std::uint64_t connection_ = 0;
  bool welcomed_ = false;
  bool enrolled_ = false;
};

void LightFleet::Dial(const std::shared_ptr<LightAgent>& agent) {
  if (dialing >= (agent->Enrolled() ? options.dialing : std::min(options.dialing, kEnrolling))) {
    waiting.push_back(agent);
    return;
  }
  ++dialing;
  agent->Connect();
}

void LightFleet::Dialed() {
  --dialing;
  if (waiting.empty()) return;
  const auto next = std::move(waiting.back());
  waiting.pop_back();
  Dial(next);
}

LightAgents::LightAgents(LightAgentOptions options) : shared_(std::make_shared<LightFleet>(std::move(options))) {}
LightAgents::~LightAgents() = default;

void LightAgents::Start() {
  for (int i = 0; i < shared_->options.count; ++i) {
    const std::string name = fmt::format("light-{:05}", i);
    const auto folder = shared_->options.folder / name;
    std::filesystem::create_directories(folder);
    shared_->agents.push_back(std::make_shared<LightAgent>(*shared_, folder, name));
  }
  shared_->clients.After(milliseconds(0), [shared = shared_.get()] {
    for (const auto& agent : shared->agents) shared->Dial(agent);
  });
}

int LightAgents::Connected() const {
  return shared_->connected;
}
std::uint64_t LightAgents::Connects() const {
  return shared_->connects;
}

}  // namespace steward::lab
