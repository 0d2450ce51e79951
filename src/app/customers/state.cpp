// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

#include <fmt/format.h>

namespace steward::customers {
namespace {

std::string TextOf(const Json& row, const char* name) {
  const auto found = row.find(name);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Copies what is there and neither null nor empty.
void Keep(Json& target, const Json& row, const char* from, const char* to) {
  const auto found = row.find(from);
  if (found == row.end() || found->is_null() || *found == "") return;
  target[to] = *found;
}

Json UserOf(const Json& row) {
  Json user = {{"userName", TextOf(row, "userName")}, {"role", TextOf(row, "role")}};
  const Json profile = row.value("profile", Json::object());
  for (const char* name : {"firstName", "lastName", "email"}) Keep(user, profile, name, name);
  return user;
}

Json TenantOf(const State& state, const Json& row) {
  Json tenant = {{"site", TextOf(row, "siteName")}, {"userName", TextOf(row, "name")}};
  Keep(tenant, row, "description", "description");
  tenant["enabled"] = row.value("isEnabled", false);
  Keep(tenant, row, "leaseExpirationDate", "leaseEnds");
  tenant["maxTasks"] = row.value("maxConcurrentTask", 1);
  const auto quotas = state.quotas.find(TextOf(row, "instanceUid"));
  if (quotas == state.quotas.end()) return tenant;
  for (const Json& quota : quotas->second) {
    tenant["quotas"].push_back({{"repository", state.names.at(TextOf(quota, "repositoryUid"))},
                                {"name", TextOf(quota, "cloudRepositoryName")},
                                {"size", SizeText(quota.at("storageQuota").get<std::int64_t>())}});
  }
  return tenant;
}

/// Reads one list after another until one fails.
class Reader {
 public:
  explicit Reader(Console& console) : console_(console) {}
  std::vector<Json> All(const std::string& path) {
    if (error_) return {};
    auto rows = console_.All(path);
    if (rows) return *std::move(rows);
    error_ = rows.error();
    error_->message = path + ": " + error_->message;
    return {};
  }
  const std::optional<Error>& Problem() const { return error_; }

 private:
  Console& console_;
  std::optional<Error> error_;
};

void ReadCloud(Reader& reader, State& state) {
  for (const Json& row : reader.All("/api/v3/infrastructure/sites")) {
    state.sites[TextOf(row, "siteName")] = TextOf(row, "siteUid");
    state.names[TextOf(row, "siteUid")] = TextOf(row, "siteName");
  }
  for (const Json& row : reader.All("/api/v3/infrastructure/backupServers/repositories")) {
    if (!state.names.contains(TextOf(row, "backupServerUid"))) continue;  // not of a site
    state.repositories[{TextOf(row, "backupServerUid"), TextOf(row, "name")}] = TextOf(row, "instanceUid");
    state.names[TextOf(row, "instanceUid")] = TextOf(row, "name");
  }
  for (const Json& row : reader.All("/api/v3/infrastructure/sites/tenants")) {
    state.tenants[{TextOf(row, "siteUid"), TextOf(row, "name")}] = row;
  }
  for (const Json& row : reader.All("/api/v3/infrastructure/sites/tenants/backupResources")) {
    if (state.names.contains(TextOf(row, "repositoryUid"))) state.quotas[TextOf(row, "tenantUid")].push_back(row);
  }
}

}  // namespace

const std::vector<std::string>& OrganizationProperties() {
  static const std::vector<std::string> kNames = {"email", "phone",       "website", "street",    "zipCode",
                                                  "city",  "countryName", "taxId",   "companyId", "notes"};
  return kNames;
}

std::string State::CompanyUid(const std::string& name) const {
  const auto found = companies.find(name);
  return found == companies.end() ? std::string() : TextOf(found->second, "instanceUid");
}

Result<State> ReadState(Console& console) {
  State state;
  Reader reader(console);
  for (const Json& row : reader.All("/api/v3/organizations/resellers")) {
    state.resellers[TextOf(row, "name")] = TextOf(row, "instanceUid");
    state.names[TextOf(row, "instanceUid")] = TextOf(row, "name");
  }
  for (const Json& row : reader.All("/api/v3/organizations/companies?expand=Organization")) {
    Json company = row;
    const Json organization = row.value("_embedded", Json::object()).value("organization", Json::object());
    for (const auto& name : OrganizationProperties()) company[name] = organization.value(name, Json());
    state.companies[TextOf(row, "name")] = std::move(company);
    state.names[TextOf(row, "instanceUid")] = TextOf(row, "name");
  }
  for (const Json& row : reader.All("/api/v3/organizations/locations")) {
    if (TextOf(row, "type") != "Custom") continue;  // the default one comes with the company
    state.locations[TextOf(row, "organizationUid")][TextOf(row, "name")] = {TextOf(row, "instanceUid"), row};
  }
  for (const Json& row : reader.All("/api/v3/users")) state.users[TextOf(row, "userName")] = row;
  ReadCloud(reader, state);
  if (reader.Problem()) return tl::unexpected(*reader.Problem());
  return state;
}

Json Export(const State& state) {
  Json companies = Json::array();
  for (const auto& [name, row] : state.companies) {
    const std::string uid = TextOf(row, "instanceUid");
    Json company = {{"name", name}};
    if (const auto reseller = state.names.find(TextOf(row, "resellerUid")); reseller != state.names.end()) {
      company["reseller"] = reseller->second;
    }
    for (const auto& property : OrganizationProperties()) Keep(company, row, property.c_str(), property.c_str());
    Keep(company, row, "workloadLimit", "workloadLimit");
    if (const auto locations = state.locations.find(uid); locations != state.locations.end()) {
      for (const auto& [location, owned] : locations->second) {
        company["locations"].push_back({{"name", location}, {"quotaGb", owned.row.value("quotaGb", 0)}});
      }
    }
    for (const auto& [user, user_row] : state.users) {
      if (TextOf(user_row, "organizationUid") == uid) company["users"].push_back(UserOf(user_row));
    }
    for (const auto& [key, tenant] : state.tenants) {
      if (TextOf(tenant, "assignedForCompany") == uid) company["tenants"].push_back(TenantOf(state, tenant));
    }
    companies.push_back(std::move(company));
  }
  return {{"version", 1}, {"companies", std::move(companies)}};
}

}  // namespace steward::customers
