// SPDX-License-Identifier: Apache-2.0
#include "agentlink/hub.hpp"

#include "agentlink/host_facts.hpp"
#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "db/array.hpp"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "platform/identity.hpp"
#include "spdlog/spdlog.h"

namespace steward::agentlink {
namespace {

constexpr unsigned kHeartbeatSeconds = 15;
constexpr unsigned kMaxRowsPerBatch = 1000;
constexpr unsigned kAskedAgain = 5;  // seconds in which a connection that lives has answered

std::string Serialize(const agent::ConsoleFrame& frame) {
  return frame.SerializeAsString();
}

}  // namespace

/// One agent's WebSocket. Without a certificate it may only enrol. Calls never overlap.
class Session : public net::WebSocketHandler {
 public:
  Session(Hub& hub, const net::Request& request)
      : hub_(hub),
        agent_uid_(request.certificate.common_name),
        peer_(request.peer),
        gateway_(hub.gateways_.Through(request)),
        connection_(++hub.connections_),
        certificate_ends_(agent_uid_.empty() ? db::Param() : IsoTime(request.certificate.not_after)) {}

  void OnOpen(std::shared_ptr<net::WebSocket> socket) override { socket_ = std::move(socket); }

  void OnMessage(std::string message) override {
    agent::AgentFrame frame;
    if (!frame.ParseFromString(message)) return Refuse("the message is no agent frame");
    try {
      Handle(frame);
    } catch (const db::Unavailable& error) {
      spdlog::error("agent {}: {}", agent_uid_, error.what());
      Refuse("the console's database is away; come back shortly");
    } catch (const std::exception& error) {
      spdlog::error("agent {}: {}", agent_uid_.empty() ? peer_ : agent_uid_, error.what());
      Refuse("the console met a fault");
    }
  }

  void OnClose(std::string reason) override {
    if (greeted_) {
      spdlog::info("agent {} disconnected: {}", agent_uid_, reason);
      hub_.Unregister(agent_uid_, socket_.get());
    }
    socket_.reset();
  }

 private:
  void Refuse(const std::string& reason) { socket_->Close(reason); }

  void Expel(const std::string& reason) {
    agent::ConsoleFrame frame;
    frame.mutable_expelled()->set_reason(reason);
    socket_->Send(Serialize(frame));
    Refuse(reason);
  }

  void Handle(agent::AgentFrame& frame) {
    switch (frame.body_case()) {
      case agent::AgentFrame::kEnrol:
        return HandleEnrol(frame.enrol());
      case agent::AgentFrame::kHello:
        return HandleHello(frame.hello());
      case agent::AgentFrame::kHeartbeat:
        return HandleHeartbeat(frame.heartbeat());
      case agent::AgentFrame::kSync:
        return HandleSync(std::move(*frame.mutable_sync()));
      case agent::AgentFrame::kCommandUpdate:
        return HandleCommandUpdate(frame.command_update());
      case agent::AgentFrame::kRenew:
        return HandleRenew(frame.renew());
      case agent::AgentFrame::kPackageRequest:
        return HandlePackageRequest(frame.package_request());
      case agent::AgentFrame::BODY_NOT_SET:
        return Refuse("an empty frame");
    }
  }

  void HandleEnrol(const agent::Enrol& request) {
    auto result = hub_.enrolment_.Decide(request, peer_);
    if (result) hub_.options_.changed();
    agent::ConsoleFrame answer;
    if (result) {
      *answer.mutable_enrol_result() = std::move(*result);
    } else {
      answer.mutable_enrol_result()->set_verdict(agent::EnrolResult::REJECTED);
      answer.mutable_enrol_result()->set_message(result.error().message);
    }
    socket_->Send(Serialize(answer));
  }

