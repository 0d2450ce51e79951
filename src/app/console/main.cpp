// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "console.hpp"
#include "spdlog/spdlog.h"

int main(int argc, char** argv) {
  CLI::App app{"steward-console: service provider console for backup"};
  std::string file;
  std::string database;
  auto* run = app.add_subcommand("run", "Run the console until it is stopped");
  run->add_option("--config", file, "Configuration file (TOML)")->check(CLI::ExistingFile);
  run->add_option("--database", database, "PostgreSQL to use (libpq URL) instead of the embedded one");
  app.set_version_flag("--version", STEWARD_VERSION);
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
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
