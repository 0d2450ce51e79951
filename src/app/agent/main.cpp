// SPDX-License-Identifier: Apache-2.0
// steward-agent: sits beside a backup server or on a protected machine; connects to the console, never listens.
#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstring>
#include <iostream>
#include <thread>

#include "agent/check/check.hpp"
#include "agent/em/adapter.hpp"
#include "agent/host_facts.hpp"
#include "agent/link.hpp"
#include "agent/log_bundle.hpp"
#include "agent/restic/adapter.hpp"
#include "agent/site/adapter.hpp"
#include "agent/vbr/adapter.hpp"
#include "agent/watchdog.hpp"
#include "base/uuid.hpp"
#include "by_hand.hpp"
#include "net/client.hpp"
#include "orders.hpp"
#include "trial.hpp"

namespace {

using namespace steward;

constexpr const char* kVersion = STEWARD_VERSION;

/// Two agents on one state folder would both be the same agent to the console.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& state) {
    std::filesystem::create_directories(state);
    file_ = ::open((state / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0 || ::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      throw std::runtime_error(fmt::format("{}: another agent runs with this state folder", state.string()));
    }
  }
  ~FolderLock() { ::close(file_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_ = -1;
};

agent::Transport MakeTransport(const agent::ServerAccess& config) {
  net::ClientOptions options;
  options.pinned_fingerprint = config.fingerprint;
  options.insecure = config.insecure;
  options.timeout = config.timeout;
  auto client = std::make_shared<net::HttpClient>(options);
  return [client](const net::ClientRequest& request) { return client->Send(request); };
}

void WaitUntilAllLooked(const std::vector<std::unique_ptr<agent::Adapter>>& adapters, agent::SyncStore& store,
                        const std::atomic<bool>& stop) {
  while (!stop) {
    bool all = true;
    for (const auto& adapter : adapters) all &= adapter->HasLooked();
    if (all) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  store.SetReady();
}

/// The console shall have what a command changed before it hears that the command is done.
void WaitUntilSynced(const agent::SyncStore& store) {
  for (int i = 0; i < 150 && store.HasWork(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

using Adapters = std::vector<std::unique_ptr<agent::Adapter>>;

Adapters MakeAdapters(const agent::AgentConfig& config, const std::string& host_name, agent::SyncStore& store,
                      agent::StatusBoard& status) {
  Adapters adapters;
  for (const auto& vbr : config.vbr) {
    adapters.push_back(
        std::make_unique<agent::vbr::VbrAdapter>(vbr, store, status, [&vbr] { return MakeTransport(vbr); }));
  }
  for (const auto& manager : config.cloud_connect) {
    adapters.push_back(
        std::make_unique<agent::em::EmAdapter>(manager, store, status, [&manager] { return MakeTransport(manager); }));
  }
  for (const auto& site : config.sites) {
    adapters.push_back(std::make_unique<agent::site::SiteAdapter>(site, host_name, store, status));
  }
  const bool reads_servers = !config.vbr.empty() || !config.cloud_connect.empty() || !config.sites.empty();
  if (!config.restic.empty() || config.policies.enabled.value_or(!reads_servers)) {
    adapters.push_back(std::make_unique<agent::restic::ResticAdapter>(config, host_name, kVersion, store, status));
  }
  return adapters;
}

/// The way of one process of the agent.
struct Way {
  const agent::AgentConfig& config;
  agent::ConfigFiles files;
  agent::Programs& programs;
  bool trial = false;  ///< only reaches the console: collects nothing, carries out nothing
  const sigset_t& signals;
};

/// Tells how an upgrade ended that an earlier process, or this one as the new program, began. What cannot be written
/// down (full disk) is told again by the next process.
void TellUpgrade(agent::Programs& programs, agent::CommandRunner& commands) {
  const auto outcome = programs.Outcome();
  if (!outcome) return;
  commands.Ended(*outcome);
  try {
    programs.Told();
  } catch (const std::exception& error) {
    spdlog::error("The end of the upgrade cannot be written down: {}", error.what());
  }
}

/// The console has taken this process in: a new program is the current one from now on.
void ConfirmProgram(agent::Programs& programs, agent::CommandRunner& commands) {
  try {
    if (programs.Confirm()) TellUpgrade(programs, commands);
  } catch (const std::exception& error) {
    spdlog::error("That the new program runs cannot be written down; tried again at the next connect: {}",
                  error.what());
  }
}

/// Runs until a signal comes, and returns it.
int Run(const Way& way) {
  const auto& config = way.config;
  const FolderLock lock(config.state);
  agent::Identity identity(config.state);
  agent::SyncStore store(config.state / "sync.journal");
  agent::StatusBoard status(config.state / "status.json", kVersion);
  const std::string host_name = config.name.empty() ? agent::HostName() : config.name;
  const Adapters adapters = way.trial ? Adapters() : MakeAdapters(config, host_name, store, status);
  agent::CommandLog log(config.state / "commands.journal", way.programs.PendingCommand());
  agent::PackageFetch packages;
  std::atomic<bool> stop{false};
  const agent::Orders orders({config, way.files, adapters, MakeTransport, kVersion, stop, way.programs, packages});
  const auto execute = [&orders](const agent::Command& command, const agent::Progress& progress) {
    return orders.Execute(command, progress);
  };
  const int threads = way.trial ? 0 : agent::CommandRunner::kThreads;
  agent::CommandRunner commands(
      log, execute, [&store] { WaitUntilSynced(store); }, threads);
  agent::GatewayBook gateways(agent::GatewayBook::In(config.state));
  agent::LinkSession::Parts parts{.identity = identity,
                                  .store = store,
                                  .status = status,
                                  .commands = commands,
                                  .gateways = gateways,
                                  .packages = packages,
                                  .host_name = host_name,
                                  .version = kVersion,
                                  .tag = config.tag,
                                  .token = config.console.token,
                                  .account = config.console.account,
                                  .password = config.console.password,
                                  .process = NewUuid(),
                                  .adapters = {},
                                  .collect_now = {},
                                  .welcomed = {}};
  for (const auto& adapter : adapters) parts.adapters.push_back(adapter->Name());
  parts.collect_now = [&adapters] {
    for (const auto& adapter : adapters) adapter->CollectNow();
  };
  if (!way.trial) {
    TellUpgrade(way.programs, commands);
    parts.welcomed = [&] { ConfirmProgram(way.programs, commands); };
  }
  agent::Link link(config, parts);
  for (const auto& adapter : adapters) adapter->Start();
  const agent::Watchdog watchdog([&link] { return link.Alive(); });
  std::thread ready([&] {
    if (!way.trial) WaitUntilAllLooked(adapters, store, stop);
  });
  std::thread connection([&] { link.Run(); });
  spdlog::info("steward-agent {} on {}, {} adapter(s), state in {}{}", kVersion, host_name, adapters.size(),
               config.state.string(), way.trial ? ", on trial" : "");
  int signal = 0;
  sigwait(&way.signals, &signal);
  spdlog::info("Stopping");
  stop = true;
  link.Stop();
  for (const auto& adapter : adapters) adapter->Stop();
  commands.Stop();
  ready.join();
  connection.join();
  return signal;
}

/// Goes on as another program; returns only when it cannot be started.
void Become(const std::filesystem::path& program, char** argv) {
  ::execv(program.c_str(), argv);
  spdlog::error("{} cannot be started: {}", program.string(), std::strerror(errno));
}

constexpr const char* kThisProgram = "/proc/self/exe";

/// The program to run in place of this one. A full disk, which keeps that from being written down, stops no agent.
std::optional<std::filesystem::path> AnotherProgram(const Way& way) {
  const FolderLock lock(way.config.state);
  try {
    return way.programs.Another();
  } catch (const std::exception& error) {
    spdlog::error("The change of programs cannot be written down, so this one runs: {}", error.what());
    return std::nullopt;
  }
}

/// Tries the program that an upgrade brought, and goes on as it or as this one; returns when the agent shall end.
void ChangeProgram(const Way& way, char** argv) {
  try {
    const auto end = agent::TryCandidate(way.programs, way.config, argv, way.signals);
    if (end == agent::TrialEnd::kStopped) return;
    if (end == agent::TrialEnd::kPassed) Become(way.programs.PathOf(way.programs.Candidate()), argv);
  } catch (const std::exception& error) {
    spdlog::error("The new program cannot be tried: {}", error.what());
  }
  Become(kThisProgram, argv);
}

/// The agent from its start to its end, over all changes of programs.
int Live(const Way& way, char** argv) {
  if (!way.trial) {
    if (const auto other = AnotherProgram(way)) Become(*other, argv);
  }
  const int signal = Run(way);
  if (signal == agent::kRestartSignal) Become(kThisProgram, argv);
  if (signal == agent::kTrialSignal) ChangeProgram(way, argv);
  agent::Watchdog::Ending();
  return 0;
}

/// Walks the path once and tells what it found; the exit code is 0 when all is well.
int Check(const agent::AgentConfig& config, bool as_json) {
  const auto report = agent::RunCheck(config, config.state, MakeTransport);
  std::cout << (as_json ? report.Json() : report.Text());
  return report.good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Management agent of the Steward console");
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  std::string setup;
  std::string adapters;
  std::string state;
  std::string level = "info";
  auto* run = app.add_subcommand("run", "Run the agent in the foreground");
  run->add_option("--setup", setup, "Setup file from the console ([console] addresses, ca, and token or account)");
  run->add_option("--config", adapters,
                  "What this agent reads and backs up ([agent], [[vbr]], [[cloud_connect]], [[site]], [[restic]])");
  run->add_option("--state", state, "Folder for key, certificate and journal");
  run->add_option("--log-level", level, "trace, debug, info, warn, error");
  bool trial = false;
  run->add_flag("--trial", trial, "Only reach the console: the agent tries a new program so before it changes to it");
  auto* check = app.add_subcommand("check", "Check the way to the console and to the backup servers, step by step");
  bool as_json = false;
  check->add_option("--setup", setup, "Setup file from the console");
  check->add_option("--config", adapters, "What this agent reads and backs up");
  check->add_option("--state", state, "The agent's state folder");
  check->add_flag("--json", as_json, "For programs");
  auto* by_hand = app.add_subcommand(
      "restic", "Run restic on the repository of a backup job, as the agent would: restic JOB -- snapshots");
  std::string job;
  std::vector<std::string> arguments;
  by_hand->add_option("--setup", setup, "Setup file from the console");
  by_hand->add_option("--config", adapters, "What this agent reads and backs up");
  by_hand->add_option("--state", state, "The agent's state folder");
  by_hand->add_option("job", job, "Name or uid of the job")->required();
  by_hand->add_option("arguments", arguments, "For restic, after --")->required();
  auto* show = app.add_subcommand("status", "Show what the agent says about itself");
  show->add_option("--state", state, "The agent's state folder")->required();
  CLI11_PARSE(app, argc, argv);

  if (show->parsed()) {
    const std::string text = agent::ReadFile(std::filesystem::path(state) / "status.json");
    if (text.empty()) {
      std::cerr << "steward-agent: no agent has written its status in " << state << '\n';
      return 1;
    }
    std::cout << text;
    return 0;
  }
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, agent::kRestartSignal);
  sigaddset(&stop_signals, agent::kTrialSignal);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  agent::KeepRecentLog();
  if (*check) spdlog::set_default_logger(spdlog::stderr_logger_mt("check"));  // the report alone goes to the output
  spdlog::set_level(spdlog::level::from_str(level));
  try {
    auto config = agent::LoadConfig(setup, adapters);
    if (!config) throw std::runtime_error(config.error().message);
    if (!state.empty()) config->state = state;
    if (config->state.empty()) config->state = "/var/lib/steward-agent";
    if (*check) return Check(*config, as_json);
    if (*by_hand) agent::BecomeRestic(*config, job, arguments);
    agent::Programs programs(config->state, kVersion);
    return Live({*config, {setup, adapters}, programs, trial, stop_signals}, argv);
  } catch (const std::exception& error) {
    std::cerr << "steward-agent: " << error.what() << '\n';
    return 1;
  }
}
