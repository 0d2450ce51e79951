// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace steward::console {

/// Every option of steward-console; docs/admin/configuration.md explains each.
struct Config {
  std::filesystem::path data = "/var/lib/steward";
  std::string database;  ///< libpq URL; empty = embedded PostgreSQL in the data folder
  std::string address = "0.0.0.0";
  std::uint16_t api_port = 1280;
  std::uint16_t agent_port = 9999;
  std::uint16_t gateway_port = 6180;
  std::vector<std::string> names = {"localhost", "127.0.0.1"};
  int worker_threads = 8;
  std::vector<std::string> trusted_gateways;  ///< addresses and networks of gateways that send PROXY headers
  int gateway_probe_seconds = 30;
  double agent_certificate_days = 366;  ///< agents renew when a third is left, at most 30 days before the end
  double agent_rows_per_second = 2000;  ///< inventory rows that one agent may send for long; 0 = no limit
  double agent_rows_burst = 1'000'000;  ///< inventory rows that it may send at once after a rest
  int usage_seconds = 3600;             ///< between two observations of the usage ledger
  int session_retention_months = 13;    ///< whole months, besides the current one, of which sessions are kept
  std::string pulse_url;                ///< of the licence authority; empty = there is none
  std::filesystem::path pulse_ca;       ///< PEM file to check it with; empty = the machine's own
  std::filesystem::path agent_packages = "/usr/share/steward/agents";  ///< folder of signed packages of the agent
  std::vector<std::string> agent_package_keys;                         ///< public keys that they are signed with
  double request_rate = 500;    ///< API requests per second and token, or address when not signed in; 0 = no limit
  double request_burst = 5000;  ///< API requests at once after a rest
  std::filesystem::path portal = "/usr/share/steward/portal";
  std::filesystem::path swagger = "/usr/share/steward/swagger";
  std::string log_level = "info";
};

/// Reads a TOML file over the defaults. Unknown keys and wrong types are errors that name the key and the file.
Result<Config> LoadConfig(const std::filesystem::path& file);

}  // namespace steward::console
