// SPDX-License-Identifier: Apache-2.0
#include "lab/em_server.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "lab/dice.hpp"
#include "lab/em_answers.hpp"
#include "lab/vbr_server.hpp"

namespace steward::lab {
namespace {

using Json = nlohmann::json;
constexpr const char* kSessionHeader = "X-RestSvcSessionId";
constexpr std::string_view kApi = "/api/";

net::Response Answer(int status, const Json& body) {
  net::Response response;
  response.status = status;
  if (!body.is_null()) response.body = body.dump();
  return response;
}

net::Response Refuse(int status, const std::string& message) {
  return Answer(status, {{"FirstChanceExceptionMessage", nullptr},
                         {"Message", message},
                         {"StackTrace", nullptr},
                         {"Status", nullptr},
                         {"StatusCode", status}});
}

std::string FromBase64(std::string_view text) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), nullptr,
                        &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    return "";
  }
  out.resize(size);
  return out;
}

std::vector<std::string> Split(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    parts.push_back(Lower(path.substr(start, end - start)));
    start = end + 1;
  }
  return parts;
}

bool WantsEntities(const net::Request& request) {
  const auto* format = request.Query("format");
  return format != nullptr && Lower(*format) == "entity";
}

/// A collection as references, or (?format=Entity) whole under its own name; one of its items with a third part.
template <typename T, typename Form>
net::Response Collection(const net::Request& request, const std::vector<std::string>& parts, std::size_t depth,
                         const std::vector<T>& all, const char* name, Form form) {
  const bool whole = WantsEntities(request);
  if (parts.size() == depth + 1) {
    const auto* one = FindById(all, parts[depth]);
    if (one == nullptr) RefuseEm(404, "There is no object with this id");
    return Answer(200, whole ? form(*one) : EmForms::Reference(form(*one)));
  }
  Json items = Json::array();
  for (const auto& each : all) items.push_back(whole ? form(each) : EmForms::Reference(form(each)));
  return Answer(200, {{whole ? name : "Refs", std::move(items)}});
}

}  // namespace

EmServer::EmServer(CloudEstate estate, const Clock& clock, EmOptions options)
    : estate_(std::move(estate)), clock_(clock), options_(std::move(options)) {}

net::Response EmServer::Handle(net::Request& request) {
  ++requests_;
  const std::lock_guard lock(mutex_);
  if (request.path.starts_with("/lab/")) return Lab(request);
  if (mode_ == FaultMode::kError500) return Refuse(500, "The backup service cannot be reached");
  if (mode_ == FaultMode::kGarbage) {
    net::Response broken;
    broken.body = R"({"CloudTenants":[{"UID":"urn:ve)";
    return broken;
  }
  const std::string path = Lower(request.path);
  if (!path.starts_with(kApi)) return Refuse(404, "The API lies below /api/");
  if (request.Header("Accept").find("json") == std::string_view::npos) {
    return Refuse(501, "This simulator writes JSON only; send Accept: application/json");
  }
  base_ = fmt::format("https://{}/api", request.Header("Host"));
  Work();
  try {
    const auto parts = Split(path.substr(kApi.size()));
    if (parts.front().empty()) return Root();
    if (parts.front() == "sessionmngr") return SignIn(request);
    CheckSession(request);
    return Route(request, parts);
  } catch (const Refusal& refusal) {
    auto response = Refuse(refusal.status, refusal.message);
    if (refusal.status == 401) response.headers.emplace_back("WWW-Authenticate", "Basic Realm=RestSvc");
    return response;
  }
}

