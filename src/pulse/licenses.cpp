// SPDX-License-Identifier: Apache-2.0
#include "base/iso_time.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"
#include "pulse/handlers.hpp"
#include "pulse/rules.hpp"

namespace steward::pulse {
namespace {

using nlohmann::json;

json ToJson(const Entry& entry) {
  json workloads = json::array();
  for (const auto& one : entry.workloads) {
    workloads.push_back(
        {{"workloadId", one.id}, {"count", one.count}, {"name", one.name}, {"multiplier", NumberOf(one.multiplier)}});
  }
  json installations = json::array();
  for (const auto& one : entry.installations) {
    installations.push_back(
        {{"serverId", one.server_id}, {"serverName", one.server_name}, {"installedAt", IsoTime(one.at)}});
  }
  return {{"licenseUid", entry.uid},
          {"state", Word(entry.state)},
          {"type", license::Word(entry.type)},
          {"usageType", Word(entry.usage)},
          {"contractId", entry.contract_id},
          {"productId", entry.product_id},
          {"points", entry.points},
          {"workloads", std::move(workloads)},
          {"automaticReportingStatus", license::Word(entry.reporting)},
          {"automaticExtensionStatus", license::Word(entry.extension)},
          {"licenseId", OrNull(entry.license_id)},
          {"description", OrNull(entry.description)},
          {"expirationDate", IsoTime(entry.expires)},
          {"tenantId", OrNull(entry.tenant_id)},
          {"createdBy", entry.created_by},
          {"createdAt", IsoTime(entry.created)},
          {"revision", entry.revision},
          {"installations", std::move(installations)}};
}

Result<Entry> Find(const Call& call) {
  auto entry = call.store.FindEntry(call.PartnerId(), call.Path("licenseUid"));
  if (!entry) return NotThere("licence", call.Path("licenseUid"));
  return *entry;
}

/// A licence with what it stands on.
struct Context {
  Entry entry;
  Contract contract;
};

Result<Context> FindWithContract(const Call& call) {
  auto entry = Find(call);
  if (!entry) return tl::unexpected(entry.error());
  auto contract = call.store.FindContract(call.PartnerId(), entry->contract_id);
  return Context{.entry = std::move(*entry), .contract = contract.value()};
}

/// The UTC day of a checked day or time.
Days DayOf(const std::string& text) {
  const auto at = ParseIsoTime(text.size() < 19 ? text.substr(0, 10) + "T00:00:00Z" : text);
  return std::chrono::floor<std::chrono::days>(at.value_or(std::chrono::sys_seconds{}));
}

/// Sets workloads and points from the body.
Status TakeWorkloads(const Call& call, Entry& entry) {
  const auto product = call.store.FindProduct(entry.product_id);
  if (!product) {
    return FailProperty("productId", fmt::format("There is no product {}; GET /api/v1/products lists what there is.",
                                                 entry.product_id));
  }
  std::vector<WantedWorkload> wanted;
  for (const auto& one : call.body.at("workloads")) {
    wanted.push_back({.id = one.at("workloadId"), .count = one.at("count")});
  }
  auto workloads = Licensed(*product, wanted);
  if (!workloads) return tl::unexpected(workloads.error());
  entry.workloads = std::move(*workloads);
  entry.points = Points(entry.workloads);
  return {};
}

Result<Contract> ContractOfBody(const Call& call) {
  const std::string id = call.body.at("contractId");
  auto contract = call.store.FindContract(call.PartnerId(), id);
  if (!contract) {
    return FailProperty("contractId", fmt::format("You have no contract {}; GET /api/v1/contracts lists yours.", id));
  }
  const auto open = CheckContractOpen(*contract, call.moment.today);
  if (!open) return tl::unexpected(open.error());
  return *contract;
}

Entry NewEntry(const Call& call) {
  Entry entry{.uid = NewUuid(), .partner_id = call.PartnerId()};
  entry.type = license::FindType(call.body.value("type", "Rental")).value();
  const bool internal = entry.type == license::Type::kInternal;
  entry.usage = FindUsage(call.body.value("usageType", internal ? "InternalUse" : "SingleCustomerUse")).value();
  entry.contract_id = call.body.at("contractId");
  entry.product_id = call.body.at("productId");
  entry.description = TextOf(call.body, "description");
  entry.expires = DayOf(call.body.at("expirationDate"));
  entry.created_by = call.caller.token_name;
  entry.created = call.moment.now;
  entry.issued = call.moment.today;
  return entry;
}

Result<Answer> ListLicenses(const Call& call) {
  return ListAnswer(call.store.Entries(call.PartnerId(), call.page), [](const Entry& one) { return ToJson(one); });
}

Result<Answer> CreateLicense(const Call& call) {
  const auto contract = ContractOfBody(call);
  if (!contract) return tl::unexpected(contract.error());
  Entry entry = NewEntry(call);
  std::optional<bool> wanted;
  if (call.body.contains("isAutomaticReportingEnabled"))
    wanted = call.body.at("isAutomaticReportingEnabled").get<bool>();
  const auto reporting = FirstReporting(*contract, entry.usage, wanted);
  if (!reporting) return tl::unexpected(reporting.error());
  entry.reporting = *reporting;
  entry.extension = FirstExtension(*contract, entry.usage);
  auto good = CheckExpiration(entry.expires, *contract, entry.extension, call.moment.today);
  if (good) good = TakeWorkloads(call, entry);
  if (!good) return tl::unexpected(good.error());
  call.store.Add(entry);
  return Answer{.data = ToJson(entry)};
}

Result<Answer> GetLicense(const Call& call) {
  return Find(call).map([](const Entry& entry) { return Answer{.data = ToJson(entry)}; });
}

/// Turns one of the automatic things as the body says.
Status TakeAutomatic(const Call& call, std::string_view property, std::string_view what, const Contract& contract,
                     Automatic& value) {
  const auto wanted = call.body.find(property);
  if (wanted == call.body.end()) return {};
  const auto turned = Turned(value, wanted->get<bool>(), contract, what);
  if (!turned) return tl::unexpected(turned.error());
  value = *turned;
  return {};
}

Status TakeExpiration(const Call& call, const Contract& contract, Entry& entry) {
  const bool moved = call.body.contains("expirationDate");
  if (!moved && !call.body.contains("isAutomaticExtensionEnabled")) return {};
  if (moved) entry.expires = DayOf(call.body.at("expirationDate"));
  // A licence that is over may still be told not to be extended.
  const Days today = moved ? call.moment.today : std::min(call.moment.today, entry.expires);
  return CheckExpiration(entry.expires, contract, entry.extension, today);
}

/// New workloads, for which the contract must be open and, when the licence is assigned, have room.
Status TakeNewWorkloads(const Call& call, const Contract& contract, Entry& entry) {
  if (!call.body.contains("workloads")) return {};
  auto good = CheckContractOpen(contract, call.moment.today);
  if (good) good = TakeWorkloads(call, entry);
  if (!good || !IsAssigned(entry)) return good;
  return CheckPoints(contract, call.store.UsedPoints(contract.id, entry.uid), entry.points);
}

Result<Answer> ChangeLicense(const Call& call) {
  auto found = FindWithContract(call);
  if (!found) return tl::unexpected(found.error());
  auto& [entry, contract] = *found;
  if (call.body.empty()) return Answer{.data = ToJson(entry)};
  auto good = TakeAutomatic(call, "isAutomaticReportingEnabled", "reporting", contract, entry.reporting);
  if (good) good = TakeAutomatic(call, "isAutomaticExtensionEnabled", "extension", contract, entry.extension);
  if (good) good = TakeExpiration(call, contract, entry);
  if (good) good = TakeNewWorkloads(call, contract, entry);
  if (!good) return tl::unexpected(good.error());
  if (call.body.contains("description")) entry.description = TextOf(call.body, "description");
  if (IsAssigned(entry)) {
    ++entry.revision;
    entry.issued = call.moment.today;
  }
  call.store.Change(entry);
  return Answer{.data = ToJson(entry)};
}

Result<Answer> DeleteLicense(const Call& call) {
  const auto entry = Find(call);
  if (!entry) return tl::unexpected(entry.error());
  if (const auto can = CanRemove(*entry); !can) return tl::unexpected(can.error());
  call.store.Remove(*entry);
  return Answer{};
}

Status CheckAssignment(const Call& call, const Entry& entry, const Contract& contract) {
  auto good = CanAssign(entry);
  if (good) good = CheckContractOpen(contract, call.moment.today);
  if (!good) return good;
  if (entry.expires < call.moment.today) {
    return Fail(ErrorCode::kConflict, fmt::format("The licence expired on {}; give it a later expirationDate first.",
                                                  DayText(entry.expires)));
  }
  return CheckPoints(contract, call.store.UsedPoints(contract.id, entry.uid), entry.points);
}

Result<Answer> AssignLicense(const Call& call) {
  auto found = FindWithContract(call);
  if (!found) return tl::unexpected(found.error());
  auto& [entry, contract] = *found;
  const std::string tenant_id = call.body.at("tenantId");
  const auto tenant = call.store.FindTenant(call.PartnerId(), tenant_id);
  if (!tenant) {
    return FailProperty("tenantId", fmt::format("You have no tenant {}; GET /api/v1/tenants lists yours.", tenant_id));
  }
  if (const auto good = CheckAssignment(call, entry, contract); !good) return tl::unexpected(good.error());
  call.store.ForgetInstallations(entry.uid);
  entry.installations.clear();
  entry.state = State::kAssigned;
  entry.license_id = NewUuid();
  entry.tenant_id = tenant->id;
  entry.revision = 1;
  entry.issued = call.moment.today;
  call.store.Change(entry);
  return Answer{.data = ToJson(entry)};
}

Result<Answer> CopyLicense(const Call& call) {
  auto found = FindWithContract(call);
  if (!found) return tl::unexpected(found.error());
  auto& [copy, contract] = *found;
  auto can = CanCopy(copy);
  if (can) can = CheckContractOpen(contract, call.moment.today);
  if (!can) return tl::unexpected(can.error());
  copy.uid = NewUuid();
  copy.state = State::kTemplate;
  copy.license_id.reset();
  copy.tenant_id.reset();
  copy.installations.clear();
  copy.created_by = call.caller.token_name;
  copy.created = call.moment.now;
  copy.revision = 1;
  call.store.Add(copy);
  return Answer{.data = ToJson(copy)};
}

Result<Answer> RevokeLicense(const Call& call) {
  auto entry = Find(call);
  if (!entry) return tl::unexpected(entry.error());
  if (const auto can = CanRevoke(*entry); !can) return tl::unexpected(can.error());
  entry->state = State::kRevoked;
  call.store.Change(*entry);
  return Answer{.data = ToJson(*entry)};
}

Result<Answer> NoteInstallation(const Call& call) {
  auto entry = Find(call);
  if (!entry) return tl::unexpected(entry.error());
  if (const auto can = CanInstall(*entry); !can) return tl::unexpected(can.error());
  call.store.AddInstallation(
      entry->uid,
      {.server_id = call.body.at("serverId"), .server_name = call.body.at("serverName"), .at = call.moment.now});
  entry->state = State::kInstalled;
  call.store.Change(*entry);
  return GetLicense(call);
}

Result<Answer> GetLicenseFile(const Call& call) {
  const auto entry = Find(call);
  if (!entry) return tl::unexpected(entry.error());
  if (const auto has = HasFile(*entry); !has) return tl::unexpected(has.error());
  const Tenant tenant = call.store.FindTenant(call.PartnerId(), entry->tenant_id.value()).value();
  const Product product = call.store.FindProduct(entry->product_id).value();
  license::License file{.license_id = entry->license_id.value(), .revision = entry->revision};
  file.licensed_to = tenant.name;
  file.email = tenant.email.value_or("");
  file.type = entry->type;
  file.edition = product.edition;
  file.package = product.package;
  file.product_id = product.id;
  file.contract_id = entry->contract_id;
  file.issued = entry->issued;
  file.expires = entry->expires;
  file.amount = entry->points;
  file.cloud_connect_provider = product.cloud_connect;
  file.automatic_reporting = entry->reporting;
  file.automatic_extension = entry->extension;
  for (const auto& one : entry->workloads) {
    file.workloads.push_back({.id = one.id, .count = one.count, .multiplier = one.multiplier});
  }
  return Answer{.form = Answer::Form::kText, .text = license::Write(file, call.store.SigningKey())};
}

}  // namespace

void AddLicenseHandlers(Handlers& handlers) {
  handlers["listLicenses"] = ListLicenses;
  handlers["createLicense"] = CreateLicense;
  handlers["getLicense"] = GetLicense;
  handlers["changeLicense"] = ChangeLicense;
  handlers["deleteLicense"] = DeleteLicense;
  handlers["assignLicense"] = AssignLicense;
  handlers["copyLicense"] = CopyLicense;
  handlers["revokeLicense"] = RevokeLicense;
  handlers["noteInstallation"] = NoteInstallation;
  handlers["getLicenseFile"] = GetLicenseFile;
}

}  // namespace steward::pulse
