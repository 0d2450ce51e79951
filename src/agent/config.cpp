// SPDX-License-Identifier: Apache-2.0
#include "agent/config.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <toml++/toml.h>
#include <algorithm>
#include <array>

#include "agent/identity.hpp"

namespace steward::agent {
namespace {

/// Reads one table; remembers which keys were asked for, so that a misspelt key is an error and not a silent default.
class Section {
 public:
  Section(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  std::string Text(const char* key, std::string fallback = {}) {
    return Value<std::string>(key, std::move(fallback), "a text");
  }
  std::int64_t Number(const char* key, std::int64_t fallback) {
    return Value<std::int64_t>(key, fallback, "a whole number");
  }
  bool Flag(const char* key, bool fallback) { return Value<bool>(key, fallback, "true or false"); }
  std::vector<std::string> Texts(const char* key) {
    known_.emplace_back(key);
    std::vector<std::string> texts;
    const auto* node = table_.get(key);
    if (node == nullptr) return texts;
    const auto* array = node->as_array();
    if (array == nullptr) throw std::runtime_error(fmt::format("{}: {} must be a list of texts", where_, key));
    for (const auto& item : *array) {
      const auto text = item.value<std::string>();
      if (!text) throw std::runtime_error(fmt::format("{}: {} must be a list of texts", where_, key));
      texts.push_back(*text);
    }
    return texts;
  }
  std::string Required(const char* key) {
    std::string text = Text(key);
    if (text.empty()) throw std::runtime_error(fmt::format("{}: {} is missing", where_, key));
    return text;
  }
  void Finish() const {
    for (const auto& [key, value] : table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) == known_.end()) {
        throw std::runtime_error(fmt::format("{}: unknown key {}", where_, key.str()));
      }
    }
  }
  const std::string& Where() const { return where_; }

 private:
  template <typename T>
  T Value(const char* key, T fallback, const char* kind) {
    known_.emplace_back(key);
    const auto* node = table_.get(key);
    if (node == nullptr) return fallback;
    const auto value = node->value_exact<T>();
    if (!value) throw std::runtime_error(fmt::format("{}: {} must be {}", where_, key, kind));
    return *value;
  }

  const toml::table& table_;
  std::string where_;
  std::vector<std::string> known_;
};

ConsoleAddress ParseAddress(const std::string& text) {
  const auto colon = text.rfind(':');
  int port = 6180;
  std::string host = text;
  if (colon != std::string::npos && text.find(']', colon) == std::string::npos) {
    host = text.substr(0, colon);
    try {
      port = std::stoi(text.substr(colon + 1));
    } catch (const std::exception&) {
      port = 0;
    }
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty() || port < 1 || port > 65535) {
    throw std::runtime_error(fmt::format("console: addresses: {} is not host:port", text));
  }
  return {host, static_cast<std::uint16_t>(port)};
}

std::string ReadSecret(Section& section, const std::filesystem::path& folder) {
  const std::string file = section.Text("password_file");
  std::string password = section.Text("password");
  if (!file.empty()) {
    password = ReadFile(folder / file);
    while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) password.pop_back();
  }
  if (password.empty()) throw std::runtime_error(section.Where() + ": password (or password_file) is missing");
  return password;
}

void ReadConsole(const toml::table& table, const std::filesystem::path& file, ConsoleConfig& console) {
  Section section(table, file.string() + ": console");
  for (const std::string& address : section.Texts("addresses")) console.addresses.push_back(ParseAddress(address));
  console.ca_pem = section.Text("ca");
  const std::string ca_file = section.Text("ca_file");
  if (!ca_file.empty()) console.ca_pem = ReadFile(file.parent_path() / ca_file);
  if (console.ca_pem.empty()) throw std::runtime_error(section.Where() + ": ca (or ca_file) is missing");
  console.token = section.Text("token");
  console.account = section.Text("account");
  if (!console.account.empty()) console.password = ReadSecret(section, file.parent_path());
  section.Finish();
  if (!console.account.empty() && !console.token.empty()) {
    throw std::runtime_error(section.Where() + ": give token or account, not both");
  }
}

/// The part that all servers have in common.
void ReadAccess(Section& section, const std::filesystem::path& file, ServerAccess& access) {
  access.url = section.Required("url");
  while (access.url.ends_with('/')) access.url.pop_back();
  access.user = section.Required("user");
  access.password = ReadSecret(section, file.parent_path());
  access.fingerprint = section.Text("fingerprint");
  access.insecure = section.Flag("insecure", false);
  access.states = std::chrono::seconds(section.Number("states_seconds", access.states.count()));
  access.inventory = std::chrono::seconds(section.Number("inventory_seconds", access.inventory.count()));
  access.timeout = std::chrono::seconds(section.Number("timeout_seconds", access.timeout.count()));
  if (access.states < std::chrono::seconds(1) || access.inventory < access.states ||
      access.timeout < std::chrono::seconds(1)) {
    throw std::runtime_error(section.Where() +
                             ": states_seconds and timeout_seconds are at least 1, inventory_seconds "
                             "at least states_seconds");
  }
}

