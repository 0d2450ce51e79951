// SPDX-License-Identifier: Apache-2.0
#include "features/pulse/pulse_client.hpp"

#include "fmt/format.h"

namespace steward::features {
namespace {

constexpr std::size_t kPage = 500;

Json Part(const Json& object, const char* name) {
  return object.contains(name) ? object.at(name) : Json();
}

/// Objects with the columns' names: `names` are pairs of column and property.
using Names = std::vector<std::pair<const char*, const char*>>;
Json Renamed(const Json& object, const Names& names) {
  Json out = Json::object();
  for (const auto& [column, property] : names) out[column] = Part(object, property);
  return out;
}

Json AllRenamed(const Json& objects, const Names& names) {
  Json out = Json::array();
  for (const Json& object : objects) out.push_back(Renamed(object, names));
  return out;
}

const Names& ContractNames() {
  static const Names kNames = {{"contract_id", "contractId"},
                               {"expires_at", "expirationDate"},
                               {"points_limit", "pointsLimit"},
                               {"used_points", "usedPoints"},
                               {"is_extension_always_on", "automaticExtensionAlwaysOn"}};
  return kNames;
}

const Names& ProductNames() {
  static const Names kNames = {{"product_id", "productId"}, {"name", "name"},
                               {"edition", "edition"},      {"version", "version"},
                               {"workloads", "workloads"},  {"is_cloud_connect", "cloudConnect"}};
  return kNames;
}

const Names& TenantNames() {
  static const Names kNames = {{"tenant_id", "tenantId"},
                               {"name", "name"},
                               {"external_id", "externalId"},
                               {"parent_tenant_id", "parentTenantId"}};
  return kNames;
}

const Names& LicenseNames() {
  static const Names kNames = {{"license_uid", "licenseUid"},
                               {"state", "state"},
                               {"type", "type"},
                               {"usage_type", "usageType"},
                               {"contract_id", "contractId"},
                               {"product_id", "productId"},
                               {"points", "points"},
                               {"workloads", "workloads"},
                               {"reporting_status", "automaticReportingStatus"},
                               {"extension_status", "automaticExtensionStatus"},
                               {"license_id", "licenseId"},
                               {"created_by", "createdBy"},
                               {"description", "description"},
                               {"expires_at", "expirationDate"},
                               {"tenant_id", "tenantId"},
                               {"revision", "revision"}};
  return kNames;
}

Result<Json> AsLicense(Result<Json> data) {
  if (!data) return data;
  return Renamed(*data, LicenseNames());
}

Result<Json> AsTenant(Result<Json> data) {
  if (!data) return data;
  return Renamed(*data, TenantNames());
}

/// What Pulse said of a refusal, in its own words.
std::string Reason(const net::ClientResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  if (body.is_object() && body.contains("errors") && body["errors"].is_array() && !body["errors"].empty()) {
    const Json& first = body["errors"].front();
    if (first.is_object() && first.contains("message") && first["message"].is_string()) return first["message"];
  }
  return fmt::format("HTTP status {}", response.status);
}

Error Refused(const net::ClientResponse& response) {
  const std::string reason = Reason(response);
  if (response.status == 401)
    return {.code = ErrorCode::kUnauthenticated, .message = "Pulse does not take the token: " + reason};
  if (response.status >= 500 || response.status == 429)
    return {.code = ErrorCode::kUnavailable, .message = "Pulse cannot do it now: " + reason};
  if (response.status == 404) return {.code = ErrorCode::kNotFound, .message = "Pulse: " + reason};
  return {.code = ErrorCode::kConflict, .message = "Pulse refused: " + reason};
}

}  // namespace

PulseClient::PulseClient(const PulseAddress& address, std::string token)
    : url_(address.url + "/api/v1"),
      token_(std::move(token)),
      http_({.ca_pem = address.ca_pem, .timeout = std::chrono::seconds(20)}) {}

Result<net::ClientResponse> PulseClient::Send(const std::string& method, const std::string& path, const Json& body,
                                              const std::string& key) {
  net::ClientRequest request{.method = method, .url = url_ + path, .headers = {{"Authorization", "Bearer " + token_}}};
  if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
  if (method == "POST" || method == "PATCH") {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body.is_null() ? "{}" : body.dump();
  }
  auto response = http_.Send(request);
  if (!response) {
    return Fail(ErrorCode::kUnavailable, "Pulse does not answer: " + response.error().message);
  }
  if (response->status >= 300) return tl::unexpected(Refused(*response));
  return response;
}

Result<Json> PulseClient::Data(const std::string& method, const std::string& path, const Json& body,
                               const std::string& key) {
  auto response = Send(method, path, body, key);
  if (!response) return tl::unexpected(response.error());
  const Json answer = Json::parse(response->body, nullptr, false);
  if (!answer.is_object() || !answer.contains("data")) {
    return Fail(ErrorCode::kUnavailable,
                "Pulse gave an answer that is none; is the address in the configuration right?");
  }
  return answer["data"];
}

Result<Json> PulseClient::Pages(const std::string& path) {
  Json out = Json::array();
  while (true) {
    auto page = Data("GET", fmt::format("{}?limit={}&offset={}", path, kPage, out.size()));
    if (!page) return page;
    for (Json& row : *page) out.push_back(std::move(row));
    if (page->size() < kPage) return out;
  }
}

Result<AuthoritySession> PulseClient::Session() {
  auto data = Data("GET", "/session");
  if (!data) return tl::unexpected(data.error());
  return AuthoritySession{data->value("partnerName", ""), data->value("tokenExpirationDate", "")};
}

Result<AuthorityState> PulseClient::ReadAll() {
  auto contracts = Pages("/contracts");
  auto products = contracts ? Pages("/products") : contracts;
  auto tenants = products ? Pages("/tenants") : products;
  auto licenses = tenants ? Pages("/licenses") : tenants;
  if (!licenses) return tl::unexpected(licenses.error());
  return AuthorityState{AllRenamed(*contracts, ContractNames()), AllRenamed(*products, ProductNames()),
                        AllRenamed(*tenants, TenantNames()), AllRenamed(*licenses, LicenseNames())};
}

Result<Json> PulseClient::CreateTenant(const std::string& name, const std::string& external_id,
                                       const std::string& key) {
  return AsTenant(Data("POST", "/tenants", {{"name", name}, {"externalId", external_id}}, key));
}

Result<Json> PulseClient::Tenant(const std::string& tenant_id) {
  return AsTenant(Data("GET", "/tenants/" + tenant_id));
}

Result<Json> PulseClient::MergeTenant(const std::string& tenant_id, const std::string& parent_id,
                                      const std::string& key) {
  return AsTenant(Data("POST", "/tenants/" + tenant_id + "/merge", {{"parentTenantId", parent_id}}, key));
}

Result<Json> PulseClient::SplitTenant(const std::string& tenant_id, const std::string& key) {
  return AsTenant(Data("POST", "/tenants/" + tenant_id + "/split", nullptr, key));
}

Result<Json> PulseClient::CreateLicense(const Json& request, const std::string& key) {
  return AsLicense(Data("POST", "/licenses", request, key));
}

Result<Json> PulseClient::CopyLicense(const std::string& license_uid, const std::string& key) {
  return AsLicense(Data("POST", "/licenses/" + license_uid + "/copy", nullptr, key));
}

Result<Json> PulseClient::ChangeLicense(const std::string& license_uid, const Json& changes) {
  Json body = Json::object();
  for (const char* name : {"description", "expirationDate"}) {
    if (changes.contains(name)) body[name] = changes[name];
  }
  if (changes.contains("workloads")) {
    body["workloads"] = Json::array();
    for (const Json& workload : changes["workloads"]) {
      body["workloads"].push_back({{"workloadId", workload.at("workloadId")}, {"count", workload.at("count")}});
    }
  }
  if (changes.contains("automaticReportingStatus"))
    body["isAutomaticReportingEnabled"] = changes["automaticReportingStatus"] == "On";
  if (changes.contains("automaticExtensionStatus"))
    body["isAutomaticExtensionEnabled"] = changes["automaticExtensionStatus"] == "On";
  return AsLicense(Data("PATCH", "/licenses/" + license_uid, body));
}

Result<Json> PulseClient::Assign(const std::string& license_uid, const std::string& tenant_id, const std::string& key) {
  return AsLicense(Data("POST", "/licenses/" + license_uid + "/assign", {{"tenantId", tenant_id}}, key));
}

Result<Json> PulseClient::Revoke(const std::string& license_uid, const std::string& key) {
  return AsLicense(Data("POST", "/licenses/" + license_uid + "/revoke", nullptr, key));
}

Status PulseClient::Delete(const std::string& license_uid) {
  auto response = Send("DELETE", "/licenses/" + license_uid, nullptr, {});
  if (!response) return tl::unexpected(response.error());
  return {};
}

Result<std::string> PulseClient::File(const std::string& license_uid) {
  auto response = Send("GET", "/licenses/" + license_uid + "/file", nullptr, {});
  if (!response) return tl::unexpected(response.error());
  return response->body;
}

Result<Json> PulseClient::NoteInstalled(const std::string& license_uid, const std::string& server_id,
                                        const std::string& server_name, const std::string& key) {
  return AsLicense(Data("POST", "/licenses/" + license_uid + "/installed",
                        {{"serverId", server_id}, {"serverName", server_name}}, key));
}

Result<Json> PulseClient::SubmitReport(const Json& report, const std::string& key) {
  auto data = Data("POST", "/reports", report, key);
  if (!data) return data;
  if (!data->contains("reportId") || !data->contains("totalPoints") || !data->contains("version"))
    return Fail(ErrorCode::kUnavailable, "Pulse gave an answer that names no report.");
  return data;
}

}  // namespace steward::features
