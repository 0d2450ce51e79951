// SPDX-License-Identifier: Apache-2.0
#include "platform/list/filter.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"
#include "platform/list/lenient_json.hpp"

namespace steward::platform {
namespace {

using contract::Kind;
using contract::Property;
using contract::Schema;

/// PostgreSQL type that a value of the kind has inside a jsonb column.
std::string_view SqlType(Kind kind) {
  switch (kind) {
    case Kind::kUuid:
      return "uuid";
    case Kind::kInteger:
      return "bigint";
    case Kind::kNumber:
      return "double precision";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kDateTime:
      return "timestamptz";
    case Kind::kDate:
      return "date";
    case Kind::kString:
    case Kind::kEnum:
    case Kind::kObject:
    case Kind::kAny:
    case Kind::kArray:
      return "text";
  }
  return "text";
}

/// The number in the one spelling that both SQL and JSON take, or nothing.
template <typename T>
std::optional<std::string> Spelled(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(static_cast<double>(value))) {
    return std::nullopt;
  }
  return fmt::format("{}", value);
}

std::string JsonText(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class Compiler {
 public:
  Compiler(const Schema& schema, db::Params& params) : schema_(schema), params_(params) {}

  Result<std::string> All(const LenientValue& items, std::string_view glue) {
    std::string out;
    for (const auto& item : items.items) {
      auto condition = Node(item);
      if (!condition) return condition;
      out += fmt::format("{}({})", out.empty() ? std::string() : fmt::format(" {} ", glue), *condition);
    }
    return out;
  }

 private:
  static tl::unexpected<Error> Wrong(const LenientValue& where, const std::string& property,
                                     const std::string& message) {
    Error error{.code = ErrorCode::kInvalid,
                .message = fmt::format("filter: {} (position {}).", message, where.position),
                .property = property};
    error.parameter = "filter";
    return tl::unexpected(std::move(error));
  }

  std::string Bind(std::string value) {
    params_.emplace_back(std::move(value));
    return fmt::format("${}", params_.size());
  }

  Result<std::string> Node(const LenientValue& node) {
    if (node.type != LenientValue::Type::kObject) return Wrong(node, "", "every condition must be an object");
    const LenientValue* operation = node.Find("operation");
    if (operation == nullptr || operation->type != LenientValue::Type::kString)
      return Wrong(node, "", "a condition needs an operation");
    if (operation->text == "or" || operation->text == "and" || operation->text == "not" ||
        operation->text == "exclusiveOr") {
      return Group(node, *operation);
    }
    const LenientValue* property = node.Find("property");
    if (property == nullptr || property->type != LenientValue::Type::kString || property->text.empty()) {
      return Wrong(node, "", fmt::format("operation {} needs a property", operation->text));
    }
    auto target = ResolveProperty(schema_, property->text, "filter", property->position);
    if (!target) return tl::unexpected(target.error());
    const LenientValue missing{.position = node.position};
    const LenientValue* value = node.Find("value");
    const LenientValue* collation = node.Find("collation");
    if (collation != nullptr && collation->type == LenientValue::Type::kString && !collation->text.empty() &&
        collation->text != "ordinal" && collation->text != "ignorecase" && collation->text != "lexicographic") {
      return Wrong(*collation, property->text,
                   fmt::format("unknown collation {}; use ordinal, ignorecase or lexicographic", collation->text));
    }
    const bool fold = collation != nullptr && collation->text == "ignorecase";
    return Condition({*target, property->text, operation->text, fold}, value != nullptr ? *value : missing, *operation);
  }

  Result<std::string> Group(const LenientValue& node, const LenientValue& operation) {
    const LenientValue* items = node.Find("items");
    if (items == nullptr || items->type != LenientValue::Type::kArray || items->items.empty()) {
      return Wrong(node, "", fmt::format("operation {} needs a non-empty array items", operation.text));
    }
    if (operation.text == "exclusiveOr") {
      std::string count;
      for (const auto& item : items->items) {
        auto condition = Node(item);
        if (!condition) return condition;
        count += fmt::format("{}coalesce(({})::int, 0)", count.empty() ? "" : " + ", *condition);
      }
      return fmt::format("({}) = 1", count);
    }
    auto inner = All(*items, operation.text == "or" ? "or" : "and");
    if (!inner) return inner;
    return operation.text == "not" ? fmt::format("not coalesce(({}), false)", *inner) : *inner;
  }

  struct Leaf {
    PropertyTarget target;
    std::string property;
    std::string operation;
    bool fold;
  };

  Result<std::string> Condition(const Leaf& leaf, const LenientValue& value, const LenientValue& operation) {
    static constexpr std::pair<std::string_view, std::string_view> kComparisons[] = {
        {"lessThan", "<"}, {"lessThanOrEqual", "<="}, {"greaterThan", ">"}, {"greaterThanOrEqual", ">="}};
    if (leaf.target.kind == Kind::kArray) return ArrayCondition(leaf, value, operation);
    if (leaf.target.kind == Kind::kObject)
      return Wrong(operation, leaf.property, fmt::format("{} is an object; name one of its properties", leaf.property));
    if (leaf.operation == "equals" || leaf.operation == "notEquals") return Equality(leaf, value);
    if (leaf.operation == "in" || leaf.operation == "subset") return In(leaf, value);
    if (leaf.operation == "contains" || leaf.operation == "superset") return Contains(leaf, value);
    for (const auto& [word, sign] : kComparisons) {
      if (leaf.operation != word) continue;
      if (leaf.target.kind == Kind::kBoolean)
        return Wrong(operation, leaf.property, fmt::format("{} has no order", leaf.property));
      auto text = Scalar(leaf, leaf.target.kind, value);
      if (!text) return text;
      return fmt::format("{} {} {}", Left(leaf), sign, Right(leaf, *text));
    }
    return Wrong(
        operation, leaf.property,
        fmt::format(
            "unknown operation {}; use equals, notEquals, in, contains, subset, superset, lessThan, lessThanOrEqual, "
            "greaterThan, greaterThanOrEqual, and, or, not or exclusiveOr",
            leaf.operation));
  }

  static bool Folds(const Leaf& leaf) { return leaf.fold && leaf.target.kind == Kind::kString; }
  static std::string Left(const Leaf& leaf) {
    return Folds(leaf) ? fmt::format("lower({})", leaf.target.sql) : leaf.target.sql;
  }
  std::string Right(const Leaf& leaf, std::string text) {
    const std::string bound = Bind(std::move(text));
    return Folds(leaf) ? fmt::format("lower({})", bound) : bound;
  }

  Result<std::string> Equality(const Leaf& leaf, const LenientValue& value) {
    const bool equal = leaf.operation == "equals";
    if (value.type == LenientValue::Type::kNull)
      return fmt::format("{} is {}null", leaf.target.sql, equal ? "" : "not ");
    auto text = Scalar(leaf, leaf.target.kind, value);
    if (!text) return text;
    return fmt::format("{} {} {}", Left(leaf), equal ? "=" : "is distinct from", Right(leaf, *text));
  }

  Result<std::string> In(const Leaf& leaf, const LenientValue& value) {
    auto texts = Texts(leaf, leaf.target.kind, value);
    if (!texts) return tl::unexpected(texts.error());
    std::string list;
    for (auto& text : *texts) list += fmt::format("{}{}", list.empty() ? "" : ", ", Right(leaf, std::move(text)));
    return list.empty() ? std::string("false") : fmt::format("{} in ({})", Left(leaf), list);
  }

  /// Part of a text; on other kinds the value must be equal.
  Result<std::string> Contains(const Leaf& leaf, const LenientValue& value) {
    if (leaf.target.kind != Kind::kString && leaf.target.kind != Kind::kEnum)
      return Equality({leaf.target, leaf.property, "equals", false}, value);
    if (value.type == LenientValue::Type::kArray || value.type == LenientValue::Type::kObject ||
        value.type == LenientValue::Type::kNull) {
      return Wrong(value, leaf.property, fmt::format("{} needs a text to look for", leaf.property));
    }
    std::string pattern = "%";
    for (const char c : value.text) {
      if (c == '%' || c == '_' || c == '\\') pattern.push_back('\\');
      pattern.push_back(c);
    }
    pattern.push_back('%');
    const std::string column = leaf.target.kind == Kind::kEnum ? leaf.target.sql + "::text" : leaf.target.sql;
    return fmt::format("{} {} {}", column, leaf.fold ? "ilike" : "like", Bind(std::move(pattern)));
  }

  Result<std::string> ArrayCondition(const Leaf& leaf, const LenientValue& value, const LenientValue& operation) {
    static constexpr std::pair<std::string_view, std::string_view> kSigns[] = {
        {"contains", "@>"}, {"superset", "@>"}, {"subset", "<@"},
        {"in", "<@"},       {"equals", "="},    {"notEquals", "is distinct from"}};
    for (const auto& [word, sign] : kSigns) {
      if (leaf.operation != word) continue;
      if (value.type == LenientValue::Type::kNull && (word == "equals" || word == "notEquals")) {
        return fmt::format("{} is {}null", leaf.target.sql, word == "equals" ? "" : "not ");
      }
      auto texts = Texts(leaf, leaf.target.item_kind, value);
      if (!texts) return tl::unexpected(texts.error());
      const bool bare = leaf.target.item_kind == Kind::kInteger || leaf.target.item_kind == Kind::kNumber ||
                        leaf.target.item_kind == Kind::kBoolean;
      std::string array;
      for (const auto& text : *texts)
        array += fmt::format("{}{}", array.empty() ? "" : ",", bare ? text : JsonText(text));
      return fmt::format("{} {} {}::jsonb", leaf.target.sql, sign, Bind(fmt::format("[{}]", array)));
    }
    return Wrong(
        operation, leaf.property,
        fmt::format("operation {} does not fit a list; use contains, superset, subset or equals", leaf.operation));
  }

  Result<std::vector<std::string>> Texts(const Leaf& leaf, Kind kind, const LenientValue& value) {
    std::vector<std::string> out;
    if (value.type != LenientValue::Type::kArray) {
      auto text = Scalar(leaf, kind, value);
      if (!text) return tl::unexpected(text.error());
      out.push_back(*text);
      return out;
    }
    for (const auto& item : value.items) {
      auto text = Scalar(leaf, kind, item);
      if (!text) return tl::unexpected(text.error());
      out.push_back(*text);
    }
    return out;
  }

  static Result<std::string> Scalar(const Leaf& leaf, Kind kind, const LenientValue& value) {
    const auto wrong = [&](std::string_view expected) {
      return Wrong(value, leaf.property, fmt::format("{} needs {} as its value", leaf.property, expected));
    };
    if (value.type == LenientValue::Type::kNull || value.type == LenientValue::Type::kArray ||
        value.type == LenientValue::Type::kObject) {
      return wrong("a single value");
    }
    const std::string& text = value.text;
    switch (kind) {
      case Kind::kUuid:
        if (!IsUuid(text)) return wrong("a uid");
        break;
      case Kind::kInteger:
        if (auto number = Spelled<std::int64_t>(text)) return *number;
        return wrong("a whole number");
      case Kind::kNumber:
        if (auto number = Spelled<double>(text)) return *number;
        return wrong("a number");
      case Kind::kBoolean:
        if (SameNoCase(text, "true")) return std::string("true");
        if (SameNoCase(text, "false")) return std::string("false");
        return wrong("true or false");
      case Kind::kDateTime:
      case Kind::kDate: {
        std::string fixed = text;
        // Behind the minutes a space is the '+' of an offset that a query string turned into one.
        if (fixed.size() > 16) std::replace(fixed.begin() + 16, fixed.end(), ' ', '+');
        if (!IsIsoDateTime(fixed)) return wrong("a date like 2026-01-31 or 2026-01-31T05:04:03Z");
        return fixed;
      }
      case Kind::kEnum: {
        for (const auto word : leaf.target.words) {
          if (SameNoCase(word, text)) return std::string(word);
        }
        return wrong(fmt::format("one of {}", fmt::join(leaf.target.words, ", ")));
      }
      case Kind::kString:
      case Kind::kObject:
      case Kind::kAny:
      case Kind::kArray:
        break;
    }
    return text;
  }

  const Schema& schema_;
  db::Params& params_;
};

/// Walks into a jsonb column along the remaining segments of a property path.
Result<PropertyTarget> ResolveNested(const Schema* schema, const std::string& column, std::string rest,
                                     const std::string& whole, const std::string& parameter, std::size_t position) {
  std::string steps;
  while (true) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    const Property* property = schema != nullptr ? FindProperty(*schema, rest.substr(0, dot)) : nullptr;
    if (property == nullptr) {
      Error error{.code = ErrorCode::kInvalid,
                  .message = fmt::format("{}: there is no property {} (position {}).", parameter, whole, position),
                  .property = whole};
      error.parameter = parameter;
      return tl::unexpected(std::move(error));
    }
    steps += fmt::format("{}{}", steps.empty() ? "" : ",", property->name);
    if (dot >= rest.size()) {
      const bool composite = property->kind == Kind::kArray || property->kind == Kind::kObject;
      std::string sql = fmt::format("({} {} {})", column, composite ? "#>" : "#>>", QuoteLiteral("{" + steps + "}"));
      if (!composite && SqlType(property->kind) != "text") sql = fmt::format("({}::{})", sql, SqlType(property->kind));
      return PropertyTarget{
          .sql = sql, .kind = property->kind, .item_kind = property->item_kind, .words = property->words, .json = true};
    }
    schema = property->schema;
    rest = rest.substr(dot + 1);
  }
}

}  // namespace

