// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace steward::sqlite {

class Query;

/// One connection to an SQLite file, with write-ahead log; a commit is on the disk when it returns. Faults are
/// std::runtime_error with SQLite's words. For one thread at a time.
class Sqlite {
 public:
  explicit Sqlite(const std::filesystem::path& file);
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  /// Runs statements without parameters or results.
  void Run(const std::string& statements);
  std::int64_t LastRowId() const { return sqlite3_last_insert_rowid(handle_.get()); }
  /// Rows that the last statement changed.
  int Changed() const { return sqlite3_changes(handle_.get()); }

 private:
  friend class Query;
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// All that happens in its life happens, or nothing: without Commit it is undone.
class Transaction {
 public:
  explicit Transaction(Sqlite& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void Commit();

 private:
  Sqlite& database_;
  bool open_ = true;
};

/// A prepared statement. Parameters are bound in order by Bind, columns read by index from 0.
class Query {
 public:
  Query(Sqlite& database, std::string_view text);

  template <typename... Values>
  Query& Bind(const Values&... values) {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
    int index = 0;
    (BindOne(++index, values), ...);
    return *this;
  }
  /// Steps; false when there is no (further) row.
  bool Next();
  /// Steps once and forgets the row.
  void Execute();

  std::int64_t Number(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  std::string Text(int column) const;
  std::optional<std::string> MaybeText(int column) const {
    return IsNull(column) ? std::nullopt : std::optional(Text(column));
  }
  std::optional<std::int64_t> MaybeNumber(int column) const {
    return IsNull(column) ? std::nullopt : std::optional(Number(column));
  }
  bool IsNull(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

 private:
  void BindOne(int index, std::int64_t value) { sqlite3_bind_int64(statement_.get(), index, value); }
  void BindOne(int index, const std::string& value);
  /// Nothing is null.
  template <typename T>
  void BindOne(int index, const std::optional<T>& value) {
    if (value) BindOne(index, *value);  // what is not bound is null, see Bind
  }

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3* handle_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace steward::sqlite
