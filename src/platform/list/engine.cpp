// SPDX-License-Identifier: Apache-2.0
#include "platform/list/engine.hpp"

#include <chrono>

#include "fmt/format.h"
#include "platform/list/row_writer.hpp"

namespace steward::platform {
namespace {

/// Counting that took longer than this is remembered.
constexpr std::chrono::milliseconds kDearCount{3};

std::string CacheKey(const ListQuery& query) {
  std::string key = query.CountSql();
  for (const auto& param : query.params) key += fmt::format("\x1f{}", param.value_or("\x1e"));
  return key;
}

}  // namespace

std::vector<db::Rows> ListEngine::Run(std::vector<db::Statement> statements, const TenantScope& scope) {
  if (scope.all) return provider_.Acquire()->Pipeline(statements);
  // The second wall: the role's policies read the visible organizations from this setting.
  statements.insert(statements.begin(), {"select set_config('app.organizations', $1, true)",
                                         {fmt::format("{}", fmt::join(scope.organizations, ","))}});
  auto rows = tenant_.Acquire()->Pipeline(statements);
  rows.erase(rows.begin());
  return rows;
}

std::int64_t ListEngine::Total(const ListQuery& query, const TenantScope& scope) {
  const std::string key = CacheKey(query);
  if (const auto known = cache_.Total(key)) return *known;
  const std::uint64_t version = cache_.Version();
  const auto start = std::chrono::steady_clock::now();
  const auto rows = Run({{query.CountSql(), query.params}}, scope);
  const std::int64_t total = rows.front().Int(0, "total");
  if (std::chrono::steady_clock::now() - start > kDearCount) cache_.Remember(key, total, version);
  return total;
}

db::Statement ListEngine::PageStatement(const ListQuery& query, const TenantScope&) {
  return {query.PageSql(), query.params, db::Format::kBinary};
}

std::string ListEngine::Page(const ListQuery& query, const TenantScope& scope) {
  const auto rows = Run({PageStatement(query, scope)}, scope);
  const db::Rows& page = rows.front();
  const std::int64_t count = page.Count();
  const bool last = count < query.limit && (count > 0 || query.offset == 0);
  const std::int64_t total = last ? query.offset + count : Total(query, scope);
  std::string out;
  out.reserve(static_cast<std::size_t>(count) * 512 + 256);
  out += fmt::format(R"({{"meta":{{"pagingInfo":{{"total":{},"count":{},"offset":{}}}}},"data":[)", total, count,
                     query.offset);
  const RowWriter writer(page, query.columns);
  for (int row = 0; row < page.Count(); ++row) {
    if (row > 0) out.push_back(',');
    writer.AppendObject(out, row);
  }
  out += "]}";
  return out;
}

std::string ListEngine::Item(const ListQuery& query, const TenantScope& scope) {
  const auto rows = Run({PageStatement(query, scope)}, scope);
  if (rows.front().Count() == 0) return {};
  std::string out = R"({"data":)";
  RowWriter(rows.front(), query.columns).AppendObject(out, 0);
  out.push_back('}');
  return out;
}

std::string ListEngine::Csv(const ListQuery& query, const TenantScope& scope) {
  const auto rows = Run({PageStatement(query, scope)}, scope);
  std::string out = "\xEF\xBB\xBF";
  for (const auto& column : query.columns) {
    if (&column != query.columns.data()) out.push_back(',');
    out += column.property != nullptr ? column.property->name : column.expand->property;
  }
  out += "\r\n";
  const RowWriter writer(rows.front(), query.columns);
  for (int row = 0; row < rows.front().Count(); ++row) writer.AppendCsv(out, row);
  return out;
}

}  // namespace steward::platform
