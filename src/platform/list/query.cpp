// SPDX-License-Identifier: Apache-2.0
#include "platform/list/query.hpp"

#include <algorithm>
#include <set>

#include "fmt/format.h"
#include "platform/list/filter.hpp"
#include "platform/list/lenient_json.hpp"

namespace steward::platform {
namespace {

using contract::Expand;
using contract::Kind;
using contract::Property;
using contract::Schema;

/// Skipping more rows than this reads keys before whole rows.
constexpr std::int64_t kLongSkip = 100;

/// What `select` asks for: whole properties, or parts of nested ones.
struct Selection {
  bool all = true;
  std::map<std::string, std::set<std::string>, std::less<>> parts;  ///< property -> sub-paths; empty set = whole
};

Result<Selection> ParseSelect(const Schema& schema, const std::string& text) {
  Selection selection;
  if (text.empty()) return selection;
  auto parsed = ParseLenientJson(text, "select");
  if (!parsed) return tl::unexpected(parsed.error());
  if (parsed->type != LenientValue::Type::kArray)
    return FailParameter("select", "select must be a JSON array of {propertyPath}.");
  for (const auto& item : parsed->items) {
    const LenientValue* path = item.Find("propertyPath");
    if (path == nullptr || path->type != LenientValue::Type::kString) {
      return FailParameter("select",
                           fmt::format("select needs {{\"propertyPath\": \"...\"}} at position {}.", item.position));
    }
    const std::size_t dot = std::min(path->text.find('.'), path->text.size());
    const Property* property = FindProperty(schema, path->text.substr(0, dot));
    if (property == nullptr && path->text.substr(0, dot) != "_embedded") continue;  // unknown paths are ignored
    selection.all = false;
    auto& parts = selection.parts[property != nullptr ? std::string(property->name) : "_embedded"];
    if (dot < path->text.size() && (property == nullptr || property->kind == Kind::kObject))
      parts.insert(path->text.substr(dot + 1));
  }
  return selection;
}

/// A jsonb expression that keeps only the named members (one level) of an object column.
std::string PartialObject(const std::string& column, const std::set<std::string>& parts) {
  std::string members;
  for (const auto& part : parts) {
    const std::string name = part.substr(0, part.find('.'));
    members += fmt::format("{}{}, {}->{}", members.empty() ? "" : ", ", QuoteLiteral(name), column, QuoteLiteral(name));
  }
  return fmt::format("case when {0} is not null then jsonb_build_object({1}) end", column, members);
}

Result<std::vector<OrderTerm>> CompileSort(const contract::Operation& operation, const std::string& text,
                                           const std::string& key) {
  const Schema& schema = *operation.schema;
  std::vector<OrderTerm> order;
  if (!text.empty()) {
    auto parsed = ParseLenientJson(text, "sort");
    if (!parsed) return tl::unexpected(parsed.error());
    if (parsed->type != LenientValue::Type::kArray)
      return FailParameter("sort", "sort must be a JSON array of {property, direction}.");
    for (const auto& item : parsed->items) {
      const LenientValue* name = item.Find("property");
      if (name == nullptr)
        return FailParameter("sort", fmt::format("sort needs a property at position {}.", item.position));
      auto target = ResolveProperty(schema, name->text, "sort", name->position);
      if (!target) return tl::unexpected(target.error());
      const LenientValue* way = item.Find("direction");
      if (way != nullptr && way->text != "ascending" && way->text != "descending" && !way->text.empty()) {
        return FailParameter("sort",
                             fmt::format("direction must be ascending or descending at position {}.", way->position));
      }
      const LenientValue* collation = item.Find("collation");
      const bool fold = collation != nullptr && collation->text == "ignorecase" && target->kind == Kind::kString;
      order.push_back({fold ? fmt::format("lower({})", target->sql) : target->sql,
                       way != nullptr && way->text.starts_with("desc")});
    }
  } else if (!operation.order.empty()) {
    for (const auto& [column, descending] : operation.order) order.push_back({QuoteName(column), descending});
  } else if (FindProperty(schema, "name") != nullptr) {
    order.push_back({QuoteName("name"), false});
  }
  const bool descending = !order.empty() && order.back().descending;
  order.push_back({key, descending});
  return order;
}

}  // namespace

bool ListQuery::Markable() const {
  return order.size() == 2 && order[0].descending == order[1].descending && order[0].sql != key;
}

std::string ListQuery::OrderSql() const {
  std::string out;
  for (const auto& [sql, descending] : order)
    out += fmt::format("{}{} {}", out.empty() ? " order by " : ", ", sql, descending ? "desc" : "asc");
  return out;
}

std::string ListQuery::OrderedSql() const {
  return from + where + OrderSql();
}

std::string ListQuery::FromMark(const Mark& mark, db::Params& values) const {
  values.emplace_back(mark.value);
  values.emplace_back(mark.key);
  return fmt::format("{} ({}, {}) {} (${}, ${})", where.empty() ? " where" : where + " and", order[0].sql, key,
                     order[0].descending ? "<=" : ">=", values.size() - 1, values.size());
}

db::Statement ListQuery::Page(const std::string& condition, db::Params values, std::int64_t skip) const {
  const std::string by = OrderSql();
  const std::string page = fmt::format("{}{} limit {} offset {}", condition, by, limit, skip);
  if (skip < kLongSkip)
    return {fmt::format("select {} from {}{}", select_list, from, page), std::move(values), db::Format::kBinary};
  // After a long skip the keys come first (an index alone can find them), then whole rows for those only.
  return {fmt::format("with page as materialized (select {0} as page_key from {1}{2}) select {3} from {1}{4} {0} in "
                      "(select page_key from page){5} limit {6}",
                      key, from, page, select_list, condition.empty() ? " where" : condition + " and", by, limit),
          std::move(values), db::Format::kBinary};
}

db::Statement ListQuery::PageStatement() const {
  return Page(where, params, offset);
}

db::Statement ListQuery::PageStatement(const Mark& mark) const {
  db::Params values = params;
  const std::string condition = FromMark(mark, values);
  return Page(condition, std::move(values), offset - mark.position);
}

db::Statement ListQuery::CountStatement() const {
  return {fmt::format("select count(*) as total from {}{}", from, where), params};
}

db::Statement ListQuery::MarksStatement(const Mark* mark, std::int64_t step) const {
  db::Params values = params;
  const std::string condition = mark != nullptr ? FromMark(*mark, values) : where;
  const std::string by = OrderSql();
  return {
      fmt::format("select position, value, key from (select row_number() over ({0}) - 1 as position, ({1})::text as "
                  "value, ({2})::text as key from {3}{4}{0} limit {5}) as rows where position > 0 and position % {6} "
                  "= 0 and value is not null",
                  by, order[0].sql, key, from, condition, offset - (mark != nullptr ? mark->position : 0) + 1, step),
      std::move(values)};
}

Result<ListQuery> CompileList(const contract::Operation& operation, const ListParameters& parameters,
                              const std::vector<Condition>& bindings, const TenantScope& scope) {
  const Schema& schema = *operation.schema;
  ListQuery query;
  query.limit = parameters.limit;
  query.offset = parameters.offset;
  query.from = fmt::format("api.{}", operation.view);
  if (!operation.arguments.empty()) {
    query.params = parameters.arguments;
    query.params.resize(operation.arguments.size());
    std::string places;
    for (std::size_t i = 1; i <= query.params.size(); ++i) places += fmt::format("{}${}", i > 1 ? ", " : "", i);
    query.from += fmt::format("({})", places);
  }
  query.key = QuoteName(operation.sort_key.empty() ? "instanceUid" : operation.sort_key);

  auto selection = ParseSelect(schema, parameters.select);
  if (!selection) return tl::unexpected(selection.error());
  for (const Property& property : schema.properties) {
    const auto part = selection->parts.find(property.name);
    if (property.name == "_embedded" || (!selection->all && part == selection->parts.end())) continue;
    const std::string column = QuoteName(property.name);
    query.columns.push_back({.property = &property});
    query.select_list += query.select_list.empty() ? "" : ", ";
    query.select_list +=
        part != selection->parts.end() && !part->second.empty() ? PartialObject(column, part->second) : column;
  }
  for (const Expand& expand : schema.expands) {
    if (std::find(parameters.expand.begin(), parameters.expand.end(), expand.name) == parameters.expand.end()) continue;
    query.columns.push_back({.expand = &expand});
    query.select_list += (query.select_list.empty() ? "" : ", ") + QuoteName(expand.column);
  }

  std::vector<std::string> conditions;
  if (!scope.all) {
    if (scope.organizations.size() == 1) {
      query.params.emplace_back(scope.organizations.front());
      conditions.push_back(fmt::format("scope_organization = ${}::uuid", query.params.size()));
    } else {
      query.params.emplace_back(db::ArrayLiteral(scope.organizations));
      conditions.push_back(fmt::format("scope_organization = any(${}::uuid[])", query.params.size()));
    }
  }
  if (!scope.locations.empty()) {
    query.params.emplace_back(db::ArrayLiteral(scope.locations));
    conditions.push_back(fmt::format("scope_location = any(${}::uuid[])", query.params.size()));
  }
  for (const auto& [column, sign, value] : bindings) {
    query.params.emplace_back(value);
    conditions.push_back(fmt::format("{} {} ${}", QuoteName(column), sign, query.params.size()));
  }
  auto filter = CompileFilter(schema, parameters.filter, query.params);
  if (!filter) return tl::unexpected(filter.error());
  if (!filter->empty()) conditions.push_back(*filter);
  if (!conditions.empty()) query.where = fmt::format(" where {}", fmt::join(conditions, " and "));

  if (operation.kind == contract::OperationKind::kItem) return query;
  auto order = CompileSort(operation, parameters.sort, query.key);
  if (!order) return tl::unexpected(order.error());
  query.order = *order;
  return query;
}

}  // namespace steward::platform
