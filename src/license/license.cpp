// SPDX-License-Identifier: Apache-2.0
#include "license/license.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <stdexcept>

#include "base/signing.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::license {
namespace {

using std::chrono::sys_days;

constexpr std::size_t kLongest = 256U << 10U;
constexpr std::size_t kIdSize = 16;
constexpr std::int64_t kMost = 1'000'000'000'000;
constexpr std::string_view kEnd = "\r\n";
constexpr std::string_view kWorkload = "Workload ";
constexpr std::string_view kSignature = "Signature=";
constexpr std::array<std::string_view, 8> kTypes = {"Rental", "Subscription", "Perpetual", "Evaluation",
                                                    "NFR",    "Promo",        "Free",      "Internal"};
constexpr std::array<std::string_view, 4> kAutomatic = {"Off", "On", "AlwaysOn", "AlwaysOff"};
/// Keys that this version knows.
constexpr std::array<std::string_view, 20> kKeys = {"License ID",
                                                    "Revision",
                                                    "Licensed to",
                                                    "E-mail",
                                                    "Contact person",
                                                    "License type",
                                                    "Edition",
                                                    "Package",
                                                    "Product ID",
                                                    "Contract ID",
                                                    "License issued",
                                                    "License expires",
                                                    "Support ID",
                                                    "Support expires",
                                                    "Points",
                                                    "Instances",
                                                    "Cloud Connect Provider",
                                                    "Automatic reporting",
                                                    "Automatic extension",
                                                    "Signature"};

template <typename Enum, std::size_t Size>
std::optional<Enum> FindWord(const std::array<std::string_view, Size>& words, std::string_view word) {
  const auto at = std::find(words.begin(), words.end(), word);
  if (at == words.end()) return std::nullopt;
  return static_cast<Enum>(at - words.begin());
}

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// A value that stays in its line.
std::string OneLine(std::string text) {
  std::replace_if(text.begin(), text.end(), IsControl, ' ');
  return text;
}

bool IsKey(std::string_view key) {
  return !key.empty() && key.size() <= 200 && key.front() != ' ' && key.back() != ' ' &&
         key.find('=') == std::string_view::npos && std::none_of(key.begin(), key.end(), IsControl);
}

/// A key that means nothing to this version.
bool IsOther(std::string_view key) {
  return IsKey(key) && !key.starts_with(kWorkload) && std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end();
}

std::string DateText(sys_days day) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:02}/{:02}/{:04}", static_cast<unsigned>(date.day()), static_cast<unsigned>(date.month()),
                     static_cast<int>(date.year()));
}

/// A whole number of digits alone, without leading zeros.
std::optional<std::int64_t> ParseCount(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > kMost ||
      std::to_string(value) != text) {
    return std::nullopt;
  }
  return value;
}

std::optional<sys_days> ParseDate(std::string_view text) {
  if (text.size() != 10 || text[2] != '/' || text[5] != '/') return std::nullopt;
  unsigned day = 0;
  unsigned month = 0;
  int year = 0;
  std::from_chars(text.data(), text.data() + 2, day);
  std::from_chars(text.data() + 3, text.data() + 5, month);
  std::from_chars(text.data() + 6, text.data() + 10, year);
  const auto date = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  if (!date.ok() || year < 1 || DateText(sys_days(date)) != text) return std::nullopt;
  return sys_days(date);
}

tl::unexpected<Error> Wrong(std::string_view key, std::string_view value, std::string_view wanted) {
  return Fail(ErrorCode::kInvalid, fmt::format("The licence file says \"{}={}\", but {}.", key, value, wanted));
}

/// Puts lines together.
class Lines {
 public:
  void Add(std::string_view key, const std::string& value) {
    text_ += fmt::format("{}={}{}", key, OneLine(value), kEnd);
  }
  void AddUnlessEmpty(std::string_view key, const std::string& value) {
    if (!value.empty()) Add(key, value);
  }
  const std::string& Text() const { return text_; }

 private:
  std::string text_;
};

