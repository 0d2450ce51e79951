// SPDX-License-Identifier: Apache-2.0
#include "console.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <fstream>
#include <optional>
#include <thread>

#include "agentlink/gateway_probe.hpp"
#include "agentlink/gateways.hpp"
#include "agentlink/hub.hpp"
#include "agentlink/tls_failures.hpp"
#include "base/limits.hpp"
#include "base/periodic.hpp"
#include "base/uuid.hpp"
#include "db/embedded.hpp"
#include "db/migrator.hpp"
#include "features/billing/billing_rounds.hpp"
#include "features/reports/report_rounds.hpp"
#include "handlers.hpp"
#include "platform/dispatcher.hpp"
#include "spdlog/spdlog.h"
#include "usage/rounds.hpp"

namespace steward::console {
namespace {

constexpr const char* kVersion = STEWARD_VERSION;

/// About 119 random bits in letters and digits alone: it is typed, and given to programs as an argument, where a dash
/// at its front would be taken for an option.
std::string FirstPassword() {
  std::string password = platform::NewSecret();
  std::erase_if(password, [](unsigned char letter) { return std::isalnum(letter) == 0; });
  return password.substr(0, 20);
}

/// First start: the provider, its default location, and the first administrator with a random password.
void Bootstrap(db::Pool& owner, const std::filesystem::path& data) {
  auto connection = owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query("select pg_advisory_xact_lock(7190422)");
  if (transaction.Query("select 1 from core.organization where type = 'Provider'").Count() > 0) return;
  const std::string provider = NewUuid();
  const std::string password = FirstPassword();
  transaction.Query("insert into core.organization (uid, type, name) values ($1, 'Provider', 'Service provider')",
                    {provider});
  transaction.Query(
      "insert into core.location (uid, organization_uid, name, type) values ($1, $2, 'Default location', 'Default')",
      {NewUuid(), provider});
  transaction.Query(
      "insert into core.account (uid, organization_uid, role, user_name, password_hash) values ($1, $2, "
      "'PortalAdministrator', 'administrator', $3)",
      {NewUuid(), provider, platform::HashPassword(password)});
  transaction.Query(
      "insert into core.setting (name, value) values ('installation', jsonb_build_object('id', $1::text, 'date', "
      "now()))",
      {NewUuid()});
  const auto file = data / "first-login.txt";
  {
    std::ofstream out(file, std::ios::trunc);
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    out << "user: administrator\npassword: " << password << "\n";
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  }
  transaction.Commit();
  spdlog::info("first start: sign in as administrator with the password in {}", file.string());
}

/// What consoles of one database tell each other (and each itself), and what is due every few seconds.
class ChangeListener {
 public:
  struct Parts {
    platform::ListEngine& lists;
    platform::Identity& identity;
    platform::Waiting& waiting;
    agentlink::Hub& hub;
    agentlink::Commands& commands;
    agentlink::TlsFailures& tls_failures;
    agentlink::Gateways& gateways;
    agentlink::GatewayProbe& probe;
    agentlink::Packages& packages;
    features::Discovery& discovery;
    features::Pulse& pulse;
    db::Pool& owner;
  };
  ChangeListener(std::string url, Parts parts) : parts_(parts), thread_([this, url = std::move(url)] { Run(url); }) {}
  ~ChangeListener() {
    stopping_ = true;
    thread_.join();
  }
  ChangeListener(const ChangeListener&) = delete;
  ChangeListener& operator=(const ChangeListener&) = delete;

 private:
  void Written() {
    parts_.identity.Invalidate();
    parts_.lists.Cache().Written();
  }

  void Gateways() {
    parts_.gateways.Reload();
    parts_.hub.SendGateways();
    parts_.probe.Wake();
  }

  void Hear(const std::string& channel, const std::string& subject) {
    if (channel == "steward_written") return Written();
    if (channel == "steward_command") return parts_.hub.Deliver(subject);
    if (channel == "steward_gateways") return Gateways();
    parts_.lists.Cache().Reported();
    if (channel != "steward_command_end") return;
    parts_.waiting.Ended(subject);
    parts_.pulse.Wake();
  }

