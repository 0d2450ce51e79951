// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"

namespace steward::features {

using Json = nlohmann::json;

/// Whom the token is of.
struct AuthoritySession {
  std::string partner_name;
  std::string token_expires_at;  ///< time
};

/// All that an authority has for the partner: arrays of objects whose names and values are those of the columns of
/// core.pulse_contract, pulse_product, pulse_tenant (without those of the mapping) and pulse_license.
struct AuthorityState {
  Json contracts, products, tenants, licenses;
};

/// A vendor's licence authority. One call at a time. Errors: kUnavailable when it does not answer or cannot now,
/// kUnauthenticated when the token is not good (any more), all others are final. `key`: what is told twice with the
/// same key happens once.
class LicenseAuthority {
 public:
  virtual ~LicenseAuthority() = default;

  virtual Result<AuthoritySession> Session() = 0;
  virtual Result<AuthorityState> ReadAll() = 0;
  /// Objects are answered in the columns' words too.
  virtual Result<Json> CreateTenant(const std::string& name, const std::string& external_id,
                                    const std::string& key) = 0;
  virtual Result<Json> Tenant(const std::string& tenant_id) = 0;
  /// Makes a tenant a branch of another one, and a tenant of its own again.
  virtual Result<Json> MergeTenant(const std::string& tenant_id, const std::string& parent_id,
                                   const std::string& key) = 0;
  virtual Result<Json> SplitTenant(const std::string& tenant_id, const std::string& key) = 0;
  /// `request` in the words of PulseLicenseInput.
  virtual Result<Json> CreateLicense(const Json& request, const std::string& key) = 0;
  virtual Result<Json> CopyLicense(const std::string& license_uid, const std::string& key) = 0;
  /// `changes`: what shall be otherwise, in the words of PulseLicense.
  virtual Result<Json> ChangeLicense(const std::string& license_uid, const Json& changes) = 0;
  virtual Result<Json> Assign(const std::string& license_uid, const std::string& tenant_id, const std::string& key) = 0;
  virtual Result<Json> Revoke(const std::string& license_uid, const std::string& key) = 0;
  virtual Status Delete(const std::string& license_uid) = 0;
  /// The signed licence file.
  virtual Result<std::string> File(const std::string& license_uid) = 0;
  virtual Result<Json> NoteInstalled(const std::string& license_uid, const std::string& server_id,
                                     const std::string& server_name, const std::string& key) = 0;
  /// The use of a contract in a month that is over: "contractId", "month" and "lines" of "organization", "licenseId",
  /// "workloadId", "count", "weight"; of a correction "correction" (true) and "reason". Answers "reportId", "version"
  /// and "totalPoints" as the authority counted them.
  virtual Result<Json> SubmitReport(const Json& report, const std::string& key) = 0;
};

}  // namespace steward::features
