// SPDX-License-Identifier: Apache-2.0
#include "features/billing/invoice_maker.hpp"

#include <algorithm>

#include "billing/measure.hpp"
#include "features/billing/plan_charges.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using billing::DayAmount;
using billing::DecimalText;
using billing::Exact;
using nlohmann::json;

constexpr int kPriceDigits = 9;
constexpr int kMostDays = 366;
constexpr std::string_view kReport = "Report";
constexpr const char* kNotMeasured = "{}: the plan has a price, and nothing measures it yet; not charged.";

/// A line of the invoice.
struct Line {
  PricedCharge priced;
  billing::Measured usage;  ///< in units
  Exact charged;
};

struct Draft {
  std::string plan_uid;
  std::string currency;
  int digits = 2;
  billing::Terms terms;
  std::vector<Line> lines;
  json notes = json::array();
};

struct LedgerRow {
  DayAmount amount;
  std::string edition;
};

billing::Measure MeasureOf(const std::string& word) {
  if (word == "Average") return billing::Measure::kAverage;
  if (word == "Snapshot") return billing::Measure::kSnapshot;
  return billing::Measure::kPeak;
}

/// That the ledger can tell these days, and how far it cannot.
Status CheckDays(db::Connection& connection, const InvoiceOrder& order, json& notes) {
  if (order.to < order.from) return FailProperty("toDate", "toDate must not be before fromDate.");
  if ((order.to - order.from).count() >= kMostDays)
    return FailProperty("toDate", fmt::format("An invoice has at most {} days.", kMostDays));
  const auto ledger = connection.Query(
      "select max(day)::text as sealed, usage.first_day()::text as first, (now() at time zone 'UTC')::date::text as "
      "today from usage.daily_seal");
  const std::string last = DayText(order.to);
  if (last >= ledger.Text(0, "today")) {
    return FailProperty("toDate", fmt::format("{} is not over yet (in UTC): its use is not known. The last day that "
                                              "can be invoiced is yesterday.",
                                              last));
  }
  const auto sealed = ledger.Maybe(0, "sealed");
  if (!sealed || *sealed < last) {
    return Fail(ErrorCode::kConflict,
                fmt::format("The usage ledger has not signed {} yet{}. Try again in some minutes; if it stays so, look "
                            "for \"usage ledger\" in the console's log.",
                            last, sealed ? fmt::format(" (last: {})", *sealed) : std::string()));
  }
  if (const auto first = ledger.Maybe(0, "first"); first && *first > DayText(order.from))
    notes.push_back(fmt::format("The usage ledger begins on {}: days before it have no use.", *first));
  return {};
}

/// That no invoice has one of the days.
Status CheckOverlap(db::Connection& connection, const InvoiceOrder& order) {
  if (order.allows_overlap || order.type != "Invoice") return {};
  const auto other = connection.Query(
      "select name, from_day::text, to_day::text from core.invoice where organization_uid = $1 and type = 'Invoice' "
      "and from_day <= $3::date and to_day >= $2::date order by from_day limit 1",
      {order.company_uid, DayText(order.from), DayText(order.to)});
  if (other.Count() == 0) return {};
  return Fail(ErrorCode::kConflict,
              fmt::format("{} has these days already ({} to {}): delete it first, choose other days, or say "
                          "allowOverlap.",
                          other.Text(0, "name"), other.Text(0, "from_day"), other.Text(0, "to_day")));
}

std::vector<LedgerRow> ReadLedger(db::Connection& connection, const InvoiceOrder& order) {
  const auto rows =
      connection.Query("select day::text, workload_type, edition, amount from core.billed_days($1, $2::date, $3::date)",
                       {order.company_uid, DayText(order.from), DayText(order.to)});
  std::vector<LedgerRow> out;
  out.reserve(static_cast<std::size_t>(rows.Count()));
  for (int i = 0; i < rows.Count(); ++i) {
    out.push_back({{ReadDay(rows.Text(i, "day")).value(), rows.Text(i, "workload_type"), rows.Int(i, "amount")},
                   rows.Text(i, "edition")});
  }
  return out;
}

