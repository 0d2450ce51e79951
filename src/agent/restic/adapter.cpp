// SPDX-License-Identifier: Apache-2.0
#include "agent/restic/adapter.hpp"
#include "agent/restic/call.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <algorithm>

#include "agent/host_facts.hpp"
#include "agent/identity.hpp"
#include "agent/process.hpp"
#include "base/iso_time.hpp"
#include "base/uuid.hpp"

namespace steward::agent::restic {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::size_t kMaxErrors = 20;

sys_seconds Now() {
  return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

/// What restic says went wrong: its fatal error, which may have further lines, else its last line.
std::string Reason(const std::string& text) {
  constexpr std::string_view kFatal = "Fatal: ";
  std::string reason;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find('\n', begin), text.size());
    if (end > begin) reason = text.substr(begin, end - begin);
    if (reason.starts_with(kFatal)) return reason.substr(kFatal.size());
    begin = end + 1;
  }
  return reason;
}

/// Whether restic did not open a repository because there is none. It asks the same question after other errors.
bool SaysAbsent(const std::string& error) {
  if (error.find("Is there a repository at the following location") == std::string::npos) return false;
  constexpr std::string_view kWords[] = {"does not exist", "doesn't exist", "no such file", "ot found"};
  return std::ranges::any_of(kWords, [&](std::string_view words) { return error.find(words) != std::string::npos; });
}

std::optional<std::int64_t> Number(const Json& row, const char* key) {
  if (!row.contains(key) || !row[key].is_number()) return std::nullopt;
  return row[key].get<std::int64_t>();
}

}  // namespace

std::string WithoutCredentials(const std::string& repository) {
  const auto scheme = repository.find("://");
  if (scheme == std::string::npos) return repository;
  const auto host = scheme + 3;
  const auto path = repository.find('/', host);
  const auto at = repository.substr(0, path).rfind('@');
  if (at == std::string::npos || at < host) return repository;
  return repository.substr(0, host) + repository.substr(at + 1);
}

std::optional<sys_seconds> NextRun(const ResticConfig& job, std::optional<sys_seconds> last, sys_seconds now) {
  if (!job.enabled) return std::nullopt;
  if (job.every_minutes > 0) return last ? std::max(now, *last + std::chrono::minutes(job.every_minutes)) : now;
  if (!job.daily_at || (job.weekdays & kEveryDay) == 0) return std::nullopt;
  const auto chosen = [&](std::chrono::sys_days day) {
    return ((job.weekdays >> std::chrono::weekday(day).c_encoding()) & 1) != 0;
  };
  std::chrono::sys_days newest = std::chrono::floor<std::chrono::days>(now - *job.daily_at);  // that has begun
  std::chrono::sys_days next = newest + std::chrono::days(1);
  while (!chosen(newest)) newest -= std::chrono::days(1);
  while (!chosen(next)) next += std::chrono::days(1);
  // A start missed while the machine was off is made up for, once, when the job has run before.
  if (last && *last < newest + *job.daily_at) return now;
  return next + *job.daily_at;
}

ResticAdapter::ResticAdapter(const AgentConfig& config, std::string host_name, std::string version, SyncStore& store,
                             StatusBoard& status)
    : config_(config),
      host_name_(std::move(host_name)),
      version_(std::move(version)),
      agent_uid_(AgentUid(config.state)),
      store_(store),
      status_(status),
      runs_(config.state / "restic-runs.jsonl"),
      policies_(config.state / "policies.json") {
  runs_.CloseInterrupted(UtcText(Now()));
  for (const ResticConfig& job : AllJobs(config)) {
    Job entry{.config = job};
    entry.uid = IsUuid(job.uid) ? job.uid : NamedUuid(agent_uid_, "job/" + job.name);
    jobs_.push_back(std::move(entry));
  }
  const auto result = RunProcess({config_.restic_binary, "version"}, {}, stopping_);
  constexpr std::string_view kName = "restic ";  // "restic 0.14.0 compiled with ..."
  if (result.exit_code == 0 && result.output.starts_with(kName)) {
    engine_version_ =
        result.output.substr(kName.size(), result.output.find_first_of(" \n", kName.size()) - kName.size());
  }
}

