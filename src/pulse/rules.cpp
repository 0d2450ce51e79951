// SPDX-License-Identifier: Apache-2.0
#include "pulse/rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/iso_time.hpp"
#include "fmt/format.h"

namespace steward::pulse {
namespace {

using std::chrono::year_month_day;

constexpr std::array<std::string_view, 4> kStates = {"Template", "Assigned", "Installed", "Revoked"};
constexpr std::array<std::string_view, 3> kUsages = {"SingleCustomerUse", "MultiCustomerUse", "InternalUse"};

template <typename Enum, std::size_t Size>
std::optional<Enum> FindWord(const std::array<std::string_view, Size>& words, std::string_view word) {
  const auto at = std::find(words.begin(), words.end(), word);
  if (at == words.end()) return std::nullopt;
  return static_cast<Enum>(at - words.begin());
}

std::string MonthText(std::chrono::year_month month) {
  return fmt::format("{:04}-{:02}", static_cast<int>(month.year()), static_cast<unsigned>(month.month()));
}

std::chrono::year_month MonthOf(Days day) {
  const year_month_day date{day};
  return date.year() / date.month();
}

/// What a licence is, in a sentence.
std::string_view Phrase(State state) {
  constexpr std::array<std::string_view, 4> kPhrases = {"a template", "assigned", "installed", "revoked"};
  return kPhrases.at(static_cast<std::size_t>(state));
}

tl::unexpected<Error> Conflict(std::string message) {
  return Fail(ErrorCode::kConflict, std::move(message));
}

/// What single licences have and those for many customers have not.
Status CheckSingle(const Entry& entry, std::string_view done) {
  if (entry.usage != Usage::kMultiCustomer) return {};
  return Conflict(
      fmt::format("A licence for the use of many customers cannot be {}; make one for a single customer.", done));
}

}  // namespace

std::string_view Word(State state) {
  return kStates.at(static_cast<std::size_t>(state));
}

std::string_view Word(Usage usage) {
  return kUsages.at(static_cast<std::size_t>(usage));
}

std::optional<State> FindState(std::string_view word) {
  return FindWord<State>(kStates, word);
}

std::optional<Usage> FindUsage(std::string_view word) {
  return FindWord<Usage>(kUsages, word);
}

Result<std::vector<LicensedWorkload>> Licensed(const Product& product, const std::vector<WantedWorkload>& wanted) {
  std::vector<LicensedWorkload> workloads;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string& id = wanted[i].id;
    const std::string property = fmt::format("workloads[{}].workloadId", i);
    const auto known = std::find_if(product.workloads.begin(), product.workloads.end(),
                                    [&](const ProductWorkload& one) { return one.id == id; });
    if (known == product.workloads.end()) {
      return FailProperty(property,
                          fmt::format("The product {} has no workload \"{}\"; GET /api/v1/products lists what "
                                      "it has.",
                                      product.id, id));
    }
    if (!seen.insert(id).second) {
      return FailProperty(property, fmt::format("The workload \"{}\" stands there twice; add up its counts.", id));
    }
    workloads.push_back({.id = id, .name = known->name, .count = wanted[i].count, .multiplier = known->multiplier});
  }
  return workloads;
}

std::int64_t Points(const std::vector<LicensedWorkload>& workloads) {
  Thousandths sum = 0;
  for (const auto& workload : workloads) sum += workload.count * workload.multiplier;
  return license::RoundedUp(sum);
}

Status CheckContractOpen(const Contract& contract, Days today) {
  if (today <= contract.ends) return {};
  return Conflict(fmt::format("The contract {} expired on {}; use another one, or have it prolonged.", contract.id,
                              DayText(contract.ends)));
}

Status CheckExpiration(Days expires, const Contract& contract, Automatic extension, Days today) {
  constexpr auto kProperty = "expirationDate";
  if (expires < today) {
    return FailProperty(kProperty,
                        fmt::format("{} is over; choose {} or a later day.", DayText(expires), DayText(today)));
  }
  const bool extended = extension == Automatic::kOn || extension == Automatic::kAlwaysOn;
  if (extended || expires <= contract.ends) return {};
  Error error{.code = ErrorCode::kConflict, .property = kProperty};
  error.message =
      fmt::format("The licence would end on {}, after its contract {}, which ends on {}; choose an earlier day.",
                  DayText(expires), contract.id, DayText(contract.ends));
  return tl::unexpected(std::move(error));
}

Status CheckPoints(const Contract& contract, std::int64_t others, std::int64_t points) {
  if (!contract.points_limit || others + points <= *contract.points_limit) return {};
  return Conflict(
      fmt::format("The contract {} has {} points, {} of them are used by assigned licences and this one needs {}: "
                  "{} too many. Revoke a licence, or have the limit raised.",
                  contract.id, *contract.points_limit, others, points, others + points - *contract.points_limit));
}

bool IsAssigned(const Entry& entry) {
  return entry.state == State::kAssigned || entry.state == State::kInstalled;
}

Status CanAssign(const Entry& entry) {
  if (IsAssigned(entry)) {
    return Conflict(fmt::format("The licence is assigned to the tenant {} already; copy it, or revoke it first.",
                                entry.tenant_id.value_or("")));
  }
  return CheckSingle(entry, "assigned");
}

