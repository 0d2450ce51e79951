// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/contract.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// Companies, resellers, organizations and locations: creation in one transaction with their default location and owner
/// account, changes by patch, deletion. Every call is audited. Thread-safe.
class Organizations {
 public:
  /// `disconnect` closes the link of an agent whose company went away.
  Organizations(platform::Services services, std::function<void(const std::string&)> disconnect)
      : services_(services), disconnect_(std::move(disconnect)) {}

  Result<contract::Answer> CreateCompany(const contract::Call& call);
  /// Writes a company with its location, owner and audit row inside the caller's transaction; answers its uid. `body`
  /// is a CompanyInput.
  std::string MakeCompany(db::Connection& connection, const contract::Call& call, const nlohmann::json& body,
                          const db::Param& reseller);
  Result<contract::Answer> PatchCompany(const contract::Call& call);
  Result<contract::Answer> DeleteCompany(const contract::Call& call);
  Result<contract::Answer> CreateReseller(const contract::Call& call);
  Result<contract::Answer> PatchReseller(const contract::Call& call);
  Result<contract::Answer> DeleteReseller(const contract::Call& call);
  Result<contract::Answer> PatchOrganization(const contract::Call& call);
  Result<contract::Answer> CreateLocation(const contract::Call& call);
  Result<contract::Answer> PatchLocation(const contract::Call& call);
  Result<contract::Answer> DeleteLocation(const contract::Call& call);

 private:
  std::string Insert(db::Connection& connection, const nlohmann::json& input, std::string_view type,
                     const db::Param& parent);
  void InsertOwner(db::Connection& connection, const nlohmann::json& body, const std::string& organization,
                   std::string_view role);

  platform::Services services_;
  std::function<void(const std::string&)> disconnect_;
};

}  // namespace steward::features