void ResticAdapter::Start() {
  thread_ = std::thread([this] { Run(); });
}

void ResticAdapter::Stop() {
  stopping_ = interrupt_ = true;
  {
    const std::lock_guard lock(wake_mutex_);
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void ResticAdapter::CollectNow() {
  now_ = true;
  Wake();
}

void ResticAdapter::Wake() {
  const std::lock_guard lock(wake_mutex_);
  woken_ = true;
  wake_.notify_all();
}

void ResticAdapter::Run() {
  auto next_refresh = std::chrono::steady_clock::now();
  while (!stopping_) {
    try {
      if (std::chrono::steady_clock::now() >= next_refresh || now_.exchange(false)) {
        Refresh();
        next_refresh = std::chrono::steady_clock::now() + std::chrono::minutes(15);
      }
      looked_ = true;
      for (const std::string& uid : JobUids()) {
        const auto job = JobNow(uid);
        if (!stopping_ && job && Due(*job)) RunJob(uid);
      }
      status_.SetAdapter(Name(), engine_version_.empty() ? "restic is not installed or cannot be started" : "");
    } catch (const std::exception& error) {
      spdlog::error("restic: {}", error.what());
      status_.SetAdapter(Name(), error.what());
      looked_ = true;
    }
    std::unique_lock lock(wake_mutex_);
    wake_.wait_for(lock, seconds(5), [&] { return stopping_ || woken_; });
    woken_ = false;
  }
}

bool ResticAdapter::Due(const Job& job) const {
  const std::lock_guard lock(mutex_);
  if (job.ordered) return true;
  const auto runs = runs_.Runs(job.uid);
  const auto last = runs.empty() ? std::nullopt : ParseIsoTime(runs.back().began);
  const auto due = NextRun(job.config, last, Now());
  return due && *due <= Now();
}

std::vector<std::string> ResticAdapter::JobUids() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> uids;
  for (const Job& job : jobs_) uids.push_back(job.uid);
  return uids;
}

std::optional<ResticAdapter::Job> ResticAdapter::JobNow(const std::string& uid) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(jobs_, uid, &Job::uid);
  return found == jobs_.end() ? std::nullopt : std::optional(*found);
}

ResticAdapter::Job* ResticAdapter::Find(const std::string& uid) {
  const auto found = std::ranges::find(jobs_, uid, &Job::uid);
  return found == jobs_.end() ? nullptr : &*found;
}

ProcessResult ResticAdapter::Restic(const ResticConfig& job, const std::vector<std::string>& rest) const {
  return Restic(job, rest, stopping_, {});
}

ProcessResult ResticAdapter::Restic(const ResticConfig& job, const std::vector<std::string>& rest,
                                    const std::atomic<bool>& stop,
                                    const std::function<void(const std::string&)>& on_line) const {
  auto call = CallOf(config_.restic_binary, job, rest);
  call.environment.emplace_back("RESTIC_PROGRESS_FPS=1");
  return RunProcess(call.arguments, call.environment, stop, on_line);
}

// Empty when the repository is there; else why not.
std::string ResticAdapter::EnsureRepository(const ResticConfig& job, IfAbsent if_absent) {
  const auto probe = Restic(job, {"cat", "config", "--json", "--no-lock"});
  if (probe.exit_code == 0) return {};
  if (!SaysAbsent(probe.error)) return Reason(probe.error);
  if (if_absent == IfAbsent::kFail && !job.cloud_repository.empty()) {
    return fmt::format("The repository {} is not there any more; assign the policy again to make a new one.",
                       job.repository);
  }
  if (if_absent == IfAbsent::kFail) {
    return fmt::format(
        "The repository {} is not there. Is its folder mounted? It is not made anew, so that nothing is "
        "written below an empty mount point.",
        job.repository);
  }
  const auto made = Restic(job, {"init"});
  return made.exit_code == 0 ? std::string{} : Reason(made.error);
}

