// SPDX-License-Identifier: Apache-2.0
// steward-lab: simulated backup servers for development, demo and tests.
#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <iostream>

#include "base/limits.hpp"
#include "lab/certificate.hpp"
#include "lab/em_server.hpp"
#include "lab/estate.hpp"
#include "lab/gate_switch.hpp"
#include "lab/simulation.hpp"
#include "lab/vbr_server.hpp"
#include "license/key_ring.hpp"
#include "light_agents.hpp"

namespace {

using namespace steward;

struct Options {
  std::uint64_t seed = 7;
  double speed = 1;
  std::uint16_t base_port = 19400;
  std::string describe;
  bool plain = false;
  bool legacy = false;
  bool by_hand = false;
  int token_seconds = 900;
  std::string license_keys;
  std::string user = "admin", password = "admin";
};

std::vector<license::PublicKey> KeysOf(const std::string& file) {
  std::ifstream in(file);
  auto keys = license::ReadPublicKeys(std::string(std::istreambuf_iterator<char>(in), {}));
  if (!keys || keys->empty()) throw std::runtime_error(file + " has no public key of a licence authority");
  return *keys;
}

class Fleet {
 public:
  Fleet(const lab::Estate& estate, const Options& options, const lab::Clock& clock) : options_(options), clock_(clock) {
    if (!options.plain) certificate_ = lab::MakeCertificate("steward-lab");
    for (const lab::EstateServer& entry : estate.servers) {
      lab::VbrServerOptions settings{.token_lifetime = std::chrono::seconds(options.token_seconds)};
      if (!options.license_keys.empty()) settings.license_keys = KeysOf(options.license_keys);
      servers_.push_back(std::make_unique<lab::VbrServer>(entry, clock_, settings));
      Listen(*servers_.back(),
             static_cast<std::uint16_t>(options.base_port == 0 ? 0 : options.base_port + ports_.size()));
    }
    const std::vector<std::string> fingerprints(options.plain ? 0 : ports_.size(), certificate_.fingerprint);
    description_ = lab::Describe(estate, "127.0.0.1", ports_, fingerprints);
  }
  const nlohmann::json& Description() const { return description_; }

 private:
  void Listen(lab::VbrServer& server, std::uint16_t port) {
    net::ServerOptions settings;
    settings.port = port;
    settings.worker_threads = 8;
    if (!options_.plain) settings.tls = {certificate_.certificate_pem, certificate_.key_pem, ""};
    auto listener = std::make_unique<net::HttpServer>(
        settings, [&server](net::Request& request) { return server.Handle(request); });
    listener->Start();
    ports_.push_back(listener->Port());
    listeners_.push_back(std::move(listener));
  }

