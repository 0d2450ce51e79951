// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"

struct pg_conn;
struct pg_result;

namespace steward::db {

/// PostgreSQL refused a statement. `sqlstate` is the five-character code.
class StatementError : public std::runtime_error {
 public:
  StatementError(std::string sqlstate, const std::string& message, std::string constraint)
      : std::runtime_error(message), sqlstate_(std::move(sqlstate)), constraint_(std::move(constraint)) {}
  const std::string& Sqlstate() const { return sqlstate_; }
  const std::string& Constraint() const { return constraint_; }

 private:
  std::string sqlstate_;
  std::string constraint_;
};

/// PostgreSQL cannot be reached, is starting, or dropped the connection.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The one place that turns a refused statement into an API error (unique, foreign key, check, bad text).
Error ToError(const StatementError& error);

/// A statement parameter in PostgreSQL's text format; empty optional = NULL.
using Param = std::optional<std::string>;
using Params = std::vector<Param>;

enum class Format { kText = 0, kBinary = 1 };

struct Statement {
  std::string sql;
  Params params;
  Format format = Format::kText;
};

/// Rows of one statement. Columns are found by name; an unknown name throws std::out_of_range.
class Rows {
 public:
  explicit Rows(pg_result* result);
  int Count() const;
  int Columns() const;
  int Column(std::string_view name) const;
  unsigned Oid(int column) const;  ///< PostgreSQL type of a column
  std::string Name(int column) const;
  bool IsNull(int row, int column) const;
  std::string_view Raw(int row, int column) const;  ///< bytes as PostgreSQL sent them
  std::string Text(int row, std::string_view name) const;
  std::optional<std::string> Maybe(int row, std::string_view name) const;
  std::int64_t Int(int row, std::string_view name) const;
  bool Bool(int row, std::string_view name) const;
  /// Rows changed by an INSERT, UPDATE or DELETE.
  std::int64_t Affected() const;

 private:
  std::shared_ptr<pg_result> result_;
};

/// One connection; used by one thread at a time. Statements are prepared once per text and connection.
class Connection {
 public:
  /// `on_connect` statements run after each connect (role, timeouts). Throws Unavailable.
  Connection(const std::string& url, const std::vector<std::string>& on_connect);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Rows Query(const std::string& sql, const Params& params = {}, Format format = Format::kText);
  /// The same with every parameter in PostgreSQL's binary format (arrays: BinaryArray); their types come from casts.
  Rows QueryBinary(const std::string& sql, const std::vector<std::string>& params);
  /// Several statements without parameters in one call, as in a migration file.
  void Script(const std::string& sql);
  /// Sends all statements in one round trip (libpq pipeline) and returns their rows in order; they run in one
  /// implicit transaction.
  std::vector<Rows> Pipeline(const std::vector<Statement>& statements);
  bool Broken() const;
  /// True when an idle connection still stands; notices without a round trip that the server has closed it.
  bool Alive();
  /// Waits up to `milliseconds` for a notification; returns channel and payload, or nothing.
  std::optional<std::pair<std::string, std::string>> WaitNotification(int milliseconds);

 private:
  const std::string& Prepared(const std::string& sql);
  [[noreturn]] void Throw(pg_result* result) const;

  pg_conn* conn_;
  std::unordered_map<std::string, std::string> prepared_;
};

/// Bounded pool of equal connections. Thread-safe. Acquire waits up to 5 s, then throws Unavailable.
class Pool {
 public:
  Pool(std::string url, std::vector<std::string> on_connect, std::size_t size);

  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection) : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  Lease Acquire();
  const std::string& Url() const { return url_; }

 private:
  friend class Lease;
  void Return(std::unique_ptr<Connection> connection);

  std::string url_;
  std::vector<std::string> on_connect_;
  std::size_t size_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t in_use_ = 0;
};

/// Begins on construction; rolls back unless Commit was called.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void Commit();
  Rows Query(const std::string& sql, const Params& params = {}) { return connection_.Query(sql, params); }

 private:
  Connection& connection_;
  bool open_ = true;
};

/// Text of a PostgreSQL array literal of uuids or words without special characters.
std::string ArrayLiteral(const std::vector<std::string>& items);

}  // namespace steward::db