void ResticAdapter::NoteProgress(const std::string& uid, const RunRecord& run) {
  {
    const std::lock_guard lock(mutex_);
    if (Job* job = Find(uid)) job->running = run;
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - last_progress_ < seconds(5)) return;
  last_progress_ = now;
  Publish();
}

void ResticAdapter::ReadSummary(const std::string& line, const std::string& uid, RunRecord& run,
                                std::vector<std::string>& errors) {
  const Json message = Json::parse(line, nullptr, false);
  if (!message.is_object() || !message.contains("message_type")) return;
  const std::string type = message["message_type"].is_string() ? message["message_type"].get<std::string>() : "";
  if (type == "status") {
    if (!message.contains("percent_done") || !message["percent_done"].is_number()) return;
    run.percent = static_cast<std::int64_t>(message["percent_done"].get<double>() * 100);
    run.bytes = Number(message, "bytes_done");
    NoteProgress(uid, run);
  } else if (type == "error") {
    const std::string item =
        message.contains("item") && message["item"].is_string() ? message["item"].get<std::string>() : "";
    const Json& error = message.contains("error") ? message["error"] : Json();
    std::string text;
    if (error.is_object() && error.contains("message"))
      text = error["message"].is_string() ? error["message"].get<std::string>() : "";
    if (text.empty() && error.is_object() && error.contains("Err")) text = error.dump();
    if (errors.size() < kMaxErrors) errors.push_back(text.empty() ? item : (item.empty() ? text : item + ": " + text));
  } else if (type == "summary") {
    run.files_new = Number(message, "files_new");
    run.files_changed = Number(message, "files_changed");
    run.files_unmodified = Number(message, "files_unmodified");
    run.files = Number(message, "total_files_processed");
    run.bytes = Number(message, "total_bytes_processed");
    run.added = Number(message, "data_added");
    run.stored = Number(message, "data_added_packed");
    if (message.contains("snapshot_id") && message["snapshot_id"].is_string()) run.snapshot_id = message["snapshot_id"];
  }
}

ProcessResult ResticAdapter::Backup(const Job& job, RunRecord& run, std::vector<std::string>& errors) {
  std::vector<std::string> rest{"backup", "--json",         "--host",        host_name_,
                                "--tag",  "job=" + job.uid, "--compression", job.config.compression};
  for (const std::string& exclude : job.config.excludes) rest.insert(rest.end(), {"--exclude", exclude});
  rest.emplace_back("--");
  rest.insert(rest.end(), job.config.paths.begin(), job.config.paths.end());
  auto result =
      Restic(job.config, rest, interrupt_, [&](const std::string& line) { ReadSummary(line, job.uid, run, errors); });
  run.exit_code = result.exit_code;
  return result;
}

RunRecord ResticAdapter::RunJob(const std::string& uid) {
  RunRecord run{.uid = NewUuid(), .job_uid = uid, .began = UtcText(Now())};
  std::optional<Job> now;
  {
    const std::lock_guard lock(mutex_);
    Job* const known = Find(uid);
    if (known == nullptr) return run;
    runs_.Save(run);
    interrupt_ = stopping_.load();
    known->ordered = false;
    known->running = run;
    now = *known;
  }
  const Job& job = *now;
  Publish();
  spdlog::info("restic: {} starts", job.config.name);
  std::vector<std::string> errors;
  std::string failure = EnsureRepository(job.config, job.config.from_console ? IfAbsent::kFail : IfAbsent::kMake);
  ProcessResult result;
  if (failure.empty()) result = Backup(job, run, errors);
  run.ended = UtcText(Now());
  run.percent.reset();
  if (!failure.empty()) {
    run.result = "Failed";
    run.message = failure;
  } else if (result.exit_code == 0 || result.exit_code == 3) {
    run.result = result.exit_code == 0 ? "Success" : "Warning";
    for (const std::string& error : errors) run.message += (run.message.empty() ? "" : "\r\n") + error;
    if (result.exit_code == 3 && run.message.empty()) run.message = Reason(result.error);
    Forget(job, run);
  } else {
    run.result = "Failed";
    run.message = interrupt_ || result.exit_code == 130 ? "The backup was interrupted" : Reason(result.error);
    if (run.message.empty()) run.message = fmt::format("restic ended with code {}", result.exit_code);
  }
  spdlog::info("restic: {} ended: {} {}", job.config.name, run.result, run.message);
  {
    const std::lock_guard lock(mutex_);
    if (Job* known = Find(uid)) known->running.reset();
    runs_.Save(run);
  }
  Publish();  // the result first: reading the repository takes its time
  Refresh();
  return run;
}