VbrConfig ReadVbr(const toml::table& table, const std::filesystem::path& file, std::size_t index) {
  Section section(table, fmt::format("{}: vbr[{}]", file.string(), index));
  VbrConfig vbr;
  ReadAccess(section, file, vbr);
  vbr.history_days = static_cast<int>(section.Number("history_days", vbr.history_days));
  section.Finish();
  return vbr;
}

CloudConnectConfig ReadCloudConnect(const toml::table& table, const std::filesystem::path& file, std::size_t index) {
  Section section(table, fmt::format("{}: cloud_connect[{}]", file.string(), index));
  CloudConnectConfig manager;
  ReadAccess(section, file, manager);
  section.Finish();
  return manager;
}

SiteConfig ReadSite(const toml::table& table, const std::filesystem::path& file, std::size_t index) {
  Section section(table, fmt::format("{}: site[{}]", file.string(), index));
  SiteConfig site;
  site.data = section.Required("data");
  site.program = section.Text("program", site.program);
  site.name = section.Text("name");
  site.address = section.Text("address");
  site.every = std::chrono::seconds(section.Number("every_seconds", site.every.count()));
  section.Finish();
  if (site.every < std::chrono::seconds(1)) throw std::runtime_error(section.Where() + ": every_seconds is at least 1");
  site.url = "site:" + site.data;
  return site;
}

ResticConfig ReadRestic(const toml::table& table, const std::filesystem::path& file, std::size_t index) {
  Section section(table, fmt::format("{}: restic[{}]", file.string(), index));
  ResticConfig job;
  job.name = section.Required("name");
  job.uid = section.Text("uid");
  job.paths = section.Texts("paths");
  job.excludes = section.Texts("excludes");
  job.repository = section.Required("repository");
  job.password_file = (file.parent_path() / section.Required("password_file")).string();
  job.enabled = section.Flag("enabled", true);
  job.every_minutes = static_cast<int>(section.Number("every_minutes", 0));
  const std::string at = section.Text("daily_at");
  job.keep_last = static_cast<int>(section.Number("keep_last", 0));
  job.keep_daily = static_cast<int>(section.Number("keep_daily", 0));
  job.keep_weekly = static_cast<int>(section.Number("keep_weekly", 0));
  job.keep_monthly = static_cast<int>(section.Number("keep_monthly", 0));
  section.Finish();
  if (job.paths.empty()) throw std::runtime_error(section.Where() + ": paths is missing");
  if (!at.empty()) {
    int hour = -1;
    int minute = -1;
    char rest = 0;
    if (std::sscanf(at.c_str(), "%2d:%2d%c", &hour, &minute, &rest) != 2 || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59) {
      throw std::runtime_error(section.Where() + ": daily_at must be HH:MM");
    }
    job.daily_at = std::chrono::minutes(hour * 60 + minute);
  }
  if (job.every_minutes < 0 || (job.every_minutes > 0 && job.daily_at)) {
    throw std::runtime_error(section.Where() + ": give every_minutes or daily_at, not both");
  }
  return job;
}

template <typename Reader>
void ReadEach(const toml::table& root, const char* key, const Reader& reader) {
  const auto* node = root.get(key);
  if (node == nullptr) return;
  const auto* array = node->as_array();
  if (array == nullptr) throw std::runtime_error(fmt::format("{} must be written as [[{}]]", key, key));
  std::size_t index = 0;
  for (const auto& item : *array) {
    const auto* table = item.as_table();
    if (table == nullptr) throw std::runtime_error(fmt::format("{} must be written as [[{}]]", key, key));
    reader(*table, index++);
  }
}

void ReadUpgrade(const toml::table& table, const std::filesystem::path& file, UpgradeConfig& upgrade) {
  Section section(table, file.string() + ": upgrade");
  for (auto& key : section.Texts("keys")) upgrade.keys.push_back(std::move(key));
  upgrade.trial = std::chrono::seconds(section.Number("trial_seconds", upgrade.trial.count()));
  section.Finish();
  if (upgrade.trial < std::chrono::seconds(5) || upgrade.trial > std::chrono::hours(1)) {
    throw std::runtime_error(section.Where() + ": trial_seconds is from 5 to 3600");
  }
}

constexpr std::array<std::string_view, 8> kSections = {"console", "agent",  "vbr",      "cloud_connect",
                                                       "site",    "restic", "policies", "upgrade"};

