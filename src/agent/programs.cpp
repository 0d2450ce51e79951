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
  current_ = known.value("current", "");
  candidate_ = known.value("candidate", "");
  command_ = known.value("command", "");
  starts_ = known.value("starts", 0);
  outcome_of_ = known.value("outcomeOf", "");
  outcome_done_ = known.value("outcomeDone", false);
  outcome_message_ = known.value("outcomeMessage", "");
}

void Programs::Save() const {
  WriteFileSafely(file_, nlohmann::json{{"current", current_},
                                        {"candidate", candidate_},
                                        {"command", command_},
                                        {"starts", starts_},
                                        {"outcomeOf", outcome_of_},
                                        {"outcomeDone", outcome_done_},
                                        {"outcomeMessage", outcome_message_}}
                             .dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::filesystem::path Programs::PathOf(const std::string& version) const {
  return folder_ / ("steward-agent-" + version);
}

std::optional<std::filesystem::path> Programs::Another() {
  const std::lock_guard lock(mutex_);
  if (!candidate_.empty() && starts_ == 0) {
    End(false, fmt::format("The agent ended while it tried version {}; the old one runs on.", candidate_));
  }
  if (!candidate_.empty() && candidate_ != own_ && starts_ >= kStarts) {
    End(false, fmt::format("Version {} was started {} times and did not reach the console; the old one runs again.",
                           candidate_, starts_));
  }
  if (candidate_ == own_) return std::nullopt;
  if (!candidate_.empty()) {
    ++starts_;
    Save();
    return PathOf(candidate_);
  }
  if (current_ == own_ || !package::IsNewer(current_, own_)) return std::nullopt;
  return PathOf(current_);
}

void Programs::BeginTrial(const std::string& version, const std::string& command) {
  const std::lock_guard lock(mutex_);
  candidate_ = version;
  command_ = command;
  starts_ = 0;
  Save();
}

void Programs::TrialPassed() {
  const std::lock_guard lock(mutex_);
  starts_ = 1;
  Save();
}

void Programs::PutAside(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (!candidate_.empty()) End(false, reason);
}

bool Programs::Confirm() {
  const std::lock_guard lock(mutex_);
  if (candidate_ != own_ || candidate_.empty()) return false;
  current_ = candidate_;
  End(true, fmt::format("Version {} runs.", current_));
  return true;
}

void Programs::End(bool done, const std::string& message) {
  if (!done) spdlog::error("{}", message);
  outcome_of_ = command_;
  outcome_done_ = done;
  outcome_message_ = message;
  candidate_.clear();
  command_.clear();
  starts_ = 0;
  Save();
  RemoveOthers();
}

// Programs no longer needed, and pieces of them; what cannot be removed stays for the next time.
void Programs::RemoveOthers() const {
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, problem)) {
    if (current_.empty() || entry.path() != PathOf(current_)) std::filesystem::remove(entry.path(), problem);
  }
}

std::string Programs::Candidate() const {
  const std::lock_guard lock(mutex_);
  return candidate_;
}

std::string Programs::PendingCommand() const {
  const std::lock_guard lock(mutex_);
  return command_;
}

std::optional<CommandUpdate> Programs::Outcome() const {
  const std::lock_guard lock(mutex_);
  if (outcome_of_.empty()) return std::nullopt;
  CommandUpdate update;
  update.set_id(outcome_of_);
  update.set_state(outcome_done_ ? CommandUpdate::DONE : CommandUpdate::FAILED);
  update.set_percent(outcome_done_ ? 100 : 0);
  update.set_message(outcome_message_);
  return update;
}

void Programs::Told() {
  const std::lock_guard lock(mutex_);
  outcome_of_.clear();
  outcome_message_.clear();
  Save();
}

}  // namespace steward::agent
