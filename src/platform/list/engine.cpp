// SPDX-License-Identifier: Apache-2.0
#include "platform/list/engine.hpp"

#include <chrono>

#include "fmt/format.h"
#include "platform/list/row_writer.hpp"

namespace steward::platform {
namespace {

/// A total that took longer than this to count may lag.
constexpr std::chrono::milliseconds kDearCount{3};
/// Pages from here on are found by marks.
constexpr std::int64_t kDeepOffset = 1000;

/// Names what is remembered. Row-level security narrows by location even where the statement does not, so the locations
/// belong to the name; the organizations are among the parameters.
std::string NameOf(const std::string& statement, const db::Params& params, const TenantScope& scope) {
  std::string name = fmt::format("{}\x1d{}", statement, fmt::join(scope.locations, ","));
  for (const auto& param : params) name += fmt::format("\x1f{}", param.value_or("\x1e"));
  return name;
}

}  // namespace

Result<ListQuery> ListEngine::Compile(const contract::Operation& operation, const ListParameters& parameters,
                                      const std::vector<Condition>& bindings, const TenantScope& scope) {
  std::call_once(views_loaded_, [this] {
    const auto rows = pools_.provider.Acquire()->Query(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid where c.relnamespace = "
        "'api'::regnamespace and a.attname = 'scope_location'");
    for (int i = 0; i < rows.Count(); ++i) located_views_.insert(rows.Text(i, "relname"));
  });
  if (located_views_.contains(operation.view)) return CompileList(operation, parameters, bindings, scope);
  TenantScope company = scope;  // rows of the whole company; what locations hide in them, row-level security hides
  company.locations.clear();
  return CompileList(operation, parameters, bindings, company);
}

db::Rows ListEngine::Run(const db::Statement& statement, const TenantScope& scope) {
  if (scope.all) return pools_.provider.Acquire()->Query(statement.sql, statement.params, statement.format);
  // The second wall: the role's policies read what may be seen from these settings.
  auto& pool = scope.locations.empty() ? pools_.tenant : pools_.location;
  auto rows = pool.Acquire()->Pipeline(
      {{"select set_config('app.organizations', $1, true), set_config('app.locations', $2, true)",
        {fmt::format("{}", fmt::join(scope.organizations, ",")), fmt::format("{}", fmt::join(scope.locations, ","))}},
       statement});
  return std::move(rows.back());
}

std::int64_t ListEngine::Total(const ListQuery& query, const TenantScope& scope) {
  const db::Statement count = query.CountStatement();
  const std::string list = NameOf(count.sql, count.params, scope);
  const auto start = ListCache::Clock::now();
  if (const auto known = cache_.Total(list, start)) return *known;
  const auto version = cache_.Current();
  const std::int64_t total = Run(count, scope).Int(0, "total");
  const auto end = ListCache::Clock::now();
  const auto cost = end - start > kDearCount ? end - start : ListCache::Clock::duration::zero();
  cache_.RememberTotal(list, total, version, cost, end);
  return total;
}

std::optional<db::Rows> ListEngine::MarkedPage(const ListQuery& query, const TenantScope& scope) {
  const std::string list = NameOf(query.OrderedSql(), query.params, scope);
  const auto now = ListCache::Clock::now();
  auto mark = cache_.NearestMark(list, query.offset, now);
  if (!mark || query.offset - mark->position > ListCache::kMarkStep) {
    const auto version = cache_.Current();
    const auto rows = Run(query.MarksStatement(mark ? &*mark : nullptr, ListCache::kMarkStep), scope);
    std::vector<Mark> found;
    found.reserve(static_cast<std::size_t>(rows.Count()));
    const std::int64_t base = mark ? mark->position : 0;
    for (int i = 0; i < rows.Count(); ++i)
      found.push_back({base + rows.Int(i, "position"), rows.Text(i, "value"), rows.Text(i, "key")});
    if (!found.empty()) mark = found.back();
    cache_.RememberMarks(list, std::move(found), version, now);
  }
  if (!mark) return std::nullopt;
  auto page = Run(query.PageStatement(*mark), scope);
  if (page.Count() < query.limit) return std::nullopt;
  return page;
}

db::Rows ListEngine::Fetch(const ListQuery& query, const TenantScope& scope) {
  if (query.offset >= kDeepOffset && query.Markable()) {
    if (auto page = MarkedPage(query, scope)) return *page;
  }
  return Run(query.PageStatement(), scope);
}

std::string ListEngine::Page(const ListQuery& query, const TenantScope& scope) {
  const db::Rows page = Fetch(query, scope);
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
  const auto rows = Run(query.PageStatement(), scope);
  if (rows.Count() == 0) return {};
  std::string out = R"({"data":)";
  RowWriter(rows, query.columns).AppendObject(out, 0);
  out.push_back('}');
  return out;
}

std::string ListEngine::Csv(const ListQuery& query, const TenantScope& scope) {
  const auto rows = Fetch(query, scope);
  std::string out = "\xEF\xBB\xBF";
  for (const auto& column : query.columns) {
    if (&column != query.columns.data()) out.push_back(',');
    out += column.property != nullptr ? column.property->name : column.expand->property;
  }
  out += "\r\n";
  const RowWriter writer(rows, query.columns);
  for (int row = 0; row < rows.Count(); ++row) writer.AppendCsv(out, row);
  return out;
}

}  // namespace steward::platform
