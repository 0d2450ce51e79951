// SPDX-License-Identifier: Apache-2.0
#include "lab/vbr_server.hpp"

#include "lab/vbr_answers.hpp"

#include <array>
#include <thread>

#include "lab/dice.hpp"
#include "lab/simulation.hpp"

namespace steward::lab {
namespace {

constexpr std::array<std::pair<FaultMode, std::string_view>, 6> kModes{{{FaultMode::kOk, "ok"},
                                                                        {FaultMode::kError500, "error500"},
                                                                        {FaultMode::kHang, "hang"},
                                                                        {FaultMode::kGarbage, "garbage"},
                                                                        {FaultMode::kRefuseToken, "refuse-token"},
                                                                        {FaultMode::kSlow, "slow"}}};
constexpr int kMaxHanging = 6;  // of 8 workers: the others keep /lab reachable

net::Response Refuse(int status, const std::string& code, const std::string& message) {
  return JsonAnswer(status, {{"errorCode", code}, {"message", message}});
}

}  // namespace

std::optional<FaultMode> ParseFaultMode(std::string_view word) {
  for (const auto& [mode, name] : kModes) {
    if (name == word) return mode;
  }
  return std::nullopt;
}

std::string_view FaultModeName(FaultMode mode) {
  for (const auto& [known, name] : kModes) {
    if (known == mode) return name;
  }
  return "";
}

VbrServer::VbrServer(EstateServer entry, const Clock& clock, VbrServerOptions options)
    : entry_(std::move(entry)), clock_(clock), options_(options), mode_(entry_.mode) {}

void VbrServer::SetMode(FaultMode mode) {
  const std::lock_guard lock(mutex_);
  mode_ = mode;
  mode_changed_.notify_all();
}

net::Response VbrServer::Handle(net::Request& request) {
  ++requests_;
  if (request.path.starts_with("/lab/")) return Lab(request);
  switch (mode_.load()) {
    case FaultMode::kError500:
      return Refuse(500, "UnknownError", "The backup service's database cannot be reached");
    case FaultMode::kHang:
      return Hang();
    case FaultMode::kGarbage: {
      net::Response broken;
      broken.body = R"({"data":[{"id":"3f2a)";
      return broken;
    }
    case FaultMode::kSlow:
      if (request.method == "POST" && request.path.starts_with("/api/v1/jobs/")) {
        std::this_thread::sleep_for(std::chrono::seconds(4));
      }
      break;
    case FaultMode::kOk:
    case FaultMode::kRefuseToken:
      break;
  }
  const auto version = request.Header("x-api-version");
  if (version.empty()) return Refuse(400, "UnexpectedContent", "The header x-api-version is missing");
  const bool modern = version == "1.3-rev2";
  if ((modern && !entry_.server.modern) || (!modern && version != "1.2-rev1")) {
    return Refuse(400, "UnexpectedContent", "The interface version " + std::string(version) + " is not supported");
  }
  try {
    if (request.path == "/api/oauth2/token") return Token(request);
    return Operations(request, modern);
  } catch (const Refusal& refusal) {
    return Refuse(refusal.status, refusal.code, refusal.message);
  }
}

net::Response VbrServer::Hang() {
  std::unique_lock lock(mutex_);
  if (hanging_ < kMaxHanging) {
    ++hanging_;
    mode_changed_.wait_for(lock, options_.hang_limit, [&] { return mode_ != FaultMode::kHang; });
    --hanging_;
  }
  net::Response response = Refuse(503, "ServiceUnavailable", "The service did not answer in time");
  response.close = true;
  return response;
}

net::Response VbrServer::Lab(net::Request& request) {
  if (request.path == "/lab/fault" && request.method == "POST") {
    const Json body = Json::parse(request.body, nullptr, false);
    const auto mode = body.is_object() && body.contains("mode") && body["mode"].is_string()
                          ? ParseFaultMode(body["mode"].get<std::string>())
                          : std::nullopt;
    if (!mode) return Refuse(400, "UnexpectedContent", "mode: one of ok, error500, hang, garbage, refuse-token, slow");
    SetMode(*mode);
    return JsonAnswer(200, {{"mode", FaultModeName(*mode)}});
  }
  const std::lock_guard lock(mutex_);
  Advance(entry_.server, clock_.Now());
  if (request.path == "/lab/state" && request.method == "GET") {
    Json jobs = Json::array();
    for (const Job& job : entry_.server.jobs) {
      jobs.push_back({{"id", job.id},
                      {"name", job.name},
                      {"running", job.running.has_value()},
                      {"runs", job.runs},
                      {"lastResult", OutcomeName(job.last_outcome)}});
    }
    return JsonAnswer(200, {{"name", entry_.server.name},
                            {"mode", FaultModeName(mode_)},
                            {"now", IsoTime(clock_.Now())},
                            {"requests", requests_.load()},
                            {"orders", orders_},
                            {"jobs", std::move(jobs)}});
  }
  constexpr std::string_view kJobs = "/lab/jobs/";
  constexpr std::string_view kRun = "/run";
  if (request.path.starts_with(kJobs) && request.path.ends_with(kRun) && request.method == "POST") {
    const std::string id = request.path.substr(kJobs.size(), request.path.size() - kJobs.size() - kRun.size());
    for (std::size_t i = 0; i < entry_.server.jobs.size(); ++i) {
      if (entry_.server.jobs[i].id != id) continue;
      if (!RunJob(entry_.server, i, clock_.Now())) return Refuse(409, "UnknownError", "The job is running already");
      const Session& session = entry_.server.sessions.back();
      return JsonAnswer(201, {{"sessionId", session.id}, {"endsAt", IsoTime(session.ended)}});
    }
    return Refuse(404, "NotFound", "There is no job with this id");
  }
  return Refuse(404, "InvalidURI", "The switchboard knows /lab/fault, /lab/state and /lab/jobs/{id}/run");
}

