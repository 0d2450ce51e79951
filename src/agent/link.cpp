// SPDX-License-Identifier: Apache-2.0
#include "agent/link.hpp"

#include <spdlog/spdlog.h>
#include <random>
#include <thread>

#include "agent/check/verdict.hpp"
#include "agent/host_facts.hpp"

namespace steward::agent {

namespace {
constexpr std::chrono::seconds kStable{20};  // a connection that lasted this long was a good one

constexpr std::chrono::seconds kTick{20};  // a waiting link moves this often
constexpr std::chrono::seconds kHung{180};

constexpr std::chrono::seconds kAskAgain{10};  // while an operator has to decide

// A broken CA or certificate file is a reason to say so and try again, not to die.
Result<std::string> Connect(const net::WebSocketClientOptions& options, LinkSession& session) {
  try {
    return net::RunWebSocketClient(options, session);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kUnavailable, error.what());
  }
}
/// Looks for itself why a connection failed; the library's words when it finds nothing.
std::string Explain(const net::WebSocketClientOptions& failed, const std::string& words) {
  net::TlsProbeOptions options{.host = failed.host, .port = failed.port};
  options.ca_pem = failed.ca_pem;
  options.certificate_pem = failed.certificate_pem;
  options.key_pem = failed.key_pem;
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const LinkVerdict verdict = Judge(net::ProbeTls(options), options, now);
  if (verdict.Good()) return words;
  return fmt::format("{} {}{}{}", verdict.summary, verdict.details, verdict.details.empty() ? "" : "\n",
                     verdict.advice);
}
}  // namespace

using std::chrono::milliseconds;
using std::chrono::seconds;

void LinkSession::OnOpen(std::shared_ptr<net::WebSocket> socket) {
  {
    const std::lock_guard lock(mutex_);
    socket_ = socket;
    if (closing_) {
      socket->Close(end_.reason);
      return;
    }
  }
  AgentFrame frame;
  if (parts_.identity.CertificatePem().empty()) {
    Enrol& enrol = *frame.mutable_enrol();
    enrol.set_csr_pem(parts_.identity.MakeRequest(parts_.host_name));
    enrol.set_token(parts_.token);
    enrol.set_account(parts_.account);
    enrol.set_password(parts_.password);
    enrol.set_host_name(parts_.host_name);
    enrol.set_version(parts_.version);
    enrol.set_platform("Linux");
    enrol.set_tag(parts_.tag);
    *enrol.mutable_facts() = ReadHostFacts();
  } else {
    Hello& hello = *frame.mutable_hello();
    hello.set_version(parts_.version);
    *hello.mutable_facts() = ReadHostFacts();
    hello.set_revision(parts_.store.Revision());
    for (const std::string& adapter : parts_.adapters) hello.add_adapters(adapter);
    hello.set_instance(parts_.process);
    hello.set_host_name(parts_.host_name);
    hello.set_unix_time(std::time(nullptr));
    hello.set_gateways_revision(parts_.gateways.Revision());
  }
  Send(frame);
}

void LinkSession::OnMessage(std::string message) {
  ConsoleFrame frame;
  if (!frame.ParseFromString(message)) {
    Close("The console sent a message that cannot be read");
    return;
  }
  switch (frame.body_case()) {
    case ConsoleFrame::kEnrolResult:
      OnEnrolResult(frame.enrol_result());
      break;
    case ConsoleFrame::kWelcome:
      OnWelcome(frame.welcome());
      break;
    case ConsoleFrame::kSyncAck:
      parts_.store.OnAck(frame.sync_ack().revision());
      parts_.status.SetRevision(parts_.store.Revision());
      Pump();
      break;
    case ConsoleFrame::kGoAway: {
      {
        const std::lock_guard lock(mutex_);
        end_.wait = seconds(std::min<std::uint32_t>(frame.go_away().retry_after_seconds(), 3600));
        end_.reason = frame.go_away().reason();
      }
      parts_.status.SetLink("Waiting", frame.go_away().reason());
      Close("The console asked to come back later: " + frame.go_away().reason());
      break;
    }
    case ConsoleFrame::kCollectNow:
      if (parts_.collect_now) parts_.collect_now();
      break;
    case ConsoleFrame::kCommand:
      parts_.commands.Receive(frame.command());
      break;
    case ConsoleFrame::kCommandAck:
      parts_.commands.Acked(frame.command_ack().id());
      break;
    case ConsoleFrame::kGateways:
      OnGateways(frame.gateways());
      Beat();
      break;
    case ConsoleFrame::kBeat:
      Beat();
      break;
    case ConsoleFrame::kPackagePiece:
      parts_.packages.Take(std::move(*frame.mutable_package_piece()));
      break;
    case ConsoleFrame::kRenewed:
      if (parts_.identity.Accept(frame.renewed().certificate_pem(), frame.renewed().ca_pem())) {
        spdlog::info("The console renewed this agent's certificate");
      } else {
        spdlog::error("The console sent a certificate that does not fit this agent's key");
      }
      PlanRenewal();
      break;
    case ConsoleFrame::kExpelled: {
      spdlog::warn("The console does not know this agent any more ({}); it enrols again", frame.expelled().reason());
      parts_.identity.Forget();
      parts_.status.SetLink("Waiting", frame.expelled().reason());
      {
        const std::lock_guard lock(mutex_);
        end_.wait = kAskAgain;
        end_.reason = frame.expelled().reason();
      }
      Close(frame.expelled().reason());
      break;
    }
    case ConsoleFrame::BODY_NOT_SET:
      spdlog::warn("The console sent a message of a kind this agent does not know");
      break;
  }
}

