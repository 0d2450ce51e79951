// SPDX-License-Identifier: Apache-2.0
#include "lab/simulation.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "lab/dice.hpp"

namespace steward::lab {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr double kGb = 1024.0 * 1024.0 * 1024.0;
constexpr std::int64_t kBytesPerSecond = 180LL << 20U;  // one machine's stream
constexpr std::size_t kStreams = 4;                     // machines processed at a time

constexpr std::array<std::string_view, 5> kMachineFaults{
    "Cannot create a production snapshot: the datastore has less than 5 GB free",
    "The guest agent did not answer within 300 seconds",
    "Connection to the host was lost while disk data was being read",
    "Account is locked: sign-in to the guest operating system was refused",
    "A disk of the machine is locked by another process"};
constexpr std::array<std::string_view, 4> kMachineWarnings{
    "Application-aware processing was skipped: the database writer is in a failed state",
    "Changed block tracking is not available, the whole disk was read",
    "Free space on the guest's system volume is below 10 %", "The machine's configuration changed during the backup"};

bool IsWeekend(Moment local) {
  const std::chrono::weekday day{std::chrono::floor<days>(local)};
  return day == std::chrono::Saturday || day == std::chrono::Sunday;
}

std::optional<Moment> NextStart(const BackupServer& server, const Job& job, Moment after) {
  const Schedule& schedule = job.schedule;
  if (!schedule.automatic || !schedule.after_job.empty()) return std::nullopt;
  if (schedule.every_minutes > 0) {
    // Jobs of one period do not all start on the same second: the offset is the job's own.
    const minutes period{schedule.every_minutes};
    const auto shift = seconds(Dice(server.seed, job.id + "/phase").Between(0, schedule.every_minutes * 60 - 1));
    const auto passed = (after - shift).time_since_epoch() / period;
    return Moment(period * (passed + 1)) + shift;
  }
  Moment local_day = std::chrono::floor<days>(after + server.offset);
  for (int i = 0; i < 10; ++i, local_day += days{1}) {
    const Moment start = local_day + schedule.at - server.offset;
    if (start > after && !(schedule.week_days_only && IsWeekend(local_day))) return start;
  }
  return std::nullopt;
}

BackupObject& ObjectOf(BackupServer& server, Job& job, std::size_t workload, Moment at) {
  if (!job.backup) job.backup = Backup{.id = Dice(server.seed, job.id + "/backup").Uuid(), .created = at};
  auto& objects = job.backup->objects;
  const auto found = std::ranges::find(objects, workload, &BackupObject::workload);
  if (found != objects.end()) return *found;
  const std::string key = fmt::format("{}/object/{}", job.id, server.workloads[workload].id);
  return objects.emplace_back(BackupObject{.id = Dice(server.seed, key).Uuid(), .workload = workload});
}

bool HasFull(const Job& job, std::size_t workload) {
  if (!job.backup) return false;
  const auto found = std::ranges::find(job.backup->objects, workload, &BackupObject::workload);
  return found != job.backup->objects.end() && !found->points.empty();
}

Task PlanTask(const BackupServer& server, const Job& job, const Session& session, std::size_t index, double day_share) {
  const Workload& machine = server.workloads[index];
  Dice dice(server.seed, session.id + machine.id);
  Task task{.id = dice.Uuid(), .workload = index};
  const bool full =
      !HasFull(job, index) ||
      (job.weekly_fulls &&
       std::chrono::weekday{std::chrono::floor<days>(session.began + server.offset)} == std::chrono::Saturday);
  const double share = full ? 0.62 : machine.daily_change * std::max(day_share, 0.08) * (0.5 + dice.Fraction());
  task.processed = machine.size;
  task.read = static_cast<std::int64_t>(static_cast<double>(machine.size) * share);
  task.transferred = static_cast<std::int64_t>(static_cast<double>(task.read) * (0.42 + 0.2 * dice.Fraction()));
  return task;
}

void PlanOutcomes(const BackupServer& server, const Job& job, Session& session) {
  Dice dice(server.seed, session.id + "/outcome");
  for (Task& task : session.tasks) task.outcome = Outcome::kSuccess;
  session.outcome = Outcome::kSuccess;
  if (!job.always_fails.empty() && (!job.faulty_since || session.began >= *job.faulty_since)) {
    session.outcome = Outcome::kFailed;
    session.message = job.always_fails;
    for (Task& task : session.tasks) {
      task.outcome = Outcome::kFailed;
      task.message = job.always_fails;
      task.transferred = 0;
    }
    return;
  }
  if (session.tasks.empty()) return;
  auto& victim = session.tasks[static_cast<std::size_t>(dice.Next() % session.tasks.size())];
  const std::string& name = server.workloads[victim.workload].name;
  if (dice.Chance(job.fail_chance)) {
    victim.outcome = session.outcome = Outcome::kFailed;
    victim.message = kMachineFaults[dice.Next() % kMachineFaults.size()];
    session.message = fmt::format("Processing {}: {}", name, victim.message);
  } else if (dice.Chance(job.warn_chance)) {
    victim.outcome = session.outcome = Outcome::kWarning;
    victim.message = kMachineWarnings[dice.Next() % kMachineWarnings.size()];
    session.message = fmt::format("Processing {}: {}", name, victim.message);
  }
}

std::size_t StartRun(BackupServer& server, std::size_t index, Moment at) {
  Job& job = server.jobs[index];
  Session session{.job = index, .number = ++job.runs, .began = at};
  session.id = Dice(server.seed, fmt::format("{}/session/{}", job.id, session.number)).Uuid();
  const double day_share = job.schedule.every_minutes > 0 ? job.schedule.every_minutes / 1440.0 : 1.0;
  std::array<Moment, kStreams> streams;
  streams.fill(at + seconds(20));
  for (const std::size_t workload : job.workloads) {
    const auto& silent = server.workloads[workload].gone_silent;
    if (silent && at >= *silent) continue;
    Task task = PlanTask(server, job, session, workload, day_share);
    auto stream = std::ranges::min_element(streams);
    task.began = *stream;
    task.ended = task.began + seconds(15 + task.read / kBytesPerSecond);
    *stream = task.ended;
    session.tasks.push_back(std::move(task));
  }
  PlanOutcomes(server, job, session);
  if (session.outcome == Outcome::kFailed && !job.always_fails.empty()) {
    for (Task& task : session.tasks) task.ended = task.began + seconds(30);
    session.ended = at + seconds(90);
    for (Task& task : session.tasks)
      task.began = std::min(task.began, session.ended), task.ended = std::min(task.ended, session.ended);
  } else {
    session.ended = *std::ranges::max_element(streams) + seconds(25);
  }
  server.sessions.push_back(std::move(session));
  job.running = job.last_session = server.sessions.size() - 1;
  job.last_run = at;
  return *job.running;
}

// Retention: the oldest point goes; when that was the full, its data moves into the next one (the chain stays whole).
void Retire(const Job& job, BackupObject& object) {
  const auto keep = static_cast<std::size_t>(std::max(job.keep_points, 1));
  while (object.points.size() > keep) {
    auto oldest = object.points.begin();
    if (oldest->weekly) {
      const auto plain = std::ranges::find(object.points, false, &Point::weekly);
      const auto weeklies = std::ranges::count(object.points, true, &Point::weekly);
      if (weeklies <= 4 && plain != object.points.end() && plain != object.points.begin()) {
        if (object.points.size() <= keep + 4) return;
        oldest = plain;
      }
    }
    if (oldest->full && std::next(oldest) != object.points.end() && !std::next(oldest)->full) {
      auto& next = *std::next(oldest);
      next.full = true;
      next.data = oldest->data + next.data / 3;
      next.stored = oldest->stored + next.stored / 3;
    }
    object.points.erase(oldest);
  }
}

void AddPoint(BackupServer& server, Job& job, const Session& session, Task& task) {
  BackupObject& object = ObjectOf(server, job, task.workload, session.began);
  object.last_run_failed = task.outcome == Outcome::kFailed;
  if (task.outcome == Outcome::kFailed) return;
  const Workload& machine = server.workloads[task.workload];
  Dice dice(server.seed, task.id + "/point");
  const bool full = object.points.empty() || task.read > machine.size / 2;
  const bool sunday =
      std::chrono::weekday{std::chrono::floor<days>(session.began + server.offset)} == std::chrono::Sunday;
  Point point{.id = dice.Uuid(), .file_id = dice.Uuid(), .session_id = session.id, .workload = task.workload};
  point.created = task.began;
  point.full = full;
  point.weekly = job.weekly_fulls && sunday;
  point.data = task.read;
  point.stored = task.transferred;
  if (machine.malware_since && point.created >= *machine.malware_since) point.malware = machine.malware;
  task.point_id = point.id;
  object.points.push_back(std::move(point));
  Retire(job, object);
}

void EndRun(BackupServer& server, std::size_t index) {
  Job& job = server.jobs[index];
  Session& session = server.sessions[*job.running];
  session.over = true;
  job.running.reset();
  job.last_outcome = session.outcome;
  for (Task& task : session.tasks) AddPoint(server, job, session, task);
  for (Job& follower : server.jobs) {
    if (!follower.disabled && follower.schedule.after_job == job.id) follower.next_run = session.ended + seconds(60);
  }
}

}  // namespace

