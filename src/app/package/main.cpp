// SPDX-License-Identifier: Apache-2.0
// steward-package: makes the signed packages by which consoles upgrade agents, and the keys they are signed with.
#include <fcntl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "package/package.hpp"

namespace {

using namespace steward;

std::string Contents(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in) throw std::runtime_error(file + " cannot be read");
  return std::move(text).str();
}

std::string Line(const std::string& file) {
  std::string text = Contents(file);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.pop_back();
  return text;
}

/// Writes a new file; one that is there already is not touched.
void WriteNew(const std::string& file, const std::string& text, mode_t mode) {
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (out < 0) throw std::runtime_error(file + " cannot be made: " + std::strerror(errno));
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = ::write(out, text.data() + done, text.size() - done);
    if (written <= 0) throw std::runtime_error(file + " cannot be written");
    done += static_cast<std::size_t>(written);
  }
  ::close(out);
}

int MakeKeys(const std::string& secret_file) {
  const auto keys = package::NewKeys();
  WriteNew(secret_file, keys.secret_key + "\n", 0600);
  std::cout << keys.public_key << '\n';
  std::cerr << "The signing key is in " << secret_file
            << "; keep it away from the console. The line above is the public "
            << "key, for agent_package_keys of the console and [upgrade] keys of agents.\n";
  return 0;
}

int Show(const std::string& file, const std::string& key) {
  const auto read = package::ReadPackage(file, {key});
  if (!read) throw std::runtime_error(read.error().message);
  const auto& facts = read->header;
  std::cout << fmt::format("version {}\nplatform {}\narchitecture {}\nsize {}\nsha256 {}\n", facts.version,
                           facts.platform, facts.architecture, facts.size, facts.sha256);
  return 0;
}

int Make(const std::string& program, const package::Header& facts, const std::string& secret, const std::string& out) {
  const auto made = package::MakePackage(Contents(program), facts, Line(secret));
  if (!made) throw std::runtime_error(made.error().message);
  WriteNew(out, *made, 0644);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Signed packages of the management agent");
  app.require_subcommand(1);
  std::string file;
  std::string key;
  std::string program;
  package::Header facts{.version = {}, .platform = "Linux", .architecture = "x86_64"};
  auto* keys =
      app.add_subcommand("keys", "Make a key pair: the signing key goes to a file, the public one to the output");
  keys->add_option("--secret", file, "File for the signing key; it must not exist")->required();
  auto* make = app.add_subcommand("make", "Make a package");
  make->add_option("--program", program, "The agent's program")->required();
  make->add_option("--version", facts.version, "Its version, such as 1.4.0")->required();
  make->add_option("--platform", facts.platform, "Linux");
  make->add_option("--architecture", facts.architecture, "As uname -m says it");
  make->add_option("--secret", key, "File with the signing key")->required();
  make->add_option("--out", file, "The package; it must not exist")->required();
  auto* show = app.add_subcommand("show", "Check a package and show what it says of itself");
  show->add_option("package", file, "The package")->required();
  show->add_option("--key", key, "Public key")->required();
  CLI11_PARSE(app, argc, argv);
  try {
    if (*keys) return MakeKeys(file);
    return *make ? Make(program, facts, key, file) : Show(file, key);
  } catch (const std::exception& error) {
    std::cerr << "steward-package: " << error.what() << '\n';
    return 1;
  }
}
