// SPDX-License-Identifier: Apache-2.0
#include "by_hand.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <stdexcept>

#include "agent/restic/call.hpp"

namespace steward::agent {
namespace {

ResticConfig Chosen(const AgentConfig& config, const std::string& job) {
  const auto jobs = restic::AllJobs(config);
  const ResticConfig* found = nullptr;
  std::string names;
  for (const ResticConfig& known : jobs) {
    names += fmt::format("\n  {}{}", known.name, known.uid.empty() ? "" : " (" + known.uid + ")");
    if (known.uid == job) return known;
    if (known.name != job) continue;
    if (found != nullptr)
      throw std::runtime_error(fmt::format("Several jobs are called {}; give the uid:{}", job, names));
    found = &known;
  }
  if (found != nullptr) return *found;
  throw std::runtime_error(names.empty() ? "This machine has no backup jobs (in this state folder)."
                                         : fmt::format("There is no job {} here. The jobs are:{}", job, names));
}

}  // namespace

void BecomeRestic(const AgentConfig& config, const std::string& job, const std::vector<std::string>& arguments) {
  auto call = restic::CallOf(config.restic_binary, Chosen(config, job), arguments);
  for (std::string& variable : call.environment) ::putenv(variable.data());
  std::vector<char*> argv;
  for (std::string& argument : call.arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  sigset_t none;  // the agent blocks signals, which programs inherit
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  ::execvp(argv.front(), argv.data());
  throw std::runtime_error(fmt::format("{} cannot be started: {}", config.restic_binary, std::strerror(errno)));
}

}  // namespace steward::agent
