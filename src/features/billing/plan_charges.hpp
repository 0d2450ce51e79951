// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "billing/pricing.hpp"
#include "contract/contract.hpp"

namespace steward::features {

/// A price of a plan that is set and applies.
struct PricedCharge {
  const contract::Charge* charge = nullptr;
  billing::Rate rate;          ///< in `unit`
  std::string unit;            ///< word of InvoiceChargeMeasure
  std::int64_t unit_size = 1;  ///< amounts of the ledger (numbers, bytes) in one unit
  std::string measure;         ///< Average, Peak, Snapshot, Report; empty for a fee

  bool IsFee() const { return charge->unit == contract::ChargeUnit::kFlat; }
  /// Whether the usage ledger has what it charges.
  bool IsMeasured() const { return IsFee() || !charge->kinds.empty(); }
};

/// How lines of a plan are measured.
struct PlanMeasures {
  std::string default_measure;
  nlohmann::json lines;  ///< [{category, measure}]

  std::string Of(std::string_view category) const;
};

/// Unit of a space in bytes: "GB" and "TB" are 1024 to the third and fourth.
std::int64_t SpaceUnit(const std::string& word);

/// The prices of a plan (its published sections) that are above zero and that its choice of what space is charged by
/// lets apply, in the plan's order.
std::vector<PricedCharge> PricedCharges(const nlohmann::json& rates, const PlanMeasures& measures);
/// Names of prices that plug-ins would have to measure.
std::vector<std::string> PricesOfPlugins(const nlohmann::json& rates);

}  // namespace steward::features