void PlanFirstRuns(BackupServer& server, Moment from) {
  for (Job& job : server.jobs) job.next_run = NextStart(server, job, from);
}

bool RunJob(BackupServer& server, std::size_t job, Moment now) {
  if (server.jobs[job].running || server.jobs[job].workloads.empty()) return false;
  StartRun(server, job, now);
  return true;
}

bool StopJob(BackupServer& server, std::size_t job, Moment now) {
  if (!server.jobs[job].running) return false;
  Session& session = server.sessions[*server.jobs[job].running];
  std::erase_if(session.tasks, [now](const Task& task) { return task.began >= now; });
  for (Task& task : session.tasks) {
    if (task.ended <= now) continue;
    task.ended = now;
    task.outcome = Outcome::kFailed;
    task.transferred = 0;
    task.message = "The operation was canceled by a user";
  }
  session.ended = now;
  session.canceled = true;
  session.outcome = Outcome::kFailed;
  session.message = "The job was stopped by a user";
  EndRun(server, job);
  return true;
}

void SetDisabled(BackupServer& server, std::size_t job, bool disabled, Moment now) {
  server.jobs[job].disabled = disabled;
  if (!disabled) server.jobs[job].next_run = NextStart(server, server.jobs[job], now);
}

void Advance(BackupServer& server, Moment now) {
  while (true) {
    std::optional<std::size_t> due;
    Moment due_at{};
    bool ends = false;
    for (std::size_t i = 0; i < server.jobs.size(); ++i) {
      const Job& job = server.jobs[i];
      const bool running = job.running.has_value();
      if (!running && (job.disabled || !job.next_run)) continue;
      const Moment at = running ? server.sessions[*job.running].ended : *job.next_run;
      if (at > now || (due && at >= due_at)) continue;
      due = i;
      due_at = at;
      ends = running;
    }
    if (!due) return;
    Job& job = server.jobs[*due];
    if (ends) {
      EndRun(server, *due);
      // Starts that fell into the run are left out, as a busy job does.
      if (job.next_run && *job.next_run <= due_at) job.next_run = NextStart(server, job, due_at);
    } else {
      StartRun(server, *due, due_at);
      job.next_run = NextStart(server, job, due_at);
    }
  }
}

