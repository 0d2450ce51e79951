// SPDX-License-Identifier: Apache-2.0
#include "lab/estate.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "lab/builder.hpp"
#include "lab/dice.hpp"
#include "lab/simulation.hpp"

namespace steward::lab {
namespace {

using std::chrono::days;
using std::chrono::hours;

struct CustomerPlan {
  const char* name;
  const char* code;
  std::size_t reseller;
};

constexpr std::array<const char*, 3> kResellers{"Harbour IT Partners", "Ridgeline Managed Services",
                                                "Bluefield Systems"};

constexpr std::array<CustomerPlan, 12> kCustomers{{{"Alder and Finch Accounting", "alf", 0},
                                                   {"Brookstone Dental Group", "brk", 0},
                                                   {"Cedar Valley Foods", "cvf", 0},
                                                   {"Dunmore Freight", "dun", 0},
                                                   {"Eastgate Legal", "egl", 1},
                                                   {"Fernhill Schools Trust", "fhs", 1},
                                                   {"Glenrock Engineering", "glr", 1},
                                                   {"Hollis and Drake Insurance", "hdi", 1},
                                                   {"Ironbridge Steel", "ibs", 2},
                                                   {"Juniper Bay Hotels", "jbh", 2},
                                                   {"Kestrel Pharma", "kph", 2},
                                                   {"Murphy Logistics", "mur", 2}}};

constexpr std::array<ServerPlan, 15> kServers{{
    {.customer = 0, .machines = 120, .agents = 45, .shares = 2, .buckets = 2},
    {.customer = 1, .machines = 60, .agents = 70},
    {.customer = 2, .machines = 150, .agents = 30, .sockets = 16, .zone = 1},
    {.customer = 3, .machines = 210, .modern = false},
    {.customer = 4, .machines = 90, .agents = 60, .hyper_v = true},
    {.customer = 5, .machines = 140, .agents = 150, .shares = 3, .zone = 2},
    {.customer = 6, .machines = 180, .agents = 25, .license_days = 12},
    {.customer = 6, .machines = 110, .modern = false, .zone = 1},
    {.customer = 7, .machines = 130, .agents = 40, .hyper_v = true, .zone = 3},
    {.customer = 8, .machines = 200, .agents = 20, .scale_out = true, .cloud_connect = true},
    {.customer = 9, .machines = 95, .agents = 55},
    {.customer = 10, .machines = 170, .agents = 35, .scale_out = true, .zone = 1},
    {.customer = 11, .machines = 60, .agents = 15, .trouble = Trouble::kSilent},
    {.customer = 11, .machines = 130, .agents = 40, .shares = 1, .license_days = -6, .trouble = Trouble::kEverything},
    {.customer = 11, .machines = 100, .modern = false, .license_use = 0.88},
}};

BackupServer Begin(std::uint64_t seed, const ServerPlan& plan, const std::string& code, int number,
                   const std::string& customer, Moment start) {
  Builder builder(seed, plan, code, number, customer, start);
  BackupServer server = builder.Build();
  PlanFirstRuns(server, start - days{14});
  Advance(server, start);
  builder.Settle(server);
  return server;
}

}  // namespace

Estate MakeDemoEstate(std::uint64_t seed, Moment start) {
  Estate estate{.seed = seed, .start = start};
  estate.resellers.assign(kResellers.begin(), kResellers.end());
  for (const auto& customer : kCustomers) estate.customers.push_back({customer.name, kResellers[customer.reseller]});
  std::array<int, kCustomers.size()> numbers{};
  for (const ServerPlan& plan : kServers) {
    const auto& customer = kCustomers[plan.customer];
    const int number = ++numbers[plan.customer];
    EstateServer& entry = estate.servers.emplace_back();
    entry.customer = plan.customer;
    entry.server = Begin(seed, plan, customer.code, number, customer.name, start);
    entry.user = fmt::format("{}\\svc-steward", entry.server.name);
    entry.password = Dice(seed, entry.server.name + "/password").Word(20);
    if (plan.trouble == Trouble::kSilent) entry.mode = FaultMode::kError500;
  }
  return estate;
}

BackupServer MakeSmallServer(std::uint64_t seed, Moment start, bool modern) {
  const ServerPlan plan{.machines = 9, .agents = modern ? 3U : 0U, .modern = modern};
  return Begin(seed, plan, "lab", 1, "Lab Customer", start);
}

nlohmann::json Describe(const Estate& estate, const std::string& host, const std::vector<std::uint16_t>& ports,
                        const std::vector<std::string>& certificate_fingerprints) {
  nlohmann::json servers = nlohmann::json::array();
  for (std::size_t i = 0; i < estate.servers.size(); ++i) {
    const EstateServer& entry = estate.servers[i];
    const Customer& customer = estate.customers[entry.customer];
    const bool tls = i < certificate_fingerprints.size();
    nlohmann::json jobs = nlohmann::json::array();
    for (const Job& job : entry.server.jobs) jobs.push_back({{"id", job.id}, {"name", job.name}});
    servers.push_back({{"name", entry.server.name},
                       {"customer", customer.name},
                       {"reseller", customer.reseller},
                       {"host", host},
                       {"port", ports.at(i)},
                       {"url", fmt::format("{}://{}:{}", tls ? "https" : "http", host, ports.at(i))},
                       {"fingerprint", tls ? nlohmann::json(certificate_fingerprints[i]) : nlohmann::json()},
                       {"user", entry.user},
                       {"password", entry.password},
                       {"apiVersion", entry.server.modern ? "1.3-rev2" : "1.2-rev1"},
                       {"jobs", jobs},
                       {"workloads", entry.server.workloads.size()}});
  }
  nlohmann::json customers = nlohmann::json::array();
  for (const Customer& customer : estate.customers) {
    customers.push_back({{"name", customer.name}, {"reseller", customer.reseller}});
  }
  return {{"seed", estate.seed}, {"resellers", estate.resellers}, {"customers", customers}, {"servers", servers}};
}

}  // namespace steward::lab
