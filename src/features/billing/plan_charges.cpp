// SPDX-License-Identifier: Apache-2.0
#include "features/billing/plan_charges.hpp"

#include "fmt/format.h"

namespace steward::features {
namespace {

using billing::Exact;
using contract::ChargeUnit;
using nlohmann::json;

/// Value at a pointer of the contract, or null.
json At(const json& rates, std::string_view pointer) {
  if (pointer.empty()) return nullptr;
  return rates.value(json::json_pointer(std::string(pointer)), json());
}

/// A number that the contract has checked; null is nothing.
Exact NumberAt(const json& rates, std::string_view pointer) {
  const json value = At(rates, pointer);
  return value.is_number() ? billing::ExactOf(value.dump()).value() : Exact(0);
}

std::string WordAt(const json& rates, std::string_view pointer, const std::string& fallback) {
  const json value = At(rates, pointer);
  return value.is_string() ? value.get<std::string>() : fallback;
}

PricedCharge Price(const contract::Charge& charge, const json& rates, const PlanMeasures& measures) {
  PricedCharge out{.charge = &charge};
  out.rate.price = NumberAt(rates, charge.price);
  out.rate.free = NumberAt(rates, charge.free);
  switch (charge.unit) {
    case ChargeUnit::kFlat:
      out.unit = "None";
      return out;
    case ChargeUnit::kUnits:
      out.unit = "Units";
      break;
    case ChargeUnit::kSpace: {
      out.unit = WordAt(rates, charge.units, "GB");
      out.unit_size = SpaceUnit(out.unit);
      out.rate.free *= Exact(SpaceUnit(WordAt(rates, charge.free_units, out.unit)), out.unit_size);
      if (const json chunk = At(rates, charge.chunk); chunk.is_number_integer())
        out.rate.chunk = chunk.get<std::int64_t>();
      const json rounds = At(rates, charge.round_up);
      out.rate.round_up = rounds.is_boolean() && rounds.get<bool>();
      break;
    }
  }
  out.measure = measures.Of(charge.category);
  return out;
}

}  // namespace

std::string PlanMeasures::Of(std::string_view category) const {
  for (const auto& line : lines) {
    if (line.at("category") == category) return line.at("measure");
  }
  return default_measure;
}

std::int64_t SpaceUnit(const std::string& word) {
  constexpr std::int64_t kGb = std::int64_t{1} << 30;
  return word == "TB" ? kGb * 1024 : kGb;
}

std::vector<PricedCharge> PricedCharges(const json& rates, const PlanMeasures& measures) {
  std::vector<PricedCharge> out;
  for (const auto& charge : contract::Charges()) {
    if (NumberAt(rates, charge.price) <= 0) continue;
    if (!charge.algorithm.empty() && WordAt(rates, charge.algorithm, "") != charge.word) continue;
    out.push_back(Price(charge, rates, measures));
  }
  return out;
}

std::vector<std::string> PricesOfPlugins(const json& rates) {
  std::vector<std::string> out;
  for (const auto& plugin : rates.value("externalPlugins", json::array())) {
    for (const auto& charge : plugin.value("charges", json::array())) {
      if (charge.value("price", json()).is_number() && charge["price"] > 0)
        out.push_back(fmt::format("Plug-in charge {}", charge.value("chargeUid", "")));
    }
  }
  return out;
}

}  // namespace steward::features