net::Response VbrServer::Token(const net::Request& request) {
  if (request.method != "POST") throw Refusal{405, "MethodNotAllowed", "Use POST"};
  std::map<std::string, std::string> form;
  for (const auto& [name, value] : net::ParseQuery(request.body, true)) form[name] = value;
  const std::lock_guard lock(mutex_);
  if (mode_ == FaultMode::kRefuseToken) {
    return Refuse(401, "AccessDenied",
                  "The user name or the password is wrong, or the account asks for a second factor");
  }
  const std::string grant = Lower(form["grant_type"]);
  const auto now = std::chrono::steady_clock::now();
  if (grant == "password") {
    if (form["username"] != entry_.user || form["password"] != entry_.password) {
      return Refuse(401, "AccessDenied", "The user name or the password is wrong");
    }
  } else if (grant == "refresh_token") {
    const auto found = refresh_tokens_.find(form["refresh_token"]);
    if (found == refresh_tokens_.end() || found->second.expires <= now) {
      return Refuse(401, "InvalidToken", "The refresh token is not valid");
    }
    refresh_tokens_.erase(found);
  } else {
    return Refuse(400, "UnexpectedContent", "grant_type: only password and refresh_token are served");
  }
  std::erase_if(access_tokens_, [&](const auto& entry) { return entry.second.expires <= now; });
  Dice dice(entry_.server.seed,
            "token/" + std::to_string(++tokens_given_) + std::to_string(now.time_since_epoch().count()));
  const std::string access = dice.Word(48);
  const std::string refresh = dice.Word(48);
  access_tokens_[access] = {now + options_.token_lifetime};
  refresh_tokens_[refresh] = {now + options_.token_lifetime * 8};
  const Moment issued = clock_.Now();
  return JsonAnswer(200, {{"access_token", access},
                          {"token_type", "bearer"},
                          {"refresh_token", refresh},
                          {"expires_in", options_.token_lifetime.count()},
                          {".issued", IsoTime(issued)},
                          {".expires", IsoTime(issued + options_.token_lifetime)}});
}

void VbrServer::CheckToken(const net::Request& request) {
  const auto header = request.Header("authorization");
  constexpr std::size_t kScheme = 7;  // "Bearer "
  if (header.size() <= kScheme || Lower(std::string(header.substr(0, kScheme))) != "bearer ") {
    throw Refusal{401, "AccessDenied", "Sign in first"};
  }
  const auto found = access_tokens_.find(std::string(header.substr(kScheme)));
  if (found == access_tokens_.end()) throw Refusal{401, "InvalidToken", "The access token is not valid"};
  if (found->second.expires <= std::chrono::steady_clock::now()) {
    access_tokens_.erase(found);
    throw Refusal{401, "ExpiredToken", "The access token has expired"};
  }
}

net::Response VbrServer::Operations(net::Request& request, bool modern) {
  const std::lock_guard lock(mutex_);
  const Moment now = clock_.Now();
  Advance(entry_.server, now);
  const auto rest = modern ? MakeRestV13(entry_.server, now) : MakeRestV12(entry_.server, now);
  if (request.path == "/api/v1/serverTime" && request.method == "GET") return JsonAnswer(200, rest->Time());
  CheckToken(request);
  if (request.path == "/api/oauth2/logout" && request.method == "POST") {
    access_tokens_.erase(std::string(request.Header("authorization").substr(7)));
    return JsonAnswer(200, Json::object());
  }
  constexpr std::string_view kBase = "/api/v1/";
  if (!request.path.starts_with(kBase)) throw Refusal{404, "InvalidURI", "There is no such operation"};
  const std::string path = request.path.substr(kBase.size());
  if (auto done = JobOrder(*rest, request, path, modern)) return *done;
  if (auto done = LicenseOrder(request, path, modern)) return *done;
  if (constexpr std::string_view kDetails = "/details";
      modern && request.method == "POST" && path.starts_with("backups/") && path.ends_with(kDetails)) {
    return JsonAnswer(200, BackupDetails(*rest, request, path.substr(8, path.size() - 8 - kDetails.size())));
  }
  if (request.method != "GET") throw Refusal{405, "MethodNotAllowed", "This operation cannot be done"};
  if (const auto single = Single(*rest, path)) return JsonAnswer(200, *single);
  if (const auto list = List(*rest, request, path, modern)) return JsonAnswer(200, *list);
  throw Refusal{404, "InvalidURI", "There is no such operation"};
}

std::optional<Json> VbrServer::Single(const Rest& rest, const std::string& path) const {
  const BackupServer& server = entry_.server;
  if (path == "serverInfo") return rest.Info();
  if (path == "license") return rest.LicenseState();
  if (path.starts_with("jobs/") && path != "jobs/states") {
    for (const Job& job : server.jobs) {
      if (path.substr(5) == job.id && rest.Shows(job) && job.kind != JobKind::kLegacyCopy) return rest.JobConfig(job);
    }
    throw Refusal{404, "NotFound", "There is no job with this id"};
  }
  if (path.starts_with("sessions/")) {
    for (const Session& session : server.sessions) {
      if (path.substr(9) == session.id && rest.Shows(server.jobs[session.job])) return rest.SessionState(session);
    }
    throw Refusal{404, "NotFound", "There is no session with this id"};
  }
  return std::nullopt;
}

}  // namespace steward::lab