std::string QuoteName(std::string_view name) {
  return fmt::format("\"{}\"", name);
}

std::string QuoteLiteral(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out.push_back('\'');
    out.push_back(c);
  }
  return out + "'";
}

Result<PropertyTarget> ResolveProperty(const Schema& schema, const std::string& path, const std::string& parameter,
                                       std::size_t position) {
  const std::size_t dot = std::min(path.find('.'), path.size());
  const std::string first = path.substr(0, dot);
  const std::string rest = dot < path.size() ? path.substr(dot + 1) : std::string();
  if (first == "_embedded" && !rest.empty()) {
    for (const contract::Expand& expand : schema.expands) {
      const std::string prefix = std::string(expand.property) + ".";
      if (expand.flat && expand.schema != nullptr &&
          FindProperty(*expand.schema, rest.substr(0, rest.find('.'))) != nullptr) {
        return ResolveNested(expand.schema, QuoteName(expand.column), rest, path, parameter, position);
      }
      if (!expand.flat && rest.starts_with(prefix)) {
        return ResolveNested(expand.schema, QuoteName(expand.column), rest.substr(prefix.size()), path, parameter,
                             position);
      }
    }
  }
  const Property* property = FindProperty(schema, first);
  if (property == nullptr || first == "_embedded" || (!rest.empty() && property->schema == nullptr)) {
    return ResolveNested(nullptr, "", path, path, parameter, position);
  }
  if (!rest.empty()) return ResolveNested(property->schema, QuoteName(property->name), rest, path, parameter, position);
  return PropertyTarget{.sql = QuoteName(property->name),
                        .kind = property->kind,
                        .item_kind = property->item_kind,
                        .words = property->words,
                        .json = property->kind == Kind::kArray};
}

Result<std::string> CompileFilter(const Schema& schema, const std::string& text, db::Params& params) {
  if (text.empty()) return std::string();
  auto parsed = ParseLenientJson(text, "filter");
  if (!parsed) return tl::unexpected(parsed.error());
  if (parsed->type == LenientValue::Type::kObject) {  // one bare condition, as some clients send it
    LenientValue list{.type = LenientValue::Type::kArray};
    list.items.push_back(std::move(*parsed));
    *parsed = std::move(list);
  }
  if (parsed->type != LenientValue::Type::kArray)
    return FailParameter("filter", "filter must be a JSON array of conditions (position 0).");
  return Compiler(schema, params).All(*parsed, "and");
}

}  // namespace steward::platform