net::Response EmServer::Lab(const net::Request& request) {
  const Json body = request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
  if (request.path == "/lab/fault" && request.method == "POST" && body.is_object()) {
    const auto mode = ParseFaultMode(TextOf(body, "mode"));
    if (!mode || *mode == FaultMode::kHang || *mode == FaultMode::kSlow) {
      return Refuse(400, "mode: one of ok, error500, garbage, refuse-token");
    }
    mode_ = *mode;
    if (mode_ == FaultMode::kRefuseToken) sessions_.clear();
    ignores_quotas_ = body.value("ignoreQuotas", false);
    return Answer(200, {{"mode", FaultModeName(mode_)}, {"ignoreQuotas", ignores_quotas_}});
  }
  if (request.path == "/lab/state" && request.method == "GET") {
    Json tenants = Json::array();
    for (const auto& tenant : estate_.tenants) tenants.push_back({{"id", tenant.id}, {"name", tenant.name}});
    return Answer(200, {{"now", IsoTime(clock_.Now())},
                        {"requests", requests_.load()},
                        {"tasks", tasks_.size()},
                        {"sessions", sessions_.size()},
                        {"tenants", std::move(tenants)}});
  }
  return Refuse(404, "The switchboard knows /lab/fault and /lab/state");
}

net::Response EmServer::Root() const {
  Json versions = Json::array();
  for (const char* name : {"v1_5", "v1_6", "v1_7"}) {
    const std::string href = fmt::format("{}/sessionMngr/?v={}", base_, name);
    versions.push_back(
        {{"Name", name},
         {"Links", Json::array({{{"Rel", "Create"}, {"Href", href}, {"Name", nullptr}, {"Type", "LogonSession"}}})}});
  }
  Json links = Json::array();
  links.push_back(
      {{"Rel", "Create"}, {"Href", base_ + "/sessionMngr/?v=latest"}, {"Name", nullptr}, {"Type", "LogonSession"}});
  return Answer(200, {{"Links", std::move(links)},
                      {"SupportedVersions", {{"SupportedVersions", std::move(versions)}}},
                      {"Href", base_ + "/"},
                      {"Type", "EnterpriseManager"}});
}

net::Response EmServer::SignIn(const net::Request& request) {
  if (request.method != "POST") RefuseEm(405, "Sign in with POST");
  constexpr std::string_view kBasic = "Basic ";
  const auto header = request.Header("Authorization");
  const bool right = header.starts_with(kBasic) && mode_ != FaultMode::kRefuseToken &&
                     FromBase64(header.substr(kBasic.size())) == options_.user + ":" + options_.password;
  if (!right) RefuseEm(401, "The user name or the password is wrong");
  const auto* version = request.Query("v");
  static constexpr std::array<std::string_view, 4> kVersions = {"latest", "v1_5", "v1_6", "v1_7"};
  if (version == nullptr || std::ranges::find(kVersions, *version) == kVersions.end()) {
    RefuseEm(400, "v: one of latest, v1_5, v1_6, v1_7");
  }
  const std::string token = Dice(estate_.seed, "em/" + NewId()).Word(24);
  const std::string id = NewId();
  sessions_[token] = {id, Steady::now()};
  Json links = Json::array();
  const auto down = [&](const char* path, const char* type) {
    links.push_back({{"Rel", "Down"}, {"Href", fmt::format("{}/{}", base_, path)}, {"Name", nullptr}, {"Type", type}});
  };
  down("backupServers", "BackupServerReferenceList");
  down("repositories", "RepositoryReferenceList");
  down("wanAccelerators", "WanAcceleratorReferenceList");
  down("tasks", "TaskList");
  down("cloud", "CloudConnectService");
  links.push_back({{"Rel", "Delete"},
                   {"Href", fmt::format("{}/logonSessions/{}", base_, id)},
                   {"Name", nullptr},
                   {"Type", "LogonSession"}});
  auto response = Answer(201, {{"UserName", options_.user},
                               {"SessionId", id},
                               {"Links", std::move(links)},
                               {"Href", fmt::format("{}/logonSessions/{}", base_, id)},
                               {"Type", "LogonSession"}});
  response.headers.emplace_back(kSessionHeader, token);
  response.headers.emplace_back("Set-Cookie", fmt::format("{}={}; Path=/api;", kSessionHeader, token));
  return response;
}