  void HandleHello(const agent::Hello& hello) {
    if (agent_uid_.empty()) return Refuse("enrol first: this connection has no certificate");
    const auto admission = hub_.Register(agent_uid_, {socket_, hello.instance()});
    if (admission != Hub::Admission::kIn) return KeepOut(admission, hello);
    greeted_ = true;
    hub_.ingest_.Expect(agent_uid_, connection_);
    const auto skew = hello.unix_time() == 0 ? 0 : hello.unix_time() - std::time(nullptr);
    auto connection = hub_.owner_.Acquire();
    const auto rows = connection->Query(
        "update core.agent set version = $2, connected_to = $3, connected_since = now(), last_heartbeat_at = now(), "
        "peer = $4, facts = facts || $5::jsonb || jsonb_build_object('hostName', host_name, 'platformType', platform), "
        "clock_skew = $6::bigint::int, certificate_ends_at = coalesce($7::timestamptz, certificate_ends_at), "
        "gateway_uid = (select uid from core.gateway where uid = $8), gateways_revision = nullif($9::bigint, 0), "
        "architecture = nullif($10, '') where uid = $1 and state = 'Accepted' returning revision",
        {agent_uid_, Limited(hello.version(), 64), hub_.options_.instance, peer_, FactsJson(hello.facts()),
         std::to_string(std::clamp<std::int64_t>(skew, -2'000'000'000, 2'000'000'000)), certificate_ends_, gateway_,
         std::to_string(static_cast<std::int64_t>(hello.gateways_revision())),
         Limited(hello.facts().architecture(), 64)});
    if (rows.Count() == 0) return Expel("it was removed, rejected, or its company deleted");
    agent::ConsoleFrame answer;
    answer.mutable_welcome()->set_revision(static_cast<std::uint64_t>(rows.Int(0, "revision")));
    answer.mutable_welcome()->set_heartbeat_seconds(kHeartbeatSeconds);
    answer.mutable_welcome()->set_max_rows_per_batch(kMaxRowsPerBatch);
    if (auto list = hub_.gateways_.For(agent_uid_); list.revision() != hello.gateways_revision())
      *answer.mutable_welcome()->mutable_gateways() = std::move(list);
    socket_->Send(Serialize(answer));
    spdlog::info("agent {} connected from {}", agent_uid_, peer_);
    if (gateway_) hub_.gateways_.NoteConnection(*gateway_);
    hub_.Deliver(agent_uid_);
  }

  /// Another process has this identity, or may have it.
  void KeepOut(Hub::Admission admission, const agent::Hello& hello) {
    agent::ConsoleFrame answer;
    if (admission == Hub::Admission::kLater) {
      answer.mutable_go_away()->set_retry_after_seconds(kAskedAgain);
      answer.mutable_go_away()->set_reason("an earlier connection with this identity is being looked at");
    } else {
      spdlog::warn("agent {}: {} ({}) uses a copy of its identity", agent_uid_, hello.host_name(), peer_);
      hub_.owner_.Acquire()->Query(
          "update core.agent set duplicate_at = now(), duplicate_host = $2, duplicate_peer = $3 where uid = $1",
          {agent_uid_, Limited(hello.host_name(), 255), peer_});
      answer.mutable_go_away()->set_retry_after_seconds(60);
      answer.mutable_go_away()->set_reason(
          "another machine is connected with the same identity: this state folder is a copy; remove it here and enrol "
          "with a new setup file");
    }
    socket_->Send(Serialize(answer));
  }

  void HandleRenew(const agent::Renew& request) {
    if (!greeted_) return Refuse("say hello first");
    auto certificate = hub_.authority_.SignAgent(request.csr_pem(), agent_uid_, hub_.options_.certificate_lifetime);
    if (!certificate) return Refuse(certificate.error().message);
    const auto rows = hub_.owner_.Acquire()->Query(
        "update core.agent set certificate_pem = $2, certificate_ends_at = $3::timestamptz where uid = $1 and state = "
        "'Accepted' and public_key_hash = $4::bytea returning 1",
        {agent_uid_, certificate->pem, IsoTime(certificate->ends), certificate->public_key_hash});
    if (rows.Count() == 0) return Refuse("the request was not made with this agent's key");
    agent::ConsoleFrame answer;
    answer.mutable_renewed()->set_certificate_pem(certificate->pem);
    answer.mutable_renewed()->set_ca_pem(hub_.authority_.CaPem());
    socket_->Send(Serialize(answer));
    spdlog::info("agent {}: its certificate is renewed until {}", agent_uid_, IsoTime(certificate->ends));
  }

