// SPDX-License-Identifier: Apache-2.0
#include "document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <charconv>

#include "schema.gen.hpp"

namespace steward::customers {
namespace {

constexpr std::array<std::pair<const char*, std::int64_t>, 4> kUnits = {
    {{"TiB", 1LL << 40}, {"GiB", 1LL << 30}, {"MiB", 1LL << 20}, {"KiB", 1LL << 10}}};

const Json& Schema() {
  static const Json kParsed = Json::parse(SchemaText());
  return kParsed;
}

struct Problem {
  std::string where, what;
};

const Json& Resolve(const Json& schema) {
  const auto reference = schema.find("$ref");
  if (reference == schema.end()) return schema;
  constexpr std::string_view kPrefix = "#/$defs/";
  return Schema().at("$defs").at(reference->get<std::string>().substr(kPrefix.size()));
}

bool IsOfType(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

std::string TypesOf(const Json& schema) {
  const Json& type = schema.at("type");
  if (type.is_string()) return type.get<std::string>();
  return fmt::format("{}", fmt::join(type.get<std::vector<std::string>>(), " or "));
}

/// Where a member of an object stands.
std::string Inside(const std::string& where, const std::string& name) {
  return where.empty() ? name : fmt::format("{}.{}", where, name);
}

[[noreturn]] void Refuse(const std::string& where, std::string what) {
  throw Problem{where, std::move(what)};
}

void CheckValue(const Json& value, const Json& declared, const std::string& where);

void CheckObject(const Json& value, const Json& schema, const std::string& where) {
  const Json& properties = schema.at("properties");
  for (const auto& [name, part] : value.items()) {
    const std::string inside = Inside(where, name);
    if (!properties.contains(name)) {
      std::vector<std::string> known;
      for (const auto& [each, unused] : properties.items()) known.push_back(each);
      Refuse(inside, fmt::format("is not known here; known are {}", fmt::join(known, ", ")));
    }
    CheckValue(part, properties.at(name), inside);
  }
  for (const auto& name : schema.value("required", Json::array())) {
    if (!value.contains(name.get<std::string>())) Refuse(where, fmt::format("needs {}", name.get<std::string>()));
  }
}

void CheckValue(const Json& value, const Json& declared, const std::string& where) {
  const Json& schema = Resolve(declared);
  const Json& type = schema.at("type");
  const bool fits = type.is_string() ? IsOfType(value, type.get<std::string>())
                                     : std::any_of(type.begin(), type.end(), [&](const Json& each) {
                                         return IsOfType(value, each.get<std::string>());
                                       });
  if (!fits) Refuse(where, "must be of type " + TypesOf(schema));
  if (schema.contains("enum") && value.is_primitive() && !value.is_null()) {
    const Json& words = schema.at("enum");
    if (std::find(words.begin(), words.end(), value) == words.end()) {
      Refuse(where, fmt::format("is {}, and must be one of {}", value.dump(), words.dump()));
    }
  }
  if (value.is_number_integer() && schema.contains("minimum") && value < schema.at("minimum")) {
    Refuse(where, fmt::format("must be at least {}", schema.at("minimum").get<std::int64_t>()));
  }
  if (value.is_string() && schema.value("minLength", 0) > 0 && value.get<std::string>().empty()) {
    Refuse(where, "must not be empty");
  }
  if (value.is_object()) CheckObject(value, schema, where);
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      CheckValue(value[i], schema.at("items"), fmt::format("{}[{}]", where, i));
  }
}

/// A plain scalar by the core schema of YAML, a quoted one as text.
Json Scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted
  if (text.empty() || text == "~" || text == "null") return nullptr;
  if (text == "true" || text == "false") return text == "true";
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return text;
}

/// Lines of the file by property, "companies[0].name".
using Lines = std::map<std::string, int>;

Json Convert(const YAML::Node& node, const std::string& where, Lines& lines) {
  lines[where] = node.Mark().line + 1;
  if (node.IsNull()) return nullptr;
  if (node.IsScalar()) return Scalar(node);
  if (node.IsSequence()) {
    Json list = Json::array();
    for (std::size_t i = 0; i < node.size(); ++i)
      list.push_back(Convert(node[i], fmt::format("{}[{}]", where, i), lines));
    return list;
  }
  Json object = Json::object();
  for (const auto& each : node) {
    const std::string name = each.first.Scalar();
    if (object.contains(name)) {
      Refuse(where, fmt::format("has {} twice (again in line {})", name, each.first.Mark().line + 1));
    }
    object[name] = Convert(each.second, Inside(where, name), lines);
  }
  return object;
}

int LineOf(const Lines& lines, std::string where) {
  while (!lines.contains(where) && !where.empty()) {
    const auto cut = where.find_last_of(".[");
    where.resize(cut == std::string::npos ? 0 : cut);
  }
  const auto found = lines.find(where);
  return found == lines.end() ? 1 : found->second;
}

void Emit(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [name, part] : value.items()) {
      out << YAML::Key << name << YAML::Value;
      Emit(out, part);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << YAML::BeginSeq;
    for (const auto& part : value) Emit(out, part);
    out << YAML::EndSeq;
  } else if (value.is_null()) {
    out << YAML::Null;
  } else if (value.is_string()) {
    // Quoted where a reader would take it for something else.
    const YAML::Node plain = YAML::Load("x");
    YAML::Node probe(value.get<std::string>());
    if (!Scalar(probe).is_string()) out << YAML::DoubleQuoted;
    out << value.get<std::string>();
  } else if (value.is_boolean()) {
    out << value.get<bool>();
  } else {
    out << value.get<std::int64_t>();
  }
}

}  // namespace

