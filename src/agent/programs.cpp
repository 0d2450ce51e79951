// SPDX-License-Identifier: Apache-2.0
#include "agent/programs.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "agent/identity.hpp"
#include "package/version.hpp"

namespace steward::agent {

Programs::Programs(const std::filesystem::path& state, std::string own)
    : file_(state / "programs.json"), folder_(state / "programs"), own_(std::move(own)) {
  std::filesystem::create_directories(folder_);
  const std::string text = ReadFile(file_);
  if (text.empty()) return;
  const auto known = nlohmann::json::parse(text, nullptr, false);
  if (!known.is_object()) {
    spdlog::error("{} cannot be read; the installed program runs", file_.string());
    return;
  }
  facts_ = {.current = known.value("current", ""),
            .candidate = known.value("candidate", ""),
            .command = known.value("command", ""),
            .starts = known.value("starts", 0),
            .outcome_of = known.value("outcomeOf", ""),
            .outcome_done = known.value("outcomeDone", false),
            .outcome_message = known.value("outcomeMessage", "")};
}

void Programs::Take(Facts next) {
  WriteFileSafely(file_, nlohmann::json{{"current", next.current},
                                        {"candidate", next.candidate},
                                        {"command", next.command},
                                        {"starts", next.starts},
                                        {"outcomeOf", next.outcome_of},
                                        {"outcomeDone", next.outcome_done},
                                        {"outcomeMessage", next.outcome_message}}
                             .dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  facts_ = std::move(next);
}

std::filesystem::path Programs::PathOf(const std::string& version) const {
  return folder_ / ("steward-agent-" + version);
}

std::optional<std::filesystem::path> Programs::Another() {
  const std::lock_guard lock(mutex_);
  const std::string version = facts_.candidate;
  if (!version.empty() && facts_.starts == 0) {
    End(false, fmt::format("The agent ended while it tried version {}; the old one runs on.", version));
  }
  if (!facts_.candidate.empty() && version != own_ && facts_.starts >= kStarts) {
    End(false, fmt::format("Version {} was started {} times and did not reach the console; the old one runs again.",
                           version, facts_.starts));
  }
  if (facts_.candidate == own_) return std::nullopt;
  if (!facts_.candidate.empty()) {
    Facts next = facts_;
    ++next.starts;
    Take(std::move(next));
    return PathOf(version);
  }
  if (facts_.current == own_ || !package::IsNewer(facts_.current, own_)) return std::nullopt;
  return PathOf(facts_.current);
}

bool Programs::BeginTrial(const std::string& version, const std::string& command) {
  const std::lock_guard lock(mutex_);
  if (!facts_.candidate.empty()) return false;
  Facts next = facts_;
  next.candidate = version;
  next.command = command;
  next.starts = 0;
  Take(std::move(next));
  return true;
}

void Programs::TrialPassed() {
  const std::lock_guard lock(mutex_);
  Facts next = facts_;
  next.starts = 1;
  Take(std::move(next));
}

void Programs::PutAside(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (!facts_.candidate.empty()) End(false, reason);
}

bool Programs::Confirm() {
  const std::lock_guard lock(mutex_);
  if (facts_.candidate != own_ || facts_.candidate.empty()) return false;
  End(true, fmt::format("Version {} runs.", own_));
  return true;
}

void Programs::End(bool done, const std::string& message) {
  if (!done) spdlog::error("{}", message);
  Take({.current = done ? facts_.candidate : facts_.current,
        .outcome_of = facts_.command,
        .outcome_done = done,
        .outcome_message = message});
  RemoveOthers();
}

// Programs no longer needed, and pieces of them; what cannot be removed stays for the next time.
void Programs::RemoveOthers() const {
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, problem)) {
    if (facts_.current.empty() || entry.path() != PathOf(facts_.current))
      std::filesystem::remove(entry.path(), problem);
  }
}

std::string Programs::Candidate() const {
  const std::lock_guard lock(mutex_);
  return facts_.candidate;
}

std::string Programs::PendingCommand() const {
  const std::lock_guard lock(mutex_);
  return facts_.command;
}

std::optional<CommandUpdate> Programs::Outcome() const {
  const std::lock_guard lock(mutex_);
  if (facts_.outcome_of.empty()) return std::nullopt;
  CommandUpdate update;
  update.set_id(facts_.outcome_of);
  update.set_state(facts_.outcome_done ? CommandUpdate::DONE : CommandUpdate::FAILED);
  update.set_percent(facts_.outcome_done ? 100 : 0);
  update.set_message(facts_.outcome_message);
  return update;
}

void Programs::Told() {
  const std::lock_guard lock(mutex_);
  Facts next = facts_;
  next.outcome_of.clear();
  next.outcome_message.clear();
  Take(std::move(next));
}

}  // namespace steward::agent