/// The lines of a file by key, and what was found wrong when they are taken.
class Values {
 public:
  Status Take(std::string_view line) {
    const auto at = line.find('=');
    if (at == std::string_view::npos || !IsKey(line.substr(0, at))) {
      return Fail(ErrorCode::kInvalid, fmt::format("The licence file has the line \"{}\", which is no key=value.",
                                                   OneLine(std::string(line.substr(0, 100)))));
    }
    const auto [place, added] = values_.emplace(line.substr(0, at), line.substr(at + 1));
    if (!added) {
      return Fail(ErrorCode::kInvalid, fmt::format("The licence file says \"{}\" more than once.", place->first));
    }
    order_.emplace_back(place->first);
    return {};
  }
  /// The value of a key, or nullptr.
  const std::string* Find(std::string_view key) const {
    const auto at = values_.find(key);
    return at == values_.end() ? nullptr : &at->second;
  }
  std::string Text(std::string_view key) const {
    const auto* value = Find(key);
    return value == nullptr ? std::string() : *value;
  }
  const std::vector<std::string>& Keys() const { return order_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::string> order_;
};

/// Reads one key with `parse` into `target`; a key that is not there is an error unless it is optional.
template <typename Parse, typename Target>
Status ReadOne(const Values& values, std::string_view key, bool required, Parse parse, std::string_view wanted,
               Target& target) {
  const auto* value = values.Find(key);
  if (value == nullptr) {
    if (!required) return {};
    return Fail(ErrorCode::kInvalid, fmt::format("The licence file has no line \"{}=\".", key));
  }
  const auto parsed = parse(*value);
  if (!parsed) return Wrong(key, *value, wanted);
  target = *parsed;
  return {};
}

std::optional<bool> ParseYes(std::string_view text) {
  if (text == "Yes") return true;
  if (text == "No") return false;
  return std::nullopt;
}

std::optional<std::string> ParseId(std::string_view text) {
  if (!IsUuid(text)) return std::nullopt;
  return std::string(text);
}

std::optional<std::string> ParseName(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

constexpr std::string_view kDateWanted = "a date is day/month/year with two, two and four digits";
constexpr std::string_view kCountWanted = "a whole number is needed";
constexpr std::string_view kAutomaticWanted = "only Off, On, AlwaysOn and AlwaysOff are known";

Status ReadNames(const Values& values, License& license) {
  constexpr std::string_view kWanted = "a name is needed";
  auto done = ReadOne(values, "License ID", true, ParseId, "an id has the form of a uuid", license.license_id);
  if (done) done = ReadOne(values, "Licensed to", true, ParseName, kWanted, license.licensed_to);
  if (done) done = ReadOne(values, "License type", true, FindType, "no such type is known", license.type);
  if (done) done = ReadOne(values, "Product ID", true, ParseName, kWanted, license.product_id);
  if (done) done = ReadOne(values, "Contract ID", true, ParseName, kWanted, license.contract_id);
  license.email = values.Text("E-mail");
  license.contact_person = values.Text("Contact person");
  license.edition = values.Text("Edition");
  license.package = values.Text("Package");
  license.support_id = values.Text("Support ID");
  return done;
}

Status ReadFacts(const Values& values, License& license) {
  auto done = ReadOne(values, "Revision", false, ParseCount, kCountWanted, license.revision);
  if (done) done = ReadOne(values, "License issued", true, ParseDate, kDateWanted, license.issued);
  if (done) done = ReadOne(values, "License expires", true, ParseDate, kDateWanted, license.expires);
  if (done) done = ReadOne(values, "Support expires", false, ParseDate, kDateWanted, license.support_expires);
  if (done) {
    done = ReadOne(values, "Cloud Connect Provider", true, ParseYes, "it is Yes or No", license.cloud_connect_provider);
  }
  if (done) {
    done = ReadOne(values, "Automatic reporting", false, FindAutomatic, kAutomaticWanted, license.automatic_reporting);
  }
  if (done) {
    done = ReadOne(values, "Automatic extension", false, FindAutomatic, kAutomaticWanted, license.automatic_extension);
  }
  if (!done) return done;
  const bool points = values.Find("Points") != nullptr;
  if (points && values.Find("Instances") != nullptr) {
    return Fail(ErrorCode::kInvalid, "The licence file counts both points and instances; it must count one of them.");
  }
  license.unit = points || values.Find("Instances") == nullptr ? Unit::kPoints : Unit::kInstances;
  return ReadOne(values, license.unit == Unit::kPoints ? "Points" : "Instances", true, ParseCount, kCountWanted,
                 license.amount);
}

Status ReadWorkload(std::string_view key, std::string_view value, License& license) {
  const auto times = value.find('*');
  const auto count = ParseCount(value.substr(0, times));
  const auto multiplier = times == std::string_view::npos ? std::nullopt : ParseDecimal(value.substr(times + 1));
  if (!count || !multiplier) return Wrong(key, value, "a workload is written as count*multiplier, such as 10*2.5");
  license.workloads.push_back(
      {.id = std::string(key.substr(kWorkload.size())), .count = *count, .multiplier = *multiplier});
  return {};
}

/// Workloads and keys that this version does not know.
Status ReadRest(const Values& values, License& license) {
  for (const std::string& key : values.Keys()) {
    const std::string& value = *values.Find(key);
    if (key.starts_with(kWorkload)) {
      if (auto done = ReadWorkload(key, value, license); !done) return done;
    } else if (IsOther(key)) {
      license.others.emplace_back(key, value);
    }
  }
  return {};
}

Result<Values> Split(std::string_view text) {
  Values values;
  while (!text.empty()) {
    const auto end = text.find(kEnd);
    if (end == std::string_view::npos) {
      return Fail(ErrorCode::kInvalid, "The licence file does not end with a whole line; was it cut off?");
    }
    const auto line = text.substr(0, end);
    if (std::any_of(line.begin(), line.end(), IsControl)) {
      return Fail(ErrorCode::kInvalid,
                  "The licence file has control characters inside a line; lines end with CR LF, as it was downloaded.");
    }
    if (const auto done = values.Take(line); !done) return tl::unexpected(done.error());
    text.remove_prefix(end + kEnd.size());
  }
  return values;
}

/// A file taken apart at its signature.
struct Signed {
  std::string_view text;
  std::string_view key_id;
  std::string_view signature;
};

Result<Signed> TakeSignature(std::string_view text) {
  if (text.size() > kLongest) return Fail(ErrorCode::kInvalid, "The file is too large to be a licence file.");
  const auto last = text.ends_with(kEnd) ? text.substr(0, text.size() - kEnd.size()).rfind(kEnd) : text.npos;
  if (last == std::string_view::npos || !text.substr(last + kEnd.size()).starts_with(kSignature)) {
    return Fail(ErrorCode::kInvalid, "This is no licence file: its last line is no signature.");
  }
  Signed parts{.text = text.substr(0, last + kEnd.size())};
  auto mark = text.substr(parts.text.size() + kSignature.size());
  mark.remove_suffix(kEnd.size());
  const auto colon = mark.find(':');
  if (colon == std::string_view::npos) {
    return Fail(ErrorCode::kInvalid, "The signature of the licence file does not say by which key it was made.");
  }
  parts.key_id = mark.substr(0, colon);
  parts.signature = mark.substr(colon + 1);
  return parts;
}

void AddNames(Lines& lines, const License& license) {
  lines.Add("License ID", license.license_id);
  lines.Add("Revision", std::to_string(license.revision));
  lines.Add("Licensed to", license.licensed_to);
  lines.AddUnlessEmpty("E-mail", license.email);
  lines.AddUnlessEmpty("Contact person", license.contact_person);
  lines.Add("License type", std::string(Word(license.type)));
  lines.AddUnlessEmpty("Edition", license.edition);
  lines.AddUnlessEmpty("Package", license.package);
  lines.Add("Product ID", license.product_id);
  lines.Add("Contract ID", license.contract_id);
}

void AddFacts(Lines& lines, const License& license) {
  lines.Add("License issued", DateText(license.issued));
  lines.Add("License expires", DateText(license.expires));
  lines.AddUnlessEmpty("Support ID", license.support_id);
  if (license.support_expires) lines.Add("Support expires", DateText(*license.support_expires));
  lines.Add(license.unit == Unit::kPoints ? "Points" : "Instances", std::to_string(license.amount));
  lines.Add("Cloud Connect Provider", license.cloud_connect_provider ? "Yes" : "No");
  lines.Add("Automatic reporting", std::string(Word(license.automatic_reporting)));
  lines.Add("Automatic extension", std::string(Word(license.automatic_extension)));
}

/// The earlier of two days, of which none may be there.
std::optional<sys_days> Earlier(const std::optional<sys_days>& one, const std::optional<sys_days>& other) {
  if (!one || !other) return one ? one : other;
  return std::min(*one, *other);
}

std::optional<PublicKey> FindKey(std::string_view id, const std::vector<PublicKey>& keys) {
  std::optional<PublicKey> found;
  for (const auto& key : keys) {
    if (key.key_id != id) continue;
    if (!found) found = key;
    found->retired = Earlier(found->retired, key.retired);
    found->revoked = Earlier(found->revoked, key.revoked);
  }
  return found;
}

std::string IdOf(const std::string& public_key) {
  return Sha256Hex(*FromBase64(public_key)).substr(0, kIdSize);
}

}  // namespace

std::string_view Word(Type type) {
  return kTypes.at(static_cast<std::size_t>(type));
}

std::string_view Word(Automatic automatic) {
  return kAutomatic.at(static_cast<std::size_t>(automatic));
}

std::optional<Type> FindType(std::string_view word) {
  return FindWord<Type>(kTypes, word);
}

std::optional<Automatic> FindAutomatic(std::string_view word) {
  return FindWord<Automatic>(kAutomatic, word);
}

SigningKey NewSigningKey() {
  const auto keys = steward::NewSigningKeys();
  return {.key_id = IdOf(keys.public_key), .secret_key = keys.secret_key};
}

Result<SigningKey> ToSigningKey(const std::string& secret_key) {
  const auto open = PublicKeyOf(secret_key);
  if (!open) return tl::unexpected(open.error());
  return SigningKey{.key_id = IdOf(*open), .secret_key = secret_key};
}

Result<PublicKey> ToPublicKey(const std::string& public_key) {
  constexpr std::size_t kSize = 32;
  const auto bytes = FromBase64(public_key);
  if (!bytes || bytes->size() != kSize) {
    return Fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no public key of a licence authority; `steward-pulse keys "
                                                 "show` and GET /api/v1/keys show them.",
                                                 OneLine(public_key.substr(0, 100))));
  }
  return PublicKey{.key_id = IdOf(public_key), .public_key = public_key};
}

