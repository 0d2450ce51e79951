// SPDX-License-Identifier: Apache-2.0
// steward-ingest-bench URL AGENTS ROWS: how fast inventory is stored. The database holds AGENTS accepted agents; each
// sends ROWS virtual machines: all new, then all changed, then all as they are. Prints rows per second and CPU seconds
// of this process as JSON.
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>

#include "agentlink/ingest.hpp"
#include "agentproto/inventory.pb.h"
#include "base/iso_time.hpp"
#include "fmt/format.h"

namespace {

using steward::agentlink::Ingest;
using Clock = std::chrono::steady_clock;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Bench {
  steward::db::Pool& pool;
  std::vector<std::string> agents;
  int rows;
  Ingest ingest{pool, {.rows_per_second = 0}};

  std::string Machine(std::size_t agent, int number, int version) const {
    steward::agent::inventory::VirtualMachine machine;
    const std::string name = fmt::format("vm-{:03}.site-{}.customer.example", number, agent);
    machine.set_uid(steward::NamedUuid(steward::kStewardSpace, name));
    machine.set_backup_server_uid(agents[agent]);
    machine.set_name(name);
    machine.set_hierarchy_ref(fmt::format("vm-{}", 1000 + number));
    machine.set_object_uid(steward::NamedUuid(steward::kStewardSpace, "object " + name));
    machine.set_ip_addresses(fmt::format(R"(["10.{}.{}.{}"])", agent % 200, agent / 200, number));
    machine.set_platform("VMware");
    machine.set_provisioned_source_size(100'000'000'000 + std::int64_t{number} * 1'000'000);
    machine.set_used_source_size(40'000'000'000 + std::int64_t{version} * 1'000'000);
    machine.set_total_restore_point_size(90'000'000'000 + std::int64_t{version} * 2'000'000);
    machine.set_latest_restore_point_size(1'000'000'000 + version);
    machine.set_restore_points(14 + version);
    const auto at = std::chrono::sys_seconds(std::chrono::seconds(1'790'000'000 + version * 86'400 + number * 7));
    machine.set_latest_restore_point_date(steward::IsoTime(at));
    machine.set_newest_restorable_point_at(steward::IsoTime(at));
    machine.set_job_uid(steward::NamedUuid(steward::kStewardSpace, fmt::format("job {} {}", agent, number % 5)));
    machine.set_malware_state("Clean");
    machine.set_immutable(false);
    return machine.SerializeAsString();
  }

  /// Offers one batch of every agent and waits until all are stored.
  void Round(const char* what, int version, bool full, std::uint64_t revision) {
    std::vector<steward::agent::SyncBatch> batches(agents.size());
    for (std::size_t agent = 0; agent < agents.size(); ++agent) {
      auto& batch = batches[agent];
      batch.set_revision(revision);
      batch.set_full_begin(full);
      batch.set_full_end(full);
      auto& machines = *batch.add_entities();
      machines.set_entity("VirtualMachine");
      for (int number = 0; number < rows; ++number) machines.add_rows(Machine(agent, number, version));
    }
    std::mutex mutex;
    std::condition_variable all;
    std::size_t left = agents.size();
    std::atomic<int> failed{0};
    const double cpu = CpuSeconds();
    const auto began = Clock::now();
    for (std::size_t agent = 0; agent < agents.size(); ++agent) {
      ingest.Offer(agents[agent], 1 + revision, std::move(batches[agent]), [&](const auto& result) {
        if (!result) ++failed;
        const std::lock_guard lock(mutex);
        if (--left == 0) all.notify_all();
      });
    }
    std::unique_lock lock(mutex);
    all.wait(lock, [&] { return left == 0; });
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    const double count = static_cast<double>(agents.size()) * rows;
    fmt::print(
        R"({{"what": "{}", "rows": {:.0f}, "seconds": {:.3f}, "rows_per_second": {:.0f}, "cpu": {:.3f}, "failed": {}}})"
        "\n",
        what, count, seconds, count / seconds, CpuSeconds() - cpu, failed.load());
    std::fflush(stdout);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  steward::db::Pool pool(argv[1], {"set jit = off"}, 4);
  const auto rows = pool.Acquire()->Query(
      "select uid, revision from core.agent where state = 'Accepted' order by uid limit $1::int", {argv[2]});
  std::vector<std::string> agents;
  agents.reserve(static_cast<std::size_t>(rows.Count()));
  for (int i = 0; i < rows.Count(); ++i) agents.push_back(rows.Text(i, "uid"));
  Bench bench{.pool = pool, .agents = std::move(agents), .rows = std::stoi(argv[3])};
  const auto revision = static_cast<std::uint64_t>(rows.Int(0, "revision"));
  bench.Round("new", 1, true, revision + 1);
  bench.Round("changed", 2, false, revision + 2);
  bench.Round("unchanged", 2, true, revision + 3);
  return 0;
}
