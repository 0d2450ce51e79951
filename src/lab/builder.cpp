// SPDX-License-Identifier: Apache-2.0
#include "lab/builder.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "lab/simulation.hpp"

namespace steward::lab {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr double kGb = 1024.0 * 1024.0 * 1024.0;

struct Zone {
  const char* windows;
  const char* iana;
  int minutes;
};
// Zones without summer time, so that one offset is right all year.
constexpr std::array<Zone, 4> kZones{{{"UTC", "Etc/UTC", 0},
                                      {"W. Central Africa Standard Time", "Africa/Lagos", 60},
                                      {"US Mountain Standard Time", "America/Phoenix", -420},
                                      {"India Standard Time", "Asia/Kolkata", 330}}};

struct Role {
  const char* name;  // of the job
  const char* short_name;
  int low_gb, high_gb;
};
constexpr std::array<Role, 6> kRoles{{{"Domain Controllers", "dc", 60, 120},
                                      {"Databases", "sql", 200, 900},
                                      {"File Servers", "file", 400, 1800},
                                      {"Web Front Ends", "web", 40, 100},
                                      {"Application Servers", "app", 80, 300},
                                      {"Remote Desktops", "rds", 100, 260}}};

}  // namespace

Builder::Builder(std::uint64_t seed, const ServerPlan& plan, std::string code, int number, std::string customer,
                 Moment start)
    : seed_(seed),
      plan_(plan),
      code_(std::move(code)),
      prefix_(fmt::format("{}-{}/", code_, number)),
      customer_(std::move(customer)),
      start_(start) {}

std::string Builder::Id(const std::string& key) const {
  return Dice(seed_, prefix_ + key).Uuid();
}

BackupServer Builder::Build() {
  BackupServer server;
  server.seed = Dice(seed_, prefix_).Next();
  server.installation_id = Id("installation");
  server.name = fmt::format("{}-backup{}", code_, prefix_.substr(prefix_.size() - 2, 1));
  server.modern = plan_.modern;
  server.build = plan_.modern ? "13.0.1.180" : "12.3.1.1139";
  const Zone& zone = kZones.at(plan_.zone);
  server.windows_zone = zone.windows;
  server.iana_zone = zone.iana;
  server.offset = minutes(zone.minutes);
  AddInfrastructure(server);
  AddRepositories(server);
  AddMachines(server);
  AddComputers(server);
  AddMachineJobs(server);
  AddComputerJobs(server);
  AddFollowers(server);
  AddDataServers(server);
  AddFileJobs(server);
  if (plan_.trouble == Trouble::kEverything) AddTrouble(server);
  return server;
}

void Builder::AddInfrastructure(BackupServer& server) {
  server.hosts.push_back({.id = Id("host/self"),
                          .name = server.name,
                          .description = "This server",
                          .kind = Host::Kind::kWindows,
                          .backup_server = true});
  const auto cluster = std::max<std::size_t>(2, plan_.machines / 40);
  if (!plan_.hyper_v) {
    server.hosts.push_back({.id = Id("host/vc"),
                            .name = code_ + "-vcenter.lan",
                            .description = "Virtual centre",
                            .kind = Host::Kind::kVirtualCenter});
  }
  for (std::size_t i = 1; i <= cluster; ++i) {
    server.hosts.push_back({.id = Id(fmt::format("host/{}", i)),
                            .name = fmt::format("{}-{}{:02}.lan", code_, plan_.hyper_v ? "hv" : "esx", i),
                            .kind = plan_.hyper_v ? Host::Kind::kHyperV : Host::Kind::kESXi});
  }
  for (std::size_t i = 1; i <= std::max<std::size_t>(1, plan_.machines / 80); ++i) {
    Host& host = server.hosts.emplace_back(Host{.id = Id(fmt::format("host/proxy{}", i)),
                                                .name = fmt::format("{}-proxy{}.lan", code_, i),
                                                .kind = i % 2 == 0 ? Host::Kind::kLinux : Host::Kind::kWindows});
    server.proxies.push_back(
        {.id = Id(fmt::format("proxy/{}", i)), .name = host.name, .host_id = host.id, .hyper_v = plan_.hyper_v});
  }
}

