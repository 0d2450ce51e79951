// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

namespace steward::db {

/// A private PostgreSQL of the console: made with initdb in `folder`/postgres, unix socket only, never as root (as root
/// it runs as the system user "postgres"). A watcher starts it again when it dies. Throws std::runtime_error in words.
class EmbeddedPostgres {
 public:
  explicit EmbeddedPostgres(const std::filesystem::path& folder);
  ~EmbeddedPostgres();
  EmbeddedPostgres(const EmbeddedPostgres&) = delete;
  EmbeddedPostgres& operator=(const EmbeddedPostgres&) = delete;

  void Start();
  void Stop();
  /// Connection string of database "steward" as its owner.
  std::string Url() const;
  pid_t Pid() const { return pid_; }

 private:
  void Initialize();
  void EndLeftover() const;  ///< of a console that was killed
  void Launch();
  void WaitUntilReady() const;
  void Watch();

  std::filesystem::path folder_;
  std::filesystem::path data_;
  std::filesystem::path binaries_;
  uid_t user_;
  gid_t group_;
  std::string user_name_;
  std::atomic<pid_t> pid_{-1};
  std::atomic<bool> stopping_{false};
  std::thread watcher_;
};

}  // namespace steward::db
