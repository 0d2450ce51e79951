// SPDX-License-Identifier: Apache-2.0
#include "pulse/document.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::pulse {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> kMethods = {"get", "post", "put", "patch", "delete"};
/// Words of a schema that Check looks at, and those that need no check.
constexpr std::array<std::string_view, 16> kKnownWords = {
    "type",      "enum",      "required", "properties", "additionalProperties",
    "items",     "minItems",  "maxItems", "minimum",    "maximum",
    "minLength", "maxLength", "format",   "$ref",       "description",
    "default"};

bool IsKnownWord(std::string_view word) {
  return std::find(kKnownWords.begin(), kKnownWords.end(), word) != kKnownWords.end();
}

std::vector<std::string> Segments(const std::string& path) {
  std::vector<std::string> segments;
  std::size_t at = 1;
  while (at <= path.size()) {
    const auto end = std::min(path.find('/', at), path.size());
    segments.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return segments;
}

bool IsVariable(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

/// Whether the path is of the form; fills in the variables.
bool Fits(const Document::Operation& operation, const std::vector<std::string>& segments,
          Document::PathValues& values) {
  if (operation.segments.size() != segments.size()) return false;
  values.clear();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string& form = operation.segments[i];
    if (!IsVariable(form)) {
      if (form != segments[i]) return false;
    } else {
      if (segments[i].empty()) return false;
      values[form.substr(1, form.size() - 2)] = segments[i];
    }
  }
  return true;
}

bool IsOfType(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

/// A type in words.
std::string Words(const std::string& type) {
  if (type == "object") return "an object";
  if (type == "array") return "a list";
  if (type == "string") return "a text";
  if (type == "integer") return "a whole number";
  if (type == "number") return "a number";
  return type == "boolean" ? "true or false" : type;
}

std::vector<std::string> TypesOf(const json& schema) {
  const auto type = schema.find("type");
  if (type == schema.end()) return {};
  if (type->is_string()) return {type->get<std::string>()};
  return type->get<std::vector<std::string>>();
}

std::string Named(const std::string& where) {
  return where.empty() ? "The body" : where;
}

tl::unexpected<Error> Wrong(const std::string& where, const std::string& what) {
  return FailProperty(where, fmt::format("{} {}.", Named(where), what));
}

std::string Inside(const std::string& where, const std::string& name) {
  return where.empty() ? name : fmt::format("{}.{}", where, name);
}

/// Characters of a UTF-8 text.
std::size_t Length(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

Status CheckText(const json& schema, const std::string& text, const std::string& where) {
  const auto length = Length(text);
  if (length < schema.value("minLength", std::size_t{0})) return Wrong(where, "must not be empty");
  if (const auto most = schema.find("maxLength"); most != schema.end() && length > most->get<std::size_t>()) {
    return Wrong(where, fmt::format("has {} characters, {} at most are possible", length, most->get<std::size_t>()));
  }
  const std::string format = schema.value("format", "");
  if (format == "uuid" && !IsUuid(text)) return Wrong(where, "must be a uuid");
  if (format == "date-time" && !IsIsoDateTime(text)) {
    return Wrong(where, "must be a day or time such as 2027-01-31 or 2027-01-31T00:00:00Z");
  }
  return {};
}

Status CheckNumber(const json& schema, const json& value, const std::string& where) {
  const auto least = schema.find("minimum");
  const auto most = schema.find("maximum");
  if (least != schema.end() && value.get<double>() < least->get<double>()) {
    return Wrong(where, fmt::format("must be at least {}", least->dump()));
  }
  if (most != schema.end() && value.get<double>() > most->get<double>()) {
    return Wrong(where, fmt::format("must be at most {}", most->dump()));
  }
  return {};
}

/// The text of a query or header as the value that the schema wants.
json ValueOf(const json& schema, const std::string& text) {
  if (schema.value("type", "") != "integer") return text;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return text;
  return number;
}

std::optional<std::string> Given(const Document::Parameter& parameter, const net::Request& request) {
  if (parameter.in == "query") {
    const auto* value = request.Query(parameter.name);
    return value == nullptr ? std::nullopt : std::optional(*value);
  }
  for (const auto& [name, value] : request.headers) {
    if (parameter.in == "header" && SameNoCase(name, parameter.name)) return value;
  }
  return std::nullopt;
}

}  // namespace

Document::Document(std::string_view text) : json_(json::parse(text)) {
  for (const auto& [name, schema] : json_.at("components").at("schemas").items()) CheckSchema(schema, name);
  for (const auto& [path, item] : json_.at("paths").items()) AddPath(path, item);
}

const json& Document::Resolve(const json& node) const {
  const auto reference = node.find("$ref");
  if (reference == node.end()) return node;
  const auto text = reference->get<std::string>();
  if (!text.starts_with("#/")) throw std::runtime_error("the interface's document refers outside itself: " + text);
  return Resolve(json_.at(json::json_pointer(text.substr(1))));
}

void Document::CheckSchema(const json& schema, const std::string& where) const {
  for (const auto& [word, value] : schema.items()) {
    const bool odd_format = word == "format" && value != "uuid" && value != "date-time";
    if (!IsKnownWord(word) || odd_format) {
      throw std::runtime_error(
          fmt::format("the interface's document says {} of {}, which is never checked", word, where));
    }
  }
  if (schema.contains("$ref")) Resolve(schema);
  if (const auto members = schema.find("properties"); members != schema.end()) {
    for (const auto& [name, member] : members->items()) CheckSchema(member, Inside(where, name));
  }
  if (const auto items = schema.find("items"); items != schema.end()) CheckSchema(*items, where + "[]");
}

void Document::AddPath(const std::string& path, const json& item) {
  for (const auto method : kMethods) {
    const auto declared = item.find(method);
    if (declared == item.end()) continue;
    Operation operation{.id = declared->at("operationId"), .path = path, .segments = Segments(path)};
    for (const char c : method) operation.method += static_cast<char>(c - 'a' + 'A');
    operation.anonymous = declared->contains("security") && declared->at("security").empty();
    AddParameters(operation, item);
    AddParameters(operation, *declared);
    if (const auto body = declared->find("requestBody"); body != declared->end()) {
      operation.body = &body->at("content").at("application/json").at("schema");
      operation.body_required = body->value("required", false);
      CheckSchema(*operation.body, operation.id);
    }
    AddAnswer(operation, declared->at("responses"));
    operations_.push_back(std::move(operation));
  }
}

void Document::AddParameters(Operation& operation, const json& owner) const {
  const auto list = owner.find("parameters");
  if (list == owner.end()) return;
  for (const auto& one : *list) {
    const json& parameter = Resolve(one);
    const json& schema = Resolve(parameter.at("schema"));
    CheckSchema(schema, operation.id);
    operation.parameters.push_back({.name = parameter.at("name"),
                                    .in = parameter.at("in"),
                                    .schema = &schema,
                                    .required = parameter.value("required", false)});
  }
}

void Document::AddAnswer(Operation& operation, const json& responses) const {
  for (const auto& [status, response] : responses.items()) {
    if (status.front() != '2') continue;
    operation.status = std::stoi(status);
    const json::json_pointer place("/content/application~1json/schema");
    if (response.contains(place)) operation.answer = &response.at(place);
  }
}

std::string Document::MethodsOf(const std::string& path) const {
  const auto segments = Segments(path);
  PathValues values;
  std::string methods;
  for (const Operation& operation : operations_) {
    if (Fits(operation, segments, values)) methods += (methods.empty() ? "" : ", ") + operation.method;
  }
  return methods;
}

Result<Document::Match> Document::Find(const std::string& method, const std::string& path) const {
  const auto segments = Segments(path);
  Match match;
  for (const Operation& operation : operations_) {
    if (operation.method != method || !Fits(operation, segments, match.path)) continue;
    match.operation = &operation;
    return match;
  }
  const auto methods = MethodsOf(path);
  if (methods.empty()) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("There is nothing at {}; /api/v1/openapi.json tells what there is.", path));
  }
  return Fail(ErrorCode::kMethodNotAllowed, fmt::format("{} is not possible here; use {}.", method, methods));
}

