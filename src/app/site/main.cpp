// SPDX-License-Identifier: Apache-2.0
// steward-site: a cloud repository server. Tenants back up to it with restic; pools, tenants and quotas are set by this
// program too, while it serves.
#include <malloc.h>
#include <sys/file.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <iostream>
#include <thread>

#include "base/iso_time.hpp"
#include "base/limits.hpp"
#include "net/authority.hpp"
#include "net/stream_server.hpp"
#include "site/ledger.hpp"
#include "site/service.hpp"
#include "site/target.hpp"
#include "spdlog/spdlog.h"

namespace {

using namespace steward;
namespace fs = std::filesystem;

struct RunOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8000;
  std::string certificate;
  std::string key;
  std::vector<std::string> names = {"localhost", "127.0.0.1"};
  std::size_t connections = 1000;
  std::int64_t stall = 30;
};

/// What `set` may change; nothing = it stays.
struct TenantChange {
  std::string name;
  std::string password_file;
  std::optional<bool> enabled;
  std::string lease_end;
  std::optional<std::int64_t> tasks;
  std::optional<std::int64_t> rate;
  std::optional<bool> append_only;
  std::optional<std::int64_t> keep_days;
  std::optional<std::int64_t> recycle_days;
};

struct SubtenantChange {
  std::string tenant, name;
  std::string resource, password_file;
  bool keep_old = false;
  std::optional<bool> enabled;
  std::optional<std::int64_t> quota;
  std::optional<std::string> description;
};

std::string Contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (in.bad() || (!in && text.empty())) throw std::runtime_error(file + " cannot be read");
  return text;
}

std::string FirstLine(const std::string& file) {
  std::string line;
  std::ifstream in(file);
  std::getline(file == "-" ? std::cin : in, line);
  if (line.empty()) throw std::runtime_error(file + " holds no password");
  return line;
}

