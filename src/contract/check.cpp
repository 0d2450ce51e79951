// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "contract/contract.hpp"
#include "fmt/format.h"

namespace steward::contract {
namespace {

using nlohmann::json;

std::string Join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

Result<json> CheckScalar(Kind kind, const Property& property, const json& value, const std::string& path) {
  const auto wrong = [&](std::string_view expected) {
    return FailProperty(path, fmt::format("{} must be {}.", path, expected));
  };
  const auto in_range = [&]() -> Result<json> {
    const bool has_top = property.maximum != std::numeric_limits<std::int64_t>::max();
    if (value >= property.minimum && (!has_top || value <= property.maximum)) return value;
    if (!has_top) return wrong(fmt::format("at least {}", property.minimum));
    return wrong(fmt::format("between {} and {}", property.minimum, property.maximum));
  };
  switch (kind) {
    case Kind::kInteger: {
      if (!value.is_number_integer()) return wrong("a whole number");
      if (value.is_number_unsigned() &&
          value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return wrong("a whole number below 2^63");
      }
      return in_range();
    }
    case Kind::kNumber:
      if (!value.is_number()) return wrong("a number");
      return in_range();
    case Kind::kBoolean:
      if (!value.is_boolean()) return wrong("true or false");
      return value;
    case Kind::kUuid:
      if (!value.is_string() || !IsUuid(value.get_ref<const std::string&>()))
        return wrong("a uid like 6d3f2c1a-0b4e-4c57-9d0f-1a2b3c4d5e6f");
      return value;
    case Kind::kDate:
    case Kind::kDateTime:
      if (!value.is_string() || !IsIsoDateTime(value.get_ref<const std::string&>()))
        return wrong("a date like 2026-01-31 (with a time for date-times)");
      return value;
    case Kind::kEnum: {
      if (!value.is_string()) return wrong("one of the words of the contract");
      for (const auto word : property.words) {
        if (SameNoCase(word, value.get_ref<const std::string&>())) return json(word);
      }
      return wrong(fmt::format("one of: {}", fmt::join(property.words, ", ")));
    }
    case Kind::kString: {
      if (value.is_number()) return CheckScalar(kind, property, value.dump(), path);  // clients send codes as numbers
      if (!value.is_string()) return wrong("a text");
      const auto size = static_cast<std::int64_t>(value.get_ref<const std::string&>().size());
      if (value.get_ref<const std::string&>().find('\0') != std::string::npos)
        return wrong("a text without NUL characters");
      if (size < property.min_length) return wrong(fmt::format("at least {} characters long", property.min_length));
      if (size > std::min<std::int64_t>(property.max_length, 65536)) return wrong("shorter");
      return value;
    }
    case Kind::kObject:
    case Kind::kArray:
    case Kind::kAny:
      break;
  }
  return value;
}

/// `known`: values that are equal to those of this object were here before and pass as they are.
Result<json> CheckObject(const Schema& schema, const json& body, const std::string& path,
                         const json& known = json::object()) {
  if (!body.is_object())
    return FailProperty(path, fmt::format("{} must be a JSON object.", path.empty() ? "The body" : path));
  json out = json::object();
  for (const auto& [name, value] : body.items()) {
    const Property* property = FindProperty(schema, name);
    if (property == nullptr || property->read_only) continue;
    if (const auto before = known.find(property->name); before != known.end() && *before == value) {
      out[std::string(property->name)] = value;
      continue;
    }
    auto checked = CheckValue(*property, value, Join(path, property->name));
    if (!checked) return tl::unexpected(checked.error());
    out[std::string(property->name)] = std::move(*checked);
  }
  for (const Property& property : schema.properties) {
    if (property.required && !property.read_only && !out.contains(property.name)) {
      const std::string where = Join(path, property.name);
      return FailProperty(where, fmt::format("{} is required.", where));
    }
  }
  return out;
}

/// Finds the property a JSON pointer names and rewrites its segments in the contract's spelling.
Result<std::string> ResolvePointer(const Schema& schema, const std::string& pointer) {
  if (pointer.empty() || pointer[0] != '/') return FailProperty(pointer, "path must be a JSON pointer like /name.");
  const Schema* current = &schema;
  bool free_form = false;
  std::string resolved;
  std::size_t start = 1;
  while (start <= pointer.size()) {
    const std::size_t end = std::min(pointer.find('/', start), pointer.size());
    const std::string segment = pointer.substr(start, end - start);
    start = end + 1;
    if (free_form) {
      resolved += "/" + segment;
      continue;
    }
    const Property* property = FindProperty(*current, segment);
    if (property == nullptr)
      return FailProperty(pointer, fmt::format("{} has no property {}.", current->name, segment));
    if (property->read_only) return FailProperty(pointer, fmt::format("{} is read-only.", property->name));
    resolved += fmt::format("/{}", property->name);
    current = property->schema;
    free_form = current == nullptr || property->kind == Kind::kArray;
  }
  return resolved;
}

/// Creates the objects above the last segment, as the published interface does.
void CreateParents(json& document, const std::string& pointer) {
  json* node = &document;
  std::size_t start = 1;
  for (std::size_t end = pointer.find('/', start); end != std::string::npos; end = pointer.find('/', start)) {
    json& child = node->is_object() ? (*node)[pointer.substr(start, end - start)] : *node;
    if (child.is_null()) child = json::object();
    node = &child;
    start = end + 1;
  }
}

}  // namespace

const Property* FindProperty(const Schema& schema, std::string_view name) {
  const auto found = std::find_if(schema.properties.begin(), schema.properties.end(),
                                  [&](const Property& p) { return SameNoCase(p.name, name); });
  return found == schema.properties.end() ? nullptr : &*found;
}

Result<json> CheckValue(const Property& property, const json& value, const std::string& path) {
  if (value.is_null()) {
    if (property.nullable || !property.required) return value;
    return FailProperty(path, fmt::format("{} must not be null.", path));
  }
  if (property.kind == Kind::kObject) {
    if (property.schema != nullptr) return CheckObject(*property.schema, value, path);
    if (!value.is_object()) return FailProperty(path, fmt::format("{} must be a JSON object.", path));
    return value;
  }
  if (property.kind != Kind::kArray) return CheckScalar(property.kind, property, value, path);
  if (!value.is_array()) return FailProperty(path, fmt::format("{} must be a JSON array.", path));
  json out = json::array();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = fmt::format("{}[{}]", path, i);
    auto item = property.item_kind == Kind::kObject && property.schema != nullptr
                    ? CheckObject(*property.schema, value[i], where)
                    : CheckScalar(property.item_kind, property, value[i], where);
    if (!item) return tl::unexpected(item.error());
    out.push_back(std::move(*item));
  }
  return out;
}