  void HandlePackageRequest(const agent::PackageRequest& request) {
    if (!greeted_) return Refuse("say hello first");
    agent::ConsoleFrame answer;
    *answer.mutable_package_piece() = hub_.packages_.Piece(request);
    socket_->Send(Serialize(answer));
  }

  void HandleCommandUpdate(const agent::CommandUpdate& update) {
    if (!greeted_) return Refuse("say hello first");
    if (!hub_.commands_.Store(agent_uid_, update)) return;
    agent::ConsoleFrame answer;
    answer.mutable_command_ack()->set_id(update.id());
    socket_->Send(Serialize(answer));
  }

  void HandleHeartbeat(const agent::Heartbeat& beat) {
    if (!greeted_) return Refuse("say hello first");
    hub_.Heard(agent_uid_, socket_.get(), {Limited(beat.state(), 4000), beat.gateways_revision()});
  }

  void HandleSync(agent::SyncBatch batch) {
    if (!greeted_) return Refuse("say hello first");
    socket_->HoldReading();
    hub_.ingest_.Offer(agent_uid_, connection_, std::move(batch),
                       [socket = socket_, &hub = hub_](const Result<std::uint64_t>& revision) {
                         if (!revision) return socket->Close(revision.error().message);
                         hub.options_.changed();
                         agent::ConsoleFrame answer;
                         answer.mutable_sync_ack()->set_revision(*revision);
                         socket->Send(Serialize(answer));
                         socket->ResumeReading();
                       });
  }

  Hub& hub_;
  std::string agent_uid_;
  std::string peer_;
  db::Param gateway_;  ///< uid of the gateway it came through
  std::uint64_t connection_;
  db::Param certificate_ends_;  ///< of the certificate this connection showed
  std::shared_ptr<net::WebSocket> socket_;
  bool greeted_ = false;
};

Hub::Hub(const Parts& parts, Options options)
    : owner_(parts.owner),
      authority_(parts.authority),
      commands_(parts.commands),
      gateways_(parts.gateways),
      packages_(parts.packages),
      options_(std::move(options)),
      enrolment_({parts.owner, parts.authority, parts.identity, parts.gateways}, options_.certificate_lifetime),
      ingest_(parts.owner, options_.ingest) {}

std::shared_ptr<net::WebSocketHandler> Hub::Accept(const net::Request& request) {
  if (request.path != "/agent") return nullptr;
  return std::make_shared<Session>(*this, request);
}

net::Response Hub::Status(const net::Request& request, const std::string& version) {
  nlohmann::json body = {{"time", IsoTime(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()))},
                         {"version", version},
                         {"agent", nullptr}};
  if (const std::string& uid = request.certificate.common_name; !uid.empty()) {
    body["agent"] = {{"uid", uid}, {"state", "unknown"}, {"connected", false}};
    if (IsUuid(uid)) {
      const auto rows = owner_.Acquire()->Query(
          "select state, connected_to is not null as connected from core.agent where uid = $1", {uid});
      if (rows.Count() > 0) {
        body["agent"]["state"] = rows.Text(0, "state");
        body["agent"]["connected"] = rows.Bool(0, "connected");
      }
    }
  }
  net::Response response;
  response.body = body.dump();
  return response;
}

Hub::Admission Hub::Register(const std::string& agent_uid, Connected connection) {
  const auto now = std::chrono::steady_clock::now();
  connection.heard = now;
  std::shared_ptr<net::WebSocket> old;
  {
    const std::lock_guard lock(mutex_);
    Connected& known = agents_[agent_uid];
    const bool other = known.socket && known.process != connection.process;
    if (other && known.asked == std::chrono::steady_clock::time_point{}) {
      known.asked = now;
      agent::ConsoleFrame beat;
      beat.mutable_beat();
      known.socket->Send(Serialize(beat));
      return Admission::kLater;
    }
    if (other && known.heard > known.asked) {  // it lives; the next one that comes is looked at anew
      known.asked = {};
      return Admission::kDuplicate;
    }
    if (other && now - known.asked < std::chrono::seconds(kAskedAgain)) return Admission::kLater;
    old = std::exchange(known, std::move(connection)).socket;
  }
  if (old) old->Close("the same agent connected again");
  return Admission::kIn;
}