void Check(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

/// Held for as long as the process lives: one server for a folder.
void TakeFolder(const fs::path& data) {
  const int lock = ::open((data / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  bool taken = false;
  for (int i = 0; i < 10 && lock >= 0 && !taken; ++i) {  // `show` holds it for a moment to see whether somebody serves
    if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    taken = ::flock(lock, LOCK_EX | LOCK_NB) == 0;
  }
  if (!taken) {
    throw std::runtime_error(
        fmt::format("{} is served by another process already, or cannot be locked.", data.string()));
  }
}

/// Whether a server runs on the folder.
bool IsServed(const fs::path& data) {
  const int lock = ::open((data / "lock").c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0) return false;
  const bool taken = ::flock(lock, LOCK_EX | LOCK_NB) != 0;
  ::close(lock);
  return taken;
}

net::StreamOptions Listening(const fs::path& data, const RunOptions& options) {
  net::StreamOptions stream{.address = options.address, .port = options.port, .connections = options.connections};
  stream.stall_timeout = std::chrono::seconds(options.stall);
  if (!options.certificate.empty()) {
    stream.certificate_pem = Contents(options.certificate);
    stream.key_pem = Contents(options.key);
    fs::remove(data / "ca.pem");  // of an earlier run: it says nothing about this certificate
    return stream;
  }
  const net::Authority authority(data / "pki", options.names, "Steward site CA");
  stream.certificate_pem = authority.ServerCertificatePem();
  stream.key_pem = authority.ServerKeyPem();
  std::ofstream(data / "ca.pem") << authority.CaPem();
  spdlog::info("clients check this server with {}", (data / "ca.pem").string());
  return stream;
}

/// Empties recycle bins and brings back what is asked for. May take long, so it has a thread of its own.
void KeepBins(site::Ledger& ledger, site::Service& service, const std::atomic<bool>& stop) {
  constexpr unsigned kEmptySeconds = 5;
  for (unsigned seconds = 0; !stop; ++seconds) {
    try {
      if (const auto restoration = ledger.NextRestoration()) {
        if (const auto result = service.Restore(*restoration, stop)) ledger.EndRestoration(restoration->id, *result);
      }
      if (seconds % kEmptySeconds == 0) service.EmptyBins();
    } catch (const std::runtime_error& error) {
      spdlog::error("recycle bin: {}", error.what());
    }
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

int Run(const fs::path& data, const RunOptions& options) {
  RaiseFileLimit();
  ::mallopt(M_ARENA_MAX, 2);  // else each of many threads keeps what it once needed
  TakeFolder(data);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  site::Ledger ledger(data / "site.db");
  site::Service service(ledger);
  net::StreamServer server(Listening(data, options), [&](net::Exchange& exchange) { service.Serve(exchange); });
  server.Start();
  spdlog::info("serving https://{}:{}", options.address, server.Port());
  std::ofstream(data / "port") << server.Port() << '\n';
  const timespec second{.tv_sec = 1, .tv_nsec = 0};
  std::atomic<bool> stop{false};
  std::thread bins([&] { KeepBins(ledger, service, stop); });
  while (sigtimedwait(&ends, nullptr, &second) < 0) {
    try {
      service.FlushTraffic();
    } catch (const std::runtime_error& error) {
      spdlog::error("traffic could not be written: {}", error.what());
    }
  }
  stop = true;
  bins.join();
  server.Stop();
  service.FlushTraffic();
  spdlog::info("stopped");
  return 0;
}

/// Has the process that serves do it, which knows who is at work on which file; does it itself when none serves.
std::string RestoreFiles(site::Ledger& ledger, const fs::path& data, const site::Resource& resource,
                         const std::string& since) {
  const auto at = ParseIsoTime(since);
  if (!at) throw std::runtime_error("--since is a time such as 2027-01-31T00:00:00Z.");
  if (!ledger.FindResource(resource.tenant, resource.name)) {
    throw std::runtime_error(fmt::format("{} has no resource {}.", resource.tenant, resource.name));
  }
  const site::Restoration restoration{.tenant = resource.tenant, .resource = resource.name, .since = *at};
  if (!IsServed(data)) {
    TakeFolder(data);
    site::Service service(ledger);
    return service.Restore(restoration, std::atomic<bool>(false)).value();
  }
  const std::int64_t id = ledger.AskRestoration(restoration);
  while (IsServed(data)) {
    if (auto result = ledger.RestorationResult(id)) return *result;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  throw std::runtime_error("The site stopped before all files were back; it goes on when it serves again.");
}

/// Without a quota, the one it has stays.
void SetPool(site::Ledger& ledger, site::Pool pool, std::optional<std::int64_t> quota) {
  Check(site::CheckName("pool", pool.name));
  const auto old = ledger.FindPool(pool.name);
  pool.quota = quota.value_or(old ? old->quota : 0);
  pool.folder = fs::absolute(pool.folder).string();
  site::MakePool(pool.folder);
  Check(ledger.Set(pool));
}

void SetTenant(site::Ledger& ledger, const TenantChange& change) {
  Check(site::CheckName("tenant", change.name));
  site::Tenant tenant{.name = change.name};
  if (auto old = ledger.FindTenant(change.name)) tenant = std::move(*old);
  if (!change.password_file.empty()) tenant.password_hash = site::HashPassword(FirstLine(change.password_file));
  if (tenant.password_hash.empty())
    throw std::runtime_error("A new tenant needs a password: --password-file FILE, or - for the input.");
  tenant.enabled = change.enabled.value_or(tenant.enabled);
  tenant.tasks = change.tasks.value_or(tenant.tasks);
  tenant.rate = change.rate.value_or(tenant.rate);
  tenant.append_only = change.append_only.value_or(tenant.append_only);
  tenant.keep_days = change.keep_days.value_or(tenant.keep_days);
  tenant.recycle_days = change.recycle_days.value_or(tenant.recycle_days);
  if (change.lease_end == "never") {
    tenant.lease_end.reset();
  } else if (!change.lease_end.empty()) {
    tenant.lease_end = ParseIsoTime(change.lease_end);
    if (!tenant.lease_end)
      throw std::runtime_error("The end of a lease is a time such as 2027-01-31T00:00:00Z, or never.");
  }
  ledger.Set(tenant);
}

void SetSubtenant(site::Ledger& ledger, const SubtenantChange& change) {
  Check(site::CheckName("subtenant", change.name));
  site::Subtenant subtenant{.tenant = change.tenant, .name = change.name};
  if (auto old = ledger.FindSubtenant(change.tenant, change.name)) subtenant = std::move(*old);
  if (!change.resource.empty()) subtenant.resource = change.resource;
  if (!change.password_file.empty()) {
    const bool next = change.keep_old && !subtenant.password_hash.empty();
    (next ? subtenant.next_hash : subtenant.password_hash) = site::HashPassword(FirstLine(change.password_file));
    if (!next) subtenant.next_hash.clear();
  }
  if (subtenant.password_hash.empty() || subtenant.resource.empty())
    throw std::runtime_error(
        "A new subtenant needs a resource (--resource NAME) and a password (--password-file FILE).");
  subtenant.enabled = change.enabled.value_or(subtenant.enabled);
  subtenant.quota = change.quota.value_or(subtenant.quota);
  subtenant.description = change.description.value_or(subtenant.description);
  Check(ledger.Set(subtenant));
}

/// The commands that change and remove a subtenant.
std::pair<CLI::App*, CLI::App*> AddSubtenantCommands(CLI::App& app, SubtenantChange& below) {
  auto* set = app.add_subcommand(
      "subtenant", "Add or change an account below a tenant: it signs in as TENANT+NAME and has one repository");
  set->add_option("tenant", below.tenant)->required();
  set->add_option("name", below.name, "Also the name of its repository")->required();
  set->add_option("--resource", below.resource, "The tenant's resource that its repository lies in");
  set->add_option("--password-file", below.password_file, "File whose first line is the password; - reads the input");
  set->add_flag("--keep-old", below.keep_old, "The password until now is good until the new one is used");
  set->add_option("--enabled", below.enabled, "true or false");
  set->add_option("--quota", below.quota, "Bytes at most; 0 = no limit but the resource's")
      ->transform(CLI::AsSizeValue(false));
  set->add_option("--description", below.description, "Note on it");

  auto* drop = app.add_subcommand("remove-subtenant", "Remove a subtenant; what it stored stays");
  drop->add_option("tenant", below.tenant)->required();
  drop->add_option("name", below.name)->required();
  return {set, drop};
}

/// All of it as JSON; `ca` is what clients check the server with, null when its certificate was not made here.
std::string Shown(site::Ledger& ledger, const fs::path& data) {
  auto all = ledger.Show();
  all["version"] = STEWARD_VERSION;
  all["serving"] = IsServed(data);
  all["ca"] = nullptr;
  if (fs::exists(data / "ca.pem")) all["ca"] = Contents(data / "ca.pem");
  return all.dump(2);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"steward-site: cloud repository server for restic"};
  app.set_version_flag("--version", STEWARD_VERSION);
  app.require_subcommand(1);
  const CLI::AsSizeValue size(false);
  fs::path data;
  app.add_option("--data", data, "Folder of the site's own files")->required();

  RunOptions options;
  auto* run = app.add_subcommand("run", "Serve until stopped");
  run->add_option("--address", options.address, "Address to listen on");
  run->add_option("--port", options.port, "Port to listen on; 0 picks a free one and writes it to the file port");
  auto* certificate = run->add_option("--certificate", options.certificate, "Certificate with its chain (PEM)");
  auto* key = run->add_option("--key", options.key, "Its key (PEM)");
  certificate->needs(key);
  key->needs(certificate);
  run->add_option("--name", options.names, "Names and addresses that the certificate made here covers");
  run->add_option("--stall", options.stall, "Seconds without a byte after which an upload or download is ended")
      ->check(CLI::Range(1, 3600));
  run->add_option("--connections", options.connections, "Connections at once")->check(CLI::Range(1, 100000));

  site::Pool pool;
  std::optional<std::int64_t> quota;
  auto* set_pool = app.add_subcommand("pool", "Add or change a pool");
  set_pool->add_option("name", pool.name)->required();
  set_pool->add_option("--folder", pool.folder, "Where its files lie")->required();
  set_pool->add_option("--quota", quota, "Bytes at most, such as 500GiB; 0 = no limit")->transform(size);

  TenantChange change;
  auto* set_tenant = app.add_subcommand("tenant", "Add or change a tenant");
  set_tenant->add_option("name", change.name)->required();
  set_tenant->add_option("--password-file", change.password_file,
                         "File whose first line is the password; - reads the input");
  set_tenant->add_option("--enabled", change.enabled, "true or false");
  set_tenant->add_option("--lease-end", change.lease_end, "Time (ISO 8601) or never");
  set_tenant->add_option("--tasks", change.tasks, "Uploads and downloads at once; 0 = no limit")
      ->check(CLI::NonNegativeNumber);
  set_tenant->add_option("--rate", change.rate, "Bytes a second, such as 10MiB; 0 = no limit")->transform(size);
  set_tenant->add_option("--append-only", change.append_only, "true: backups cannot be deleted");
  set_tenant->add_option("--keep-days", change.keep_days, "... until they are so many days old; 0 = never")
      ->check(CLI::NonNegativeNumber);

  set_tenant
      ->add_option("--recycle-days", change.recycle_days,
                   "Keep what it deletes in a recycle bin for so long; 0 = not at all")
      ->check(CLI::NonNegativeNumber);

  std::string tenant;
  auto* remove = app.add_subcommand("remove-tenant", "Remove a tenant that has no files");
  remove->add_option("name", tenant)->required();

  SubtenantChange below;
  const auto [set_subtenant, drop_subtenant] = AddSubtenantCommands(app, below);

  site::Resource resource;
  auto* set_resource = app.add_subcommand("resource", "Add or change a tenant's part of a pool");
  set_resource->add_option("tenant", resource.tenant)->required();
  set_resource->add_option("name", resource.name)->required();
  set_resource->add_option("--pool", resource.pool)->required();
  set_resource->add_option("--quota", resource.quota, "Bytes at most; 0 = no limit but the pool's")
      ->transform(size)
      ->required();

  auto* drop = app.add_subcommand("remove-resource", "Remove a tenant's part of a pool that has no files");
  drop->add_option("tenant", resource.tenant)->required();
  drop->add_option("name", resource.name)->required();

  std::string since = "1970-01-01T00:00:00Z";
  auto* restore = app.add_subcommand("restore", "Bring deleted files of a resource back out of the recycle bin");
  restore->add_option("tenant", resource.tenant)->required();
  restore->add_option("name", resource.name)->required();
  restore->add_option("--since", since, "Those deleted at this time (ISO 8601) or later; otherwise all of them");

  auto* show = app.add_subcommand("show", "Write pools, tenants, what they use and what they transferred, as JSON");
  CLI11_PARSE(app, argc, argv);
  try {
    fs::create_directories(data);
    if (*run) return Run(data, options);
    site::Ledger ledger(data / "site.db");
    if (*set_pool) SetPool(ledger, pool, quota);
    if (*set_tenant) SetTenant(ledger, change);
    if (*remove) Check(ledger.RemoveTenant(tenant));
    if (*set_resource) {
      Check(site::CheckName("resource", resource.name));
      Check(ledger.Set(resource));
    }
    if (*restore) std::cout << RestoreFiles(ledger, data, resource, since) << '\n';
    if (*drop) Check(ledger.RemoveResource(resource.tenant, resource.name));
    if (*set_subtenant) SetSubtenant(ledger, below);
    if (*drop_subtenant) Check(ledger.RemoveSubtenant(below.tenant, below.name));
    if (*show) std::cout << Shown(ledger, data) << '\n';
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "steward-site: " << error.what() << '\n';
    return 1;
  }
}
