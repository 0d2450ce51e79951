// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/handlers.gen.hpp"
#include "features/agents/agents.hpp"
#include "features/identity/users.hpp"
#include "features/organizations/organizations.hpp"
#include "features/reference/facts.hpp"

namespace steward::console {

/// Hands each operation of the contract to the service that owns it.
class ConsoleHandlers : public contract::Handlers {
 public:
  using Answer = Result<contract::Answer>;
  using Call = contract::Call;
  ConsoleHandlers(platform::Services services, features::Users& users, features::Organizations& organizations,
                  features::Agents& agents)
      : services_(services), users_(users), organizations_(organizations), agents_(agents), facts_(services) {}

  Answer IssueToken(const Call& call) override { return users_.IssueToken(call); }
  Answer CreateSession(const Call& call) override { return users_.CreateSession(call); }
  Answer EndSession(const Call& call) override { return users_.EndSession(call); }
  Answer GetCurrentUser(const Call& call) override { return users_.GetCurrentUser(call); }
  Answer CreateUser(const Call& call) override { return users_.CreateUser(call); }
  Answer PatchUser(const Call& call) override { return users_.PatchUser(call); }
  Answer DeleteUser(const Call& call) override { return users_.DeleteUser(call); }
  Answer AddApiKeyLogin(const Call& call) override { return users_.AddApiKeyLogin(call); }
  Answer RevokeUserTokens(const Call& call) override { return users_.RevokeUserTokens(call); }
  Answer PatchUserLogin(const Call& call) override { return users_.PatchLogin(call); }
  Answer DeleteUserLogin(const Call& call) override { return users_.DeleteLogin(call); }
  Answer AddUserLocation(const Call& call) override { return users_.AddLocation(call); }
  Answer RemoveUserLocation(const Call& call) override { return users_.RemoveLocation(call); }
  Answer CreateCompany(const Call& call) override { return organizations_.CreateCompany(call); }
  Answer PatchCompany(const Call& call) override { return organizations_.PatchCompany(call); }
  Answer DeleteCompany(const Call& call) override { return organizations_.DeleteCompany(call); }
  Answer CreateReseller(const Call& call) override { return organizations_.CreateReseller(call); }
  Answer PatchReseller(const Call& call) override { return organizations_.PatchReseller(call); }
  Answer DeleteReseller(const Call& call) override { return organizations_.DeleteReseller(call); }
  Answer PatchOrganization(const Call& call) override { return organizations_.PatchOrganization(call); }
  Answer CreateLocation(const Call& call) override { return organizations_.CreateLocation(call); }
  Answer PatchLocation(const Call& call) override { return organizations_.PatchLocation(call); }
  Answer DeleteLocation(const Call& call) override { return organizations_.DeleteLocation(call); }
  Answer DownloadLinuxManagementPackage(const Call& call) override { return agents_.DownloadLinuxPackage(call); }
  Answer AcceptUnverifiedAgent(const Call& call) override { return agents_.Accept(call); }
  Answer RejectUnverifiedAgent(const Call& call) override { return agents_.Reject(call); }
  Answer PatchManagementAgent(const Call& call) override { return agents_.Patch(call); }
  Answer DeleteManagementAgent(const Call& call) override { return agents_.Delete(call); }
  Answer GetCountries(const Call&) override { return facts_.Countries(); }
  Answer GetCurrencies(const Call&) override { return facts_.Currencies(); }
  Answer GetUsaStates(const Call&) override { return facts_.UsaStates(); }
  Answer GetAbout(const Call& call) override;

 private:
  platform::Services services_;
  features::Users& users_;
  features::Organizations& organizations_;
  features::Agents& agents_;
  features::Facts facts_;
};

}  // namespace steward::console