Result<json> CheckBody(const Schema& schema, const json& body) {
  return CheckObject(schema, body, "");
}

json WithDefaults(const Schema& schema, const json& object) {
  json out = object;
  for (const Property& property : schema.properties) {
    json& value = out[std::string(property.name)];
    if (value.is_null() && !property.fallback.empty()) value = json::parse(property.fallback);
    const bool nests = property.kind == Kind::kObject && property.schema != nullptr && !property.nullable;
    if (nests && (value.is_null() || value.is_object()))
      value = WithDefaults(*property.schema, value.is_null() ? json::object() : value);
    else if (property.kind == Kind::kArray && value.is_null() && !property.nullable)
      value = json::array();
  }
  return out;
}

Result<json> ApplyPatch(const Schema& schema, const json& current, const json& patch) {
  if (!patch.is_array() || patch.empty())
    return FailProperty("", "The body must be a non-empty JSON array of patch operations.");
  json document = current;
  for (std::size_t i = 0; i < patch.size(); ++i) {
    const json& step = patch[i];
    const std::string where = fmt::format("[{}]", i);
    if (!step.is_object() || !step.value("op", json()).is_string() || !step.value("path", json()).is_string()) {
      return FailProperty(where, "Every patch operation needs the texts op and path.");
    }
    json resolved = {{"op", step["op"]}};
    for (const char* key : {"path", "from"}) {
      if (!step.contains(key)) continue;
      if (!step[key].is_string())
        return FailProperty(where + "." + key, fmt::format("{} must be a JSON pointer.", key));
      auto pointer = ResolvePointer(schema, step[key].get<std::string>());
      if (!pointer) return tl::unexpected(pointer.error());
      resolved[key] = *pointer;
    }
    if (step.contains("value")) resolved["value"] = step["value"];
    const std::string op = step["op"].get<std::string>();
    if (op == "replace" || op == "add") {
      if (!step.contains("value")) return FailProperty(where + ".value", fmt::format("{} needs a value.", op));
      CreateParents(document, resolved["path"].get<std::string>());
      if (op == "replace" && !document.contains(json::json_pointer(resolved["path"].get<std::string>())))
        resolved["op"] = "add";
    }
    try {
      document = document.patch(json::array({resolved}));
    } catch (const json::exception& error) {
      return FailProperty(resolved["path"].get<std::string>(),
                          fmt::format("Patch operation {} cannot be applied: {}", i, error.what()));
    }
  }
  return CheckObject(schema, document, "", current);
}

}  // namespace steward::contract
