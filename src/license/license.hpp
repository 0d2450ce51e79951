// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "license/weight.hpp"

namespace steward::license {

enum class Type { kRental, kSubscription, kPerpetual, kEvaluation, kNfr, kPromo, kFree, kInternal };
/// What a licence counts.
enum class Unit { kPoints, kInstances };
/// Whether the authority does something by itself; the last two cannot be changed.
enum class Automatic { kOff, kOn, kAlwaysOn, kAlwaysOff };

std::string_view Word(Type type);
std::string_view Word(Automatic automatic);
std::optional<Type> FindType(std::string_view word);
std::optional<Automatic> FindAutomatic(std::string_view word);

/// So many of one workload, each at so many points.
struct Workload {
  std::string id;
  std::int64_t count = 0;
  Thousandths multiplier = 0;
};

/// What a licence file says. A file is text: lines `key=value` that end with CR LF, the last one
/// `Signature=<key id>:<base64>`, an Ed25519 signature of all bytes before that line.
struct License {
  std::string license_id;  ///< uuid
  std::int64_t revision = 1;
  std::string licensed_to;
  std::string email;
  std::string contact_person;
  Type type = Type::kRental;
  std::string edition;
  std::string package;
  std::string product_id;
  std::string contract_id;
  std::chrono::sys_days issued;
  std::chrono::sys_days expires;  ///< the last day on which it is good
  std::string support_id;
  std::optional<std::chrono::sys_days> support_expires;
  Unit unit = Unit::kPoints;
  std::int64_t amount = 0;  ///< of `unit`
  bool cloud_connect_provider = false;
  Automatic automatic_reporting = Automatic::kOff;
  Automatic automatic_extension = Automatic::kOff;
  std::vector<Workload> workloads;
  /// Keys that this version does not know, in order.
  std::vector<std::pair<std::string, std::string>> others;
};

/// A key of an authority. Its id follows from the public key.
struct PublicKey {
  std::string key_id;
  std::string public_key;                          ///< base64
  std::optional<std::chrono::sys_days> retired{};  ///< good for what was issued until then
  std::optional<std::chrono::sys_days> revoked{};  ///< good for nothing: others may have it
};
struct SigningKey {
  std::string key_id;
  std::string secret_key;  ///< base64
};
SigningKey NewSigningKey();
/// Errors: kInvalid when it is no key.
Result<SigningKey> ToSigningKey(const std::string& secret_key);
Result<PublicKey> ToPublicKey(const std::string& public_key);
PublicKey PublicPart(const SigningKey& key);
/// The signed file. Control characters in values become spaces. Throws std::invalid_argument for a workload's id or a
/// key of `others` that would not be read back as such (an equals sign, control characters, a name that is taken), and
/// for a key that cannot sign.
std::string Write(const License& license, const SigningKey& key);

/// What the file says, whoever signed it. Errors: kInvalid with the line and the reason.
Result<License> Read(std::string_view text);

/// The key that signed exactly this text, one of those given. A key that stands there more than once is as bad as the
/// worst says. Errors: kInvalid for what is no licence file; kForbidden for a key that is not given, a signature that
/// is not its, a revoked key, and a licence issued after its key was retired.
Result<PublicKey> Verify(std::string_view text, const std::vector<PublicKey>& keys);

/// Errors: kForbidden when the licence's last day is over.
Status CheckExpiry(const License& license, std::chrono::sys_days today);

}  // namespace steward::license