void Builder::AddRepositories(BackupServer& server) {
  const std::string repo_host = Id("host/repo");
  server.hosts.push_back({.id = repo_host, .name = code_ + "-store1.lan", .kind = Host::Kind::kLinux});
  main_repository_ = Id("repository/main");
  second_repository_ = Id("repository/second");
  if (plan_.scale_out) {
    server.repositories.push_back(
        {.id = main_repository_, .name = "Scale-out " + code_, .kind = RepositoryKind::kScaleOut});
    for (int i = 1; i <= 2; ++i) {
      server.repositories.push_back({.id = Id(fmt::format("repository/extent{}", i)),
                                     .name = fmt::format("Extent {}", i),
                                     .path = fmt::format("/backups/extent{}", i),
                                     .host_id = repo_host,
                                     .parent_id = main_repository_,
                                     .kind = RepositoryKind::kLinux});
    }
  } else {
    server.repositories.push_back({.id = main_repository_,
                                   .name = "Main repository",
                                   .path = "D:\\Backups",
                                   .host_id = server.hosts.front().id,
                                   .kind = RepositoryKind::kWindows});
  }
  server.repositories.push_back({.id = second_repository_,
                                 .name = "Hardened repository",
                                 .path = "/backups/hardened",
                                 .host_id = repo_host,
                                 .kind = RepositoryKind::kHardened,
                                 .immutable_days = 14});
  server.repositories.push_back({.id = Id("repository/bucket"),
                                 .name = "Object storage",
                                 .path = code_ + "-archive/copy",
                                 .kind = RepositoryKind::kS3Compatible,
                                 .immutable_days = plan_.zone == 1 ? 30 : 0});
}

void Builder::AddMachines(BackupServer& server) {
  const std::string datacentre = plan_.hyper_v ? "Cluster" : "Datacentre 1";
  for (std::size_t i = 0; i < plan_.machines; ++i) {
    const Role& role = kRoles[i % kRoles.size()];
    Workload machine;
    machine.name = fmt::format("{}-{}-{:02}", code_, role.short_name, i / kRoles.size() + 1);
    Dice dice(seed_, prefix_ + "machine/" + machine.name);
    machine.id = dice.Uuid();
    machine.platform = plan_.hyper_v ? Platform::kHyperV : Platform::kVMware;
    machine.object_id =
        plan_.hyper_v ? dice.Uuid() : fmt::format("vm-{}", 1000 + 7 * i + static_cast<std::size_t>(dice.Between(0, 6)));
    machine.path = fmt::format("{}\\{}", datacentre, machine.name);
    machine.size = dice.Between(role.low_gb, role.high_gb) << 30U;
    machine.daily_change = 0.01 + dice.Fraction() * 0.05;
    server.workloads.push_back(std::move(machine));
  }
}

void Builder::AddComputers(BackupServer& server) {
  if (plan_.agents == 0) return;
  server.groups.push_back({Id("group/servers"), "Physical servers"});
  server.groups.push_back({Id("group/workstations"), "Workstations"});
  for (std::size_t i = 0; i < plan_.agents; ++i) {
    const bool workstation = i % 3 != 0;
    const bool linux_host = !workstation && i % 2 == 0;
    Workload computer;
    computer.name = fmt::format("{}-{}-{:03}", code_, workstation ? "ws" : (linux_host ? "lsrv" : "srv"), i + 1);
    Dice dice(seed_, prefix_ + "computer/" + computer.name);
    computer.id = dice.Uuid();
    computer.computer_id = dice.Uuid();
    computer.bios_uuid = dice.Uuid();
    computer.object_id = dice.Uuid();
    computer.ip = fmt::format("10.{}.{}.{}", dice.Between(10, 60), dice.Between(0, 20), dice.Between(10, 250));
    computer.platform = linux_host ? Platform::kLinuxPhysical : Platform::kWindowsPhysical;
    computer.workstation = workstation;
    computer.group_id = server.groups[workstation ? 1 : 0].id;
    computer.size = dice.Between(workstation ? 80 : 200, workstation ? 400 : 1500) << 30U;
    computer.daily_change = 0.01 + dice.Fraction() * 0.03;
    server.workloads.push_back(std::move(computer));
  }
}

