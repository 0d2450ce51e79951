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
Setter Whole(int Config::*member, std::int64_t least, std::int64_t most) {
  return [member, least, most](Config& config, const toml::node& node) {
    const auto value = node.value<std::int64_t>();
    if (!value || *value < least || *value > most) return false;
    config.*member = static_cast<int>(*value);
    return true;
  };
}
Setter Texts(std::vector<std::string> Config::*member, std::size_t least) {
  return [member, least](Config& config, const toml::node& node) {
    if (!node.is_array() || node.as_array()->size() < least) return false;
    std::vector<std::string> texts;
    for (const auto& item : *node.as_array()) {
      const auto value = item.value<std::string>();
      if (!value || value->empty()) return false;
      texts.push_back(*value);
    }
    config.*member = std::move(texts);
    return true;
  };
}

const std::map<std::string, Setter>& Setters() {
  static const std::map<std::string, Setter> kSetters = {
      {"data", Path(&Config::data)},
      {"database", Text(&Config::database)},
      {"address", Text(&Config::address)},
      {"api_port", Port(&Config::api_port)},
      {"agent_port", Port(&Config::agent_port)},
      {"gateway_port", Port(&Config::gateway_port)},
      {"portal", Path(&Config::portal)},
      {"swagger", Path(&Config::swagger)},
      {"log_level", Text(&Config::log_level)},
      {"request_rate", Number(&Config::request_rate, 0)},
      {"agent_rows_per_second", Number(&Config::agent_rows_per_second, 0)},
      {"agent_rows_burst", Number(&Config::agent_rows_burst, 1000)},
      {"request_burst", Number(&Config::request_burst, 1)},
      {"worker_threads", Whole(&Config::worker_threads, 1, 256)},
      {"usage_seconds", Whole(&Config::usage_seconds, 1, 86400)},
      {"session_retention_months", Whole(&Config::session_retention_months, 1, 120)},
      {"gateway_probe_seconds", Whole(&Config::gateway_probe_seconds, 1, 3600)},
      {"names", Texts(&Config::names, 1)},
      {"pulse_url", Text(&Config::pulse_url)},
      {"pulse_ca", Path(&Config::pulse_ca)},
      {"agent_packages", Path(&Config::agent_packages)},
      {"agent_package_keys", Texts(&Config::agent_package_keys, 0)},
      {"trusted_gateways", Texts(&Config::trusted_gateways, 0)},
      {"agent_certificate_days", [](Config& config, const toml::node& node) {
         const auto value = node.value<double>();
         if (!value || *value <= 0 || *value > 3660) return false;
         config.agent_certificate_days = *value;
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
