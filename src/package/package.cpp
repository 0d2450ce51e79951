// SPDX-License-Identifier: Apache-2.0
#include "package/package.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

#include "base/signing.hpp"
#include "package/version.hpp"

namespace steward::package {
namespace {

constexpr std::string_view kFirstLine = "steward agent package 1\n";
constexpr std::string_view kSignature = "signature ";
constexpr std::size_t kLongestHeader = 4096;

/// SHA-256 of what it is fed with.
class Digest {
 public:
  Digest() { crypto_hash_sha256_init(&state_); }
  void Feed(const char* bytes, std::size_t size) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes), size);
  }
  std::string Hex() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state_, hash.data());
    std::array<char, crypto_hash_sha256_BYTES * 2 + 1> text{};
    sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
    return text.data();
  }

 private:
  crypto_hash_sha256_state state_{};
};

bool SignedByOne(std::string_view text, std::string_view signature, const std::vector<std::string>& keys) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& key) { return IsSignedBy(text, signature, key); });
}

std::string FactLines(const Header& facts) {
  return fmt::format("{}version {}\nplatform {}\narchitecture {}\nsize {}\nsha256 {}\n", kFirstLine, facts.version,
                     facts.platform, facts.architecture, facts.size, facts.sha256);
}

bool IsWord(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

/// The facts of signed lines; they are written in one way only, so what reads back the same is whole.
std::optional<Header> ReadFacts(std::string_view lines) {
  std::istringstream in{std::string(lines.substr(kFirstLine.size()))};
  Header facts;
  std::array<std::string, 5> names;
  std::string size;
  in >> names[0] >> facts.version >> names[1] >> facts.platform >> names[2] >> facts.architecture >> names[3] >> size >>
      names[4] >> facts.sha256;
  if (std::from_chars(size.data(), size.data() + size.size(), facts.size).ec != std::errc()) return std::nullopt;
  if (FactLines(facts) != lines || !VersionNumbers(facts.version) || !IsWord(facts.platform) ||
      !IsWord(facts.architecture)) {
    return std::nullopt;
  }
  return facts;
}

}  // namespace

Result<Header> ReadHeader(std::string_view text, const std::vector<std::string>& keys) {
  const auto mark = text.find(kSignature);
  if (text.size() > kLongestHeader || !text.starts_with(kFirstLine) || mark == std::string_view::npos ||
      !text.ends_with("\n\n")) {
    return Fail(ErrorCode::kInvalid, "This is no package of the agent.");
  }
  if (keys.empty()) return Fail(ErrorCode::kForbidden, "No key is given that packages are signed with.");
  const std::string_view lines = text.substr(0, mark);
  const std::string_view signature = text.substr(mark + kSignature.size(), text.size() - mark - kSignature.size() - 2);
  if (!SignedByOne(lines, signature, keys)) {
    return Fail(ErrorCode::kForbidden,
                fmt::format("The package is signed with none of the {} key(s) that are trusted here, or was changed "
                            "since it was signed.",
                            keys.size()));
  }
  auto facts = ReadFacts(lines);
  if (!facts) return Fail(ErrorCode::kInvalid, "The facts at the beginning of the package cannot be read.");
  return *facts;
}

Result<Package> ReadPackage(const std::filesystem::path& file, const std::vector<std::string>& keys) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream whole;
  if (in) whole << in.rdbuf();
  if (!in) return Fail(ErrorCode::kUnavailable, file.string() + " cannot be read.");
  const std::string bytes = std::move(whole).str();
  const auto end = std::string_view(bytes).substr(0, kLongestHeader).find("\n\n");
  if (end == std::string_view::npos) return Fail(ErrorCode::kInvalid, "This is no package of the agent.");
  Package package{.header = {}, .header_text = bytes.substr(0, end + 2), .program = bytes.substr(end + 2)};
  auto header = ReadHeader(package.header_text, keys);
  if (!header) return tl::unexpected(header.error());
  if (package.program.size() != header->size || Sha256Hex(package.program) != header->sha256) {
    return Fail(ErrorCode::kInvalid, "The program in the package is not the one that was signed.");
  }
  package.header = std::move(*header);
  return package;
}

Status CheckProgram(const std::filesystem::path& program, const Header& header) {
  std::ifstream in(program, std::ios::binary);
  if (!in) return Fail(ErrorCode::kUnavailable, program.string() + " cannot be read.");
  Digest digest;
  std::uint64_t size = 0;
  std::vector<char> buffer(1U << 18U);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    const auto got = static_cast<std::size_t>(in.gcount());
    digest.Feed(buffer.data(), got);
    size += got;
  }
  if (size == header.size && digest.Hex() == header.sha256) return {};
  return Fail(ErrorCode::kInvalid, "The program that arrived is not the one that was signed.");
}

Result<std::string> MakePackage(const std::string& program, Header facts, const std::string& secret) {
  facts.sha256 = Sha256Hex(program);
  facts.size = program.size();
  const std::string lines = FactLines(facts);
  const auto mark = Sign(lines, secret);
  if (!mark) return Fail(ErrorCode::kInvalid, "The signing key is none that `steward package keys` made.");
  if (program.empty() || !ReadFacts(lines)) {
    return Fail(ErrorCode::kInvalid,
                "A package needs a program, a version such as 1.4.0, and platform and architecture of one word each.");
  }
  return fmt::format("{}{}{}\n\n{}", lines, kSignature, *mark, program);
}

Keys NewKeys() {
  return NewSigningKeys();
}

}  // namespace steward::package
