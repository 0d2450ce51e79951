// SPDX-License-Identifier: Apache-2.0
#include "sqlite/sqlite.hpp"

#include <stdexcept>

#include "fmt/format.h"

namespace steward::sqlite {
namespace {

constexpr int kPatience = 10000;  ///< milliseconds that another process may hold the file

[[noreturn]] void Throw(sqlite3* handle, std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", what, sqlite3_errmsg(handle)));
}

}  // namespace

Sqlite::Sqlite(const std::filesystem::path& file) {
  sqlite3* handle = nullptr;
  const int result =
      sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) Throw(handle, file.string() + " cannot be opened");
  sqlite3_busy_timeout(handle, kPatience);
  Run("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
}

void Sqlite::Run(const std::string& statements) {
  if (sqlite3_exec(handle_.get(), statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    Throw(handle_.get(), "the database refused a statement");
  }
}

Transaction::Transaction(Sqlite& database) : database_(database) {
  database_.Run("begin immediate");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.Run("rollback");
  } catch (const std::runtime_error&) {
    // SQLite has undone it itself, which is what this is for
  }
}

void Transaction::Commit() {
  database_.Run("commit");
  open_ = false;
}

Query::Query(Sqlite& database, std::string_view text) : handle_(database.handle_.get()) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, text.data(), static_cast<int>(text.size()), &statement, nullptr) != SQLITE_OK) {
    Throw(handle_, text);
  }
  statement_.reset(statement);
}

bool Query::Next() {
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      sqlite3_reset(statement_.get());
      return false;
    default:
      sqlite3_reset(statement_.get());
      Throw(handle_, sqlite3_sql(statement_.get()));
  }
}

void Query::Execute() {
  Next();
  sqlite3_reset(statement_.get());
}

std::string Query::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text == nullptr ? std::string()
                         : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

void Query::BindOne(int index, const std::string& value) {
  sqlite3_bind_text(statement_.get(), index, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
}

}  // namespace steward::sqlite