Job Builder::MakeJob(JobKind kind, const std::string& name, const std::string& repository) {
  Job job;
  job.id = Id("job/" + name);
  job.name = name;
  job.kind = kind;
  job.repository_id = repository;
  Dice dice(seed_, prefix_ + "plan/" + name);
  job.schedule.at = hours(dice.Between(18, 23)) + minutes(5 * dice.Between(0, 11));
  job.keep_points = static_cast<int>(dice.Between(7, 14));
  job.weekly_fulls = dice.Chance(0.3);
  job.description = fmt::format("Protects: {}", name);
  return job;
}

void Builder::AddMachineJobs(BackupServer& server) {
  const JobKind kind = plan_.hyper_v ? JobKind::kHyperV : JobKind::kVSphere;
  for (std::size_t role = 0; role < std::min(kRoles.size(), plan_.machines); ++role) {
    Job job = MakeJob(kind, kRoles[role].name, role % 3 == 2 ? second_repository_ : main_repository_);
    for (std::size_t i = role; i < plan_.machines; i += kRoles.size()) job.workloads.push_back(i);
    if (role == 1) {  // databases run through the day, so that there is always something to watch
      job.schedule.every_minutes = 240;
      job.keep_points = 42;
    }
    server.jobs.push_back(std::move(job));
  }
  if (plan_.machines >= 30) {
    Job often = MakeJob(kind, "Order System", main_repository_);
    often.schedule.every_minutes = 15;
    often.keep_points = 16;
    often.weekly_fulls = false;
    often.fail_chance = 0.01;
    often.warn_chance = 0.03;
    for (std::size_t i = 0; i < 3; ++i) often.workloads.push_back(plan_.machines - 1 - i);
    server.jobs.push_back(std::move(often));
  }
}

void Builder::AddComputerJobs(BackupServer& server) {
  if (plan_.agents == 0) return;
  Job windows = MakeJob(JobKind::kWindowsAgent, "Physical Windows Servers", main_repository_);
  Job linux_job = MakeJob(JobKind::kLinuxAgent, "Physical Linux Servers", second_repository_);
  Job policy = MakeJob(JobKind::kWorkstationPolicy, "Workstation Policy", main_repository_);
  policy.schedule.at = hours(12) + minutes(30);
  policy.schedule.week_days_only = true;
  policy.keep_points = 10;
  for (std::size_t i = plan_.machines; i < server.workloads.size(); ++i) {
    const Workload& computer = server.workloads[i];
    Job& job = computer.workstation ? policy : (computer.platform == Platform::kLinuxPhysical ? linux_job : windows);
    job.workloads.push_back(i);
  }
  for (Job* job : {&windows, &linux_job, &policy}) {
    if (!job->workloads.empty()) server.jobs.push_back(std::move(*job));
  }
}

void Builder::AddFollowers(BackupServer& server) {
  if (server.jobs.size() < 3) return;
  const Job source = server.jobs[1];
  if (plan_.modern) {
    Job copy = MakeJob(JobKind::kCopy, "Copy of " + source.name, Id("repository/bucket"));
    copy.copy_of = copy.schedule.after_job = source.id;
    copy.workloads = source.workloads;
    copy.keep_points = 7;
    server.jobs.push_back(std::move(copy));
  }
  if (plan_.buckets > 0) {  // one long-grown server still has a copy job of the old kind
    Job legacy = MakeJob(JobKind::kLegacyCopy, "Weekly Copy of " + server.jobs[0].name, second_repository_);
    legacy.workloads = server.jobs[0].workloads;
    legacy.keep_points = 7;
    server.jobs.push_back(std::move(legacy));
  }
  if (!plan_.hyper_v && plan_.machines >= 100) {
    Job replica = MakeJob(JobKind::kReplica, "Replica of " + server.jobs[0].name, "");
    replica.workloads = server.jobs[0].workloads;
    replica.schedule.at = hours(3) + minutes(15);
    server.jobs.push_back(std::move(replica));
  }
}

