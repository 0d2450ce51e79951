// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "features/pulse/authority.hpp"
#include "net/client.hpp"

namespace steward::features {

/// Where steward-pulse is and how it is trusted.
struct PulseAddress {
  std::string url;     ///< "https://pulse.example:8443"; empty = none
  std::string ca_pem;  ///< trust only this; empty = the system's store
};

/// The authority steward-pulse, spoken to over its REST API (api/pulse).
class PulseClient final : public LicenseAuthority {
 public:
  PulseClient(const PulseAddress& address, std::string token);

  Result<AuthoritySession> Session() override;
  Result<AuthorityState> ReadAll() override;
  Result<Json> CreateTenant(const std::string& name, const std::string& external_id, const std::string& key) override;
  Result<Json> Tenant(const std::string& tenant_id) override;
  Result<Json> MergeTenant(const std::string& tenant_id, const std::string& parent_id, const std::string& key) override;
  Result<Json> SplitTenant(const std::string& tenant_id, const std::string& key) override;
  Result<Json> CreateLicense(const Json& request, const std::string& key) override;
  Result<Json> CopyLicense(const std::string& license_uid, const std::string& key) override;
  Result<Json> ChangeLicense(const std::string& license_uid, const Json& changes) override;
  Result<Json> Assign(const std::string& license_uid, const std::string& tenant_id, const std::string& key) override;
  Result<Json> Revoke(const std::string& license_uid, const std::string& key) override;
  Status Delete(const std::string& license_uid) override;
  Result<std::string> File(const std::string& license_uid) override;
  Result<Json> NoteInstalled(const std::string& license_uid, const std::string& server_id,
                             const std::string& server_name, const std::string& key) override;
  Result<Json> SubmitReport(const Json& report, const std::string& key) override;

 private:
  Result<net::ClientResponse> Send(const std::string& method, const std::string& path, const Json& body,
                                   const std::string& key);
  /// The answer's "data".
  Result<Json> Data(const std::string& method, const std::string& path, const Json& body = nullptr,
                    const std::string& key = {});
  Result<Json> Pages(const std::string& path);

  std::string url_, token_;
  net::HttpClient http_;
};

}  // namespace steward::features
