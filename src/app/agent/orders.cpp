// SPDX-License-Identifier: Apache-2.0
#include "orders.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <algorithm>

#include "agent/discovery.hpp"
#include "agent/host_facts.hpp"
#include "agent/identity.hpp"
#include "agent/log_bundle.hpp"
#include "agent/upgrade.hpp"
#include "base/iso_time.hpp"

namespace steward::agent {
namespace {

constexpr std::size_t kLargestBundle = 8U << 20U;  // a message of the link has at most 16 MiB

std::string System(const AgentConfig& config, const std::string& version) {
  utsname kernel{};
  ::uname(&kernel);
  std::error_code problem;
  const auto space = std::filesystem::space(config.state, problem);
  std::string text = fmt::format(
      "agent: steward-agent {}\nhost: {}\nsystem: {}\nkernel: {} {}\ntime: {}\nstate folder: {}, {} MiB free\n",
      version, HostName(), ReadHostFacts().operating_system(), kernel.release, kernel.machine,
      IsoTime(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())), config.state.string(),
      problem ? 0 : space.available >> 20U);
  for (const auto& entry : std::filesystem::directory_iterator(config.state, problem)) {
    if (entry.is_regular_file(problem)) {
      text += fmt::format("  {} {} bytes\n", entry.path().filename().string(), entry.file_size(problem));
    }
  }
  return text;
}

}  // namespace

// The first adapter that a command is meant for carries it out; a look at everything is for all.
CommandOutcome Orders::Execute(const Command& command, const Progress& progress) const {
  if (command.has_log_bundle()) return Bundle();
  if (command.has_discover()) return Discover(command.discover(), parts_.stop);
  if (command.has_upgrade()) return Upgrade(command, progress);
  if (command.has_restart()) {
    // The end is written down before the process goes, and told by the next one if need be.
    kill(getpid(), kRestartSignal);
    return {true, "The agent starts again."};
  }
  std::optional<CommandOutcome> outcome;
  for (const auto& adapter : parts_.adapters) {
    auto mine = adapter->Execute(command, progress);
    if (mine && !command.has_collect()) return *mine;
    if (mine) outcome = std::move(mine);
  }
  return outcome.value_or(
      CommandOutcome{false, "This agent does not manage what the command is meant for (any more)."});
}

CommandOutcome Orders::Upgrade(const Command& command, const Progress& progress) const {
  const auto busy = [this] {
    return std::ranges::any_of(parts_.adapters, [](const auto& adapter) { return adapter->Busy(); });
  };
  auto outcome = PrepareUpgrade(
      command, {parts_.config.upgrade, parts_.programs, parts_.packages, parts_.version, busy, parts_.stop}, progress);
  if (outcome.later) kill(getpid(), kTrialSignal);
  return outcome;
}

CommandOutcome Orders::Bundle() const {
  const auto report = RunCheck(parts_.config, parts_.config.state, parts_.transport);
  BundleFiles files{{"system.txt", System(parts_.config, parts_.version)},
                    {"agent.log", RecentLog()},
                    {"check.txt", report.Text()},
                    {"check.json", report.Json()}};
  for (const char* name : {"status.json", "gateways.json"}) {
    if (auto text = ReadFile(parts_.config.state / name); !text.empty()) files.emplace_back(name, std::move(text));
  }
  if (!parts_.files.setup.empty()) files.emplace_back("setup.toml", WithoutSecrets(ReadFile(parts_.files.setup)));
  if (!parts_.files.adapters.empty()) {
    files.emplace_back("adapters.toml", WithoutSecrets(ReadFile(parts_.files.adapters)));
  }
  auto packed = PackBundle(files, parts_.config.state);
  if (!packed) return {false, packed.error().message};
  if (packed->size() > kLargestBundle) {
    return {false, fmt::format("The log has {} MiB packed, which is too much to send.", packed->size() >> 20U)};
  }
  return {true, "", std::move(*packed)};
}

}  // namespace steward::agent
