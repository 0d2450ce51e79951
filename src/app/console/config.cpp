// SPDX-License-Identifier: Apache-2.0
#include "config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <functional>
#include <map>

namespace steward::console {
namespace {

using Setter = std::function<bool(Config&, const toml::node&)>;

Setter Text(std::string Config::*member) {
  return [member](Config& config, const toml::node& node) {
    const auto value = node.value<std::string>();
    if (value) config.*member = *value;
    return value.has_value();
  };
}
Setter Path(std::filesystem::path Config::*member) {
  return [member](Config& config, const toml::node& node) {
    const auto value = node.value<std::string>();
    if (value) config.*member = *value;
    return value.has_value();
  };
}
Setter Port(std::uint16_t Config::*member) {
  return [member](Config& config, const toml::node& node) {
    const auto value = node.value<std::int64_t>();
    if (!value || *value < 0 || *value > 65535) return false;
    config.*member = static_cast<std::uint16_t>(*value);
    return true;
  };
}

Setter Number(double Config::*member, double low) {
  return [member, low](Config& config, const toml::node& node) {
    const auto value = node.value<double>();
    if (!value || !(*value >= low) || *value > 1e9) return false;
    config.*member = *value;
    return true;
  };
}

const std::map<std::string, Setter>& Setters() {
  static const std::map<std::string, Setter> kSetters = {{"data", Path(&Config::data)},
                                                         {"database", Text(&Config::database)},
                                                         {"address", Text(&Config::address)},
                                                         {"api_port", Port(&Config::api_port)},
                                                         {"agent_port", Port(&Config::agent_port)},
                                                         {"gateway_port", Port(&Config::gateway_port)},
                                                         {"portal", Path(&Config::portal)},
                                                         {"swagger", Path(&Config::swagger)},
                                                         {"log_level", Text(&Config::log_level)},
                                                         {"request_rate", Number(&Config::request_rate, 0)},
                                                         {"request_burst", Number(&Config::request_burst, 1)},
                                                         {"worker_threads",
                                                          [](Config& config, const toml::node& node) {
                                                            const auto value = node.value<std::int64_t>();
                                                            if (!value || *value < 1 || *value > 256) return false;
                                                            config.worker_threads = static_cast<int>(*value);
                                                            return true;
                                                          }},
                                                         {"agent_certificate_days",
                                                          [](Config& config, const toml::node& node) {
                                                            const auto value = node.value<double>();
                                                            if (!value || *value <= 0 || *value > 3660) return false;
                                                            config.agent_certificate_days = *value;
                                                            return true;
                                                          }},
                                                         {"names", [](Config& config, const toml::node& node) {
                                                            if (!node.is_array() || node.as_array()->empty())
                                                              return false;
                                                            config.names.clear();
                                                            for (const auto& item : *node.as_array()) {
                                                              const auto value = item.value<std::string>();
                                                              if (!value || value->empty()) return false;
                                                              config.names.push_back(*value);
                                                            }
                                                            return true;
                                                          }}};
  return kSetters;
}

}  // namespace

Result<Config> LoadConfig(const std::filesystem::path& file) {
  Config config;
  toml::table table;
  try {
    table = toml::parse_file(file.string());
  } catch (const toml::parse_error& error) {
    return Fail(ErrorCode::kInvalid,
                fmt::format("{}: line {}: {}", file.string(), error.source().begin.line, error.description()));
  }
  for (const auto& [key, node] : table) {
    const auto setter = Setters().find(std::string(key.str()));
    if (setter == Setters().end())
      return Fail(ErrorCode::kInvalid, fmt::format("{}: there is no option \"{}\"; see docs/admin/configuration.md.",
                                                   file.string(), key.str()));
    if (!setter->second(config, node))
      return Fail(ErrorCode::kInvalid,
                  fmt::format("{}: option \"{}\" has a wrong type or is out of range.", file.string(), key.str()));
  }
  return config;
}

}  // namespace steward::console
