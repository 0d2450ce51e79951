// SPDX-License-Identifier: Apache-2.0
// steward-pulse: the licence authority of a provider programme. Partners, tokens, contracts and products are set by
// this program too, while it serves.
#include <sys/file.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/iso_time.hpp"
#include "base/limits.hpp"
#include "license/key_ring.hpp"
#include "net/authority.hpp"
#include "pulse/products.hpp"
#include "pulse/rules.hpp"
#include "pulse/service.hpp"
#include "spdlog/spdlog.h"

namespace {

using namespace steward;
namespace fs = std::filesystem;

struct RunOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8010;
  std::string certificate;
  std::string key;
  std::vector<std::string> names = {"localhost", "127.0.0.1"};
  std::string today;
};

struct TokenOptions {
  std::string partner, name;
  std::int64_t days = 180;
};

/// What `contract set` may change; nothing = it stays.
struct ContractChange {
  std::string id;
  std::string partner;
  std::optional<std::string> description;
  std::string expires;
  std::string points;
  bool no_commit = false;
};

std::string Contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in) throw std::runtime_error(file + " cannot be read");
  return std::move(text).str();
}

template <typename T>
T Checked(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

void Check(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

std::chrono::sys_days Day(const std::string& text, const std::string& option) {
  const auto at = text.size() == 10 ? ParseIsoTime(text + "T00:00:00Z") : std::nullopt;
  if (!at) throw std::runtime_error(option + " is a day such as 2027-01-31.");
  return std::chrono::floor<std::chrono::days>(*at);
}

std::chrono::sys_seconds Now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// The clock of the machine, with another day when one is given.
pulse::Service::Clock ClockOf(const RunOptions& options) {
  if (options.today.empty()) return Now;
  const auto day = Day(options.today, "--today");
  spdlog::warn("it counts as {}; that is for tests", options.today);
  return [day] {
    const auto now = Now();
    return day + (now - std::chrono::floor<std::chrono::days>(now));
  };
}

/// Held for as long as the process lives: one server for a folder.
void TakeFolder(const fs::path& data) {
  const int lock = ::open((data / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0 || ::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    throw std::runtime_error(
        fmt::format("{} is served by another process already, or cannot be locked.", data.string()));
  }
}

net::ServerOptions Listening(const fs::path& data, const RunOptions& options) {
  constexpr std::size_t kLargestReport = 32U << 20U;
  net::ServerOptions server{.address = options.address, .port = options.port};
  server.max_body_bytes = kLargestReport;
  if (!options.certificate.empty()) {
    server.tls = {.certificate_pem = Contents(options.certificate), .key_pem = Contents(options.key)};
    fs::remove(data / "ca.pem");  // of an earlier run: it says nothing about this certificate
    return server;
  }
  const net::Authority authority(data / "pki", options.names, "Steward licence authority CA");
  server.tls = {.certificate_pem = authority.ServerCertificatePem(), .key_pem = authority.ServerKeyPem()};
  std::ofstream(data / "ca.pem") << authority.CaPem();
  spdlog::info("clients check this server with {}", (data / "ca.pem").string());
  return server;
}

int Run(const fs::path& data, const RunOptions& options) {
  RaiseFileLimit();
  TakeFolder(data);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  pulse::Service service(data / "pulse.db", ClockOf(options));
  net::HttpServer server(Listening(data, options), [&](net::Request& request) { return service.Serve(request); });
  server.Start();
  spdlog::info("serving https://{}:{}", options.address, server.Port());
  std::ofstream(data / "port") << server.Port() << '\n';
  const timespec between{.tv_sec = 10, .tv_nsec = 0};
  do {  // more often than daily: what is done for a month is done once
    try {
      service.RunDaily();
    } catch (const std::runtime_error& error) {
      spdlog::error("licences could not be extended: {}", error.what());
    }
  } while (sigtimedwait(&ends, nullptr, &between) < 0);
  server.Stop();
  spdlog::info("stopped");
  return 0;
}

void MakeToken(pulse::Store& store, const TokenOptions& options) {
  const auto partner = Checked(store.FindPartner(options.partner));
  const auto now = Now();
  std::cout << Checked(store.MakeToken(partner, options.name, now + std::chrono::days(options.days), now)) << '\n';
  std::cerr << "This is the token, good for " << options.days << " days; it is not shown again.\n";
}

std::optional<std::int64_t> PointsOf(const std::string& text) {
  if (text == "unlimited") return std::nullopt;
  std::int64_t points = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), points);
  if (error != std::errc() || end != text.data() + text.size() || points < 0) {
    throw std::runtime_error("--points is a whole number, or unlimited.");
  }
  return points;
}

void SetContract(pulse::Store& store, const ContractChange& change) {
  pulse::Contract contract{.id = change.id};
  if (!pulse::IsWord(change.id)) {
    throw std::runtime_error(
        "A contract's id may have letters, digits, dots, dashes and underscores only, 64 at most.");
  }
  const auto old = store.FindContract(change.id);
  if (old) contract = *old;
  if (!change.partner.empty()) contract.partner_id = Checked(store.FindPartner(change.partner)).id;
  if (!old && (change.partner.empty() || change.expires.empty())) {
    throw std::runtime_error("A new contract needs --partner and --expires.");
  }
  if (change.description) contract.description = *change.description;
  if (!change.expires.empty()) contract.ends = Day(change.expires, "--expires");
  if (!change.points.empty()) contract.points_limit = PointsOf(change.points);
  contract.no_commit = contract.no_commit || change.no_commit;
  Check(store.Set(contract));
}

void SetProducts(pulse::Store& store, const std::string& file, bool demo) {
  if (file.empty() != demo) throw std::runtime_error("Give a file with products, or --demo.");
  const auto products = Checked(pulse::ReadProducts(demo ? std::string(pulse::DemoProducts()) : Contents(file)));
  sqlite::Transaction transaction(store.Database());
  for (const auto& product : products) store.Set(product);
  transaction.Commit();
}

void ShowKeys(pulse::Store& store) {
  for (const auto& one : store.Keys({}).rows) std::cout << license::KeyLine(one.key) << '\n';
}

void RotateKey(pulse::Store& store) {
  std::cout << license::KeyLine(store.RotateKey(Now())) << '\n';
  std::cerr << "This key signs from now on. Give it to all who check licence files.\n";
}

/// The commands, each with what it does at the store.
class Commands {
 public:
  explicit Commands(CLI::App& app) {
    AddPartner(app);
    AddTokens(app);
    AddContract(app);
    auto* product = Group(app, "product", "Products and their weights");
    auto* set = product->add_subcommand("set", "Add or change the products of a price list");
    set->add_option("file", file_, "Price list (YAML)");
    set->add_flag("--demo", demo_, "A price list to try it with");
    list_.emplace_back(set, [this](pulse::Store& store) { SetProducts(store, file_, demo_); });
    AddKeys(app);
  }

  void Do(pulse::Store& store) const {
    for (const auto& [command, what] : list_) {
      if (*command) what(store);
    }
  }

 private:
  static CLI::App* Group(CLI::App& app, const std::string& name, const std::string& about) {
    auto* group = app.add_subcommand(name, about);
    group->require_subcommand(1);
    return group;
  }
  void AddKeys(CLI::App& app) {
    auto* keys = Group(app, "keys", "Keys that sign licence files");
    list_.emplace_back(keys->add_subcommand("show", "Write ids and public keys, the one that signs first"), ShowKeys);
    list_.emplace_back(keys->add_subcommand("rotate", "Make a new key that signs from now on; retires the old one"),
                       RotateKey);
    auto* revoke = keys->add_subcommand("revoke", "Make void all that a key signed, because others may have it");
    revoke->add_option("id", key_, "Its id, as `keys show` writes it")->required();
    list_.emplace_back(revoke, [this](pulse::Store& store) { Check(store.RevokeKey(key_, Now())); });
  }
  void AddPartner(CLI::App& app) {
    auto* add =
        Group(app, "partner", "Partners of the programme")->add_subcommand("add", "Add a partner; writes its id");
    add->add_option("name", partner_)->required();
    list_.emplace_back(add, [this](pulse::Store& store) {
      if (partner_.empty()) throw std::runtime_error("A partner needs a name.");
      std::cout << Checked(store.AddPartner(partner_)).id << '\n';
    });
  }
  void AddTokens(CLI::App& app) {
    constexpr std::int64_t kMostDays = 3660;
    auto* tokens = Group(app, "token", "Tokens by which partners call");
    auto* make = tokens->add_subcommand("make", "Make a token and write it, once");
    auto* revoke = tokens->add_subcommand("revoke", "Make a token void");
    for (auto* command : {make, revoke}) {
      command->add_option("partner", token_.partner, "Name or id")->required();
      command->add_option("name", token_.name, "What the token is called")->required();
    }
    make->add_option("--days", token_.days, "Days for which it is good")->check(CLI::Range(std::int64_t{0}, kMostDays));
    list_.emplace_back(make, [this](pulse::Store& store) { MakeToken(store, token_); });
    list_.emplace_back(revoke, [this](pulse::Store& store) {
      Check(store.RevokeToken(Checked(store.FindPartner(token_.partner)), token_.name));
    });
  }
  void AddContract(CLI::App& app) {
    auto* set = Group(app, "contract", "Contracts of partners")
                    ->add_subcommand("set", "Add or change a contract; what is not named stays");
    set->add_option("id", contract_.id)->required();
    set->add_option("--partner", contract_.partner, "Name or id; cannot change");
    set->add_option("--description", contract_.description, "Note on it");
    set->add_option("--expires", contract_.expires, "Its last day, such as 2027-12-31");
    set->add_option("--points", contract_.points, "Points at most, or unlimited");
    set->add_flag("--no-commit", contract_.no_commit, "Reports and extensions are automatic, always");
    list_.emplace_back(set, [this](pulse::Store& store) { SetContract(store, contract_); });
  }

  std::vector<std::pair<CLI::App*, std::function<void(pulse::Store&)>>> list_;
  std::string partner_, file_, key_;
  TokenOptions token_;
  ContractChange contract_;
  bool demo_ = false;
};

CLI::App* AddRun(CLI::App& app, RunOptions& options) {
  auto* run = app.add_subcommand("run", "Serve until stopped");
  run->add_option("--address", options.address, "Address to listen on");
  run->add_option("--port", options.port, "Port to listen on; 0 picks a free one and writes it to the file port");
  auto* certificate = run->add_option("--certificate", options.certificate, "Certificate with its chain (PEM)");
  auto* key = run->add_option("--key", options.key, "Its key (PEM)");
  certificate->needs(key);
  key->needs(certificate);
  run->add_option("--name", options.names, "Names and addresses that the certificate made here covers");
  run->add_option("--today", options.today, "Counts as this day, such as 2027-01-31; for tests");
  return run;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"steward-pulse: licence authority"};
  app.set_version_flag("--version", STEWARD_VERSION);
  app.require_subcommand(1);
  fs::path data;
  app.add_option("--data", data, "Folder of the authority's own files")->required();
  RunOptions options;
  const auto* run = AddRun(app, options);
  const Commands commands(app);
  CLI11_PARSE(app, argc, argv);
  try {
    ::umask(077);  // the database holds the key that signs licences
    fs::create_directories(data);
    if (*run) return Run(data, options);
    pulse::Store store(data / "pulse.db");
    commands.Do(store);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "steward-pulse: " << error.what() << '\n';
    return 1;
  }
}
