// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "agent/publisher.hpp"
#include "base/error.hpp"

namespace steward::agent {

struct ConsoleAddress {
  std::string host;
  std::uint16_t port = 0;
};

/// [console] of the setup file: where to go, whom to trust, what to show at the first contact.
struct ConsoleConfig {
  std::vector<ConsoleAddress> addresses;
  std::string ca_pem;
  std::string token;
  std::string account, password;  ///< COMPANY\user of the portal, instead of a token
};

/// A server that an adapter signs in to.
struct ServerAccess {
  std::string url, user, password;
  std::string fingerprint;  ///< SHA-256 of the server's certificate; empty with `insecure`
  bool insecure = false;
  std::chrono::seconds timeout{20};
  std::chrono::seconds states{20};      ///< what moves all the time
  std::chrono::seconds inventory{300};  ///< everything
  Neighbours neighbours{};              ///< other adapters of this agent that report backup servers
};

/// [[vbr]]: a backup server to read.
struct VbrConfig : ServerAccess {
  int history_days = 31;  ///< sessions kept and reported
  bool own_ids = false;   ///< not the first of several servers: see GiveOwnIds
};

/// [[site]]: a steward-site of this machine, managed through its own program.
struct SiteConfig {
  std::string data;  ///< its folder
  std::string program = "steward-site";
  std::string name;     ///< as the console shows it; empty = the host name
  std::string address;  ///< host:port that tenants reach it at; empty = name:8000
  std::chrono::seconds every{10};
  std::string url{};  ///< stands in its BackupServer row: site:<data>
  Neighbours neighbours{};
};

/// [[cloud_connect]]: an Enterprise Manager, through which Cloud Connect servers and their tenants are managed.
struct CloudConnectConfig : ServerAccess {
  CloudConnectConfig() { states = std::chrono::seconds(60); }
};

inline constexpr std::uint8_t kEveryDay = 0x7f;

/// [[restic]]: a backup job of our own engine.
struct ResticConfig {
  std::string name;
  std::vector<std::string> paths, excludes;
  int every_minutes = 0;                         ///< or daily_at
  std::optional<std::chrono::minutes> daily_at;  ///< UTC
  int keep_last = 0, keep_daily = 0, keep_weekly = 0, keep_monthly = 0;
  std::string repository, password_file;
  std::string uid;  ///< derived from the agent and the name unless given
  bool enabled = true;
  // Jobs that the console made.
  std::uint8_t weekdays = kEveryDay;  ///< of daily_at; bit 0 = Sunday
  int keep_within_days = 0;
  std::string compression = "auto";
  std::string description, config_uid, policy_uid, policy_name;
  bool from_console = false;  ///< not from a [[restic]] block
  // Its repository on a steward-site; empty = it has none there.
  std::string cloud_repository;       ///< as restic takes it, with the password: never an argument, never shown
  std::string certificate_authority;  ///< file to check the site with; empty = those of the machine
};

/// [policies]: jobs that the console may make on this machine.
struct PoliciesConfig {
  std::optional<bool> enabled;  ///< default: when the agent reads no backup server
  std::string password_file;    ///< of their repositories; empty = the agent makes a key of its own
};

/// [upgrade]: programs that the console may bring.
struct UpgradeConfig {
  std::vector<std::string> keys;    ///< public keys, base64; a package signed with none of them is refused
  std::chrono::seconds trial{120};  ///< a new program has this long to reach the console
};

struct AgentConfig {
  ConsoleConfig console;
  std::string name;  ///< of the host, as the console shows it; empty = the real host name
  std::string tag;
  std::filesystem::path state;
  std::string restic_binary = "restic";
  std::string operation_mode = "Server";  ///< Server or Workstation
  std::vector<VbrConfig> vbr;
  std::vector<CloudConnectConfig> cloud_connect;
  std::vector<SiteConfig> sites;
  std::vector<ResticConfig> restic;
  PoliciesConfig policies;
  UpgradeConfig upgrade;
};

/// Reads the setup file and the adapters' file (either may be empty; both may be the same file). Errors name the file
/// and the key.
Result<AgentConfig> LoadConfig(const std::filesystem::path& setup, const std::filesystem::path& adapters);

}  // namespace steward::agent
