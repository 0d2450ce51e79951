// SPDX-License-Identifier: Apache-2.0
#include "agent/vbr/license_orders.hpp"

#include <fmt/format.h>

#include <cmath>

#include "agent/vbr/mapper.hpp"
#include "agent/vbr/words.hpp"
#include "base/iso_time.hpp"
#include "base/signing.hpp"

namespace steward::agent::vbr {
namespace {

constexpr const char* kLicense = "license";

CommandOutcome Failure(const CallFault& fault) {
  const char* what = fault.reach == Reach::kNoAnswer  ? "The backup server did not answer: "
                     : fault.reach == Reach::kNoToken ? "The agent cannot sign in to the backup server: "
                                                      : "The backup server refused: ";
  return {false, what + fault.reason};
}

bool IsEmpty(const Json& installed) {
  const std::string type = Text(installed, "type").value_or("");
  return SameWord(type, "Empty") || SameWord(type, "Free");
}

bool ServesTenants(const Json& installed) {
  const std::string mode = Text(installed, "cloudConnect").value_or("");
  return SameWord(mode, "Enabled") || SameWord(mode, "Enterprise");
}

double UnitsOf(const Json& installed) {
  return Real(Part(installed, "instanceLicenseSummary"), "licensedInstancesNumber").value_or(0);
}

/// The day a licence ends, as the server says it, "2027-01-31"; empty = never.
std::string EndOf(const Json& installed) {
  const auto own = Text(installed, "expirationDate");
  const auto section = Text(Part(installed, "instanceLicenseSummary"), "expirationDate");
  const auto end = UtcText(own.value_or(section.value_or("")));
  return end ? end->substr(0, 10) : "";
}

}  // namespace

std::string MissingOf(const license::License& file, const Json& installed) {
  const auto text = [&](const char* name) { return Text(installed, name).value_or(""); };
  if (text("licensedTo") != file.licensed_to)
    return fmt::format("it is licensed to \"{}\" instead of \"{}\"", text("licensedTo"), file.licensed_to);
  if (text("supportId") != file.support_id)
    return fmt::format("its support id is {} instead of {}", text("supportId"), file.support_id);
  const std::string end = IsoTime(file.expires).substr(0, 10);
  if (EndOf(installed) != end) return fmt::format("it ends on {} instead of {}", EndOf(installed), end);
  if (std::abs(UnitsOf(installed) - static_cast<double>(file.amount)) > 0.01)
    return fmt::format("it is for {} units instead of {}", UnitsOf(installed), file.amount);
  return {};
}

std::string Misplaced(const license::License& file, const Json& installed) {
  if (IsEmpty(installed) || file.cloud_connect_provider == ServesTenants(installed)) return {};
  return file.cloud_connect_provider
             ? "The licence is one of a Cloud Connect provider, and this backup server serves no tenants."
             : "The backup server serves tenants of Cloud Connect, and the licence does not allow that.";
}

CommandOutcome LicenseOrders::Execute(const LicenseAction& action) {
  switch (action.what_case()) {
    case LicenseAction::kInstall:
      return Install(action.install());
    case LicenseAction::kRemoveSection:
      return Remove(action.remove_section());
    case LicenseAction::kAutoUpdate:
      return SetAutoUpdate(action.auto_update());
    case LicenseAction::kUpdate:
      return Update();
    case LicenseAction::kRenew:
      return Renew(action.renew());
    case LicenseAction::kRemoveFile:
      return RemoveFile(action.remove_file());
    case LicenseAction::WHAT_NOT_SET:
      break;
  }
  return {false, "This agent does not know the action; it is older than the console."};
}

CommandOutcome LicenseOrders::Install(const std::string& file) {
  const auto wanted = license::Read(file);
  if (!wanted) return {false, wanted.error().message};
  const auto before = client_.Get(kLicense);
  if (!before) return Failure(before.error());
  if (MissingOf(*wanted, *before).empty()) return {true, "The backup server has this licence already."};
  if (const auto reason = Misplaced(*wanted, *before); !reason.empty()) return {false, reason};
  const auto order = client_.Order("license/install", {{"license", ToBase64(file)}, {"forceStandaloneMode", false}});
  const auto after = client_.Get(kLicense);
  if (!after) return Failure(after.error());
  const std::string missing = MissingOf(*wanted, *after);
  if (missing.empty()) return {true, ""};
  if (!order) return Failure(order.error());
  return {false, "The backup server says that the licence is installed, but " + missing + "."};
}

CommandOutcome LicenseOrders::Remove(const std::string& section) {
  const auto order = client_.Order("license/remove", {{"forceStandaloneMode", false}, {"section", section}});
  return order ? CommandOutcome{true, ""} : Failure(order.error());
}

CommandOutcome LicenseOrders::Renew(const LicenseRenewal& renewal) {
  const auto older = license::Read(renewal.old_file());
  const auto newer = license::Read(renewal.new_file());
  if (!older || !newer) return {false, (older ? newer : older).error().message};
  const auto installed = client_.Get(kLicense);
  if (!installed) return Failure(installed.error());
  if (MissingOf(*newer, *installed).empty()) return {true, "The backup server has this licence already."};
  if (const std::string missing = MissingOf(*older, *installed); !missing.empty()) {
    return {false, fmt::format("The backup server has another licence than the one that was to be renewed: {}. Install "
                               "the new one by hand if it shall have it.",
                               missing)};
  }
  if (!Flag(*installed, "autoUpdateEnabled").value_or(false)) {
    return {false, "The automatic update of the licence was switched off at the backup server."};
  }
  return Install(renewal.new_file());
}

CommandOutcome LicenseOrders::RemoveFile(const std::string& file) {
  const auto unwanted = license::Read(file);
  if (!unwanted) return {false, unwanted.error().message};
  const auto before = client_.Get(kLicense);
  if (!before) return Failure(before.error());
  if (!MissingOf(*unwanted, *before).empty()) return {true, "The backup server did not have this licence any more."};
  const CommandOutcome order = Remove("All");
  const auto after = client_.Get(kLicense);
  if (!after) return Failure(after.error());
  if (!MissingOf(*unwanted, *after).empty()) return {true, ""};
  if (!order.done) return order;
  return {false, "The backup server says that the licence is removed, but shows it still."};
}

CommandOutcome LicenseOrders::SetAutoUpdate(bool enabled) {
  const auto order = client_.Order("license/autoupdate", {{"enabled", enabled}});
  const auto after = client_.Get(kLicense);
  if (!after) return Failure(after.error());
  if (Flag(*after, "autoUpdateEnabled") == enabled) return {true, ""};
  if (!order) return Failure(order.error());
  return {false, "The backup server says that the change is done, but shows the old setting."};
}

CommandOutcome LicenseOrders::Update() {
  const auto order = client_.Order("license/update", Json::object());
  if (!order) return Failure(order.error());
  const std::string message = Text(*order, "message").value_or("");
  if (Flag(*order, "isSuccessful").value_or(false)) return {true, message};
  return {false, "The backup server could not update its licence: " + message};
}

}  // namespace steward::agent::vbr
