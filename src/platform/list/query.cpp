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

constexpr std::int64_t kDeepOffset = 1000;

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

/// True when rows of this schema belong to a location (their views carry scope_location).
bool HasLocation(const Schema& schema) {
  return FindProperty(schema, "locationUid") != nullptr;
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

Result<std::string> CompileSort(const contract::Operation& operation, const std::string& text, const std::string& key) {
  const Schema& schema = *operation.schema;
  std::string order;
  std::string direction = "asc";
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
      direction = way != nullptr && way->text.starts_with("desc") ? "desc" : "asc";
      if (way != nullptr && way->text != "ascending" && way->text != "descending" && !way->text.empty()) {
        return FailParameter("sort",
                             fmt::format("direction must be ascending or descending at position {}.", way->position));
      }
      const LenientValue* collation = item.Find("collation");
      const bool fold = collation != nullptr && collation->text == "ignorecase" && target->kind == Kind::kString;
      order += fmt::format("{} {}, ", fold ? fmt::format("lower({})", target->sql) : target->sql, direction);
    }
  } else if (!operation.order.empty()) {
    order = fmt::format("{}, ", operation.order);
    direction = operation.order.ends_with("desc") ? "desc" : "asc";
  } else if (const Property* name = FindProperty(schema, "name"); name != nullptr) {
    order = "\"name\" asc, ";
  }
  return fmt::format(" order by {}{} {}", order, key, direction);
}

}  // namespace

std::string ListQuery::PageSql() const {
  const std::string page = fmt::format("{}{} limit {} offset {}", where, order, limit, offset);
  if (offset < kDeepOffset) return fmt::format("select {} from {}{}", select_list, from, page);
  // A deep page first finds its keys (an index alone can do that), then reads whole rows for those only.
  return fmt::format(
      "with page as materialized (select {0} as page_key from {1}{2}) select {3} from {1}{4} {0} in (select page_key "
      "from page){5} limit {6}",
      key, from, page, select_list, where.empty() ? " where" : where + " and", order, limit);
}

std::string ListQuery::CountSql() const {
  return fmt::format("select count(*) as total from {}{}", from, where);
}

Result<ListQuery> CompileList(const contract::Operation& operation, const ListParameters& parameters,
                              const std::vector<Condition>& bindings, const TenantScope& scope) {
  const Schema& schema = *operation.schema;
  ListQuery query;
  query.limit = parameters.limit;
  query.offset = parameters.offset;
  query.from = fmt::format("api.{}", operation.view);
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
  if (!scope.locations.empty() && HasLocation(schema)) {
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
