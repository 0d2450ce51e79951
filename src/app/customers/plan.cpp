// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "base/iso_time.hpp"

namespace steward::customers {
namespace {

constexpr std::int64_t kMb = 1LL << 20;

std::string TextOf(const Json& row, const char* name) {
  const auto found = row.find(name);
  return found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string Shown(const Json& value) {
  return value.is_null() ? "none" : (value.is_string() ? value.get<std::string>() : value.dump());
}

bool Same(const Json& left, const Json& right) {
  const auto empty = [](const Json& value) { return value.is_null() || value == ""; };
  return left == right || (empty(left) && empty(right));
}

Result<std::string> Secret(const Json& entry, const std::string& what) {
  const std::string name = TextOf(entry, "passwordEnv");
  if (name.empty()) return Fail(ErrorCode::kInvalid, what + " is new and needs passwordEnv");
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return Fail(ErrorCode::kInvalid, fmt::format("{} is new, and the environment has no {}", what, name));
  }
  return std::string(value);
}

Status Done(const Result<Json>& answer) {
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

Json Replace(const std::string& name, const Json& value) {
  return {{"op", "replace"}, {"path", "/" + name}, {"value", value}};
}

/// A secret file: readable by its owner only, there as a whole or not at all.
Status WriteFile(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return Fail(ErrorCode::kInvalid, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  const bool good = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (good) return {};
  ::unlink(path.c_str());
  return Fail(ErrorCode::kInvalid, path.string() + " cannot be written");
}

class Planner {
 public:
  Planner(const State& state, const std::filesystem::path& folder) : state_(state), folder_(folder) {}

  Plan Make(const Json& document) {
    std::set<std::string> seen;
    for (const Json& company : document.at("companies")) {
      name_ = company.at("name").get<std::string>();
      if (!seen.insert(name_).second) {
        Problem("company {} stands in the file twice", name_);
        continue;
      }
      uid_ = state_.CompanyUid(name_);
      AddCompany(company);
      for (const Json& location : company.value("locations", Json::array())) AddLocation(location);
      for (const Json& user : company.value("users", Json::array())) AddUser(user);
      for (const Json& tenant : company.value("tenants", Json::array())) AddTenant(tenant);
      AddSetupFile(company);
      if (!uid_.empty()) AddUnlisted(company);
    }
    return std::move(plan_);
  }

 private:
  template <typename... Parts>
  void Problem(fmt::format_string<Parts...> text, Parts&&... parts) {
    plan_.problems.push_back(fmt::format(text, std::forward<Parts>(parts)...));
  }
  void Add(char sign, std::string what, std::vector<std::string> details,
           std::function<Status(Console&, Made&)> apply) {
    plan_.changes.push_back({sign, std::move(what), std::move(details), std::move(apply)});
  }
  /// Uid of the company at hand when it is applied.
  std::function<std::string(const Made&)> Company() const {
    return [uid = uid_, name = name_](const Made& made) { return uid.empty() ? made.at("company/" + name) : uid; };
  }

  /// Uid of the company's reseller as the file wants it, null for none; nothing when the file does not say, or is
  /// wrong.
  std::optional<Json> ResellerOf(const Json& company) {
    const auto wanted = company.find("reseller");
    if (wanted == company.end()) return std::nullopt;
    if (wanted->is_null()) return Json();
    const auto found = state_.resellers.find(wanted->get<std::string>());
    if (found != state_.resellers.end()) return Json(found->second);
    Problem("company {}: there is no reseller {}", name_, wanted->get<std::string>());
    return std::nullopt;
  }

  void AddCompany(const Json& company) {
    const auto reseller = ResellerOf(company);
    if (uid_.empty()) {
      Json organization = {{"name", name_}};
      std::vector<std::string> details;
      for (const auto& property : OrganizationProperties()) {
        const auto value = company.find(property);
        if (value == company.end() || value->is_null()) continue;
        organization[property] = *value;
        details.push_back(fmt::format("{}: {}", property, Shown(*value)));
      }
      Json body = {{"organizationInput", std::move(organization)}};
      if (reseller && reseller->is_string()) body["resellerUid"] = *reseller;
      if (company.contains("workloadLimit")) body["workloadLimit"] = company["workloadLimit"];
      Add('+', fmt::format("company {}", name_), std::move(details),
          [body = std::move(body), name = name_](Console& console, Made& made) -> Status {
            auto answer = console.Call("POST", "/api/v3/organizations/companies", body);
            if (answer) made["company/" + name] = TextOf(*answer, "instanceUid");
            return Done(answer);
          });
      return;
    }
    const Json& current = state_.companies.at(name_);
    std::vector<std::string> details;
    Json contact = Json::array();
    for (const auto& property : OrganizationProperties()) {
      const auto value = company.find(property);
      if (value == company.end() || Same(*value, current.value(property, Json()))) continue;
      details.push_back(fmt::format("{}: {} -> {}", property, Shown(current.value(property, Json())), Shown(*value)));
      contact.push_back(Replace(property, *value));
    }
    Json account = Json::array();
    if (company.contains("workloadLimit") && !Same(company["workloadLimit"], current.value("workloadLimit", Json()))) {
      details.push_back(fmt::format("workloadLimit: {} -> {}", Shown(current.value("workloadLimit", Json())),
                                    Shown(company["workloadLimit"])));
      account.push_back(Replace("workloadLimit", company["workloadLimit"]));
    }
    if (reseller && !Same(*reseller, current.value("resellerUid", Json()))) {
      details.push_back(
          fmt::format("reseller: {} -> {}", NameOf(current.value("resellerUid", Json())), NameOf(*reseller)));
      account.push_back(Replace("resellerUid", *reseller));
    }
    if (details.empty()) return;
    Add('~', fmt::format("company {}", name_), std::move(details),
        [contact, account, uid = uid_](Console& console, Made&) -> Status {
          if (!contact.empty()) {
            if (auto done = Done(console.Call("PATCH", "/api/v3/organizations/" + uid, contact)); !done) return done;
          }
          return account.empty() ? Status()
                                 : Done(console.Call("PATCH", "/api/v3/organizations/companies/" + uid, account));
        });
  }

  std::string NameOf(const Json& uid) const {
    const auto found = uid.is_string() ? state_.names.find(uid.get<std::string>()) : state_.names.end();
    return found == state_.names.end() ? "none" : found->second;
  }

  void AddLocation(const Json& location) {
    const std::string name = location.at("name");
    const auto known = state_.locations.find(uid_);
    const auto quota = location.find("quotaGb");
    if (known == state_.locations.end() || !known->second.contains(name)) {
      Json body = {{"name", name}, {"quotaGb", quota == location.end() ? Json(0) : *quota}};
      Add('+', fmt::format("location {} of company {}", name, name_), {},
          [body, company = Company()](Console& console, Made& made) -> Status {
            Json full = body;
            full["organizationUid"] = company(made);
            return Done(console.Call("POST", "/api/v3/organizations/locations", full));
          });
      return;
    }
    const auto& current = known->second.at(name);
    if (quota == location.end() || *quota == current.row.value("quotaGb", Json())) return;
    Add('~', fmt::format("location {} of company {}", name, name_),
        {fmt::format("quotaGb: {} -> {}", Shown(current.row.value("quotaGb", Json())), Shown(*quota))},
        [patch = Json::array({Replace("quotaGb", *quota)}), uid = current.uid](Console& console, Made&) {
          return Done(console.Call("PATCH", "/api/v3/organizations/locations/" + uid, patch));
        });
  }

  void AddUser(const Json& user) {
    const std::string name = user.at("userName");
    const std::string what = fmt::format("user {} of company {}", name, name_);
    Json profile = Json::object();
    for (const char* property : {"firstName", "lastName", "email"}) {
      if (user.contains(property)) profile[property] = user[property];
    }
    const auto known = state_.users.find(name);
    if (known == state_.users.end()) {
      auto password = Secret(user, what);
      if (!password) {
        plan_.problems.push_back(password.error().message);
        return;
      }
      Json body = {{"role", user.at("role")},
                   {"profile", profile},
                   {"credentials", {{"userName", name}, {"password", *password}}}};
      Add('+', what, {"role: " + user.at("role").get<std::string>()},
          [body = std::move(body), company = Company()](Console& console, Made& made) -> Status {
            Json full = body;
            full["organizationUid"] = company(made);
            return Done(console.Call("POST", "/api/v3/users", full));
          });
      return;
    }
    const Json& current = known->second;
    if (uid_.empty() || TextOf(current, "organizationUid") != uid_) {
      Problem("{}: the user name is taken by another organization", what);
      return;
    }
    ChangeUser(user, profile, current, what);
  }

  void ChangeUser(const Json& user, const Json& profile, const Json& current, const std::string& what) {
    std::vector<std::string> details;
    Json patch = Json::array();
    if (user.at("role") != current.at("role")) {
      details.push_back(fmt::format("role: {} -> {}", Shown(current.at("role")), Shown(user.at("role"))));
      patch.push_back(Replace("role", user.at("role")));
    }
    const Json old = current.value("profile", Json::object());
    for (const auto& [property, value] : profile.items()) {
      if (Same(value, old.value(property, Json()))) continue;
      details.push_back(fmt::format("{}: {} -> {}", property, Shown(old.value(property, Json())), Shown(value)));
      patch.push_back({{"op", "add"}, {"path", "/profile/" + property}, {"value", value}});
    }
    if (details.empty()) return;
    Add('~', what, std::move(details), [patch, uid = TextOf(current, "instanceUid")](Console& console, Made&) {
      return Done(console.Call("PATCH", "/api/v3/users/" + uid, patch));
    });
  }

  void AddTenant(const Json& tenant) {
    const std::string site_name = tenant.at("site");
    const std::string name = tenant.at("userName");
    const std::string what = fmt::format("cloud tenant {} on site {} for company {}", name, site_name, name_);
    const auto site = state_.sites.find(site_name);
    if (site == state_.sites.end()) {
      Problem("company {}: there is no site {}", name_, site_name);
      return;
    }
    const auto known = state_.tenants.find({site->second, name});
    const std::string key = "tenant/" + site->second + "/" + name;
    if (known == state_.tenants.end()) {
      NewTenant(tenant, site->second, key, what);
    } else if (!OldTenant(tenant, known->second, what)) {
      return;
    }
    const std::string uid = known == state_.tenants.end() ? "" : TextOf(known->second, "instanceUid");
    std::set<std::string> repositories;
    for (const Json& quota : tenant.value("quotas", Json::array())) {
      if (!repositories.insert(quota.at("repository").get<std::string>()).second) {
        Problem("{}: two quotas on repository {}", what, quota.at("repository").get<std::string>());
        continue;
      }
      AddQuota(quota, site->second, uid, key, what);
    }
  }

  static Json SettingsOf(const Json& tenant) {
    Json settings = Json::object();
    if (tenant.contains("description")) settings["description"] = tenant["description"];
    if (tenant.contains("enabled")) settings["isEnabled"] = tenant["enabled"];
    if (tenant.contains("maxTasks")) settings["maxConcurrentTask"] = tenant["maxTasks"];
    if (tenant.contains("leaseEnds")) {
      settings["isLeaseExpirationEnabled"] = tenant["leaseEnds"].is_string();
      settings["leaseExpirationDate"] = tenant["leaseEnds"];
    }
    return settings;
  }

  void NewTenant(const Json& tenant, const std::string& site_uid, const std::string& key, const std::string& what) {
    auto password = Secret(tenant, what);
    if (!password) {
      plan_.problems.push_back(password.error().message);
      return;
    }
    Json body = SettingsOf(tenant);
    std::vector<std::string> details;
    for (const auto& [property, value] : body.items()) details.push_back(fmt::format("{}: {}", property, Shown(value)));
    body["credentials"] = {{"userName", tenant.at("userName")}, {"password", *password}};
    Add('+', what, std::move(details),
        [body = std::move(body), site_uid, key, company = Company()](Console& console, Made& made) -> Status {
          Json full = body;
          full["assignedForCompany"] = company(made);
          auto answer = console.Call("POST", "/api/v3/infrastructure/sites/" + site_uid + "/tenants", full);
          if (answer) made[key] = TextOf(*answer, "instanceUid");
          return Done(answer);
        });
  }

  /// False when the tenant cannot be the company's.
  bool OldTenant(const Json& tenant, const Json& current, const std::string& what) {
    const std::string uid = TextOf(current, "instanceUid");
    const std::string owner = TextOf(current, "assignedForCompany");
    if (!owner.empty() && owner != uid_) {
      Problem("{}: it is assigned to company {}", what, NameOf(owner));
      return false;
    }
    Json patch = Json::array();
    std::vector<std::string> details;
    const Json wanted = SettingsOf(tenant);
    for (const auto& [property, value] : wanted.items()) {
      const Json old = current.value(property, Json());
      const bool time = property == "leaseExpirationDate" && value.is_string() && old.is_string();
      if (Same(value, old) || (time && ParseIsoTime(value.get<std::string>()) == ParseIsoTime(old.get<std::string>())))
        continue;
      details.push_back(fmt::format("{}: {} -> {}", property, Shown(old), Shown(value)));
      patch.push_back(Replace(property, value));
    }
    const std::string path = "/api/v3/infrastructure/sites/tenants/" + uid;
    if (!patch.empty()) {
      Add('~', what, std::move(details),
          [patch, path](Console& console, Made&) { return Done(console.Call("PATCH", path, patch)); });
    }
    if (owner.empty()) {
      Add('~', what, {"assigned: none -> " + name_}, [path, company = Company()](Console& console, Made& made) {
        return Done(console.Call("PATCH", path, Json::array({Replace("assignedForCompany", company(made))})));
      });
    }
    return true;
  }

  void AddQuota(const Json& quota, const std::string& site_uid, const std::string& tenant_uid, const std::string& key,
                const std::string& what) {
    const std::string repository = quota.at("repository");
    const auto found = state_.repositories.find({site_uid, repository});
    if (found == state_.repositories.end()) {
      Problem("{}: the site has no repository {}", what, repository);
      return;
    }
    const auto size = Bytes(quota.at("size"));
    if (!size) {
      Problem("{}: size: {}", what, size.error().message);
      return;
    }
    const std::int64_t wanted = (*size + kMb - 1) / kMb * kMb;  // kept in whole megabytes
    const std::string title = fmt::format("quota on {} of {}", repository, what);
    const Json* current = nullptr;
    if (const auto quotas = state_.quotas.find(tenant_uid); quotas != state_.quotas.end()) {
      for (const Json& row : quotas->second) {
        if (TextOf(row, "repositoryUid") == found->second) current = &row;
      }
    }
    if (current == nullptr) {
      Json body = {{"repositoryUid", found->second},
                   {"cloudRepositoryName", quota.value("name", "Cloud repository")},
                   {"storageQuota", wanted}};
      Add('+', title, {"size: " + SizeText(wanted)}, [body, tenant_uid, key](Console& console, Made& made) {
        const std::string uid = tenant_uid.empty() ? made.at(key) : tenant_uid;
        return Done(console.Call("POST", "/api/v3/infrastructure/sites/tenants/" + uid + "/backupResources", body));
      });
      return;
    }
    Json patch = Json::array();
    std::vector<std::string> details;
    const auto old = current->at("storageQuota").get<std::int64_t>();
    if (old != wanted) {
      details.push_back(fmt::format("size: {} -> {}", SizeText(old), SizeText(wanted)));
      patch.push_back(Replace("storageQuota", wanted));
    }
    if (quota.contains("name") && quota["name"] != current->at("cloudRepositoryName")) {
      details.push_back(fmt::format("name: {} -> {}", Shown(current->at("cloudRepositoryName")), Shown(quota["name"])));
      patch.push_back(Replace("cloudRepositoryName", quota["name"]));
    }
    if (patch.empty()) return;
    const std::string path = fmt::format("/api/v3/infrastructure/sites/tenants/{}/backupResources/{}", tenant_uid,
                                         TextOf(*current, "instanceUid"));
    Add('~', title, std::move(details),
        [patch, path](Console& console, Made&) { return Done(console.Call("PATCH", path, patch)); });
  }

  void AddSetupFile(const Json& company) {
    const std::string name = TextOf(company, "setupFile");
    if (name.empty()) return;
    const auto path = folder_ / name;
    if (std::filesystem::exists(path)) return;
    Add('+', fmt::format("setup file {} for the agents of company {}", name, name_), {},
        [path, company_uid = Company()](Console& console, Made& made) -> Status {
          auto text = console.Download("/api/v3/infrastructure/managementAgents/packages/linux?organizationUid=" +
                                       company_uid(made));
          if (!text) return tl::unexpected(text.error());
          return WriteFile(path, *text);
        });
  }

  /// Names what the company has and the file does not list, where it lists some.
  void AddUnlisted(const Json& company) {
    const auto listed = [&](const char* list, const char* key, const std::string& name) {
      const auto entries = company.find(list);
      return entries == company.end() ||
             std::ranges::any_of(*entries, [&](const Json& entry) { return entry.at(key) == name; });
    };
    if (const auto locations = state_.locations.find(uid_); locations != state_.locations.end()) {
      for (const auto& [name, unused] : locations->second) {
        if (!listed("locations", "name", name))
          plan_.unlisted.push_back(fmt::format("location {} of company {}", name, name_));
      }
    }
    for (const auto& [name, row] : state_.users) {
      if (TextOf(row, "organizationUid") == uid_ && !listed("users", "userName", name)) {
        plan_.unlisted.push_back(fmt::format("user {} of company {}", name, name_));
      }
    }
    for (const auto& [key, row] : state_.tenants) {
      if (TextOf(row, "assignedForCompany") == uid_ && !listed("tenants", "userName", key.second)) {
        plan_.unlisted.push_back(fmt::format("cloud tenant {} of company {}", key.second, name_));
      }
    }
  }

  const State& state_;
  const std::filesystem::path& folder_;
  std::string name_, uid_;  ///< of the company at hand; uid empty = it is new
  Plan plan_;
};

}  // namespace

std::string Plan::Text() const {
  std::string text;
  std::size_t added = 0;
  for (const Change& change : changes) {
    added += change.sign == '+' ? 1 : 0;
    text += fmt::format("{} {}\n", change.sign, change.what);
    for (const auto& detail : change.details) text += "    " + detail + "\n";
  }
  for (const auto& name : unlisted) text += fmt::format("  left alone, not in the file: {}\n", name);
  if (changes.empty()) return text + "No change: the console is as the file says.\n";
  return text + fmt::format("{} to add, {} to change.\n", added, changes.size() - added);
}

Plan MakePlan(const Json& document, const State& state, const std::filesystem::path& folder) {
  return Planner(state, folder).Make(document);
}

}  // namespace steward::customers
