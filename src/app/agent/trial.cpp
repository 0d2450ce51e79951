// SPDX-License-Identifier: Apache-2.0
#include "trial.hpp"

#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "agent/identity.hpp"
#include "agent/watchdog.hpp"

namespace steward::agent {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kLivesOn{5};  // after it has reached the console
constexpr std::chrono::seconds kToEnd{30};   // between SIGTERM and SIGKILL
constexpr std::chrono::milliseconds kLook{200};

[[noreturn]] void Become(const std::string& program, char** argv, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);  // it ended before the line above
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::unsetenv("NOTIFY_SOCKET");  // systemd hears of the process that waits, not of this one
  ::unsetenv("WATCHDOG_USEC");
  ::closefrom(STDERR_FILENO + 1);
  std::string name = program;
  std::string trial = "--trial";
  std::vector<char*> arguments{name.data()};
  for (char** argument = argv + 1; *argument != nullptr; ++argument) arguments.push_back(*argument);
  arguments.push_back(trial.data());
  arguments.push_back(nullptr);
  ::execv(program.c_str(), arguments.data());
  ::_exit(127);
}

/// The process of a candidate; ends with this object.
class Child {
 public:
  Child(const std::string& program, char** argv) {
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) Become(program, argv, parent);
  }
  ~Child() {
    if (process_ <= 0 || Gone()) return;
    ::kill(process_, SIGTERM);
    const auto until = Clock::now() + kToEnd;
    while (!Gone() && Clock::now() < until) std::this_thread::sleep_for(kLook);
    if (Gone()) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// How it ended, in words; nothing while it lives.
  std::optional<std::string> Gone() {
    int status = 0;
    if (process_ < 0) return "it cannot be started";
    if (!end_ && ::waitpid(process_, &status, WNOHANG) == process_) {
      end_ = WIFEXITED(status) ? fmt::format("it ended with code {}", WEXITSTATUS(status))
                               : fmt::format("signal {} ended it", WTERMSIG(status));
    }
    return end_;
  }

 private:
  pid_t process_ = -1;
  std::optional<std::string> end_;
};

struct Report {
  std::string version, link, detail;
};

Report ReadReport(const std::filesystem::path& file) {
  const auto status = nlohmann::json::parse(ReadFile(file), nullptr, false);
  if (!status.is_object()) return {};
  return {status.value("version", ""), status.value("link", ""), status.value("detail", "")};
}

/// True when one of the signals has come.
bool Stopped(const sigset_t& signals) {
  const timespec wait{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(kLook).count()};
  const int signal = ::sigtimedwait(&signals, nullptr, &wait);
  return signal == SIGTERM || signal == SIGINT;
}

/// The reason against the candidate; empty when it did well, nothing when a signal came.
std::optional<std::string> Watch(Child& child, const std::filesystem::path& status, const std::string& version,
                                 std::chrono::seconds time, const sigset_t& signals) {
  const auto until = Clock::now() + time;
  std::optional<Clock::time_point> reached;
  Report report;
  while (!reached || Clock::now() < *reached + kLivesOn) {
    if (Stopped(signals)) return std::nullopt;
    if (const auto end = child.Gone())
      return *end + (reached ? " soon after" : " before") + " it had reached the console";
    report = ReadReport(status);
    if (report.link == "Connected" && report.version != version) {
      return fmt::format("the program is version {}, not what its package says", report.version);
    }
    if (report.link == "Connected" && !reached) reached = Clock::now();
    if (!reached && Clock::now() > until) {
      return fmt::format("it did not reach the console within {} s{}{}", time.count(),
                         report.detail.empty() ? "" : ": ", report.detail);
    }
  }
  return "";
}

}  // namespace

TrialEnd TryCandidate(Programs& programs, const AgentConfig& config, char** argv, const sigset_t& signals) {
  const std::string version = programs.Candidate();
  const auto status = config.state / "status.json";
  const Watchdog watchdog([] { return true; });
  std::filesystem::remove(status);
  std::optional<std::string> problem;
  {
    Child child(programs.PathOf(version).string(), argv);
    problem = Watch(child, status, version, config.upgrade.trial, signals);
  }
  if (!problem) {
    programs.PutAside(fmt::format("The agent was stopped while it tried version {}.", version));
    return TrialEnd::kStopped;
  }
  if (problem->empty()) {
    programs.TrialPassed();
    spdlog::info("Version {} did well and is started", version);
    return TrialEnd::kPassed;
  }
  programs.PutAside(fmt::format("Version {} is of no use: {}. The old version runs on.", version, *problem));
  return TrialEnd::kFailed;
}

}  // namespace steward::agent