Status CanCopy(const Entry& entry) {
  return CheckSingle(entry, "copied");
}

Status CanRevoke(const Entry& entry) {
  if (auto single = CheckSingle(entry, "revoked"); !single) return single;
  if (IsAssigned(entry)) return {};
  return Conflict(fmt::format("The licence is not assigned to anybody (it is {}), so there is nothing to revoke.",
                              Phrase(entry.state)));
}

Status CanRemove(const Entry& entry) {
  if (!IsAssigned(entry)) return {};
  return Conflict(fmt::format("The licence is {}; revoke it before it is deleted.", Phrase(entry.state)));
}

Status CanInstall(const Entry& entry) {
  if (IsAssigned(entry)) return {};
  return Conflict(fmt::format("The licence is {}; only an assigned one can be installed. Assign it to a tenant first.",
                              Phrase(entry.state)));
}

Status HasFile(const Entry& entry) {
  if (IsAssigned(entry)) return {};
  return Conflict(
      fmt::format("The licence is {}, so it has no file; assign it to a tenant first.", Phrase(entry.state)));
}

Result<Automatic> FirstReporting(const Contract& contract, Usage usage, std::optional<bool> wanted) {
  if (usage == Usage::kMultiCustomer) {
    if (wanted.value_or(false)) {
      return Conflict("A licence for the use of many customers cannot be reported automatically; leave that out.");
    }
    return Automatic::kAlwaysOff;
  }
  if (contract.no_commit) return Automatic::kAlwaysOn;
  return wanted.value_or(false) ? Automatic::kOn : Automatic::kOff;
}

Automatic FirstExtension(const Contract& contract, Usage usage) {
  if (usage == Usage::kMultiCustomer) return Automatic::kAlwaysOff;
  return contract.no_commit ? Automatic::kAlwaysOn : Automatic::kOff;
}

Result<Automatic> Turned(Automatic now, bool wanted, const Contract& contract, std::string_view what) {
  const bool on = now == Automatic::kOn || now == Automatic::kAlwaysOn;
  if (on == wanted) return now;
  if (now == Automatic::kAlwaysOn) {
    return Conflict(fmt::format("Automatic {} of this licence is always on, as the contract {} has no commitment.",
                                what, contract.id));
  }
  if (now == Automatic::kAlwaysOff) {
    return Conflict(fmt::format("Automatic {} is not possible for a licence for the use of many customers.", what));
  }
  return wanted ? Automatic::kOn : Automatic::kOff;
}

Status CanMerge(const Tenant& child, const Tenant& parent, std::int64_t branches_of_child) {
  constexpr auto kProperty = "parentTenantId";
  if (child.id == parent.id) return FailProperty(kProperty, "A tenant cannot be its own parent.");
  if (child.parent_id) {
    return Conflict(
        fmt::format("{} is a branch of the tenant {} already; split it first.", child.name, *child.parent_id));
  }
  if (parent.parent_id) {
    return Conflict(
        fmt::format("{} is a branch itself, of the tenant {}; merge into that one.", parent.name, *parent.parent_id));
  }
  if (branches_of_child > 0) {
    return Conflict(fmt::format("{} has {} branch(es) of its own; split them first.", child.name, branches_of_child));
  }
  return {};
}

Status CheckMonth(const std::string& month, Days today) {
  int year = 0;
  unsigned number = 0;
  if (month.size() == 7) {
    std::from_chars(month.data(), month.data() + 4, year);
    std::from_chars(month.data() + 5, month.data() + 7, number);
  }
  const auto wanted = std::chrono::year(year) / std::chrono::month(number);
  if (!wanted.ok() || year < 2000 || MonthText(wanted) != month) {
    return FailProperty("month", fmt::format("\"{}\" is no month; write it as 2026-10.", month));
  }
  if (wanted < MonthOf(today)) return {};
  const auto next = wanted + std::chrono::months(1);
  Error error{.code = ErrorCode::kConflict, .property = "month"};
  error.message =
      fmt::format("{} is not over yet (today is {}); report it from {}-01 on.", month, DayText(today), MonthText(next));
  return tl::unexpected(std::move(error));
}

Status CheckReport(const std::optional<Report>& latest, bool is_correction, const std::optional<std::string>& reason) {
  if (!is_correction) {
    if (!latest) return {};
    return Conflict(
        fmt::format("{} of the contract {} was reported already, on {}: report {}, version {}. Send a correction "
                    "(correction: true, with a reason) to change it.",
                    latest->month, latest->contract_id, IsoTime(latest->received), latest->id, latest->version));
  }
  if (!latest) return Conflict("There is no report of this month to correct; send it without correction.");
  if (!reason || reason->find_first_not_of(' ') == std::string::npos) {
    return FailProperty("reason", "A correction needs a reason.");
  }
  return {};
}

Days PlusMonth(Days day) {
  const year_month_day date{day};
  const auto next = date + std::chrono::months(1);
  if (next.ok()) return Days(next);
  return Days(next.year() / next.month() / std::chrono::last);
}

}  // namespace steward::pulse
