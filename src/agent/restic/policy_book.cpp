// SPDX-License-Identifier: Apache-2.0
#include "agent/restic/policy_book.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <sys/random.h>
#include <array>
#include <stdexcept>

#include "agent/identity.hpp"

namespace steward::agent::restic {
namespace {

bool SameAccount(const CloudRepository& one, const CloudRepository& other) {
  return one.tenant() == other.tenant() && one.account() == other.account();
}

/// host:port; addresses of IP 6 in brackets.
std::string ServerOf(const CloudRepository& cloud) {
  const bool six = cloud.host().find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", six ? "[" : "", cloud.host(), six ? "]" : "", cloud.port());
}

void FillCloud(const std::string& job_uid, const CloudRepository& cloud, const AgentConfig& agent,
               ResticConfig& config) {
  const std::string path =
      fmt::format("{}/{}/{}/{}/", ServerOf(cloud), cloud.tenant(), cloud.resource(), cloud.account());
  config.repository = "rest:https://" + path;
  config.cloud_repository =
      fmt::format("rest:https://{}+{}:{}@{}", cloud.tenant(), cloud.account(), cloud.password(), path);
  if (cloud.certificate_authority().empty()) return;
  const auto file = agent.state / fmt::format("site-{}.pem", job_uid);
  // A full disk must not keep the agent from starting.
  if (ReadFile(file) != cloud.certificate_authority()) WriteFileSafely(file, cloud.certificate_authority());
  config.certificate_authority = file.string();
}

}  // namespace

PolicyBook::PolicyBook(std::filesystem::path file) : file_(std::move(file)) {
  const std::string text = ReadFile(file_);
  if (text.empty()) return;
  AppliedPolicies all;
  if (const auto read = google::protobuf::util::JsonStringToMessage(text, &all); !read.ok()) {
    throw std::runtime_error(
        fmt::format("{} cannot be read ({}). Restore it, or delete it and assign the policies of "
                    "this machine again.",
                    file_.string(), read.ToString()));
  }
  for (const Entry& entry : all.entries()) entries_[entry.order().job_uid()] = entry;
}

void PolicyBook::Save() const {
  AppliedPolicies all;
  for (const auto& [uid, entry] : entries_) *all.add_entries() = entry;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(all, &text, options).ok())
    throw std::runtime_error("The policies cannot be written as text");
  WriteFileSafely(file_, text);
}

const PolicyJob* PolicyBook::Find(const std::string& job_uid) const {
  const auto found = entries_.find(job_uid);
  return found == entries_.end() || !found->second.order().has_job() ? nullptr : &found->second.order().job();
}

bool PolicyBook::Knows(const ApplyPolicyAction& order) const {
  const auto found = entries_.find(order.job_uid());
  return found != entries_.end() && found->second.order().sequence() >= order.sequence();
}

void PolicyBook::Put(const ApplyPolicyAction& order) {
  Entry& entry = entries_[order.job_uid()];
  const auto before = entries_;
  *entry.mutable_order() = order;
  if (order.has_remove()) entry.set_disabled(false);
  if (order.job().has_cloud()) {
    for (auto& [uid, other] : entries_) {
      CloudRepository* cloud =
          other.order().job().has_cloud() ? other.mutable_order()->mutable_job()->mutable_cloud() : nullptr;
      if (cloud != nullptr && SameAccount(*cloud, order.job().cloud()))
        cloud->set_password(order.job().cloud().password());
    }
  }
  try {
    Save();
  } catch (const std::exception&) {
    entries_ = before;
    throw;
  }
}

std::string PolicyBook::PasswordOf(const CloudRepository& account) const {
  for (const auto& [uid, entry] : entries_) {
    const PolicyJob& job = entry.order().job();
    if (job.has_cloud() && SameAccount(job.cloud(), account)) return job.cloud().password();
  }
  return {};
}

void PolicyBook::SetDisabled(const std::string& job_uid, bool disabled) {
  entries_.at(job_uid).set_disabled(disabled);
  Save();
}

std::vector<ResticConfig> PolicyBook::Jobs(const std::string& agent_uid, const AgentConfig& config) const {
  std::vector<ResticConfig> jobs;
  for (const auto& [uid, entry] : entries_) {
    if (!entry.order().has_job()) continue;
    jobs.push_back(ConfigOf(uid, entry.order().job(), agent_uid, config));
    jobs.back().enabled = !entry.disabled();
  }
  return jobs;
}

ResticConfig ConfigOf(const std::string& job_uid, const PolicyJob& job, const std::string& agent_uid,
                      const AgentConfig& agent) {
  ResticConfig config;
  config.uid = job_uid;
  config.name = job.name();
  config.description = job.description();
  config.config_uid = job.config_uid();
  config.policy_uid = job.policy_uid();
  config.policy_name = job.policy_name();
  config.paths = {job.directories().begin(), job.directories().end()};
  config.excludes = {job.exclusion_masks().begin(), job.exclusion_masks().end()};
  config.every_minutes = static_cast<int>(job.every_minutes());
  if (job.has_daily_at()) config.daily_at = std::chrono::minutes(job.daily_at());
  config.weekdays = static_cast<std::uint8_t>(job.weekdays());
  config.keep_last = static_cast<int>(job.keep_last());
  config.keep_within_days = static_cast<int>(job.keep_within_days());
  config.compression = job.compression();
  // Machines that share a folder (NFS) each have a repository, and a password, of their own in it.
  if (job.has_cloud()) {
    FillCloud(job_uid, job.cloud(), agent, config);
  } else {
    config.repository = (std::filesystem::path(job.folder()) / ("steward-" + agent_uid)).string();
  }
  config.password_file = PolicyPasswordFile(agent);
  config.from_console = true;
  return config;
}

std::string PolicyPasswordFile(const AgentConfig& config) {
  if (!config.policies.password_file.empty()) return config.policies.password_file;
  const auto file = config.state / "repository.key";
  if (std::filesystem::exists(file)) return file.string();
  std::array<unsigned char, 32> random{};
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    throw std::runtime_error("The system gave no random numbers for the key of the repositories");
  std::string key;
  for (const unsigned char byte : random) key += fmt::format("{:02x}", byte);
  WriteFileSafely(file, key);
  return file.string();
}

}  // namespace steward::agent::restic