  void Run(const std::string& url) {
    while (!stopping_) {
      try {
        db::Connection connection(url, {"listen steward_changed", "listen steward_written", "listen steward_command",
                                        "listen steward_command_end", "listen steward_gateways"});
        Written();
        Gateways();
        for (const auto& agent : parts_.commands.AgentsToServe()) parts_.hub.Deliver(agent);  // what was not heard
        auto tidy = std::chrono::steady_clock::now();
        auto arrange = tidy;
        while (!stopping_) {
          if (const auto notice = connection.WaitNotification(500)) Hear(notice->first, notice->second);
          if (std::chrono::steady_clock::now() < tidy) continue;
          if (tidy >= arrange) {
            parts_.hub.ArrangeSessions();
            arrange = tidy + std::chrono::hours(1);
          }
          parts_.packages.Look();
          parts_.hub.FlushHeartbeats();
          parts_.commands.Tidy();
          parts_.discovery.RunDue();
          parts_.tls_failures.Flush(parts_.owner);
          parts_.gateways.Flush();
          tidy = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        }
      } catch (const std::exception& error) {
        if (!stopping_) std::this_thread::sleep_for(std::chrono::seconds(1));
      }
    }
  }
  Parts parts_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

net::ServerOptions Options(const Config& config, const net::Authority& authority, std::uint16_t port, bool agents) {
  net::ServerOptions options;
  options.address = config.address;
  options.port = port;
  options.worker_threads = config.worker_threads;
  const int cores = static_cast<int>(std::max(2U, std::thread::hardware_concurrency()));
  options.io_threads = agents ? cores : cores + 1;  // agents: their handshakes after a restart
  if (agents) options.trusted_proxies = config.trusted_gateways;
  options.tls = {authority.ServerCertificatePem(), authority.ServerKeyPem(), agents ? authority.CaPem() : std::string(),
                 !agents};
  return options;
}

void WaitForSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int received = 0;
  sigwait(&signals, &received);
  spdlog::info("stopping (signal {})", received);
}

void BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

/// Contents of a file that the configuration names; empty when it names none.
std::string TextOf(const std::filesystem::path& file) {
  if (file.empty()) return {};
  std::ifstream in(file);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.empty()) throw std::runtime_error(file.string() + " cannot be read, or is empty");
  return text;
}

/// Where new agents go: through the gateways, then to the console itself.
std::vector<std::string> AgentAddresses(const Config& config, const agentlink::Gateways& gateways) {
  auto out = gateways.Addresses();
  for (const auto& name : config.names) {
    out.push_back(fmt::format("{}:{}", name, config.gateway_port));
    out.push_back(fmt::format("{}:{}", name, config.agent_port));
  }
  return out;
}

}  // namespace

Result<contract::Answer> ConsoleHandlers::GetAbout(const Call&) {
  const auto rows = services_.owner.Acquire()->Query(
      "select value->>'id' as id, api.iso((value->>'date')::timestamptz) as date from core.setting where name = "
      "'installation'");
  return contract::Answer{.data = {{"installationId", rows.Text(0, "id")},
                                   {"installationDate", rows.Text(0, "date")},
                                   {"serverVersion", kVersion},
                                   {"actualVawVersion", nullptr},
                                   {"actualValVersion", nullptr},
                                   {"actualVamVersion", nullptr},
                                   {"windowsManagementAgentVersion", kVersion},
                                   {"linuxManagementAgentVersion", kVersion},
                                   {"macManagementAgentVersion", kVersion}}};
}

