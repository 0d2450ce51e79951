// SPDX-License-Identifier: Apache-2.0
#include "package/package.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

#include "package/version.hpp"

namespace steward::package {
namespace {

constexpr std::string_view kFirstLine = "steward agent package 1\n";
constexpr std::string_view kSignature = "signature ";
constexpr std::size_t kLongestHeader = 4096;

std::string ToBase64(const unsigned char* bytes, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // its terminating zero
  return text;
}

template <std::size_t Size>
std::optional<std::array<unsigned char, Size>> FromBase64(std::string_view text) {
  std::array<unsigned char, Size> bytes{};
  std::size_t got = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes.data(), Size, text.data(), text.size(), nullptr, &got, &end,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      got != Size || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return bytes;
}

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

std::string DigestOf(const std::string& bytes) {
  Digest digest;
  digest.Feed(bytes.data(), bytes.size());
  return digest.Hex();
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool SignedByOne(std::string_view text, std::string_view signature, const std::vector<std::string>& keys) {
  const auto mark = FromBase64<crypto_sign_BYTES>(signature);
  return mark && std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
           const auto bytes = FromBase64<crypto_sign_PUBLICKEYBYTES>(key);
           return bytes && crypto_sign_verify_detached(mark->data(), Bytes(text), text.size(), bytes->data()) == 0;
         });
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
  if (package.program.size() != header->size || DigestOf(package.program) != header->sha256) {
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
  const auto key = FromBase64<crypto_sign_SECRETKEYBYTES>(secret);
  if (!key) return Fail(ErrorCode::kInvalid, "The signing key is none that `steward package keys` made.");
  facts.sha256 = DigestOf(program);
  facts.size = program.size();
  const std::string lines = FactLines(facts);
  if (program.empty() || !ReadFacts(lines)) {
    return Fail(ErrorCode::kInvalid,
                "A package needs a program, a version such as 1.4.0, and platform and architecture of one word each.");
  }
  std::array<unsigned char, crypto_sign_BYTES> mark{};
  crypto_sign_detached(mark.data(), nullptr, Bytes(lines), lines.size(), key->data());
  return fmt::format("{}{}{}\n\n{}", lines, kSignature, ToBase64(mark.data(), mark.size()), program);
}

Keys NewKeys() {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used on this machine");
  crypto_sign_keypair(open.data(), secret.data());
  return {ToBase64(secret.data(), secret.size()), ToBase64(open.data(), open.size())};
}

}  // namespace steward::package
