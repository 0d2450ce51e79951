// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lab/rest.hpp"
#include "net/http.hpp"

namespace steward::lab {

/// A refusal in the shape of the simulated interface: {errorCode, message}.
struct Refusal {
  int status = 400;
  std::string code = "UnexpectedContent";
  std::string message{};
};

/// Reads the query of one list call. Every name must be taken by the call; what is left over is refused, so that a
/// filter that the simulator does not know can never be mistaken for one that matched everything.
class ListQuery {
 public:
  explicit ListQuery(const net::Request& request);

  std::optional<std::string> Take(const std::string& name);
  /// Repeated or comma-separated values, lower-case.
  std::set<std::string> TakeWords(const std::string& name);
  std::optional<Moment> TakeTime(const std::string& name);
  std::optional<bool> TakeBool(const std::string& name);
  /// skip, limit, orderColumn, orderAsc.
  void TakePaging();
  /// Throws Refusal when a parameter was not taken.
  void Finish() const;

  std::size_t skip = 0, limit = 200;
  std::string order_column;
  bool ascending = true;

 private:
  std::vector<std::pair<std::string, std::string>> left_;
};

/// Matches the interface's name filters: '*' stands for anything, upper and lower case are the same.
bool MatchesName(const std::string& pattern, const std::string& name);
std::string Lower(std::string text);

inline constexpr std::size_t kMaxPage = 1000;

/// Sorts by the asked column (or keeps the order), cuts the page, renders it.
template <typename Row>
Json MakePage(ListQuery& query, std::vector<Row> rows,
              const std::map<std::string, std::function<std::string(const Row&)>>& columns,
              const std::function<Json(const Row&)>& render) {
  query.Finish();
  if (!query.order_column.empty()) {
    const auto column = std::ranges::find_if(
        columns, [&](const auto& entry) { return Lower(entry.first) == Lower(query.order_column); });
    if (column == columns.end()) throw Refusal{.message = "orderColumn: unknown column " + query.order_column};
    std::vector<std::pair<std::string, Row>> keyed;
    keyed.reserve(rows.size());
    for (Row& row : rows) keyed.emplace_back(column->second(row), std::move(row));
    std::ranges::stable_sort(keyed, [&](const auto& left, const auto& right) {
      return query.ascending ? left.first < right.first : right.first < left.first;
    });
    rows.clear();
    for (auto& [key, row] : keyed) rows.push_back(std::move(row));
  }
  const std::size_t begin = std::min(query.skip, rows.size());
  const std::size_t end = std::min(begin + query.limit, rows.size());
  Json data = Json::array();
  for (std::size_t i = begin; i < end; ++i) data.push_back(render(rows[i]));
  return {
      {"data", std::move(data)},
      {"pagination", {{"total", rows.size()}, {"count", end - begin}, {"skip", query.skip}, {"limit", query.limit}}}};
}

}  // namespace steward::lab