  Options options_;
  const lab::Clock& clock_;
  lab::Certificate certificate_;
  std::vector<std::unique_ptr<lab::VbrServer>> servers_;
  std::vector<std::unique_ptr<net::HttpServer>> listeners_;  // after servers_: they stop first
  std::vector<std::uint16_t> ports_;
  nlohmann::json description_;
};

// Written beside and renamed, so that a reader never sees half a file.
void WriteDescription(const std::string& path, const nlohmann::json& description) {
  const std::string draft = path + ".new";
  {
    std::ofstream file(draft, std::ios::trunc);
    file << description.dump(1) << '\n';
    if (!file.flush()) throw std::runtime_error("Cannot write " + draft);
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0) throw std::runtime_error("Cannot rename " + draft + " to " + path);
}

int Serve(const lab::Estate& estate, const Options& options, const lab::Clock& clock, const sigset_t& stop_signals) {
  const Fleet fleet(estate, options, clock);
  if (!options.describe.empty()) WriteDescription(options.describe, fleet.Description());
  std::cout << "steward-lab: " << fleet.Description()["servers"].size() << " backup servers, ports from "
            << fleet.Description()["servers"][0]["port"] << std::endl;
  int signal = 0;
  sigwait(&stop_signals, &signal);
  return 0;
}

/// No job runs, and none starts by its schedule.
void Rest(lab::BackupServer& server, lab::Moment now) {
  for (std::size_t i = 0; i < server.jobs.size(); ++i) {
    lab::StopJob(server, i, now);
    server.jobs[i].schedule.automatic = false;
    server.jobs[i].next_run.reset();
  }
}

/// Runs an Enterprise Manager until a signal comes.
int RunManager(const Options& options, const lab::EmOptions& manager, const lab::Clock& clock,
               const sigset_t& stop_signals) {
  const auto certificate = lab::MakeCertificate("steward-lab");
  lab::EmServer server(lab::MakeCloudEstate(options.seed, clock.Start()), clock, manager);
  net::ServerOptions settings;
  settings.port = options.base_port;
  settings.tls = {certificate.certificate_pem, certificate.key_pem, ""};
  net::HttpServer listener(settings, [&server](net::Request& request) { return server.Handle(request); });
  listener.Start();
  const nlohmann::json description = {{"host", "127.0.0.1"},
                                      {"port", listener.Port()},
                                      {"url", fmt::format("https://127.0.0.1:{}", listener.Port())},
                                      {"fingerprint", certificate.fingerprint},
                                      {"user", manager.user},
                                      {"password", manager.password}};
  if (!options.describe.empty()) WriteDescription(options.describe, description);
  std::cout << "steward-lab: Enterprise Manager on port " << listener.Port() << std::endl;
  int signal = 0;
  sigwait(&stop_signals, &signal);
  return 0;
}

/// Runs light agents until a signal comes; a line of numbers each second.
int RunAgents(const lab::LightAgentOptions& options) {
  RaiseFileLimit();
  lab::LightAgents agents(options);
  agents.Start();
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  const timespec second{1, 0};
  while (sigtimedwait(&stop_signals, nullptr, &second) < 0) {
    std::cout << nlohmann::json{{"connected", agents.Connected()}, {"connects", agents.Connects()}}.dump() << std::endl;
  }
  return 0;
}

/// Runs a gate until a signal comes; where it listens goes to the output.
int RunGate(const std::string& host, std::uint16_t to, std::uint16_t port, const sigset_t& stop_signals) {
  lab::Gate gate(host, to, port);
  net::ServerOptions options{.address = "127.0.0.1", .port = 0};
  net::HttpServer control(options, [&gate](const net::Request& request) { return lab::AnswerGate(gate, request); });
  control.Start();
  std::cout << nlohmann::json{{"port", gate.Port()}, {"control", control.Port()}}.dump() << std::endl;
  int received = 0;
  sigwait(&stop_signals, &received);
  return 0;
}

std::string WholeFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Simulated backup servers for development, demo and tests");
  app.require_subcommand(1);
  Options options;
  auto* demo =
      app.add_subcommand("demo", "3 resellers, 12 customers, 15 backup servers; one customer has every problem");
  auto* server = app.add_subcommand("server", "One small backup server");
  auto* manager = app.add_subcommand("em", "An Enterprise Manager with two Cloud Connect servers and ten tenants");
  for (auto* command : {demo, server, manager}) {
    command->add_option("--seed", options.seed, "The same seed makes the same estate");
    command->add_option("--speed", options.speed, "How fast the simulators' time runs")
        ->check(CLI::Range(0.1, 10000.0));
    command->add_option("--base-port", options.base_port, "First port on loopback; 0 = any free ports");
    command->add_option("--describe", options.describe, "Write a JSON file that names each server and how to sign in");
  }
  for (auto* command : {demo, server}) {
    command->add_option("--token-seconds", options.token_seconds, "Lifetime of an access token");
    command->add_flag("--plain", options.plain, "HTTP without TLS");
    command->add_option("--license-keys", options.license_keys,
                        "File with the public keys of an authority: only its licences are installed");
  }
  lab::EmOptions em;
  int task_time = 300;
  manager->add_option("--user", em.user, "User name");
  manager->add_option("--password", em.password, "Password");
  manager->add_option("--task-milliseconds", task_time, "How long a change takes, and as long again to be collected");
  server->add_flag("--legacy", options.legacy, "Serve interface 1.2-rev1 only");
  server->add_flag("--by-hand", options.by_hand, "Jobs start by order only, not by schedule");
  server->add_option("--user", options.user, "User name");
  server->add_option("--password", options.password, "Password");
  lab::LightAgentOptions light;
  std::string ca_file;
  auto* agents = app.add_subcommand("agents", "Many light agents of one company, for load");
  agents->add_option("--host", light.host, "Where the gateway listens");
  agents->add_option("--port", light.port, "Its port")->required();
  agents->add_option("--ca", ca_file, "PEM file of the console's CA")->required();
  agents->add_option("--token", light.token, "Token of the company's setup file")->required();
  agents->add_option("--folder", light.folder, "Where the agents' identities are kept")->required();
  agents->add_option("--count", light.count, "How many")->check(CLI::Range(1, 20000));
  agents->add_option("--dialing", light.dialing, "How many connect at a time")->check(CLI::Range(1, 20000));
  std::string gate_host = "127.0.0.1";
  std::uint16_t gate_to = 0;
  std::uint16_t gate_port = 0;
  auto* gate = app.add_subcommand("gate", "A TCP way to a gateway that can be made slow, silent or broken");
  gate->add_option("--host", gate_host, "Where the way leads");
  gate->add_option("--to", gate_to, "To which port")->required();
  gate->add_option("--port", gate_port, "Where it begins, on loopback; 0 = any free port");
  CLI11_PARSE(app, argc, argv);

  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGINT);
  sigaddset(&stop_signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  try {
    if (agents->parsed()) {
      light.ca_pem = WholeFile(ca_file);
      return RunAgents(light);
    }
    if (gate->parsed()) return RunGate(gate_host, gate_to, gate_port, stop_signals);
    const auto start = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const lab::Clock clock(start, options.speed);
    em.task_time = std::chrono::milliseconds(task_time);
    if (manager->parsed()) return RunManager(options, em, clock, stop_signals);
    lab::Estate estate;
    if (demo->parsed()) {
      estate = lab::MakeDemoEstate(options.seed, start);
    } else {
      estate.seed = options.seed;
      estate.start = start;
      estate.resellers = {"Lab Reseller"};
      estate.customers.push_back({"Lab Customer", "Lab Reseller"});
      lab::EstateServer& entry = estate.servers.emplace_back();
      entry.user = options.user;
      entry.password = options.password;
      entry.server = lab::MakeSmallServer(options.seed, start, !options.legacy);
      if (options.by_hand) Rest(entry.server, start);
    }
    return Serve(estate, options, clock, stop_signals);
  } catch (const std::exception& error) {
    std::cerr << "steward-lab: " << error.what() << '\n';
    return 1;
  }
}
