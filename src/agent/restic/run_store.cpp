// SPDX-License-Identifier: Apache-2.0
#include "agent/restic/run_store.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "agent/identity.hpp"

namespace steward::agent::restic {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kKept = 2000;

template <typename T>
void Read(const Json& line, const char* key, T& value) {
  if (line.contains(key) && !line[key].is_null()) value = line[key].get<typename std::decay<decltype(*&value)>::type>();
}
void ReadNumber(const Json& line, const char* key, std::optional<std::int64_t>& value) {
  if (line.contains(key) && line[key].is_number_integer()) value = line[key].get<std::int64_t>();
}

struct Field {
  const char* key;
  std::optional<std::int64_t> RunRecord::*member;
};
constexpr Field kNumbers[] = {{"exit_code", &RunRecord::exit_code},
                              {"files_new", &RunRecord::files_new},
                              {"files_changed", &RunRecord::files_changed},
                              {"files_unmodified", &RunRecord::files_unmodified},
                              {"files", &RunRecord::files},
                              {"bytes", &RunRecord::bytes},
                              {"added", &RunRecord::added},
                              {"stored", &RunRecord::stored}};

Json ToJson(const RunRecord& run) {
  Json line = {{"uid", run.uid},       {"job", run.job_uid},     {"began", run.began},
               {"result", run.result}, {"message", run.message}, {"snapshot", run.snapshot_id}};
  if (run.ended) line["ended"] = *run.ended;
  for (const Field& field : kNumbers) {
    if (run.*field.member) line[field.key] = *(run.*field.member);
  }
  return line;
}

RunRecord FromJson(const Json& line) {
  RunRecord run;
  Read(line, "uid", run.uid);
  Read(line, "job", run.job_uid);
  Read(line, "began", run.began);
  Read(line, "result", run.result);
  Read(line, "message", run.message);
  Read(line, "snapshot", run.snapshot_id);
  if (line.contains("ended")) run.ended = line["ended"].get<std::string>();
  for (const Field& field : kNumbers) ReadNumber(line, field.key, run.*field.member);
  return run;
}

std::string Line(const RunRecord& run) {
  return ToJson(run).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

RunStore::RunStore(std::filesystem::path file) : file_(std::move(file)) {
  std::ifstream input(file_);
  for (std::string text; std::getline(input, text);) {
    const Json line = Json::parse(text, nullptr, false);
    if (!line.is_object() || !line.contains("uid")) continue;  // cut off by a crash
    RunRecord run = FromJson(line);
    std::string uid = run.uid;
    runs_[std::move(uid)] = std::move(run);
  }
  input.close();
  if (runs_.empty()) return;
  // Written anew at the start: one line per run, the newest ones, and no half line at the end.
  std::vector<const RunRecord*> order;
  for (const auto& [uid, run] : runs_) order.push_back(&run);
  std::ranges::sort(order, {}, [](const RunRecord* run) { return run->began; });
  const std::size_t skip = order.size() > kKept ? order.size() - kKept : 0;
  std::string content;
  std::vector<std::string> dropped;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i < skip) {
      dropped.push_back(order[i]->uid);
    } else {
      content += Line(*order[i]);
    }
  }
  WriteFileSafely(file_, content);
  for (const std::string& uid : dropped) runs_.erase(uid);
}

void RunStore::Append(const RunRecord& run) const {
  std::ofstream output(file_, std::ios::app);
  output << Line(run);
  if (!output.flush()) throw std::runtime_error("Cannot write " + file_.string());
}

void RunStore::Save(const RunRecord& run) {
  Append(run);
  runs_[run.uid] = run;
}

std::vector<RunRecord> RunStore::Runs(const std::string& job_uid) const {
  std::vector<RunRecord> found;
  for (const auto& [uid, run] : runs_) {
    if (run.job_uid == job_uid) found.push_back(run);
  }
  std::ranges::sort(found, {}, &RunRecord::began);
  return found;
}

const RunRecord* RunStore::BySnapshot(const std::string& snapshot_id) const {
  for (const auto& [uid, run] : runs_) {
    // The engine's summary may name a snapshot by its first digits.
    if (!run.snapshot_id.empty() && snapshot_id.starts_with(run.snapshot_id)) return &run;
  }
  return nullptr;
}

void RunStore::CloseInterrupted(const std::string& now) {
  for (auto& [uid, run] : runs_) {
    if (run.ended) continue;
    run.ended = now;
    run.result = "Failed";
    run.message = "The agent was stopped while this backup ran";
    Append(run);
  }
}

}  // namespace steward::agent::restic