void RunConsole(const Config& config) {
  BlockSignals();
  RaiseFileLimit();
  std::filesystem::create_directories(config.data);
  std::optional<db::EmbeddedPostgres> embedded;
  std::string url = config.database;
  if (url.empty()) {
    embedded.emplace(config.data);
    embedded->Start();
    url = embedded->Url();
  }
  const std::vector<std::string> timeouts = {"set statement_timeout = '30s'", "set jit = off"};
  auto with_role = [&timeouts](const std::string& role) {
    auto out = timeouts;
    out.emplace_back("set work_mem = '64MB'");  // sums over a month of the usage ledger
    out.push_back("set role " + role);
    return out;
  };
  const auto size = static_cast<std::size_t>(config.worker_threads);
  db::Pool owner(url, timeouts, size * 2 + 2);
  db::Pool provider(url, with_role("steward_provider"), size);
  db::Pool tenant(url, with_role("steward_tenant"), size);
  db::Pool location(url, with_role("steward_location"), size);
  if (auto status = db::Migrate(*owner.Acquire(), db::Migrations()); !status)
    throw std::runtime_error(status.error().message);
  Bootstrap(owner, config.data);

  const usage::SigningKey usage_key(usage::KeyFile(config.data));
  usage::Ledger ledger(owner, usage_key, usage::SealsFile(config.data));
  const net::Authority authority(config.data / "pki", config.names);
  platform::Identity identity(owner);
  platform::ListEngine lists({provider, tenant, location});
  agentlink::Commands commands(owner);
  platform::Waiting waiting;
  agentlink::TlsFailures tls_failures;
  const std::string instance = fmt::format("{}:{}", config.names.front(), config.api_port);
  agentlink::Gateways gateways(owner, instance);
  gateways.Begin(config.names.front(), config.gateway_port);
  agentlink::Packages packages(owner, config.agent_packages, config.agent_package_keys);
  const auto reported = [&lists] { lists.Cache().Reported(); };
  agentlink::Hub hub({owner, authority, identity, commands, gateways, packages},
                     {.instance = instance,
                      .certificate_lifetime = std::chrono::seconds(std::llround(config.agent_certificate_days * 86400)),
                      .changed = reported,
                      .ingest = {.rows_per_second = config.agent_rows_per_second,
                                 .rows_burst = config.agent_rows_burst,
                                 .session_months = config.session_retention_months}});
  hub.ForgetOldConnections();
  const platform::Services services{owner, lists, identity};
  const auto disconnect = [&hub](const std::string& uid) { hub.Disconnect(uid); };
  features::Users users(services);
  features::Organizations organizations(services, disconnect);
  features::Agents agents(
      services, authority,
      {[&config, &gateways] { return AgentAddresses(config, gateways); }, disconnect, config.agent_package_keys});
  features::Actions actions(services, commands, waiting);
  features::Jobs jobs(services, actions);
  features::AgentOrders agent_orders(services, actions, commands);
  features::AgentPackages agent_packages(services, actions);
  features::CloudGateways cloud_gateways(services, actions, instance);
  features::Policies policies(services, commands, actions);
  features::Discovery discovery(services, commands, actions);
  const platform::SecretBox secrets(config.data);
  features::Pulse pulse({services, commands, waiting, secrets, {config.pulse_url, TextOf(config.pulse_ca)}});
  ConsoleHandlers handlers(services, users, organizations, agents, agent_orders, agent_packages, actions, jobs,
                           cloud_gateways, policies, discovery, pulse);
  platform::Dispatcher dispatcher(handlers, identity, lists, {config.portal, config.swagger},
                                  {config.request_rate, config.request_burst}, owner);

  const auto accept = [&hub](const net::Request& request) { return hub.Accept(request); };
  const auto agents_port = [&hub](net::Request& request) {
    if (request.path == "/status" && request.method == "GET") return hub.Status(request, kVersion);
    return net::ErrorResponse(
        {.code = ErrorCode::kNotFound,
         .message = "This port serves management agents; the REST API and the portal have their own."});
  };
  const auto broken_tls = [&tls_failures](const std::string& peer, const std::string& reason) {
    spdlog::debug("TLS handshake from {} failed: {}", peer, reason);
    tls_failures.Note(peer, reason);
  };
  net::HttpServer api(Options(config, authority, config.api_port, false), std::ref(dispatcher));
  net::HttpServer gateway(Options(config, authority, config.gateway_port, true), agents_port, accept, broken_tls);
  net::HttpServer inside(Options(config, authority, config.agent_port, true), agents_port, accept, broken_tls);
  api.Start();
  gateway.Start();
  inside.Start();
  agentlink::GatewayProbe probe(owner, gateways,
                                {.ca_pem = authority.CaPem(),
                                 .instance = instance,
                                 .own_host = config.address == "0.0.0.0" ? "127.0.0.1" : config.address,
                                 .every = std::chrono::seconds(config.gateway_probe_seconds),
                                 .changed = reported});
  const ChangeListener listener(
      url, {lists, identity, waiting, hub, commands, tls_failures, gateways, probe, packages, discovery, pulse, owner});
  const usage::Rounds rounds(ledger, std::chrono::seconds(config.usage_seconds));
  const Periodic report_rounds("licence reports", std::chrono::seconds(10), [&services] {
    features::BuildDueReports(services);
    features::RemindOfReports(services);
  });
  const Periodic billing_rounds("invoices", std::chrono::seconds(10),
                                [&services] { features::MakeDueInvoices(services); });
  const Periodic own_license("the console's licence", std::chrono::seconds(10),
                             [&services, &pulse] { features::ConsoleLicense(services, pulse).UpdateWhenDue(); });
  spdlog::info("steward-console {} serves https://{}:{} (agents on {} and {})", kVersion, config.names.front(),
               api.Port(), gateway.Port(), inside.Port());
  WaitForSignal();
  gateway.StopAccepting();  // an agent that comes back must not come back to this process
  inside.StopAccepting();
  hub.GoAway(2, "the console is stopping");
  waiting.Stop();  // calls that wait for agents get 202
  api.Stop();
  inside.Stop(std::chrono::seconds(2));
  gateway.Stop(std::chrono::seconds(2));
  hub.Forget();
}

}  // namespace steward::console