/// What the report of the last month that was over has, as if it were of the last day.
Result<std::vector<LedgerRow>> ReadReport(db::Connection& connection, const InvoiceOrder& order, json& notes) {
  const auto rows = connection.Query(
      "select to_char(month, 'YYYY-MM') as month, report_id, workload_type, edition, amount from "
      "core.billed_report($1, $2::date)",
      {order.company_uid, DayText(order.to)});
  if (rows.Count() == 0) {
    return Fail(ErrorCode::kConflict,
                fmt::format("The plan charges licences by the monthly report, and that of the last month that was over "
                            "on {} is not approved yet, or is being corrected. Approve it, or finalize the "
                            "correction, first.",
                            DayText(order.to)));
  }
  const std::string month = rows.Text(0, "month");
  notes.push_back(rows.Maybe(0, "report_id")
                      ? fmt::format("Licences are those of the report of {}.", month)
                      : fmt::format("The usage ledger has no day of {}: licences by report are not charged.", month));
  std::vector<LedgerRow> out;
  out.reserve(static_cast<std::size_t>(rows.Count()));
  for (int i = 0; i < rows.Count(); ++i) {
    if (!rows.Maybe(i, "workload_type")) continue;
    out.push_back({{order.to, rows.Text(i, "workload_type"), rows.Int(i, "amount")}, rows.Text(i, "edition")});
  }
  return out;
}

/// What a charge comes to, in its units.
billing::Measured UsedOf(const PricedCharge& priced, const std::vector<LedgerRow>& ledger, const InvoiceOrder& order) {
  billing::Measured out;
  if (priced.IsFee()) {
    out.used = 1;
    return out;
  }
  const auto& kinds = priced.charge->kinds;
  std::vector<DayAmount> rows;
  for (const auto& row : ledger) {
    const bool is_edition = priced.charge->edition.empty() || priced.charge->edition == row.edition;
    if (is_edition && std::find(kinds.begin(), kinds.end(), row.amount.kind) != kinds.end()) rows.push_back(row.amount);
  }
  const auto measure = priced.measure == kReport ? billing::Measure::kSnapshot : MeasureOf(priced.measure);
  out = billing::UsageOf(rows, measure, order.from, order.to);
  out.used /= priced.unit_size;
  for (auto& part : out.parts) part.second /= priced.unit_size;
  if (priced.measure == kReport) out.day.reset();
  return out;
}

Result<Draft> DraftOf(const db::Rows& company) {
  Draft draft;
  if (!company.Maybe(0, "plan_uid")) {
    return Fail(ErrorCode::kConflict,
                fmt::format("{} has no subscription plan: give it one (subscriptionPlanUid of the company).",
                            company.Text(0, "name")));
  }
  draft.plan_uid = company.Text(0, "plan_uid");
  draft.currency = company.Text(0, "currency");
  draft.digits = static_cast<int>(company.Int(0, "digits"));
  draft.terms = {billing::ExactOf(company.Text(0, "discount_percent")).value(),
                 billing::ExactOf(company.Text(0, "tax_percent")).value()};
  return draft;
}

/// All prices as if they were set: for an invoice of what was used.
std::vector<PricedCharge> EveryMeasure() {
  std::vector<PricedCharge> out;
  for (const auto& charge : contract::Charges()) {
    const bool is_space = charge.unit == contract::ChargeUnit::kSpace;
    if (charge.is_license || charge.kinds.empty()) continue;
    out.push_back({.charge = &charge,
                   .rate = {},
                   .unit = is_space ? "GB" : "Units",
                   .unit_size = is_space ? SpaceUnit("GB") : 1,
                   .measure = "Snapshot"});
  }
  return out;
}

void AddLines(Draft& draft, const std::vector<PricedCharge>& charges, const std::vector<LedgerRow>& ledger,
              const std::vector<LedgerRow>& report, const InvoiceOrder& order) {
  for (const auto& priced : charges) {
    if (!priced.IsMeasured()) {
      draft.notes.push_back(fmt::format(kNotMeasured, priced.charge->words));
      continue;
    }
    const auto usage = UsedOf(priced, priced.measure == kReport ? report : ledger, order);
    if (usage.used == 0) continue;
    draft.lines.push_back({priced, usage, billing::Charged(usage.used, priced.rate)});
  }
}

