// SPDX-License-Identifier: Apache-2.0
#include "agent/status.hpp"

#include <spdlog/spdlog.h>
#include <chrono>
#include <nlohmann/json.hpp>

#include "agent/identity.hpp"
#include "base/iso_time.hpp"

namespace steward::agent {
namespace {
std::string Now() {
  return IsoTime(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}
}  // namespace

StatusBoard::StatusBoard(std::filesystem::path file, std::string version)
    : file_(std::move(file)), version_(std::move(version)), since_(Now()) {}

void StatusBoard::SetLink(const std::string& state, const std::string& detail) {
  const std::lock_guard lock(mutex_);
  if (state == link_ && detail == detail_) return;
  if (state != link_) since_ = Now();
  link_ = state;
  detail_ = detail;
  Write();
}

void StatusBoard::SetRevision(std::uint64_t revision) {
  const std::lock_guard lock(mutex_);
  revision_ = revision;
  Write();
}

void StatusBoard::SetAdapter(const std::string& name, const std::string& problem) {
  const std::lock_guard lock(mutex_);
  const auto [entry, added] = adapters_.try_emplace(name, problem);
  if (!added && entry->second == problem) return;
  entry->second = problem;
  Write();
}

std::string StatusBoard::Verdict() const {
  const std::lock_guard lock(mutex_);
  std::string verdict;
  for (const auto& [name, problem] : adapters_) {
    if (!problem.empty()) verdict += fmt::format("{}{}: {}", verdict.empty() ? "" : "; ", name, problem);
  }
  return verdict.empty() ? "Healthy" : verdict;
}

void StatusBoard::Write() const {
  nlohmann::json adapters = nlohmann::json::object();
  for (const auto& [name, problem] : adapters_) adapters[name] = problem.empty() ? "Healthy" : problem;
  const nlohmann::json status = {{"version", version_}, {"link", link_},      {"detail", detail_},
                                 {"since", since_},     {"writtenAt", Now()}, {"revision", revision_},
                                 {"adapters", adapters}};
  try {
    WriteFileSafely(file_, status.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  } catch (const std::exception& error) {
    spdlog::warn("Cannot write the status file: {}", error.what());
  }
}

}  // namespace steward::agent
