// SPDX-License-Identifier: Apache-2.0
#include "agentlink/enrolment.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "agentlink/host_facts.hpp"
#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"
#include "platform/service.hpp"
#include "spdlog/spdlog.h"

namespace steward::agentlink {
namespace {

/// Roles of a company whose account lets an agent into it. The last one's agents stand in its location.
constexpr std::array<std::string_view, 4> kMayEnrol = {"CompanyOwner", "CompanyAdministrator", "CompanyTenant",
                                                       "CompanyLocationAdministrator"};

constexpr const char* kWrongAccount =
    "The console does not know this account, or the password is wrong, or its company is disabled. Write account as "
    "COMPANY\\user, with the name and password of the company's portal.";

/// Failed tries of agents count apart from sign-ins: one with a wrong password must not keep its user out of the
/// portal.
constexpr const char* kAgentTries = "agent";

/// Whether the agent of these rows is new, or waits for an operator.
bool Waits(const db::Rows& agent) {
  return agent.Count() == 0 || agent.Text(0, "state") == "Unverified";
}

/// Why a token lets nobody in (any more).
std::string WhyNot(db::Connection& connection, const std::string& token) {
  const auto rows = connection.Query(
      "select case when expires_at <= now() then 'The token of its setup file expired on ' || to_char(expires_at at "
      "time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC.' else 'The token of its setup file is used up: it has let "
      "in as many agents as it may.' end as why from core.enrolment_token where hash = $1::bytea",
      {platform::SecretHash(token)});
  return rows.Count() > 0
             ? rows.Text(0, "why")
             : "The token of its setup file is not known here: it was made void, or is of another console.";
}

}  // namespace

Result<agent::EnrolResult> Enrolment::Decide(const agent::Enrol& request, const std::string& peer) {
  auto key_hash = net::Authority::RequestKeyHash(request.csr_pem());
  if (!key_hash) return tl::unexpected(key_hash.error());
  std::optional<Place> account;
  if (!request.account().empty() && MayStillBePlaced(*key_hash)) {
    auto place = ByAccount(request, peer);  // a password takes its time: not while the agent's row is locked
    if (!place) return tl::unexpected(place.error());
    account = std::move(*place);
  }
  auto connection = parts_.owner.Acquire();
  db::Transaction transaction(*connection);
  auto agent = transaction.Query(
      "select uid, state, reject_reason, expelled_at, enrolment_note from core.agent where public_key_hash = $1::bytea "
      "for update",
      {*key_hash});
  const Right right = RightOf(*connection, request, agent, std::move(account));
  if (agent.Count() == 0 || right.place || (right.note && right.note != agent.Maybe(0, "enrolment_note"))) {
    agent = Store(*connection, request, *key_hash, right, peer);
  }
  auto result = Answer(*connection, request, agent);
  if (result) transaction.Commit();
  return result;
}

bool Enrolment::MayStillBePlaced(const std::string& key_hash) {
  const auto agent =
      parts_.owner.Acquire()->Query("select state from core.agent where public_key_hash = $1::bytea", {key_hash});
  return Waits(agent);
}

// A setup file lets in a new agent, one that still waits, and one that was removed before the file was made; an account
// one that is new or waits, for its password lives on after an agent was removed. Nothing lets in one that an operator
// rejected. An agent whose token is good for nothing waits like one without, and the operator sees why.
Enrolment::Right Enrolment::RightOf(db::Connection& connection, const agent::Enrol& request, const db::Rows& known,
                                    std::optional<Place> account) {
  const bool waits = Waits(known);
  if (waits && account) return {.place = std::move(account)};
  if (request.token().empty() || !(waits || known.Text(0, "state") == "Removed")) return {};
  auto place = ByToken(connection, request.token(), waits ? std::nullopt : known.Maybe(0, "expelled_at"));
  if (place || !waits) return {.place = std::move(place)};
  return {.note = WhyNot(connection, request.token())};
}

std::optional<Enrolment::Place> Enrolment::ByToken(db::Connection& connection, const std::string& token,
                                                   const db::Param& expelled_at) {
  const auto rows = connection.Query(
      "update core.enrolment_token set uses_left = uses_left - 1, uses = uses + 1 "
      "where hash = $1::bytea and expires_at > now() and uses_left > 0 and "
      "created_at > coalesce($2::timestamptz, '-infinity') returning organization_uid, location_uid",
      {platform::SecretHash(token), expelled_at});
  if (rows.Count() == 0) return std::nullopt;
  return Place{rows.Text(0, "organization_uid"), rows.Maybe(0, "location_uid")};
}

Result<Enrolment::Place> Enrolment::ByAccount(const agent::Enrol& request, const std::string& peer) {
  const std::string& account = request.account();
  auto caller = parts_.identity.CheckPassword(account, request.password(), peer, kAgentTries);
  if (!caller) {
    const bool wait = caller.error().code == ErrorCode::kThrottled;
    spdlog::warn("an agent at {} could not enrol with the account {}: {}", peer, Limited(account, 200),
                 caller.error().message);
    return Fail(ErrorCode::kForbidden,
                wait ? fmt::format("Too many tries with a wrong account or password; the next one counts in {} s.",
                                   caller.error().retry_after)
                     : kWrongAccount);
  }
  const auto slash = account.rfind('\\');
  const auto company = parts_.owner.Acquire()->Query(
      "select 1 from core.organization o where o.uid = $1 and "
      "($2::text is null or lower($2) in (lower(o.name), lower(o.alias)) or lower($3) = lower($4))",
      {caller->organization_uid, slash == std::string::npos ? db::Param() : db::Param(account.substr(0, slash)),
       caller->user_name, account});
  if (company.Count() == 0) return Fail(ErrorCode::kForbidden, kWrongAccount);
  if (std::find(kMayEnrol.begin(), kMayEnrol.end(), caller->role) == kMayEnrol.end()) {
    return Fail(ErrorCode::kForbidden,
                fmt::format("An agent cannot be enrolled with the account of a {}. Use that of the company's owner, an "
                            "administrator or a location's administrator, or a setup file.",
                            caller->role));
  }
  const auto& locations = caller->scope.locations;
  return Place{caller->organization_uid, locations.empty() ? db::Param() : db::Param(locations.front()), *caller};
}

db::Rows Enrolment::Store(db::Connection& connection, const agent::Enrol& request, const std::string& key_hash,
                          const Right& right, const std::string& peer) {
  const auto& place = right.place;
  const auto organization = place ? db::Param(place->organization) : db::Param();
  auto rows = connection.Query(
      "insert into core.agent (uid, organization_uid, location_uid, state, public_key_hash, csr_pem, host_name, "
      "friendly_name, tag, version, platform, facts, accepted_at, peer, enrolment_note) "
      "values ($1, $2, coalesce((select uid from core.location where uid = $3 and organization_uid = $2), "
      "(select uid from core.location where organization_uid = $2 and type = 'Default')), $4, $5::bytea, $6, $7, $7, "
      "$8, $9, $10, $11::jsonb, case when $2 is null then null else now() end, $12, $13) "
      "on conflict (public_key_hash) do update set organization_uid = excluded.organization_uid, "
      "location_uid = excluded.location_uid, state = excluded.state, accepted_at = excluded.accepted_at, "
      "peer = excluded.peer, enrolment_note = excluded.enrolment_note, reject_reason = null "
      "returning uid, state, reject_reason, enrolment_note",
      {NewUuid(), organization, place ? place->location : db::Param(), place ? "Accepted" : "Unverified", key_hash,
       request.csr_pem(), Limited(request.host_name(), 255), Limited(request.tag(), 255),
       Limited(request.version(), 64), request.platform().empty() ? "Linux" : request.platform(),
       FactsJson(request.facts()), peer, right.note});
  spdlog::info("agent {} on {} registered from {} ({})", rows.Text(0, "uid"), request.host_name(), peer,
               rows.Text(0, "state"));
  if (place && place->account) {
    const net::Request request_of_agent{.peer = peer};
    const std::map<std::string, std::string, std::less<>> no_path;
    platform::WriteAudit(connection, {"EnrolManagementAgent", request_of_agent, *place->account, no_path, {}},
                         {"ManagementAgentRegistered", organization, rows.Text(0, "uid"),
                          fmt::format("Agent on {} enrolled with the account of {}.", Limited(request.host_name(), 255),
                                      place->account->user_name)});
  }
  return rows;
}

Result<agent::EnrolResult> Enrolment::Answer(db::Connection& connection, const agent::Enrol& request,
                                             const db::Rows& agent) {
  agent::EnrolResult result;
  result.set_ca_pem(parts_.authority.CaPem());
  const std::string uid = agent.Text(0, "uid");
  const std::string state = agent.Text(0, "state");
  result.set_agent_uid(uid);
  if (state == "Accepted") {
    auto certificate = parts_.authority.SignAgent(request.csr_pem(), uid, certificate_lifetime_);
    if (!certificate) return tl::unexpected(certificate.error());
    connection.Query("update core.agent set certificate_pem = $2, certificate_ends_at = $3::timestamptz where uid = $1",
                     {uid, certificate->pem, IsoTime(certificate->ends)});
    result.set_verdict(agent::EnrolResult::ACCEPTED);
    result.set_certificate_pem(certificate->pem);
    *result.mutable_gateways() = parts_.gateways.For(uid);
  } else if (state == "Unverified") {
    result.set_verdict(agent::EnrolResult::PENDING);
    const auto note = agent.Maybe(0, "enrolment_note");
    result.set_message(
        note ? *note +
                   " Start the agent with a new setup file, or have an operator accept it to a company "
                   "(Infrastructure, Waiting agents)."
             : "Waiting until an operator accepts this agent to a company (Infrastructure, Waiting agents).");
  } else {
    result.set_verdict(agent::EnrolResult::REJECTED);
    result.set_message(agent.Maybe(0, "reject_reason")
                           .value_or(state == "Removed" ? "An operator removed this agent; a new setup file lets it in."
                                                        : "An operator rejected this agent."));
  }
  return result;
}

}  // namespace steward::agentlink