void ReadInto(const std::filesystem::path& file, AgentConfig& config) {
  if (!std::filesystem::exists(file)) throw std::runtime_error(file.string() + ": there is no such file");
  const toml::table root = toml::parse_file(file.string());
  for (const auto& [key, value] : root) {
    const auto name = key.str();
    if (std::find(kSections.begin(), kSections.end(), std::string_view(name)) == kSections.end()) {
      throw std::runtime_error(fmt::format("{}: unknown section {}", file.string(), name));
    }
  }
  if (const auto* console = root.get_as<toml::table>("console")) ReadConsole(*console, file, config.console);
  if (const auto* upgrade = root.get_as<toml::table>("upgrade")) ReadUpgrade(*upgrade, file, config.upgrade);
  if (const auto* agent = root.get_as<toml::table>("agent")) {
    Section section(*agent, file.string() + ": agent");
    config.name = section.Text("name", config.name);
    config.tag = section.Text("tag", config.tag);
    config.state = section.Text("state", config.state.string());
    config.restic_binary = section.Text("restic_binary", config.restic_binary);
    config.operation_mode = section.Text("operation_mode", config.operation_mode);
    section.Finish();
    if (config.operation_mode != "Server" && config.operation_mode != "Workstation") {
      throw std::runtime_error(section.Where() + ": operation_mode is Server or Workstation");
    }
  }
  if (const auto* policies = root.get_as<toml::table>("policies")) {
    Section section(*policies, file.string() + ": policies");
    config.policies.enabled = section.Flag("enabled", true);
    const std::string key = section.Text("password_file");
    if (!key.empty()) config.policies.password_file = (file.parent_path() / key).string();
    section.Finish();
  }
  ReadEach(root, "vbr",
           [&](const toml::table& table, std::size_t i) { config.vbr.push_back(ReadVbr(table, file, i)); });
  ReadEach(root, "cloud_connect", [&](const toml::table& table, std::size_t i) {
    config.cloud_connect.push_back(ReadCloudConnect(table, file, i));
  });
  ReadEach(root, "site",
           [&](const toml::table& table, std::size_t i) { config.sites.push_back(ReadSite(table, file, i)); });
  ReadEach(root, "restic",
           [&](const toml::table& table, std::size_t i) { config.restic.push_back(ReadRestic(table, file, i)); });
  struct stat facts {};
  if (::stat(file.c_str(), &facts) == 0 && (facts.st_mode & 077) != 0 &&
      !(config.vbr.empty() && config.cloud_connect.empty())) {
    spdlog::warn("{} holds passwords and can be read by other users; run: chmod 600 {}", file.string(), file.string());
  }
}

/// Makes the servers of one agent known to each other.
Status Relate(AgentConfig& config) {
  std::vector<std::pair<std::string, Neighbours*>> servers;
  for (auto& vbr : config.vbr) servers.emplace_back(vbr.url, &vbr.neighbours);
  for (auto& manager : config.cloud_connect) servers.emplace_back(manager.url, &manager.neighbours);
  for (auto& site : config.sites) servers.emplace_back(site.url, &site.neighbours);
  for (std::size_t i = 1; i < config.vbr.size(); ++i) config.vbr[i].own_ids = true;
  if (servers.size() < 2) return {};
  const auto publishing = std::make_shared<std::mutex>();
  for (const auto& [url, neighbours] : servers) {
    neighbours->publishing = publishing;
    for (const auto& server : servers) {
      const std::string& other = server.first;
      if (server.second == neighbours) continue;
      if (other == url) {
        return Fail(ErrorCode::kInvalid,
                    fmt::format("Two [[vbr]], [[cloud_connect]] or [[site]] blocks have the address {}", url));
      }
      neighbours->addresses.push_back(other);
      const bool reads_backups = std::ranges::any_of(config.vbr, [&](const auto& vbr) { return vbr.url == other; });
      if (!reads_backups) neighbours->cloud.push_back(other);
    }
  }
  return {};
}

}  // namespace

Result<AgentConfig> LoadConfig(const std::filesystem::path& setup, const std::filesystem::path& adapters) {
  AgentConfig config;
  try {
    if (!setup.empty()) ReadInto(setup, config);
    if (!adapters.empty() && adapters != setup) ReadInto(adapters, config);
  } catch (const toml::parse_error& error) {
    return Fail(ErrorCode::kInvalid, fmt::format("{}: line {}: {}", error.source().path ? *error.source().path : "",
                                                 error.source().begin.line, error.description()));
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInvalid, error.what());
  }
  if (auto status = Relate(config); !status) return tl::unexpected(status.error());
  if (config.console.addresses.empty()) {
    return Fail(ErrorCode::kInvalid,
                "No console address: give [console] addresses = [\"host:6180\"] in the setup file");
  }
  return config;
}

}  // namespace steward::agent
