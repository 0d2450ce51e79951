// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <iostream>

#include "console.hpp"
#include "gateway_config.hpp"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

int main(int argc, char** argv) {
  CLI::App app{"steward-console: service provider console for backup"};
  std::string file;
  std::string database;
  auto* run = app.add_subcommand("run", "Run the console until it is stopped");
  run->add_option("--config", file, "Configuration file (TOML)")->check(CLI::ExistingFile);
  run->add_option("--database", database, "PostgreSQL to use (libpq URL) instead of the embedded one");
  steward::console::GatewayConfigOptions gateway;
  auto* write = app.add_subcommand("gateway-config", "Write the HAProxy configuration of a gateway to the output");
  write->add_option("--config", file, "The console's configuration file (TOML)")->check(CLI::ExistingFile)->required();
  write->add_option("--gateway", gateway.name, "Name of the gateway, as the console lists it");
  write->add_option("--console", gateway.console, "Host by which the gateway reaches the console");
  write->add_option("--site", gateway.site,
                    "HOST:PORT of a steward-site: backups through this gateway's port go there");
  write->add_option("--port", gateway.port, "Port the gateway listens on");
  write->add_option("--connections", gateway.connections, "Connections at most")->check(CLI::Range(10U, 1000000U));
  app.set_version_flag("--version", STEWARD_VERSION);
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
  if (*write) spdlog::set_default_logger(spdlog::stderr_logger_mt("gateway-config"));  // the output is the file
  try {
    steward::console::Config config;
    if (!file.empty()) {
      auto loaded = steward::console::LoadConfig(file);
      if (!loaded) {
        spdlog::error("{}", loaded.error().message);
        return 2;
      }
      config = std::move(*loaded);
    }
    if (*write) {
      const auto text = steward::console::GatewayConfig(config, gateway);
      if (!text) {
        spdlog::error("{}", text.error().message);
        return 2;
      }
      std::cout << *text;
      return 0;
    }
    if (!database.empty()) config.database = database;
    spdlog::set_level(spdlog::level::from_str(config.log_level));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    steward::console::RunConsole(config);
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
    return 1;
  }
  return 0;
}
