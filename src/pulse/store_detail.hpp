// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "pulse/store.hpp"

namespace steward::pulse {

inline std::chrono::sys_seconds At(std::int64_t seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}
inline std::int64_t Seconds(std::chrono::sys_seconds at) {
  return at.time_since_epoch().count();
}
inline std::chrono::sys_days Day(std::int64_t days) {
  return std::chrono::sys_days(std::chrono::days(days));
}
inline std::int64_t Days64(std::chrono::sys_days day) {
  return day.time_since_epoch().count();
}

/// A list in SQL: columns behind "select", tables and condition behind "from".
struct Listing {
  std::string columns;
  std::string from;
  std::string order;
};

/// A page of the list, and how many rows it has in all.
template <typename T, typename Read, typename... Values>
Listed<T> List(sqlite::Sqlite& database, const Listing& what, const Page& page, Read read, const Values&... values) {
  Listed<T> listed;
  sqlite::Query count(database, "select count(*) from " + what.from);
  if (count.Bind(values...).Next()) listed.total = count.Number(0);
  sqlite::Query rows(database,
                     "select " + what.columns + " from " + what.from + " order by " + what.order + " limit ? offset ?");
  rows.Bind(values..., page.limit, page.offset);
  while (rows.Next()) listed.rows.push_back(read(rows));
  return listed;
}

/// The row, or nothing.
template <typename T, typename Read, typename... Values>
std::optional<T> FindOne(sqlite::Sqlite& database, const std::string& text, Read read, const Values&... values) {
  sqlite::Query query(database, text);
  if (!query.Bind(values...).Next()) return std::nullopt;
  return read(query);
}

}  // namespace steward::pulse