void LinkSession::OnEnrolResult(const EnrolResult& result) {
  switch (result.verdict()) {
    case EnrolResult::ACCEPTED: {
      const bool ours = parts_.identity.Accept(result.certificate_pem(), result.ca_pem());
      {
        const std::lock_guard lock(mutex_);
        end_.healthy = end_.at_once = ours;
        end_.reason = ours ? "Enrolled" : "The console answered with a certificate for another key";
      }
      if (ours) {
        spdlog::info("Accepted by the console as {}", result.agent_uid());
        if (result.has_gateways()) OnGateways(result.gateways());
      } else {
        spdlog::error("The console answered with a certificate that does not fit this agent's key");
      }
      Close("Enrolment is over");
      return;
    }
    case EnrolResult::REJECTED: {
      spdlog::error("The console rejected this agent: {}", result.message());
      parts_.status.SetLink("Rejected", result.message());
      const std::lock_guard lock(mutex_);
      end_.wait = seconds(60);
      end_.reason = "Rejected: " + result.message();
      break;
    }
    case EnrolResult::PENDING:
    default: {
      spdlog::info("Waiting to be accepted: {}", result.message());
      parts_.status.SetLink("Waiting",
                            result.message().empty() ? "An operator has to accept this agent" : result.message());
      const std::lock_guard lock(mutex_);
      end_.healthy = true;
      end_.wait = kAskAgain;
      end_.reason = "Waiting to be accepted";
      break;
    }
  }
  Close("Enrolment is over for now");
}

void LinkSession::OnWelcome(const Welcome& welcome) {
  {
    const std::lock_guard lock(mutex_);
    end_.healthy = true;
  }
  heartbeat_ = seconds(welcome.heartbeat_seconds() == 0 ? 30 : welcome.heartbeat_seconds());
  if (welcome.has_gateways()) OnGateways(welcome.gateways());
  parts_.store.OnWelcome(welcome.revision(), welcome.max_rows_per_batch());
  parts_.status.SetLink("Connected", "");
  parts_.status.SetRevision(parts_.store.Revision());
  PlanRenewal();
  welcomed_ = true;
  spdlog::info("Connected to the console; it holds revision {}", welcome.revision());
  Beat();
  Pump();
  if (parts_.welcomed) parts_.welcomed();
  parts_.commands.Connected();
}

void LinkSession::OnGateways(const GatewayList& list) {
  try {
    parts_.gateways.Take(list);
    spdlog::info("The console told of {} gateway(s), list {}", list.gateways_size(), list.revision());
  } catch (const std::exception& error) {
    spdlog::error("The list of gateways could not be kept: {}", error.what());
  }
}

void LinkSession::Pump() {
  if (!welcomed_) return;
  auto batch = parts_.store.NextBatch();
  parts_.status.SetAdapter("journal", parts_.store.JournalProblem());
  if (!batch) return;
  AgentFrame frame;
  *frame.mutable_sync() = std::move(*batch);
  Send(frame);
}

void LinkSession::Beat() {
  if (!welcomed_) return;
  AgentFrame frame;
  frame.mutable_heartbeat()->set_state(parts_.status.Verdict());
  frame.mutable_heartbeat()->set_gateways_revision(parts_.gateways.Revision());
  Send(frame);
  if (std::time(nullptr) < renew_at_) return;
  renew_at_ = kNever;
  AgentFrame renewal;
  renewal.mutable_renew()->set_csr_pem(parts_.identity.MakeRequest(parts_.host_name));
  Send(renewal);
}

void LinkSession::PlanRenewal() {
  const auto due = parts_.identity.RenewalDue();
  renew_at_ = due ? due->time_since_epoch().count() : kNever;
}

void LinkSession::Report(const CommandUpdate& update) {
  if (!welcomed_) return;
  AgentFrame frame;
  *frame.mutable_command_update() = update;
  Send(frame);
}

void LinkSession::Request(const PackageRequest& request) {
  if (!welcomed_) return;
  AgentFrame frame;
  *frame.mutable_package_request() = request;
  Send(frame);
}

// The socket must not outlive OnClose, after which what it stands on is gone: so it is used under the lock.
void LinkSession::Send(const AgentFrame& frame) {
  const std::string bytes = frame.SerializeAsString();
  const std::lock_guard lock(mutex_);
  if (socket_) socket_->Send(bytes);
}

void LinkSession::Close(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  if (end_.reason.empty()) end_.reason = reason;
  if (socket_) socket_->Close(reason);
}

