// SPDX-License-Identifier: Apache-2.0
#include "agent/log_bundle.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>
#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <regex>
#include <sstream>

#include "agent/identity.hpp"
#include "agent/process.hpp"
#include "base/uuid.hpp"

namespace steward::agent {
namespace {

constexpr std::size_t kMessages = 5000;
constexpr std::array<std::string_view, 4> kSecretWords{"password", "token", "secret", "key"};

std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt>& Ring() {
  static auto ring = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(kMessages);
  return ring;
}

bool Secret(std::string_view key) {
  // password_file and the like name a file, which is no secret
  return !key.ends_with("_file") &&
         std::ranges::any_of(kSecretWords, [key](auto word) { return key.find(word) != std::string_view::npos; });
}

/// An address may hold a user's name and password.
std::string WithoutLogin(const std::string& text) {
  static const std::regex kLogin("://[^/@\\s]+@");
  return std::regex_replace(text, kLogin, "://(left out)@");
}

void Hide(toml::node& node) {
  if (auto* table = node.as_table()) {
    for (auto&& [key, value] : *table) {
      if (Secret(key.str()) && !value.is_table()) {
        table->insert_or_assign(key, "(left out)");
      } else {
        Hide(value);
      }
    }
  } else if (auto* array = node.as_array()) {
    for (auto& value : *array) Hide(value);
  } else if (auto* text = node.as_string()) {
    *text = WithoutLogin(text->get());
  }
}

/// Removed with what is in it.
struct Folder {
  std::filesystem::path path;
  explicit Folder(std::filesystem::path place) : path(std::move(place)) { std::filesystem::create_directory(path); }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

}  // namespace

void KeepRecentLog() {
  spdlog::default_logger()->sinks().push_back(Ring());
}

std::string RecentLog() {
  std::string text;
  for (const std::string& line : Ring()->last_formatted()) text += WithoutLogin(line);
  return text;
}

std::string WithoutSecrets(const std::string& toml) {
  try {
    toml::table table = toml::parse(toml);
    Hide(table);
    std::ostringstream out;
    out << table << '\n';
    return out.str();
  } catch (const toml::parse_error& error) {
    return fmt::format("# Not shown: it cannot be read ({}).\n", error.description());
  }
}

Result<std::string> PackBundle(const BundleFiles& files, const std::filesystem::path& scratch) {
  try {
    const Folder folder(scratch / ("bundle-" + NewUuid()));
    std::filesystem::permissions(folder.path, std::filesystem::perms::owner_all);
    for (const auto& [name, content] : files) WriteFileSafely(folder.path / name, content);
    const std::atomic<bool> never{false};
    auto packed =
        RunProcess({"tar", "--create", "--gzip", "--file=-", "--directory=" + folder.path.string(), "."}, {}, never);
    if (packed.exit_code == 0) return std::move(packed.output);
    return Fail(ErrorCode::kUnavailable, "tar could not pack the log: " + packed.error);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kUnavailable, std::string("The log could not be gathered: ") + error.what());
  }
}

}  // namespace steward::agent
