// SPDX-License-Identifier: Apache-2.0
// steward PART ...: one name for the programs that stand beside it. `steward agent check` is `steward-agent check`, and
// `steward plan` is `steward-customers plan`.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::array<std::string_view, 8> kParts = {"agent",   "console", "site",    "pulse",
                                                    "license", "usage",   "package", "lab"};
/// Commands of steward-customers that stand under the one name themselves.
constexpr std::array<std::string_view, 5> kCustomers = {"plan", "apply", "drift", "export", "schema"};

int Usage(std::ostream& out) {
  out << "usage: steward PART ...\n"
         "  agent     the management agent: run, check, status\n"
         "  console   the console: run, gateway-config\n"
         "  site      the cloud repository server: run, pool, tenant, resource, show\n"
         "  pulse     the licence authority: run, partner, token, contract, product, keys\n"
         "  license   licence files: verify, show\n"
         "  usage     the usage ledger: verify\n"
         "  package   signed packages of the agent: keys, make, show\n"
         "  lab       simulated backup servers, agents and ways for tests\n"
         "  plan, apply, drift, export, schema   customers as code\n"
         "steward PART --help tells more.\n";
  return &out == &std::cout ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string part = argc > 1 ? argv[1] : "";
  if (part == "--help" || part == "-h" || part == "help") return Usage(std::cout);
  const bool customers = std::find(kCustomers.begin(), kCustomers.end(), part) != kCustomers.end();
  if (!customers && std::find(kParts.begin(), kParts.end(), part) == kParts.end()) {
    if (!part.empty()) std::cerr << "steward: there is no part \"" << part << "\"\n";
    return Usage(std::cerr);
  }
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() /
                       ("steward-" + (customers ? "customers" : part));
  std::string name = program.string();
  std::vector<char*> arguments = {name.data()};
  for (int i = customers ? 1 : 2; i < argc; ++i) arguments.push_back(argv[i]);
  arguments.push_back(nullptr);
  execv(name.c_str(), arguments.data());
  std::cerr << "steward: " << name << " cannot be started: " << std::strerror(errno) << ". Is it installed?\n";
  return 127;
}