void LinkSession::OnClose(std::string reason) {
  welcomed_ = false;
  parts_.store.OnDisconnect();
  const std::lock_guard lock(mutex_);
  if (end_.reason.empty()) end_.reason = std::move(reason);
  socket_.reset();
}

LinkEnd LinkSession::End() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

Link::Link(const AgentConfig& config, LinkSession::Parts parts) : config_(config), parts_(std::move(parts)) {
  parts_.commands.ReportTo([this](const CommandUpdate& update) {
    if (const auto session = Now()) session->Report(update);
  });
  parts_.packages.SendThrough([this](const PackageRequest& request) {
    if (const auto session = Now()) session->Request(request);
  });
  parts_.store.OnChange([this] {
    const std::lock_guard lock(mutex_);
    work_ = true;
    changed_.notify_all();
  });
}

void Link::Run() {
  std::mt19937_64 dice{std::random_device{}()};
  std::uniform_real_distribution<double> fraction(0.0, 1.0);
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      last_ = {};
    }
    Tick();
    const ConsoleAddress address = NextAddress();
    RunOnce(address);
    LinkEnd end;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      end = last_;
    }
    if (end.healthy) backoff_.Reset();
    failed_tries_ = end.healthy ? 0 : failed_tries_ + 1;
    if (end.at_once) continue;
    const milliseconds wait = std::max<milliseconds>(end.wait, backoff_.Next(fraction(dice)));
    spdlog::info("Connection to {}:{} ended: {}; next try in {:.1f} s", address.host, address.port, end.reason,
                 static_cast<double>(wait.count()) / 1000);
    if (Sleep(wait)) return;
  }
}

ConsoleAddress Link::NextAddress() const {
  const auto order = parts_.gateways.Order(config_.console.addresses);
  return order[failed_tries_ % order.size()];
}

void Link::RunOnce(const ConsoleAddress& address) {
  if (parts_.identity.Expired(std::chrono::floor<seconds>(std::chrono::system_clock::now()))) {
    spdlog::warn("This agent's certificate has run out; it enrols again with the same key");
    parts_.identity.Forget();
  }
  net::WebSocketClientOptions options;
  options.host = address.host;
  options.port = address.port;
  options.ca_pem = parts_.identity.CaPem().empty() ? config_.console.ca_pem : parts_.identity.CaPem();
  options.certificate_pem = parts_.identity.CertificatePem();
  if (!options.certificate_pem.empty()) options.key_pem = parts_.identity.KeyPem();
  const auto session = std::make_shared<LinkSession>(parts_);
  {
    const std::lock_guard lock(mutex_);
    session_ = session;
  }
  std::thread timer([this, weak = std::weak_ptr(session)] { Serve(weak); });
  const auto began = std::chrono::steady_clock::now();
  const auto result = Connect(options, *session);
  LinkEnd end = session->End();
  // A console that greets and then hangs up at once (it cannot store a batch, say) must not be asked every second.
  const bool brief = std::chrono::steady_clock::now() - began < kStable;
  if (brief && !end.at_once && end.wait.count() == 0) end.healthy = false;
  const bool was_connected = session->End().healthy;
  if (!result) {
    end.reason = Explain(options, result.error().message);
    parts_.status.SetLink("Disconnected", end.reason);
  } else if (end.reason.empty()) {
    end.reason = *result;
  }
  if (was_connected && !end.at_once && end.wait.count() == 0) parts_.status.SetLink("Disconnected", end.reason);
  {
    const std::lock_guard lock(mutex_);
    session_.reset();
    last_ = end;
    changed_.notify_all();
  }
  timer.join();
}

// Sends heartbeats on time and batches when there is something new, for as long as the connection lives.
void Link::Serve(const std::weak_ptr<LinkSession>& weak) {
  auto next_beat = std::chrono::steady_clock::now();
  while (true) {
    std::shared_ptr<LinkSession> session;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, next_beat, [&] { return stopping_ || work_ || session_ == nullptr; });
      session = weak.lock();
      if (!session || session_ != session) return;
      work_ = false;
      if (stopping_) {
        lock.unlock();
        session->Close("The agent is stopping");
        lock.lock();
        changed_.wait(lock, [&] { return session_ == nullptr; });
        return;
      }
    }
    session->Pump();
    Tick();
    const auto now = std::chrono::steady_clock::now();
    if (now >= next_beat) {
      session->Beat();
      next_beat = now + session->HeartbeatPeriod();
    }
  }
}

bool Link::Sleep(milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  std::unique_lock lock(mutex_);
  while (!stopping_ && std::chrono::steady_clock::now() < until) {
    Tick();
    changed_.wait_until(lock, std::min(until, std::chrono::steady_clock::now() + kTick), [&] { return stopping_; });
  }
  return stopping_;
}

bool Link::Alive() const {
  const std::chrono::steady_clock::duration since{std::chrono::steady_clock::now().time_since_epoch().count() -
                                                  ticked_};
  return since < kHung;
}

std::shared_ptr<LinkSession> Link::Now() {
  const std::lock_guard lock(mutex_);
  return session_;
}

void Link::Stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

}  // namespace steward::agent