void Builder::AddDataServers(BackupServer& server) {
  const auto add = [&](const std::string& name, const DataServer& source, int low_gb, int high_gb) {
    Workload data;
    data.name = name;
    Dice dice(seed_, prefix_ + "data/" + source.id + name);
    data.id = dice.Uuid();
    data.platform = Platform::kUnstructured;
    data.data_server = source.id;
    data.path = source.object_storage ? "" : source.path;
    data.size = dice.Between(low_gb, high_gb) << 30U;
    data.daily_change = 0.005 + dice.Fraction() * 0.01;
    server.workloads.push_back(std::move(data));
  };
  constexpr std::array kShareNames{"projects", "profiles", "scans", "archive"};
  for (std::size_t i = 0; i < plan_.shares; ++i) {
    const std::string path = fmt::format(R"(\\{}-nas1\{})", code_, kShareNames.at(i));
    server.data_servers.push_back({.id = Id("share/" + path), .name = path, .path = path});
    add(path, server.data_servers.back(), 400, 2500);
  }
  if (plan_.buckets == 0) return;
  server.data_servers.push_back({.id = Id("objects"), .name = code_ + " object storage", .object_storage = true});
  for (std::size_t i = 0; i < plan_.buckets; ++i) {
    add(fmt::format("{}-{}", code_, i == 0 ? "invoices" : "media"), server.data_servers.back(), 100, 900);
  }
}

void Builder::AddFileJobs(BackupServer& server) {
  const auto is_bucket = [&](const Workload& data) {
    return std::ranges::find(server.data_servers, data.data_server, &DataServer::id)->object_storage;
  };
  for (const bool buckets : {false, true}) {
    Job job = buckets ? MakeJob(JobKind::kObjectStorage, "Object Storage", second_repository_)
                      : MakeJob(JobKind::kFileShare, "File Shares", main_repository_);
    job.weekly_fulls = false;
    job.keep_points = 28;
    for (std::size_t i = 0; i < server.workloads.size(); ++i) {
      const Workload& data = server.workloads[i];
      if (data.platform == Platform::kUnstructured && is_bucket(data) == buckets) job.workloads.push_back(i);
    }
    if (job.workloads.empty()) continue;
    if (!buckets) job.archive_id = Id("repository/bucket");
    if (plan_.shares >= 2) {
      Job copy = MakeJob(JobKind::kFileCopy, "Copy of " + job.name, buckets ? main_repository_ : second_repository_);
      copy.copy_of = copy.schedule.after_job = job.id;
      copy.workloads = job.workloads;
      server.jobs.push_back(job);
      server.jobs.push_back(std::move(copy));
    } else {
      server.jobs.push_back(std::move(job));
    }
  }
}

