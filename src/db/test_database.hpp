// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "db/connection.hpp"
#include "db/embedded.hpp"
#include "db/migrator.hpp"

namespace steward::db {

/// For tests: a private PostgreSQL in a temporary folder. Its database "steward" is empty until Fresh() is first
/// called.
class TestServer {
 public:
  TestServer() {
    std::string pattern = "/tmp/steward-db-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    chmod(folder_.c_str(), 0755);
    server_ = std::make_unique<EmbeddedPostgres>(folder_);
    server_->Start();
  }
  ~TestServer() {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  EmbeddedPostgres& Server() { return *server_; }

  /// Connection string of a new database with all migrations applied.
  std::string Fresh() {
    const std::string url = server_->Url();
    if (copies_ == 0) {
      Connection connection(url, {});
      if (auto status = Migrate(connection, Migrations()); !status) throw std::runtime_error(status.error().message);
    }
    const std::string name = "copy" + std::to_string(++copies_);
    Connection(url + " dbname=postgres", {}).Script("create database " + name + " template steward");
    return url + " dbname=" + name;
  }

  /// The server of this test program, started at the first call and ended with the program.
  static TestServer& Shared() {
    static TestServer server;
    return server;
  }

 private:
  std::string folder_;
  std::unique_ptr<EmbeddedPostgres> server_;
  int copies_ = 0;
};

}  // namespace steward::db
