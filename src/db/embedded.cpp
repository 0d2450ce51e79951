// SPDX-License-Identifier: Apache-2.0
#include "db/embedded.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <vector>

#include "db/connection.hpp"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::db {
namespace {

namespace fs = std::filesystem;

fs::path FindBinaries() {
  for (const char* version : {"17", "16", "15"}) {
    fs::path folder = fmt::format("/usr/lib/postgresql/{}/bin", version);
    if (fs::exists(folder / "postgres")) return folder;
  }
  throw std::runtime_error(
      "No PostgreSQL server is installed. Install the package postgresql-15, or point the console at one with "
      "--database URL.");
}

/// Starts a program as the given user with output appended to `log`; returns its pid.
pid_t Spawn(std::vector<std::string> arguments, uid_t user, gid_t group, const std::string& log) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot start a process for PostgreSQL");
  if (pid > 0) return pid;
  setsid();
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (out >= 0) {
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
  }
  if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(group) != 0 || setuid(user) != 0)) _exit(126);
  if (chdir("/") != 0) _exit(126);
  // Asio's sockets are not close-on-exec: a connection kept here would stay open when the console ends it.
  if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGINT);  // a killed console takes its PostgreSQL along, in good order
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

EmbeddedPostgres::EmbeddedPostgres(const fs::path& folder)
    : folder_(fs::absolute(folder)),
      data_(folder_ / "postgres"),
      binaries_(FindBinaries()),
      user_(geteuid()),
      group_(getegid()) {
  const passwd* entry = user_ == 0 ? getpwnam("postgres") : getpwuid(user_);
  if (entry == nullptr)
    throw std::runtime_error("PostgreSQL must not run as root, and there is no user \"postgres\" to run it as.");
  user_ = entry->pw_uid;
  group_ = entry->pw_gid;
  user_name_ = entry->pw_name;
  if (folder_.string().size() > 80) {
    throw std::runtime_error(fmt::format(
        "The data folder's path is too long for a unix socket (80 characters at most): {}", folder_.string()));
  }
}

EmbeddedPostgres::~EmbeddedPostgres() {
  Stop();
}

std::string EmbeddedPostgres::Url() const {
  return fmt::format(
      "host='{}' port=5432 dbname=steward user=steward application_name=steward-console connect_timeout=5",
      (folder_ / "socket").string());
}

void EmbeddedPostgres::Start() {
  if (!fs::exists(data_ / "PG_VERSION")) Initialize();
  EndLeftover();
  Launch();
  WaitUntilReady();
  Connection admin(fmt::format("host='{}' port=5432 dbname=postgres user=steward", (folder_ / "socket").string()), {});
  if (admin.Query("select 1 from pg_database where datname = 'steward'").Count() == 0)
    admin.Script("create database steward");
  watcher_ = std::thread([this] { Watch(); });
}

void EmbeddedPostgres::Initialize() {
  spdlog::info("database: creating a private PostgreSQL in {}", data_.string());
  fs::create_directories(data_);
  fs::create_directories(folder_ / "socket");
  for (const auto& path : {data_, folder_ / "socket"}) {
    if (chown(path.c_str(), user_, group_) != 0)
      throw std::runtime_error(fmt::format("Cannot give {} to user {}.", path.string(), user_name_));
    fs::permissions(path, fs::perms::owner_all);
  }
  const std::string log = (folder_ / "postgres.log").string();
  const pid_t pid = Spawn({(binaries_ / "initdb").string(), "-D", data_.string(), "-U", "steward", "--auth=trust",
                           "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"},
                          user_, group_, log);
  int status = 0;
  waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::error_code ignored;
    fs::remove_all(data_, ignored);
    throw std::runtime_error(fmt::format(
        "PostgreSQL could not be initialised as user {} in {} (see {}). Every folder above must be open to that user.",
        user_name_, data_.string(), log));
  }
}

void EmbeddedPostgres::EndLeftover() const {
  pid_t pid = 0;
  if (!(std::ifstream(data_ / "postmaster.pid") >> pid) || pid <= 1) return;
  const std::string place = fmt::format("/proc/{}/cmdline", pid);
  const auto runs = [&] {
    std::ifstream file(place, std::ios::binary);
    const std::string words{std::istreambuf_iterator<char>(file), {}};
    return words.find("postgres") != std::string::npos && words.find(data_.string()) != std::string::npos;
  };
  if (!runs()) return;  // the file of a crash; PostgreSQL removes it itself
  spdlog::warn("database: ending the PostgreSQL {} that an earlier console left behind", pid);
  kill(pid, SIGINT);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (runs()) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error(fmt::format(
          "Another PostgreSQL (process {}) uses {} and does not end. Is a second console running on this data folder?",
          pid, data_.string()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

void EmbeddedPostgres::Launch() {
  pid_ = Spawn({(binaries_ / "postgres").string(),
                "-D",
                data_.string(),
                "-k",
                (folder_ / "socket").string(),
                "-c",
                "listen_addresses=",
                "-c",
                "unix_socket_permissions=0700",
                "-c",
                "max_connections=80",
                "-c",
                "shared_buffers=512MB",
                "-c",
                "work_mem=32MB",
                "-c",
                "max_wal_size=2GB",
                "-c",
                "jit=off",
                "-c",
                "random_page_cost=1.1",
                "-c",
                "log_min_messages=warning"},
               user_, group_, (folder_ / "postgres.log").string());
}

void EmbeddedPostgres::WaitUntilReady() const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::string reason;
  while (std::chrono::steady_clock::now() < deadline) {
    try {
      const Connection probe(fmt::format("host='{}' port=5432 dbname=postgres user=steward connect_timeout=5",
                                         (folder_ / "socket").string()),
                             {});
      return;
    } catch (const Unavailable& error) {
      reason = error.what();
    }
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      throw std::runtime_error(
          fmt::format("PostgreSQL ended while starting; its log is {}", (folder_ / "postgres.log").string()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("PostgreSQL did not come up within 60 s: " + reason);
}

void EmbeddedPostgres::Watch() {
  while (!stopping_) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    int status = 0;
    if (stopping_ || waitpid(pid_, &status, WNOHANG) != pid_) continue;
    spdlog::error("database: PostgreSQL ended unexpectedly (status {}); starting it again", status);
    try {
      Launch();
      WaitUntilReady();
      spdlog::info("database: PostgreSQL is back");
    } catch (const std::exception& error) {
      spdlog::error("database: {}", error.what());
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }
}

void EmbeddedPostgres::Stop() {
  if (stopping_.exchange(true)) return;
  if (watcher_.joinable()) watcher_.join();
  if (pid_ <= 0) return;
  kill(pid_, SIGINT);  // fast shutdown: rolls back what is open, writes a checkpoint
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
}

}  // namespace steward::db
