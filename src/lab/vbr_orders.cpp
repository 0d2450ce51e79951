// SPDX-License-Identifier: Apache-2.0
// What a backup server does when it is told to: its jobs' start, stop, retry, enable and disable.
#include "lab/simulation.hpp"
#include "lab/vbr_answers.hpp"
#include "lab/vbr_server.hpp"

namespace steward::lab {
namespace {

void Require(const Json& body, const char* name) {
  if (!body.contains(name) || !body[name].is_boolean()) {
    throw Refusal{400, "UnexpectedContent", std::string(name) + " is required and must be true or false"};
  }
}

}  // namespace

std::optional<net::Response> VbrServer::JobOrder(const Rest& rest, const net::Request& request, const std::string& path,
                                                 bool modern) {
  constexpr std::string_view kJobs = "jobs/";
  const std::size_t slash = path.rfind('/');
  if (request.method != "POST" || !path.starts_with(kJobs) || slash < kJobs.size()) return std::nullopt;
  const std::string id = path.substr(kJobs.size(), slash - kJobs.size());
  const std::string verb = path.substr(slash + 1);
  BackupServer& server = entry_.server;
  const auto found = std::find_if(server.jobs.begin(), server.jobs.end(),
                                  [&](const Job& job) { return job.id == id && rest.Shows(job); });
  if (found == server.jobs.end()) throw Refusal{404, "NotFound", "There is no job with this id"};
  const auto index = static_cast<std::size_t>(found - server.jobs.begin());
  const Moment now = clock_.Now();
  const Json body = ObjectOf(request);
  const auto obey = [&] { orders_.push_back({{"verb", verb}, {"job", id}}); };
  const auto session = [&] { return JsonAnswer(201, rest.SessionState(server.sessions[*found->last_session])); };
  if (verb == "enable" || verb == "disable") {
    SetDisabled(server, index, verb == "disable", now);
    obey();
    return modern ? JsonAnswer(204, nullptr) : JsonAnswer(200, Json::object());
  }
  if (verb == "stop") {
    Require(body, "gracefulStop");
    if (!StopJob(server, index, now)) throw Refusal{400, "UnexpectedContent", "The job is not running"};
    obey();
    return session();
  }
  const bool retry = modern && verb == "retry";
  if (!retry && verb != "start") return std::nullopt;
  if (!retry) Require(body, "performActiveFull");
  if (found->disabled) throw Refusal{400, "UnexpectedContent", "The job is disabled"};
  if (retry && found->last_outcome != Outcome::kFailed && found->last_outcome != Outcome::kWarning) {
    throw Refusal{400, "UnexpectedContent", "The last run left nothing to repeat"};
  }
  if (!RunJob(server, index, now)) throw Refusal{400, "UnexpectedContent", "The job is running already"};
  obey();
  return session();
}

}  // namespace steward::lab