std::int64_t StoredBytes(const BackupServer& server, const std::string& repository_id) {
  std::int64_t sum = 0;
  for (const Job& job : server.jobs) {
    if (job.repository_id != repository_id || !job.backup) continue;
    for (const BackupObject& object : job.backup->objects) {
      for (const Point& point : object.points) sum += point.stored;
    }
  }
  return sum;
}

double UsedGb(const BackupServer& server, const Repository& repository, Moment now) {
  double own = 0;
  if (repository.parent_id.empty()) {
    own = static_cast<double>(StoredBytes(server, repository.id)) / kGb;
  } else {
    const auto brothers = std::ranges::count(server.repositories, repository.parent_id, &Repository::parent_id);
    own = static_cast<double>(StoredBytes(server, repository.parent_id)) / kGb / static_cast<double>(brothers);
  }
  const double passed = std::chrono::duration<double, days::period>(now - repository.counted_at).count();
  const double used = own + repository.foreign_gb + repository.foreign_gb_per_day * std::max(passed, 0.0);
  const double rounded = std::round(used * 100) / 100;
  return repository.capacity_gb > 0 ? std::min(rounded, repository.capacity_gb) : rounded;
}

bool IsProtected(const BackupServer& server, std::size_t workload) {
  return std::ranges::any_of(server.jobs, [&](const Job& job) { return HasFull(job, workload); });
}

double UsedInstances(const BackupServer& server) {
  std::vector<bool> seen(server.workloads.size());
  for (const Job& job : server.jobs) {
    if (!job.backup) continue;
    for (const BackupObject& object : job.backup->objects) {
      if (!object.points.empty()) seen[object.workload] = true;
    }
  }
  double used = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] && server.workloads[i].platform != Platform::kUnstructured)
      used += server.workloads[i].workstation ? 1.0 / 3.0 : 1.0;
  }
  return std::round(used * 100) / 100;
}

double UsedTb(const BackupServer& server) {
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < server.workloads.size(); ++i) {
    if (server.workloads[i].platform == Platform::kUnstructured && IsProtected(server, i))
      bytes += server.workloads[i].size;
  }
  return std::round(static_cast<double>(bytes) / kGb / 1024 * 100) / 100;
}

int UsedSockets(const BackupServer& server) {
  return 2 * static_cast<int>(std::ranges::count_if(server.hosts, [](const Host& host) {
           return host.kind == Host::Kind::kESXi || host.kind == Host::Kind::kHyperV;
         }));
}

}  // namespace steward::lab
