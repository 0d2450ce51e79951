// SPDX-License-Identifier: Apache-2.0
// steward-usage: proves that the usage ledger is what was written.
#include <CLI/CLI.hpp>
#include <iostream>
#include <thread>

#include "app/console/config.hpp"
#include "db/embedded.hpp"
#include "usage/verifier.hpp"

namespace {

using namespace steward;

constexpr int kProved = 0;
constexpr int kFault = 1;
constexpr int kFailed = 2;

struct Arguments {
  std::string database, config, from, to;
  std::vector<std::string> keys;
  std::string seals;
};

template <typename T>
T OrThrow(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

/// What the console's own configuration says: its database, and its copy of the seals. Other consoles of the database
/// may have sealed days too, so the keys stay those that are named.
void TakeConfig(Arguments& arguments) {
  const auto config = OrThrow(console::LoadConfig(arguments.config));
  arguments.database = config.database.empty() ? db::EmbeddedPostgres(config.data).Url() : config.database;
  if (arguments.seals.empty()) arguments.seals = usage::SealsFile(config.data).string();
}

int Tell(const usage::Verdict& verdict, const Arguments& arguments) {
  if (!verdict.Proved()) {
    std::cout << "NOT PROVED: " << verdict.fault << '\n';
    return kFault;
  }
  if (verdict.sealed > 0) {
    std::cout << fmt::format("Proved: {} rows, {} sealed days from {} to {}.\n", verdict.rows - verdict.unsealed,
                             verdict.sealed, DayText(verdict.first_day), DayText(verdict.last_day));
  }
  if (verdict.unsealed > 0)
    std::cout << fmt::format("{} rows after the last seal are in the chain, and not signed yet.\n", verdict.unsealed);
  if (verdict.rows == 0) std::cout << "The ledger has no rows in this range.\n";
  std::cout << fmt::format("Keys: {}{}\n", fmt::join(verdict.key_ids, ", "),
                           arguments.keys.empty() ? " (as the database names them; --key says which to trust)" : "");
  std::cout << (verdict.kept > 0
                    ? fmt::format("{} seals are those of the copy in {}.\n", verdict.kept, arguments.seals)
                    : "No copy of the seals was compared: days cut off at the end with their seals would not be seen "
                      "(--seals, or --to with the day that must be there).\n");
  return kProved;
}

int VerifyLedger(Arguments arguments) {
  if (!arguments.config.empty()) TakeConfig(arguments);
  if (arguments.database.empty())
    throw std::runtime_error("Say which ledger: --database CONNINFO, or --console-config FILE");
  usage::VerifyOptions options{.database = arguments.database,
                               .keys = arguments.keys,
                               .threads = std::max(2U, std::thread::hardware_concurrency())};
  if (!arguments.from.empty()) options.from = OrThrow(ReadDay(arguments.from));
  if (!arguments.to.empty()) options.to = OrThrow(ReadDay(arguments.to));
  if (!arguments.seals.empty()) options.kept = OrThrow(usage::ReadSeals(arguments.seals));
  return Tell(usage::Verify(options), arguments);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The usage ledger");
  app.set_version_flag("--version", STEWARD_VERSION);
  app.require_subcommand(1);
  Arguments arguments;
  auto* verify = app.add_subcommand("verify", "Prove the ledger, or name its first wrong row and exit with 1");
  verify->add_option("--database", arguments.database, "PostgreSQL of the console (libpq connection string)");
  verify->add_option("--console-config", arguments.config, "The console's configuration file (TOML), instead")
      ->check(CLI::ExistingFile);
  verify->add_option("--from", arguments.from, "First day, 2026-01-01; the beginning when not given");
  verify->add_option("--to", arguments.to, "Last day, which must be sealed; all there is when not given");
  verify->add_option("--key", arguments.keys, "Public key (base64) that may sign; may be given several times");
  verify->add_option("--seals", arguments.seals, "Copy of the seals, kept apart from the database")
      ->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);
  try {
    return VerifyLedger(arguments);
  } catch (const std::exception& error) {
    std::cerr << "steward-usage: " << error.what() << '\n';
    return kFailed;
  }
}
