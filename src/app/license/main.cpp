// SPDX-License-Identifier: Apache-2.0
// steward-license: reads licence files and checks them against the public key of their authority, without a network.
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/iso_time.hpp"
#include "license/key_ring.hpp"

namespace {

using namespace steward;

std::string Contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in) throw std::runtime_error(file + " cannot be read");
  return std::move(text).str();
}

template <typename T>
T Checked(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

void Check(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

std::string Day(std::chrono::sys_days day) {
  return IsoTime(day).substr(0, 10);
}

void Show(const license::License& license) {
  const std::string_view unit = license.unit == license::Unit::kPoints ? "points" : "instances";
  std::cout << fmt::format("licence {} revision {}\nlicensed to {}\ntype {}\nedition {}\npackage {}\n",
                           license.license_id, license.revision, license.licensed_to, license::Word(license.type),
                           license.edition, license.package);
  std::cout << fmt::format("product {}\ncontract {}\nissued {}\nexpires {}\n{} {}\ncloud connect provider {}\n",
                           license.product_id, license.contract_id, Day(license.issued), Day(license.expires), unit,
                           license.amount, license.cloud_connect_provider ? "yes" : "no");
  std::cout << fmt::format("automatic reporting {}\nautomatic extension {}\n",
                           license::Word(license.automatic_reporting), license::Word(license.automatic_extension));
  for (const auto& workload : license.workloads) {
    std::cout << fmt::format("workload {}: {} at {}\n", workload.id, workload.count,
                             license::DecimalText(workload.multiplier));
  }
  for (const auto& [key, value] : license.others) std::cout << fmt::format("{}: {}\n", key, value);
}

void Verify(const std::string& text, const std::vector<std::string>& key_files) {
  std::vector<license::PublicKey> keys;
  for (const auto& file : key_files) {
    for (auto& key : Checked(license::ReadPublicKeys(Contents(file)))) keys.push_back(std::move(key));
  }
  const auto signer = Checked(license::Verify(text, keys));
  const auto license = Checked(license::Read(text));
  Check(license::CheckExpiry(license, std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())));
  std::cout << fmt::format("good until {}: {} for {}\nsigned by {}{}\n", Day(license.expires), license.license_id,
                           license.licensed_to, signer.key_id,
                           signer.retired ? ", retired on " + Day(*signer.retired) : "");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"steward-license: licence files"};
  app.set_version_flag("--version", STEWARD_VERSION);
  app.require_subcommand(1);
  std::string file;
  std::vector<std::string> keys;
  auto* verify = app.add_subcommand("verify", "Check signature and expiry of a licence file");
  verify->add_option("file", file, "The licence file")->required();
  verify
      ->add_option("--key", keys,
                   "File with public keys of the authority, repeated: lines of `steward-pulse keys show`, or the "
                   "answer of GET /api/v1/keys")
      ->required()
      ->expected(1)
      ->take_all();
  auto* show = app.add_subcommand("show", "Show what a licence file says; its signature is not checked");
  show->add_option("file", file, "The licence file")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    const std::string text = Contents(file);
    if (*show) Show(Checked(license::Read(text)));
    if (*verify) Verify(text, keys);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "steward-license: " << error.what() << '\n';
    return 1;
  }
}
