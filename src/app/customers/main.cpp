// SPDX-License-Identifier: Apache-2.0
// steward-customers: customers as code. steward plan, apply, drift and export are its commands.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "plan.hpp"

namespace {

using namespace steward;
using namespace steward::customers;

constexpr int kNothingToDo = 0;
constexpr int kDiffers = 1;
constexpr int kFailed = 2;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error(path + " cannot be read");
  return text.str();
}

struct Options {
  std::string file = "customers.yaml";
  std::string url = Environment("STEWARD_URL");
  std::string ca, fingerprint, output;
  bool insecure = false;
};

Console Connect(const Options& options) {
  Access access{.url = options.url, .key = Environment("STEWARD_API_KEY")};
  if (access.url.empty()) throw std::runtime_error("Say which console: --console https://... or STEWARD_URL");
  if (access.key.empty()) {
    throw std::runtime_error("STEWARD_API_KEY is not set: make a key in the portal under Settings, API keys");
  }
  if (!options.ca.empty()) access.tls.ca_pem = ReadText(options.ca);
  access.tls.pinned_fingerprint = options.fingerprint;
  access.tls.insecure = options.insecure;
  access.tls.timeout = std::chrono::seconds(60);
  return Console(access);
}

template <typename T>
T OrThrow(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

/// The plan of the file, printed; problems end it.
Plan PlanOf(const Options& options, Console& console) {
  const Json document = OrThrow(Load(options.file));
  const State state = OrThrow(ReadState(console));
  Plan plan = MakePlan(document, state, std::filesystem::path(options.file).parent_path());
  std::cout << plan.Text();
  if (plan.problems.empty()) return plan;
  for (const auto& problem : plan.problems) std::cerr << "problem: " << problem << '\n';
  throw std::runtime_error(
      fmt::format("{} cannot be carried out on this console as it is; nothing was changed", options.file));
}

int Drift(const Options& options) {
  auto console = Connect(options);
  return PlanOf(options, console).changes.empty() ? kNothingToDo : kDiffers;
}

int ShowPlan(const Options& options) {
  auto console = Connect(options);
  PlanOf(options, console);
  return 0;
}

/// Carries out the changes until one fails, and says how far it came.
Status CarryOut(const Plan& plan, Console& console) {
  Made made;
  std::size_t done = 0;
  for (const Change& change : plan.changes) {
    if (auto status = change.apply(console, made); !status) {
      return Fail(ErrorCode::kInvalid, fmt::format("{}: {} ({} of {} changes were made; run apply again to go on)",
                                                   change.what, status.error().message, done, plan.changes.size()));
    }
    ++done;
    std::cout << fmt::format("[{}/{}] {} {}\n", done, plan.changes.size(), change.sign, change.what) << std::flush;
  }
  return {};
}

int Apply(const Options& options) {
  auto console = Connect(options);
  const Plan plan = PlanOf(options, console);
  if (plan.changes.empty()) return 0;
  const std::string title = "customers as code: " + std::filesystem::path(options.file).filename().string();
  const Json change =
      OrThrow(console.Call("POST", "/api/steward/v1/changes", {{"title", title}, {"plan", plan.Text()}}));
  const std::string uid = change.at("instanceUid");
  console.SetChange(uid);
  const Status status = CarryOut(plan, console);
  const std::string message =
      status ? fmt::format("{} changes were made.", plan.changes.size()) : status.error().message;
  Json end = {{"isDone", status.has_value()}, {"message", message.substr(0, 4000)}};
  const auto ended = console.Call("POST", "/api/steward/v1/changes/" + uid + "/end", end);
  if (!status) throw std::runtime_error(status.error().message);
  if (!ended) throw std::runtime_error("All is done, but the audit log was not told: " + ended.error().message);
  std::cout << message << " Change " << uid << " of the audit log.\n";
  return 0;
}

int ExportTo(const Options& options) {
  auto console = Connect(options);
  const std::string text = Write(Export(OrThrow(ReadState(console))));
  if (options.output.empty()) {
    std::cout << text;
    return 0;
  }
  std::ofstream file(options.output);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(options.output + " cannot be written");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Customers as code: companies, locations, users, cloud tenants and quotas in a file");
  app.set_version_flag("--version", STEWARD_VERSION);
  app.require_subcommand(1);
  Options options;
  const auto command = [&](const char* name, const char* text) {
    auto* sub = app.add_subcommand(name, text);
    sub->add_option("--console", options.url, "Address of the console (or STEWARD_URL)");
    sub->add_option("--ca", options.ca, "PEM file of the console's CA");
    sub->add_option("--fingerprint", options.fingerprint, "SHA-256 of the console's certificate, instead of a CA");
    sub->add_flag("--insecure", options.insecure, "Accept any certificate (for tests)");
    return sub;
  };
  const auto with_file = [&](CLI::App* sub) {
    sub->add_option("-f,--file", options.file, "The customers file")->capture_default_str();
    return sub;
  };
  auto* plan = with_file(command("plan", "Show what apply would do"));
  auto* apply = with_file(command("apply", "Make the console as the file says"));
  auto* drift = with_file(command("drift", "Exit with 1 and the difference when the console is not as the file says"));
  auto* exporting = command("export", "Write a file that says what the console has");
  exporting->add_option("-o,--output", options.output, "Where to; standard output when not given");
  auto* schema = app.add_subcommand("schema", "Print the JSON schema of the file, for editors");
  CLI11_PARSE(app, argc, argv);
  try {
    if (*schema) std::cout << SchemaText();
    if (*plan) return ShowPlan(options);
    if (*apply) return Apply(options);
    if (*drift) return Drift(options);
    if (*exporting) return ExportTo(options);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "steward: " << error.what() << '\n';
    return kFailed;
  }
}