PublicKey PublicPart(const SigningKey& key) {
  return {.key_id = key.key_id, .public_key = PublicKeyOf(key.secret_key).value()};
}

std::string Write(const License& license, const SigningKey& key) {
  Lines lines;
  AddNames(lines, license);
  AddFacts(lines, license);
  for (const auto& workload : license.workloads) {
    const std::string name = std::string(kWorkload) + workload.id;
    if (workload.id.empty() || !IsKey(name)) throw std::invalid_argument("a workload's id cannot stand in a licence");
    lines.Add(name, fmt::format("{}*{}", workload.count, DecimalText(workload.multiplier)));
  }
  for (const auto& [name, value] : license.others) {
    if (!IsOther(name)) throw std::invalid_argument("a key cannot stand in a licence");
    lines.Add(name, value);
  }
  const auto mark = Sign(lines.Text(), key.secret_key);
  if (!mark) throw std::invalid_argument(mark.error().message);
  return fmt::format("{}{}{}:{}{}", lines.Text(), kSignature, key.key_id, *mark, kEnd);
}

Result<License> Read(std::string_view text) {
  const auto parts = TakeSignature(text);
  if (!parts) return tl::unexpected(parts.error());
  const auto values = Split(parts->text);
  if (!values) return tl::unexpected(values.error());
  if (values->Find("Signature") != nullptr) return Fail(ErrorCode::kInvalid, "The licence file has two signatures.");
  License license;
  auto done = ReadNames(*values, license);
  if (done) done = ReadFacts(*values, license);
  if (done) done = ReadRest(*values, license);
  if (!done) return tl::unexpected(done.error());
  return license;
}

