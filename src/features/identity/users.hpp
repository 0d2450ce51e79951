// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/contract.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// Sign-in, users and API keys. Every change is audited. Thread-safe.
class Users {
 public:
  explicit Users(platform::Services services) : services_(services) {}

  Result<contract::Answer> IssueToken(const contract::Call& call);
  Result<contract::Answer> CreateSession(const contract::Call& call);
  Result<contract::Answer> EndSession(const contract::Call& call);
  Result<contract::Answer> GetCurrentUser(const contract::Call& call);
  Result<contract::Answer> CreateUser(const contract::Call& call);
  Result<contract::Answer> PatchUser(const contract::Call& call);
  Result<contract::Answer> DeleteUser(const contract::Call& call);
  Result<contract::Answer> AddApiKeyLogin(const contract::Call& call);
  Result<contract::Answer> PatchLogin(const contract::Call& call);
  Result<contract::Answer> DeleteLogin(const contract::Call& call);
  Result<contract::Answer> RevokeUserTokens(const contract::Call& call);
  Result<contract::Answer> AddLocation(const contract::Call& call);
  Result<contract::Answer> RemoveLocation(const contract::Call& call);

 private:
  Result<platform::Caller> SignIn(const contract::Call& call, const std::string& name, const std::string& password);
  /// Whether the caller may give, change or remove users of that role in that organization.
  Status MayManage(db::Connection& connection, const platform::Caller& caller, const std::string& organization,
                   const std::string& role);
  /// Organization of the user named by the path, when the caller may manage that user (or, if allowed, is that user).
  Result<std::string> OrganizationOfManaged(const contract::Call& call, bool own_allowed);
  /// A user, the organization of that user and a location; all uids.
  struct UserLocation {
    std::string user, organization, location;
  };
  /// The user of the path, whom the caller may manage, and the location of the query.
  Result<UserLocation> NamedLocation(const contract::Call& call);

  platform::Services services_;
};

}  // namespace steward::features
