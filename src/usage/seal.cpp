// SPDX-License-Identifier: Apache-2.0
#include "usage/seal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/signing.hpp"
#include "fmt/format.h"

namespace steward::usage {
namespace {

namespace fs = std::filesystem;

void WriteNew(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  fs::permissions(file.parent_path(), fs::perms::owner_all);
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      out >= 0 && ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(out) == 0;
  const int problem = errno;
  if (out >= 0) ::close(out);
  if (!written)
    throw std::runtime_error(
        fmt::format("The key of the usage ledger cannot be kept in {}: {}. Make room, or give the "
                    "console's user the right to write there.",
                    file.string(), std::strerror(problem)));
}

}  // namespace

std::string SealText(const Seal& seal) {
  return fmt::format("steward usage seal 1\nday {}\nrows {} {}\nsha256 {}\n", DayText(seal.day), seal.first_id,
                     seal.last_id, seal.hash);
}

std::string SealLine(const Seal& seal) {
  return fmt::format("{} {} {} {} {} {}\n", DayText(seal.day), seal.first_id, seal.last_id,
                     seal.hash.empty() ? "-" : seal.hash, seal.key_id, seal.signature);
}

Result<std::vector<Seal>> ReadSeals(const fs::path& file) {
  std::vector<Seal> seals;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    Seal seal;
    std::string day;
    std::istringstream words(line);
    words >> day >> seal.first_id >> seal.last_id >> seal.hash >> seal.key_id >> seal.signature;
    const auto read = ReadDay(day);
    if (words.fail() || !read)
      return Fail(ErrorCode::kInvalid, fmt::format("{}: line {} is no seal.", file.string(), seals.size() + 1));
    seal.day = *read;
    if (seal.hash == "-") seal.hash.clear();
    seals.push_back(std::move(seal));
  }
  return seals;
}

std::string KeyId(const std::string& public_key) {
  return Sha256Hex(public_key).substr(0, 16);
}

SigningKey::SigningKey(const fs::path& file) {
  if (!fs::exists(file)) WriteNew(file, NewSigningKeys().secret_key + "\n");
  std::ifstream in(file);
  in >> secret_;
  const auto open = PublicKeyOf(secret_);
  if (!open)
    throw std::runtime_error(
        fmt::format("{} holds no key of the usage ledger. Put the file of a backup there; moved "
                    "away, the console makes a new key, and days sealed so far stay valid.",
                    file.string()));
  public_ = *open;
}

std::string SigningKey::Sign(std::string_view text) const {
  return steward::Sign(text, secret_).value();
}

fs::path KeyFile(const fs::path& data) {
  return data / "usage" / "signing.key";
}
fs::path SealsFile(const fs::path& data) {
  return data / "usage" / "seals.txt";
}

}  // namespace steward::usage