Result<PublicKey> Verify(std::string_view text, const std::vector<PublicKey>& keys) {
  const auto parts = TakeSignature(text);
  if (!parts) return tl::unexpected(parts.error());
  const auto signer = FindKey(parts->key_id, keys);
  if (!signer) {
    return Fail(ErrorCode::kForbidden,
                fmt::format("The licence file is signed with the key \"{}\", which is none of the {} key(s) trusted "
                            "here.",
                            OneLine(std::string(parts->key_id.substr(0, 100))), keys.size()));
  }
  if (!IsSignedBy(parts->text, parts->signature, signer->public_key)) {
    return Fail(ErrorCode::kForbidden, "The licence file was changed since it was signed; get it again.");
  }
  if (signer->revoked) {
    return Fail(ErrorCode::kForbidden,
                fmt::format("The licence file is signed with the key {}, which was revoked on {}; get the file again.",
                            signer->key_id, DateText(*signer->revoked)));
  }
  const auto license = Read(text);
  if (!license) return tl::unexpected(license.error());
  if (signer->retired && license->issued > *signer->retired) {
    return Fail(ErrorCode::kForbidden,
                fmt::format("The licence file was issued on {}, but the key {} that signed it was retired on {}.",
                            DateText(license->issued), signer->key_id, DateText(*signer->retired)));
  }
  return *signer;
}

Status CheckExpiry(const License& license, sys_days today) {
  if (today <= license.expires) return {};
  return Fail(ErrorCode::kForbidden, fmt::format("The licence expired on {}.", DateText(license.expires)));
}

}  // namespace steward::license
