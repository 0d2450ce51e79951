// SPDX-License-Identifier: Apache-2.0
#include "agent/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

namespace steward::agent {
namespace {

constexpr std::size_t kMaxKept = 64U << 20U;

struct Pipe {
  int read_end = -1, write_end = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) == 0) {
      read_end = ends[0];
      write_end = ends[1];
    }
  }
  ~Pipe() {
    CloseWrite();
    if (read_end >= 0) ::close(read_end);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void CloseWrite() {
    if (write_end >= 0) ::close(std::exchange(write_end, -1));
  }
  void CloseRead() {
    if (read_end >= 0) ::close(std::exchange(read_end, -1));
  }
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t Spawn(std::vector<std::string> arguments, const std::vector<std::string>& extra, int input, int output,
            int error) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  environment.insert(environment.end(), extra.begin(), extra.end());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);  // Asio's sockets are not close-on-exec
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);  // our signals are blocked; the child's must not be
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t child = -1;
  const auto argv = Pointers(arguments);
  const auto envp = Pointers(environment);
  const int failed = ::posix_spawnp(&child, arguments.front().c_str(), &actions, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    errno = failed;
    return -1;
  }
  return child;
}

void FeedLines(std::string& pending, const std::function<void(const std::string&)>& on_line) {
  for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
    on_line(pending.substr(0, end));
    pending.erase(0, end + 1);
  }
}

}  // namespace

ProcessResult RunProcess(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                         const std::atomic<bool>& stop, const std::function<void(const std::string&)>& on_line,
                         const std::string& input) {
  ProcessResult result;
  Pipe given;  // holds 4096 bytes without a reader
  Pipe output;
  Pipe error;
  if (!input.empty() && ::write(given.write_end, input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
    result.error = "the input cannot be handed over";
    return result;
  }
  given.CloseWrite();
  const pid_t child = Spawn(arguments, environment, given.read_end, output.write_end, error.write_end);
  if (child < 0) {
    result.error = arguments.front() + ": " + std::strerror(errno);
    return result;
  }
  output.CloseWrite();
  error.CloseWrite();
  using Clock = std::chrono::steady_clock;
  auto asked = Clock::time_point::max();
  std::string pending;
  std::array<char, 16384> buffer{};
  while (output.read_end >= 0 || error.read_end >= 0) {
    std::array<pollfd, 2> ends{{{output.read_end, POLLIN, 0}, {error.read_end, POLLIN, 0}}};
    ::poll(ends.data(), ends.size(), 200);
    if (stop && asked == Clock::time_point::max()) {
      ::kill(child, SIGINT);
      asked = Clock::now();
    } else if (asked != Clock::time_point::max() && Clock::now() - asked > std::chrono::seconds(10)) {
      ::kill(child, SIGKILL);
    }
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if ((ends[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      const ssize_t got = ::read(ends[i].fd, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        (i == 0 ? output : error).CloseRead();
        continue;
      }
      const std::string_view piece(buffer.data(), static_cast<std::size_t>(got));
      std::string& kept = i == 0 ? result.output : result.error;
      if (i == 0 && on_line) {
        pending.append(piece);
        FeedLines(pending, on_line);
      } else if (kept.size() < kMaxKept) {
        kept.append(piece);
      }
    }
  }
  if (!pending.empty() && on_line) on_line(pending);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace steward::agent
