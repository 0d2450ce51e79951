// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "db/connection.hpp"

namespace steward::db {

/// One migration file, embedded at build time. Numbers are consecutive from 1.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

/// All migrations of this program, in order (generated from migrations/*.sql).
std::span<const Migration> Migrations();

/// Applies what is missing, each in a transaction of its own, under an advisory lock so that several consoles may start
/// at once. Refuses (kConflict) a database that is newer than the program, naming both versions, or that was made with
/// another form of a migration: those that have landed are never edited.
Status Migrate(Connection& connection, std::span<const Migration> migrations);

}  // namespace steward::db
