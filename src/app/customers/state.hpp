// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <set>
#include <string>

#include "console.hpp"

namespace steward::customers {

/// What a console has, by the names that a customers file uses.
struct State {
  struct Owned {
    std::string uid;
    Json row;
  };
  std::map<std::string, Json> companies;         ///< by name: Company with its organization's properties
  std::map<std::string, std::string> resellers;  ///< uid by name
  std::map<std::string, std::string> sites;      ///< uid by name
  std::map<std::string, std::string> names;      ///< of companies, resellers, sites and repositories, by uid
  std::map<std::string, std::map<std::string, Owned>> locations;            ///< by company's uid, then name
  std::map<std::string, Json> users;                                        ///< by user name
  std::map<std::pair<std::string, std::string>, Json> tenants;              ///< by site's uid and user name
  std::map<std::string, std::vector<Json>> quotas;                          ///< by tenant's uid
  std::map<std::pair<std::string, std::string>, std::string> repositories;  ///< uid by site's uid and name

  /// Uid of a company; empty when there is none of that name.
  std::string CompanyUid(const std::string& name) const;
};

Result<State> ReadState(Console& console);

/// The state in the form of a customers file: planned against the same console it changes nothing.
Json Export(const State& state);

/// Properties of a company in a file that are those of its organization.
const std::vector<std::string>& OrganizationProperties();

}  // namespace steward::customers