Status Document::CheckParameters(const Operation& operation, const net::Request& request) const {
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.in == "path") continue;  // what is no id is not found
    const auto given = Given(parameter, request);
    if (!given && !parameter.required) continue;
    const auto checked = Check(*parameter.schema, given ? ValueOf(*parameter.schema, *given) : json(), parameter.name);
    if (!checked) return FailParameter(parameter.name, checked.error().message);
  }
  return {};
}

Page Document::PageOf(const Operation& operation, const net::Request& request) const {
  Page page;
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.name != "limit" && parameter.name != "offset") continue;
    const auto given = Given(parameter, request);
    const auto value =
        given ? ValueOf(*parameter.schema, *given).get<std::int64_t>() : parameter.schema->value("default", 0);
    (parameter.name == "limit" ? page.limit : page.offset) = value;
  }
  return page;
}

Result<json> Document::ReadBody(const Operation& operation, const net::Request& request) const {
  if (operation.body == nullptr || (request.body.empty() && !operation.body_required)) return json::object();
  const auto type = request.Header("Content-Type");
  if (!type.empty() && !SameNoCase(type.substr(0, type.find(';')), "application/json")) {
    return Fail(ErrorCode::kUnsupportedMedia, "The body must be JSON; say Content-Type: application/json.");
  }
  json body = json::parse(request.body, nullptr, false);
  if (body.is_discarded()) return Fail(ErrorCode::kInvalid, "The body is no JSON; send an object in UTF-8.");
  if (auto checked = Check(*operation.body, body, ""); !checked) return tl::unexpected(checked.error());
  return body;
}