/// Number of the next invoice of an issuer. The row stays locked until the end, so numbers have no gaps.
std::string NextName(db::Connection& connection, const std::string& issuer) {
  connection.Query("insert into core.invoice_issuer (organization_uid) values ($1) on conflict do nothing", {issuer});
  const auto rows = connection.Query(
      "update core.invoice_issuer set next_number = next_number + 1 where organization_uid = $1 returning prefix, "
      "next_number - 1 as number",
      {issuer});
  return fmt::format("{}{:06}", rows.Text(0, "prefix"), rows.Int(0, "number"));
}

db::Param Money(bool has_prices, std::int64_t amount) {
  return has_prices ? db::Param(std::to_string(amount)) : db::Param();
}

/// A line as the columns of core.invoice_charge, with its parts.
json RowOf(int position, const Line& line, const billing::Amounts* amounts) {
  const auto& priced = line.priced;
  json parts = json::array();
  for (const auto& [kind, used] : line.usage.parts)
    parts.push_back({{"workload_type", kind}, {"used", DecimalText(used, kPriceDigits)}});
  json row = {{"position", position},
              {"category", priced.charge->category},
              {"unit", priced.unit},
              {"measure", priced.measure.empty() ? json() : json(priced.measure)},
              {"peak_day", line.usage.day ? json(DayText(*line.usage.day)) : json()},
              {"used", DecimalText(line.usage.used, kPriceDigits)},
              {"free", DecimalText(priced.rate.free, kPriceDigits)},
              {"quantity", DecimalText(line.charged, billing::kQuantityDigits)},
              {"chunk", priced.rate.chunk},
              {"parts", std::move(parts)}};
  if (amounts != nullptr) {
    row["price"] = DecimalText(priced.rate.price, kPriceDigits);
    row["net"] = amounts->net;
    row["discount"] = amounts->discount;
    row["tax"] = amounts->tax;
    row["gross"] = amounts->gross;
  }
  return row;
}

/// `bill`: null for an invoice without prices.
void StoreLines(db::Connection& connection, const std::string& invoice, const std::string& company,
                const std::vector<Line>& lines, const billing::Bill* bill) {
  json rows = json::array();
  for (std::size_t i = 0; i < lines.size(); ++i)
    rows.push_back(RowOf(static_cast<int>(i) + 1, lines[i], bill == nullptr ? nullptr : &bill->lines[i]));
  connection.Query(
      "with line as (select l from jsonb_array_elements($3::jsonb) l), stored as (insert into core.invoice_charge "
      "(invoice_uid, organization_uid, position, category, unit, measure, peak_day, used, free, quantity, price, "
      "chunk, "
      "net, discount, tax, gross) select $1::uuid, $2::uuid, c.position, c.category, c.unit, c.measure, c.peak_day, "
      "c.used, c.free, c.quantity, c.price, c.chunk, c.net, c.discount, c.tax, c.gross from line cross join "
      "jsonb_populate_record(null::core.invoice_charge, l) c) insert into core.invoice_charge_part (invoice_uid, "
      "organization_uid, position, workload_type, used) select $1::uuid, $2::uuid, (l->>'position')::integer, "
      "p.workload_type, p.used from line cross join jsonb_to_recordset(l->'parts') p (workload_type text, used "
      "numeric)",
      {invoice, company, rows.dump()});
}

/// What lines cost; null for an invoice without prices.
Result<std::optional<billing::Bill>> BillOf(const Draft& draft) {
  if (draft.plan_uid.empty()) return std::optional<billing::Bill>();
  std::vector<std::int64_t> nets;
  for (const auto& line : draft.lines) {
    const auto cost = billing::Cost(line.charged, line.priced.rate, draft.digits);
    if (!cost) return tl::unexpected(cost.error());
    nets.push_back(*cost);
  }
  return std::optional(billing::Settle(nets, draft.terms));
}