void EmServer::CheckSession(const net::Request& request) {
  std::string token(request.Header(kSessionHeader));
  const auto cookie = std::string(request.Header("Cookie"));
  if (const auto at = cookie.find(std::string(kSessionHeader) + "="); at != std::string::npos) {
    const auto begin = at + std::string_view(kSessionHeader).size() + 1;
    token = cookie.substr(begin, cookie.find(';', begin) - begin);  // the cookie wins
  }
  const auto found = sessions_.find(token);
  if (found == sessions_.end()) RefuseEm(401, "Log on first");
  if (Steady::now() - found->second.used > options_.idle_limit) {
    sessions_.erase(found);
    RefuseEm(401, "The session has ended: nothing was asked for too long");
  }
  found->second.used = Steady::now();
}

net::Response EmServer::Route(const net::Request& request, const Parts& parts) {
  if (parts.front() == "tasks" && request.method == "GET") return Tasks(parts);
  if (parts.front() == "logonsessions" && parts.size() == 2 && request.method == "DELETE") {
    if (std::erase_if(sessions_, [&](const auto& each) { return each.second.id == parts[1]; }) == 0) {
      RefuseEm(404, "There is no such session");
    }
    return Answer(204, nullptr);
  }
  return request.method == "GET" ? Read(request, parts) : Write(request, parts);
}

net::Response EmServer::Read(const net::Request& request, const Parts& parts) {
  const EmForms forms = Forms();
  if (parts.front() == "cloud") return ReadCloud(request, parts);
  if (parts.size() > 2) RefuseEm(501, "This simulator does not have that");
  if (parts.front() == "backupservers") {
    return Collection(request, parts, 1, estate_.servers, "BackupServers",
                      [&](const auto& each) { return forms.Server(each); });
  }
  if (parts.front() == "repositories") {
    return Collection(request, parts, 1, estate_.repositories, "Repositories",
                      [&](const auto& each) { return forms.Repository(each); });
  }
  if (parts.front() == "wanaccelerators") {
    return Collection(request, parts, 1, estate_.accelerators, "WanAccelerators",
                      [&](const auto& each) { return forms.Accelerator(each); });
  }
  RefuseEm(404, "There is no such resource");
}

net::Response EmServer::ReadCloud(const net::Request& request, const Parts& parts) {
  const EmForms forms = Forms();
  if (parts.size() == 1) {
    Json links = Json::array();
    for (const char* name : {"gateways", "gatewayPools", "tenants", "hardwarePlans"}) {
      links.push_back(
          {{"Rel", "Down"}, {"Href", fmt::format("{}/cloud/{}", base_, name)}, {"Name", nullptr}, {"Type", nullptr}});
    }
    return Answer(200, {{"Links", std::move(links)}, {"Href", base_ + "/cloud"}, {"Type", "CloudConnectService"}});
  }
  if (parts[1] == "tenants" && parts.size() > 3) return ReadTenantPart(TenantOr404(parts[2]), parts);
  if (parts.size() > 3) RefuseEm(501, "This simulator does not have that");
  if (parts[1] == "tenants") {
    return Collection(request, parts, 2, estate_.tenants, "CloudTenants",
                      [&](const auto& each) { return forms.Tenant(each); });
  }
  if (parts[1] == "gateways") {
    return Collection(request, parts, 2, estate_.gateways, "CloudGateways",
                      [&](const auto& each) { return forms.Gateway(each); });
  }
  if (parts[1] == "gatewaypools") {
    return Collection(request, parts, 2, estate_.pools, "CloudGatewayPools",
                      [&](const auto& each) { return forms.Pool(each); });
  }
  if (parts[1] == "hardwareplans") {
    return Collection(request, parts, 2, estate_.plans, "CloudHardwarePlans",
                      [&](const auto& each) { return forms.Plan(each); });
  }
  RefuseEm(404, "There is no such resource");
}

