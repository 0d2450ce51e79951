// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/day.hpp"
#include "pulse/records.hpp"

/// Decisions about licences, tenants and reports: from records to yes or a reason, without a store or a clock.
namespace steward::pulse {

using Days = std::chrono::sys_days;

/// A workload as it is asked for.
struct WantedWorkload {
  std::string id;
  std::int64_t count = 0;
};

/// Names and weights of the product. Errors: kInvalid for workloads that it does not have, or twice.
Result<std::vector<LicensedWorkload>> Licensed(const Product& product, const std::vector<WantedWorkload>& wanted);
/// Sum of count times multiplier, rounded up once.
std::int64_t Points(const std::vector<LicensedWorkload>& workloads);

Status CheckContractOpen(const Contract& contract, Days today);
/// That a licence may end then: not in the past, and not after its contract unless it is extended automatically.
Status CheckExpiration(Days expires, const Contract& contract, Automatic extension, Days today);
/// That the contract has room for `points` beside the `others` that are assigned.
Status CheckPoints(const Contract& contract, std::int64_t others, std::int64_t points);

Status CanAssign(const Entry& entry);
Status CanCopy(const Entry& entry);
Status CanRevoke(const Entry& entry);
Status CanRemove(const Entry& entry);
Status CanInstall(const Entry& entry);
Status HasFile(const Entry& entry);
bool IsAssigned(const Entry& entry);

/// What a new licence begins with. Errors: kConflict for reporting of a key for many customers.
Result<Automatic> FirstReporting(const Contract& contract, Usage usage, std::optional<bool> wanted);
Automatic FirstExtension(const Contract& contract, Usage usage);
/// Turns it on or off. Errors: kConflict when it cannot be changed.
Result<Automatic> Turned(Automatic now, bool wanted, const Contract& contract, std::string_view what);

/// That `child` may become a branch of `parent`: one level, and nothing below itself.
Status CanMerge(const Tenant& child, const Tenant& parent, std::int64_t branches_of_child);

/// That the month, "2026-10", exists and is over.
Status CheckMonth(const std::string& month, Days today);
/// That this may be a contract's report of a month: the first one, or a correction of `latest` with a reason.
Status CheckReport(const std::optional<Report>& latest, bool is_correction, const std::optional<std::string>& reason);

/// The same day of the next month, or its last day.
Days PlusMonth(Days day);

}  // namespace steward::pulse