void ResticAdapter::Forget(const Job& job, RunRecord& run) {
  std::vector<std::string> keep;
  const auto add = [&](const char* option, int count) {
    if (count > 0) keep.insert(keep.end(), {option, std::to_string(count)});
  };
  add("--keep-last", job.config.keep_last);
  add("--keep-daily", job.config.keep_daily);
  add("--keep-weekly", job.config.keep_weekly);
  add("--keep-monthly", job.config.keep_monthly);
  if (job.config.keep_within_days > 0)
    keep.insert(keep.end(), {"--keep-within", fmt::format("{}d", job.config.keep_within_days)});
  if (keep.empty()) return;
  std::vector<std::string> rest{"forget", "--prune",  "--group-by", "host,tags",
                                "--host", host_name_, "--tag",      "job=" + job.uid};
  rest.insert(rest.end(), keep.begin(), keep.end());
  const auto result = Restic(job.config, rest);
  if (result.exit_code == 0) return;
  run.result = "Warning";  // the backup is good; the old ones were not thinned out
  run.message += (run.message.empty() ? "" : "\r\n") + ("Retention failed: " + Reason(result.error));
}

void ResticAdapter::ReadSnapshots(const Job& job, Look& look) {
  const auto config = Restic(job.config, {"cat", "config", "--json", "--no-lock"});
  const Json facts = Json::parse(config.output, nullptr, false);
  if (config.exit_code == 0 && facts.is_object() && facts.contains("id"))
    look.repository_id = facts["id"].get<std::string>();
  const auto result = Restic(job.config, {"snapshots", "--json", "--no-lock", "--tag", "job=" + job.uid});
  const Json rows = Json::parse(result.output, nullptr, false);
  look.readable = result.exit_code == 0 && (rows.is_array() || rows.is_null());
  look.problem = look.readable ? std::string{} : Reason(result.error);
  if (!look.readable) return;  // what is known stays
  look.snapshots.clear();
  look.stored_bytes.reset();
  for (const Json& row : rows) {
    std::string paths;
    for (const Json& path : row["paths"]) paths += (paths.empty() ? "" : "; ") + path.get<std::string>();
    const auto at = UtcText(row["time"].get<std::string>());
    if (at) look.snapshots.push_back({row["id"].get<std::string>(), *at, paths});
  }
  std::ranges::sort(look.snapshots, {}, &Snapshot::time);
  if (look.snapshots.empty()) return;
  const auto stats =
      Restic(job.config, {"stats", "--json", "--mode", "raw-data", "--no-lock", "--tag", "job=" + job.uid});
  const Json sums = Json::parse(stats.output, nullptr, false);
  if (stats.exit_code == 0 && sums.is_object()) look.stored_bytes = Number(sums, "total_size");
}

void ResticAdapter::Refresh() {
  for (const std::string& uid : JobUids()) {
    auto job = JobNow(uid);
    if (!job) continue;
    ReadSnapshots(*job, job->look);
    const std::lock_guard lock(mutex_);
    if (Job* known = Find(uid)) known->look = std::move(job->look);
  }
  Publish();
}

}  // namespace steward::agent::restic