const std::string& SchemaText() {
  static const std::string kText(kSchema);
  return kText;
}

Result<Json> Load(const std::string& path) {
  Lines lines;
  try {
    Json document = Convert(YAML::LoadFile(path), "", lines);
    CheckValue(document, Schema(), "");
    return document;
  } catch (const YAML::BadFile&) {
    return Fail(ErrorCode::kNotFound, fmt::format("{}: there is no such file, or it cannot be read", path));
  } catch (const YAML::Exception& error) {
    return Fail(ErrorCode::kInvalid, fmt::format("{}: line {}: {}", path, error.mark.line + 1, error.msg));
  } catch (const Problem& problem) {
    return Fail(ErrorCode::kInvalid, fmt::format("{}: line {}: {} {}", path, LineOf(lines, problem.where),
                                                 problem.where.empty() ? "the file" : problem.where, problem.what));
  }
}

Status Check(const Json& document) {
  try {
    CheckValue(document, Schema(), "");
    return {};
  } catch (const Problem& problem) {
    return Fail(ErrorCode::kInvalid, problem.where + " " + problem.what);
  }
}

std::string Write(const Json& document) {
  YAML::Emitter out;
  Emit(out, document);
  return std::string(out.c_str()) + "\n";
}

Result<std::int64_t> Bytes(const Json& size) {
  constexpr std::int64_t kSmallest = 1LL << 20;
  std::int64_t bytes = -1;
  if (size.is_number_integer()) bytes = size.get<std::int64_t>();
  if (size.is_string()) {
    const auto text = size.get<std::string>();
    for (const auto& [unit, factor] : kUnits) {
      if (!text.ends_with(unit)) continue;
      double number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      std::string_view rest(end, text.data() + text.size());
      while (rest.starts_with(' ')) rest.remove_prefix(1);
      if (error == std::errc() && rest == unit && number > 0 && number < 8e6) {
        bytes = static_cast<std::int64_t>(number * static_cast<double>(factor));
      }
    }
  }
  if (bytes < 0) return Fail(ErrorCode::kInvalid, fmt::format("{} is no size; write 500 GiB, or bytes", size.dump()));
  if (bytes < kSmallest) return Fail(ErrorCode::kInvalid, fmt::format("{} is less than 1 MiB", size.dump()));
  return bytes;
}

std::string SizeText(std::int64_t bytes) {
  for (const auto& [unit, factor] : kUnits) {
    if (bytes != 0 && bytes % factor == 0) return fmt::format("{} {}", bytes / factor, unit);
  }
  return std::to_string(bytes);
}

}  // namespace steward::customers