void Hub::Heard(const std::string& agent_uid, const net::WebSocket* socket, HeartBeat beat) {
  const std::lock_guard lock(mutex_);
  const auto found = agents_.find(agent_uid);
  if (found == agents_.end() || found->second.socket.get() != socket) return;
  found->second.heard = std::chrono::steady_clock::now();
  beats_[agent_uid] = std::move(beat);
}

void Hub::FlushHeartbeats() {
  std::map<std::string, HeartBeat> beats;
  {
    const std::lock_guard lock(mutex_);
    beats.swap(beats_);
  }
  if (beats.empty()) return;
  db::TextArray agents;
  db::TextArray states;
  db::TextArray revisions;
  for (const auto& [uid, beat] : beats) {
    agents.Add(uid);
    states.Add(beat.state);
    revisions.Add(std::to_string(static_cast<std::int64_t>(beat.gateways_revision)));
  }
  owner_.Acquire()->Query(
      "with locked as materialized (select uid from core.agent where uid = any ($1::uuid[]) order by uid for update) "
      "update core.agent a set last_heartbeat_at = now(), reported_state = b.state, gateways_revision = "
      "nullif(b.revision, 0) from locked, unnest($1::uuid[], $2::text[], $3::bigint[]) as b (uid, state, revision) "
      "where "
      "a.uid = b.uid and a.uid = locked.uid and a.connected_to = $4",
      {agents.Text(), states.Text(), revisions.Text(), options_.instance});
}

void Hub::Unregister(const std::string& agent_uid, const net::WebSocket* socket) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = agents_.find(agent_uid);
    if (found == agents_.end() || found->second.socket.get() != socket) return;
    agents_.erase(found);
  }
  try {
    owner_.Acquire()->Query(
        "update core.agent set connected_to = null, connected_since = null where uid = $1 and connected_to = $2",
        {agent_uid, options_.instance});
  } catch (const std::exception& error) {
    spdlog::warn("agent {}: its disconnect could not be noted: {}", agent_uid, error.what());
  }
}

std::shared_ptr<net::WebSocket> Hub::SocketOf(const std::string& agent_uid) {
  const std::lock_guard lock(mutex_);
  const auto found = agents_.find(agent_uid);
  return found == agents_.end() ? nullptr : found->second.socket;
}

void Hub::Disconnect(const std::string& agent_uid) {
  const auto socket = SocketOf(agent_uid);
  if (!socket) return;
  const std::string reason = "an operator changed this agent; it has to connect again";
  agent::ConsoleFrame frame;
  frame.mutable_go_away()->set_retry_after_seconds(1);  // no failure that would make it wait longer and longer
  frame.mutable_go_away()->set_reason(reason);
  socket->Send(Serialize(frame));
  socket->Close(reason);
}

void Hub::Deliver(const std::string& agent_uid) {
  const auto socket = SocketOf(agent_uid);
  if (!socket) return;
  for (auto& command : commands_.ForAgent(agent_uid)) {
    agent::ConsoleFrame frame;
    *frame.mutable_command() = std::move(command);
    socket->Send(Serialize(frame));
  }
}

void Hub::SendGateways() {
  std::vector<std::pair<std::string, std::shared_ptr<net::WebSocket>>> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [uid, connected] : agents_) all.emplace_back(uid, connected.socket);
  }
  for (const auto& [uid, socket] : all) {
    agent::ConsoleFrame frame;
    *frame.mutable_gateways() = gateways_.For(uid);
    socket->Send(Serialize(frame));
  }
}

void Hub::GoAway(unsigned retry_after_seconds, const std::string& reason) {
  agent::ConsoleFrame frame;
  frame.mutable_go_away()->set_retry_after_seconds(retry_after_seconds);
  frame.mutable_go_away()->set_reason(reason);
  const std::lock_guard lock(mutex_);
  for (const auto& [uid, connected] : agents_) connected.socket->Send(Serialize(frame));
}

void Hub::Forget() {
  ingest_.Stop();
  const std::lock_guard lock(mutex_);
  agents_.clear();
}

void Hub::ForgetOldConnections() {
  owner_.Acquire()->Query("update core.agent set connected_to = null, connected_since = null where connected_to = $1",
                          {options_.instance});
}

}  // namespace steward::agentlink