Status Document::Check(const json& reference, const json& value, const std::string& where) const {
  const json& schema = Resolve(reference);
  const auto types = TypesOf(schema);
  if (!types.empty() &&
      std::none_of(types.begin(), types.end(), [&](const auto& type) { return IsOfType(value, type); })) {
    std::string wanted;
    for (const auto& type : types) wanted += (wanted.empty() ? "" : " or ") + Words(type);
    return Wrong(where, "must be " + wanted);
  }
  if (const auto words = schema.find("enum");
      words != schema.end() && std::find(words->begin(), words->end(), value) == words->end()) {
    return Wrong(where, fmt::format("must be one of {}", fmt::join(words->get<std::vector<std::string>>(), ", ")));
  }
  if (value.is_string()) return CheckText(schema, value.get_ref<const std::string&>(), where);
  if (value.is_number()) return CheckNumber(schema, value, where);
  if (value.is_object()) return CheckObject(schema, value, where);
  return value.is_array() ? CheckItems(schema, value, where) : Status{};
}

Status Document::CheckObject(const json& schema, const json& value, const std::string& where) const {
  if (const auto required = schema.find("required"); required != schema.end()) {
    for (const auto& name : *required) {
      if (!value.contains(name)) return Wrong(Inside(where, name), "is missing");
    }
  }
  const auto members = schema.find("properties");
  if (members == schema.end()) return {};
  for (const auto& [name, member] : value.items()) {
    const auto declared = members->find(name);
    if (declared == members->end()) {
      if (schema.value("additionalProperties", true)) continue;
      std::vector<std::string> names;
      for (const auto& [known, unused] : members->items()) names.push_back(known);
      return Wrong(Inside(where, name), fmt::format("cannot be changed; what can be is {}", fmt::join(names, ", ")));
    }
    if (auto checked = Check(*declared, member, Inside(where, name)); !checked) return checked;
  }
  return {};
}

Status Document::CheckItems(const json& schema, const json& value, const std::string& where) const {
  if (value.size() < schema.value("minItems", std::size_t{0})) return Wrong(where, "must not be empty");
  if (const auto most = schema.find("maxItems"); most != schema.end() && value.size() > most->get<std::size_t>()) {
    return Wrong(where, fmt::format("has {} items, {} at most are possible", value.size(), most->get<std::size_t>()));
  }
  const auto items = schema.find("items");
  if (items == schema.end()) return {};
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (auto checked = Check(*items, value[i], fmt::format("{}[{}]", where, i)); !checked) return checked;
  }
  return {};
}

}  // namespace steward::pulse
