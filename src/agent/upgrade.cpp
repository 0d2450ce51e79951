// SPDX-License-Identifier: Apache-2.0
#include "agent/upgrade.hpp"

#include <spdlog/spdlog.h>
#include <thread>

#include "agent/host_facts.hpp"
#include "package/package.hpp"
#include "package/version.hpp"

namespace steward::agent {
namespace {

constexpr std::chrono::hours kLongestWait{1};

/// Whether this machine may run what the header describes.
Result<package::Header> Admit(const std::string& text, const UpgradeParts& parts) {
  if (parts.config.keys.empty()) {
    return Fail(ErrorCode::kForbidden,
                "This agent trusts no key for upgrades. Write [upgrade] keys = [\"...\"] with the public key into its "
                "setup file and start it again.");
  }
  auto header = package::ReadHeader(text, parts.config.keys);
  if (!header) return header;
  const std::string machine = Architecture();
  if (header->platform != "Linux" || header->architecture != machine) {
    return Fail(ErrorCode::kInvalid, fmt::format("The package is for {} on {}, this machine is Linux on {}.",
                                                 header->platform, header->architecture, machine));
  }
  if (!package::IsNewer(header->version, parts.version)) {
    return Fail(ErrorCode::kInvalid, fmt::format("This agent has version {} already, the package version {}.",
                                                 parts.version, header->version));
  }
  return header;
}

/// Fetches the program and puts it where it is run from.
Status Bring(const std::string& package_uid, const package::Header& header, const UpgradeParts& parts,
             const Progress& progress) {
  const auto program = parts.programs.PathOf(header.version);
  const std::filesystem::path part = program.string() + "." + header.sha256.substr(0, 16) + ".part";
  if (auto status = parts.packages.Fetch({package_uid, header.size}, part, progress, parts.stop); !status) {
    return status;
  }
  if (auto status = package::CheckProgram(part, header); !status) {
    std::filesystem::remove(part);
    return status;
  }
  std::filesystem::permissions(part, std::filesystem::perms::owner_all);
  std::filesystem::rename(part, program);
  return {};
}

bool WaitForRest(const UpgradeParts& parts) {
  const auto until = std::chrono::steady_clock::now() + kLongestWait;
  while (parts.busy() && !parts.stop && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  return !parts.busy() && !parts.stop;
}

}  // namespace

CommandOutcome PrepareUpgrade(const Command& command, const UpgradeParts& parts, const Progress& progress) {
  const auto header = Admit(command.upgrade().header(), parts);
  if (!header) return {false, header.error().message};
  if (auto status = Bring(command.upgrade().package_uid(), *header, parts, progress); !status) {
    return {false, status.error().message};
  }
  if (!WaitForRest(parts)) {
    return {false, "A backup ran all the time, so the program was not changed. Upgrade again when it has ended."};
  }
  if (!parts.programs.BeginTrial(header->version, command.id())) {
    return {false, "Another upgrade of this agent is under way."};
  }
  spdlog::info("Version {} has arrived; this process ends, and it is tried", header->version);
  return {.done = false, .message = "", .later = true};
}

}  // namespace steward::agent