Result<std::string> Store(db::Connection& connection, const Draft& draft, const InvoiceOrder& order,
                          const db::Rows& company) {
  const auto bill = BillOf(draft);
  if (!bill) return tl::unexpected(bill.error());
  const bool has_prices = bill->has_value();
  const billing::Amounts total = has_prices ? (*bill)->total : billing::Amounts{};
  const std::string issuer = company.Text(0, "issuer_uid");
  const std::string name = NextName(connection, issuer);
  const auto stored = connection.Query(
      "insert into core.invoice (organization_uid, issuer_uid, name, type, has_details, from_day, to_day, scheduled, "
      "created_by, due_day, subscription_plan_uid, plan_name, currency, digits, tax_type, tax_percent, "
      "discount_percent, net, discount, tax, gross, issuer, customer, notes) select $1::uuid, $2::uuid, $3::text, "
      "$4::text, coalesce($5::boolean, b.include_details, false), $6::date, $7::date, $8::boolean, nullif($9::text, "
      "''), case "
      "when $10::uuid is not null then (case when i.payment_days is null then (now() at time zone 'UTC')::date + "
      "interval '1 month' else "
      "(now() at time zone 'UTC')::date + make_interval(days => i.payment_days) end)::date end, $10::uuid, p.name, "
      "p.currency, $11::integer, p.tax_type, p.tax_percent, p.discount_percent, $12::bigint, $13::bigint, $14::bigint, "
      "$15::bigint, core.party($2::uuid) || jsonb_build_object('color', i.color, 'footer', i.footer, 'logo', "
      "translate(encode(i.logo, 'base64'), E'\\n', "
      "'')), core.party($1::uuid), $16::jsonb from core.invoice_issuer i left join core.company_billing b on "
      "b.company_uid = $1::uuid left join "
      "core.subscription_plan p on p.uid = $10::uuid where i.organization_uid = $2::uuid returning uid",
      {order.company_uid, issuer, name, order.type, order.details ? db::Param(*order.details ? "t" : "f") : db::Param(),
       DayText(order.from), DayText(order.to), std::string(order.scheduled ? "t" : "f"), order.made_by,
       draft.plan_uid.empty() ? db::Param() : db::Param(draft.plan_uid), std::to_string(draft.digits),
       Money(has_prices, total.net), Money(has_prices, total.discount), Money(has_prices, total.tax),
       Money(has_prices, total.gross), draft.notes.dump()});
  std::string uid = stored.Text(0, "uid");
  StoreLines(connection, uid, order.company_uid, draft.lines, has_prices ? &**bill : nullptr);
  return uid;
}

}  // namespace

Result<std::string> MakeInvoice(db::Connection& connection, const InvoiceOrder& order) {
  // Invoices of a company are made one after the other, so that two callers cannot both find its days free.
  const auto company = connection.Query(
      "select o.name, c.uid, p.uid as plan_uid, p.currency, u.digits, p.tax_percent, p.discount_percent, p.rates, "
      "p.measure, p.measures, coalesce(p.organization_uid, c.reseller_uid, (select v.uid from core.organization v "
      "where v.type = 'Provider')) as issuer_uid from core.company c join core.organization o on o.uid = c.uid and "
      "o.deleted_at is null left join core.subscription_plan p on p.uid = c.subscription_plan_uid left join "
      "core.currency u on u.code = p.currency where c.uid = $1 for update of c",
      {order.company_uid});
  if (company.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such company.");
  Draft draft;
  if (order.type == "Invoice") {
    auto priced = DraftOf(company);
    if (!priced) return tl::unexpected(priced.error());
    draft = std::move(*priced);
  }
  if (const auto days = CheckDays(connection, order, draft.notes); !days) return tl::unexpected(days.error());
  if (const auto free = CheckOverlap(connection, order); !free) return tl::unexpected(free.error());
  std::vector<PricedCharge> charges;
  std::vector<LedgerRow> report;
  if (draft.plan_uid.empty()) {
    charges = EveryMeasure();
  } else {
    const json rates = json::parse(company.Text(0, "rates"));
    charges = PricedCharges(rates, {company.Text(0, "measure"), json::parse(company.Text(0, "measures"))});
    for (const auto& name : PricesOfPlugins(rates)) draft.notes.push_back(fmt::format(kNotMeasured, name));
    const bool asks_report = std::any_of(charges.begin(), charges.end(),
                                         [](const PricedCharge& charge) { return charge.measure == kReport; });
    if (asks_report) {
      auto read = ReadReport(connection, order, draft.notes);
      if (!read) return tl::unexpected(read.error());
      report = std::move(*read);
    }
  }
  AddLines(draft, charges, ReadLedger(connection, order), report, order);
  return Store(connection, draft, order, company);
}

}  // namespace steward::features
