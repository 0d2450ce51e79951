// SPDX-License-Identifier: Apache-2.0
#include "pulse/handlers.hpp"

#include <stdexcept>

#include "base/iso_time.hpp"
#include "fmt/format.h"

namespace steward::pulse {
namespace {

using nlohmann::json;

json ToJson(const Contract& contract) {
  return {{"contractId", contract.id},
          {"description", contract.description},
          {"expirationDate", IsoTime(contract.ends)},
          {"pointsLimit", contract.points_limit ? json(*contract.points_limit) : json()},
          {"automaticExtensionAlwaysOn", contract.no_commit},
          {"usedPoints", contract.used}};
}

json ToJson(const Product& product) {
  json workloads = json::array();
  for (const auto& one : product.workloads) {
    workloads.push_back({{"workloadId", one.id}, {"name", one.name}, {"multiplier", NumberOf(one.multiplier)}});
  }
  return {{"productId", product.id},
          {"name", product.name},
          {"edition", product.edition},
          {"version", product.version},
          {"cloudConnect", product.cloud_connect},
          {"workloads", std::move(workloads)}};
}

Result<Answer> GetDocument(const Call& call) {
  return Answer{.form = Answer::Form::kWhole, .data = call.document.Json()};
}

Result<Answer> ListKeys(const Call& call) {
  return ListAnswer(call.store.Keys(call.page), [](const Store::Key& one) {
    return json{{"keyId", one.key.key_id},
                {"publicKey", one.key.public_key},
                {"createdAt", IsoTime(one.created)},
                {"retiredAt", one.retired ? json(IsoTime(*one.retired)) : json()},
                {"revokedAt", one.revoked ? json(IsoTime(*one.revoked)) : json()}};
  });
}

Result<Answer> GetSession(const Call& call) {
  return Answer{.data = {{"partnerId", call.caller.partner.id},
                         {"partnerName", call.caller.partner.name},
                         {"tokenName", call.caller.token_name},
                         {"tokenExpirationDate", IsoTime(call.caller.token_ends)}}};
}

Result<Answer> ListContracts(const Call& call) {
  return ListAnswer(call.store.Contracts(call.PartnerId(), call.page), [](const Contract& one) { return ToJson(one); });
}

Result<Answer> ListProducts(const Call& call) {
  return ListAnswer(call.store.Products(call.page), [](const Product& one) { return ToJson(one); });
}

}  // namespace

json OrNull(const std::optional<std::string>& text) {
  return text ? json(*text) : json();
}

std::optional<std::string> TextOf(const json& body, std::string_view name) {
  const auto value = body.find(name);
  if (value == body.end() || value->is_null()) return std::nullopt;
  return value->get<std::string>();
}

json NumberOf(Thousandths value) {
  if (value % 1000 == 0) return value / 1000;
  return static_cast<double>(value) / 1000.0;
}

tl::unexpected<Error> NotThere(std::string_view kind, const std::string& id) {
  return Fail(ErrorCode::kNotFound, fmt::format("You have no {} {}; it may have been deleted.", kind, id));
}

void AddReferenceHandlers(Handlers& handlers) {
  handlers["getDocument"] = GetDocument;
  handlers["listKeys"] = ListKeys;
  handlers["getSession"] = GetSession;
  handlers["listContracts"] = ListContracts;
  handlers["listProducts"] = ListProducts;
}

Handlers AllHandlers() {
  Handlers handlers;
  AddReferenceHandlers(handlers);
  AddTenantHandlers(handlers);
  AddLicenseHandlers(handlers);
  AddReportHandlers(handlers);
  return handlers;
}

void CheckHandlers(const Document& document, const Handlers& handlers) {
  auto surplus = handlers;
  std::vector<std::string> faults;
  for (const auto& operation : document.Operations()) {
    if (surplus.erase(operation.id) == 0) faults.push_back(fmt::format("{} has no handler", operation.id));
  }
  for (const auto& [id, handler] : surplus) faults.push_back(fmt::format("{} is no operation", id));
  if (!faults.empty()) {
    throw std::runtime_error(fmt::format("document and handlers do not fit: {}", fmt::join(faults, ", ")));
  }
}

}  // namespace steward::pulse