net::Response EmServer::ReadTenantPart(const CloudTenant& tenant, const Parts& parts) {
  const EmForms forms = Forms();
  const auto list = [&](const auto& all, const char* name, const auto& form) {
    if (parts.size() == 5) {
      const auto* one = FindById(all, parts[4]);
      if (one == nullptr) RefuseEm(404, "There is no object with this id");
      return Answer(200, form(*one));
    }
    Json items = Json::array();
    for (const auto& each : all) items.push_back(form(each));
    return Answer(200, {{name, std::move(items)}});
  };
  if (parts[3] == "resources") {
    return list(tenant.quotas, "CloudTenantResources",
                [&](const auto& each) { return forms.Quota(tenant, each, false); });
  }
  if (parts[3] == "computeresources") {
    return list(tenant.subscriptions, "CloudTenantComputeResources",
                [&](const auto& each) { return forms.Subscription(tenant, each); });
  }
  if (parts[3] == "subtenants") {
    return list(tenant.subtenants, "CloudSubtenants", [&](const auto& each) { return forms.Subtenant(tenant, each); });
  }
  if (parts[3] == "freelicensecounters") return Answer(200, forms.Counters(tenant));
  if (parts[3] == "gatewaypools") {
    Json items = Json::array();
    for (const auto& id : tenant.pool_ids)
      items.push_back(EmForms::Reference(forms.Pool(*FindById(estate_.pools, id))));
    return Answer(200, {{"Refs", std::move(items)}});
  }
  RefuseEm(404, "There is no such resource");
}

net::Response EmServer::Accept(const std::string& operation, Change change) {
  tasks_.push_back({.operation = operation, .due = Steady::now() + options_.task_time, .change = std::move(change)});
  return Answer(202, TaskForm(tasks_.size()));
}

void EmServer::Work() {
  for (auto& task : tasks_) {
    if (task.done || Steady::now() < task.due) continue;
    task.done = true;
    task.outcome = task.change();
    task.change = nullptr;
  }
}

EmServer::Json EmServer::TaskForm(std::size_t number) const {
  const Task& task = tasks_[number - 1];
  const bool collected = task.done && Steady::now() >= task.due + options_.task_time;
  const std::string id = fmt::format("task-{}", number);
  Json out = {{"TaskId", id},
              {"State", collected ? "Finished" : (task.done ? "OperationFinished" : "Running")},
              {"Operation", task.operation},
              {"Result", nullptr},
              {"Links", Json::array()},
              {"Href", fmt::format("{}/tasks/{}", base_, id)},
              {"Type", "Task"}};
  if (!task.done) return out;
  const bool good = task.outcome.failure.empty();
  out["Result"] = {{"Success", good}, {"Message", good ? "Ok" : task.outcome.failure}};
  if (!task.outcome.related.empty()) {
    out["Links"].push_back({{"Rel", "Related"},
                            {"Href", base_ + "/" + task.outcome.related},
                            {"Name", nullptr},
                            {"Type", task.outcome.related_type}});
  }
  return out;
}

net::Response EmServer::Tasks(const Parts& parts) const {
  if (parts.size() == 1) {
    Json items = Json::array();
    for (std::size_t number = 1; number <= tasks_.size(); ++number) items.push_back(TaskForm(number));
    return Answer(200, {{"Tasks", std::move(items)}});
  }
  for (std::size_t number = 1; number <= tasks_.size(); ++number) {
    if (parts[1] == fmt::format("task-{}", number)) return Answer(200, TaskForm(number));
  }
  RefuseEm(404, "There is no such task");
}

CloudTenant* EmServer::FindTenant(const std::string& id) {
  return FindById(estate_.tenants, id);
}

CloudTenant& EmServer::TenantOr404(const std::string& id) {
  auto* tenant = FindTenant(id);
  if (tenant == nullptr) RefuseEm(404, "There is no tenant with this id");
  return *tenant;
}

std::string EmServer::NewId() {
  return Dice(estate_.seed, fmt::format("em/id/{}/{}", ++ids_, clock_.Start().time_since_epoch().count())).Uuid();
}

}  // namespace steward::lab