void Builder::AddTrouble(BackupServer& server) {
  Job& databases = server.jobs.at(1);
  databases.always_fails =
      "Cannot write to the repository: there is not enough space on the disk (needed 18.4 GB, free 1.2 GB)";
  databases.faulty_since = start_ - days{2};
  for (std::size_t i = 0; i < 4; ++i) {  // the job stays green while these get no new points
    server.workloads[server.jobs.at(4).workloads.at(i)].gone_silent = start_ - days{5} - hours{6 * i};
  }
  server.jobs.at(4).fail_chance = server.jobs.at(4).warn_chance = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    Workload& bitten = server.workloads[server.jobs.at(5).workloads.at(i)];
    bitten.malware = i == 0 ? Malware::kInfected : Malware::kSuspicious;
    bitten.malware_since = start_ - days{2};
  }
  server.jobs.at(6).always_fails =
      "Cannot sign in to the guest operating system: the service account's password has expired";
  server.jobs.at(6).faulty_since = start_ - hours{20};
  Job never = MakeJob(plan_.hyper_v ? JobKind::kHyperV : JobKind::kVSphere, "New Branch Office", second_repository_);
  never.schedule.automatic = false;
  never.workloads = server.jobs.at(3).workloads;
  never.excluded = {never.workloads.back()};
  never.workloads.pop_back();
  server.jobs.push_back(std::move(never));
  const auto suspect = [&](std::size_t workload, Malware severity, const char* details, bool false_positive) {
    server.events.push_back({.id = Id(fmt::format("event/{}", server.events.size())),
                             .details = details,
                             .workload = workload,
                             .detected = start_ - hours{40},
                             .severity = severity,
                             .false_positive = false_positive});
  };
  for (std::size_t i = 0; i < 2; ++i) {
    suspect(server.jobs.at(5).workloads.at(i), i == 0 ? Malware::kInfected : Malware::kSuspicious,
            "Files with a known ransomware ending appeared", false);
  }
  // Two machines that only an event speaks of: one still under suspicion, one found to be clean.
  for (std::size_t i = 0; i < 2; ++i)
    suspect(server.jobs.at(0).workloads.at(i), Malware::kSuspicious, "Many files were deleted at once", i == 1);
  server.repositories.at(1).out_of_date = true;
  server.repositories.at(2).online = false;
  server.proxies.front().online = false;
  server.hosts.back().available = false;
}

void Builder::Settle(BackupServer& server) {
  Dice dice(seed_, prefix_ + "settle");
  const double use = plan_.license_use > 0 ? plan_.license_use : 0.45 + 0.3 * dice.Fraction();
  const int left = plan_.license_days != 0 ? plan_.license_days : static_cast<int>(dice.Between(60, 700));
  License& license = server.license;
  license.kind = dice.Chance(0.6) ? License::Kind::kRental : License::Kind::kSubscription;
  license.licensed_to = customer_;
  license.support_id = fmt::format("{:08}", dice.Between(1000000, 99999999));
  license.instances = std::ceil(UsedInstances(server) / use);
  license.sockets = plan_.sockets;
  license.cloud_connect = plan_.cloud_connect;
  license.capacity_tb = std::ceil(UsedTb(server) * 1.5);
  license.expires = std::chrono::floor<days>(start_) + days{left};
  license.support_expires = license.expires;
  for (Repository& repository : server.repositories) {
    if (repository.kind == RepositoryKind::kScaleOut) continue;
    repository.counted_at = start_;
    Dice own(seed_, prefix_ + "space/" + repository.id);
    repository.capacity_gb = 1e9;  // so that UsedGb does not cap while measuring
    const double stored = UsedGb(server, repository, start_);
    repository.foreign_gb = std::round(stored * 0.05 * own.Fraction());
    const double full = 0.35 + 0.4 * own.Fraction();
    repository.capacity_gb = std::max(512.0, std::ceil((stored + repository.foreign_gb) / full / 512) * 512);
    repository.foreign_gb_per_day = std::round(repository.capacity_gb * 0.002);
    // Object storage without a limit knows no capacity.
    if (repository.kind == RepositoryKind::kS3Compatible && plan_.zone != 1) repository.capacity_gb = 0;
  }
  if (plan_.trouble == Trouble::kEverything) {
    Repository& full = server.repositories.front();
    full.capacity_gb = std::ceil(static_cast<double>(StoredBytes(server, full.id)) / kGb + full.foreign_gb + 1.2);
    full.foreign_gb_per_day = 0;
    server.jobs.at(3).disabled = true;
  }
}

}  // namespace steward::lab
