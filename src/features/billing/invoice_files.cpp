// SPDX-License-Identifier: Apache-2.0
#include "features/billing/invoice_files.hpp"

#include <algorithm>
#include <cctype>

#include "base/signing.hpp"
#include "document/document.hpp"
#include "features/billing/plan_charges.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using document::Table;
using nlohmann::json;

/// Everything that a file shows of an invoice.
struct Shown {
  db::Rows head, lines, usage;
  json issuer, customer;
  int digits = 2;
  bool has_prices = false;
};

Result<Shown> Read(db::Connection& connection, const std::string& uid) {
  auto head = connection.Query(
      "select name, has_details, from_day::text, to_day::text, created_at::date::text as made, due_day::text, "
      "plan_name, currency, digits, tax_type, tax_percent::double precision::text as tax_percent, "
      "discount_percent::double precision::text as discount_percent, net, discount, tax, gross, issuer::text, "
      "customer::text from core.invoice where uid = $1",
      {uid});
  if (head.Count() == 0) return Fail(ErrorCode::kNotFound, "There is no such invoice.");
  auto lines = connection.Query(
      "select c.position, c.category, c.unit, c.measure, c.peak_day::text, trim_scale(round(c.used, 3))::text as used, "
      "trim_scale(c.free)::text as free, trim_scale(c.quantity)::text as quantity, round(c.price, "
      "greatest(scale(trim_scale(c.price)), i.digits))::text as price, c.chunk, c.net, c.discount, c.tax, c.gross from "
      "core.invoice_charge c join core.invoice i on i.uid = c.invoice_uid where i.uid = $1 order by c.position",
      {uid});
  auto usage = connection.Query(
      "select day::text, coalesce(\"locationName\", '') as location, coalesce(\"serverName\", '') as server, "
      "\"workloadType\" as kind, platform, count::text, bytes::text from api.invoice_usage u where \"invoiceUid\" = $1 "
      "and exists (select from core.invoice i where i.uid = $1 and i.has_details) order by day, location, server, "
      "kind, "
      "platform, id",
      {uid});
  const json issuer = json::parse(head.Text(0, "issuer"));
  const json customer = json::parse(head.Text(0, "customer"));
  const int digits = static_cast<int>(head.Int(0, "digits"));
  const bool has_prices = head.Maybe(0, "gross").has_value();
  return Shown{std::move(head), std::move(lines), std::move(usage), issuer, customer, digits, has_prices};
}

/// What people call a line; lines of an invoice are those of the contract.
std::string ServiceOf(const std::string& category) {
  const auto charges = contract::Charges();
  const auto charge =
      std::find_if(charges.begin(), charges.end(), [&](const contract::Charge& c) { return c.category == category; });
  return charge == charges.end() ? category : std::string(charge->words);
}

document::Block Party(const std::string& title, const json& party) {
  document::Block out{.title = title, .lines = {party.value("name", "")}};
  for (const auto& line : party.value("lines", json::array())) out.lines.push_back(line);
  if (const auto tax_id = platform::TextOf(party, "taxId"); tax_id && !tax_id->empty())
    out.lines.push_back("Tax ID: " + *tax_id);
  return out;
}

std::string PriceText(const db::Rows& lines, int line) {
  const std::int64_t chunk = lines.Int(line, "chunk");
  const std::string price = lines.Maybe(line, "price").value_or("");
  return chunk == 1 ? price : fmt::format("{} per {}", price, chunk);
}

std::string UnitText(const db::Rows& lines, int line) {
  const std::string unit = lines.Text(line, "unit");
  if (unit == "None") return "fee";
  return unit == "Units" ? "" : unit;
}

/// How a line was measured, for people.
std::string MeasureText(const db::Rows& lines, int line) {
  const std::string measure = lines.Maybe(line, "measure").value_or("");
  if (measure == "Peak") return fmt::format("highest, {}", lines.Maybe(line, "peak_day").value_or(""));
  if (measure == "Snapshot") return fmt::format("on {}", lines.Maybe(line, "peak_day").value_or(""));
  if (measure == "Average") return "daily average";
  if (measure == "Report") return "monthly report";
  return "";
}

Table LinesTable(const Shown& shown) {
  Table out{.title = "",
            .columns = {{"Service", 3.2},
                        {"Measured", 2.2},
                        {"Used", 1.1, true},
                        {"Free", 0.8, true},
                        {"Charged", 1.1, true},
                        {"", 0.6}},
            .rows = {}};
  if (shown.has_prices) {
    out.columns.push_back({"Price", 1.1, true});
    out.columns.push_back({"Net", 1.3, true});
  }
  const auto& lines = shown.lines;
  for (int i = 0; i < lines.Count(); ++i) {
    const bool is_fee = lines.Text(i, "unit") == "None";
    const std::string free = lines.Text(i, "free");
    std::vector<std::string> row = {ServiceOf(lines.Text(i, "category")),    MeasureText(lines, i),
                                    is_fee ? "" : lines.Text(i, "used"),     free == "0" ? "" : free,
                                    is_fee ? "" : lines.Text(i, "quantity"), UnitText(lines, i)};
    if (shown.has_prices) {
      row.push_back(PriceText(lines, i));
      row.push_back(MoneyText(lines.Int(i, "net"), shown.digits));
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

std::vector<document::Total> Totals(const Shown& shown) {
  if (!shown.has_prices) return {};
  const auto& head = shown.head;
  const std::string currency = head.Text(0, "currency");
  const auto money = [&](std::int64_t minor) { return fmt::format("{} {}", MoneyText(minor, shown.digits), currency); };
  std::vector<document::Total> out = {{"Sum", money(head.Int(0, "net"))}};
  if (head.Int(0, "discount") != 0)
    out.push_back({fmt::format("Discount {} %", head.Text(0, "discount_percent")), money(-head.Int(0, "discount"))});
  const std::string tax = head.Text(0, "tax_type") == "SalesTax" ? "Sales tax" : head.Text(0, "tax_type");
  out.push_back(
      {fmt::format("{} {} %", tax == "Unknown" ? "Tax" : tax, head.Text(0, "tax_percent")), money(head.Int(0, "tax"))});
  out.push_back({"Total", money(head.Int(0, "gross")), true});
  return out;
}

std::string SizeText(const std::string& bytes) {
  return bytes.empty() ? "" : fmt::format("{:.3f} GB", std::stod(bytes) / static_cast<double>(SpaceUnit("GB")));
}

Table UsageTable(const db::Rows& usage) {
  Table out{.title = "Use by day",
            .columns = {{"Day", 1.6},
                        {"Location", 2},
                        {"Server", 2},
                        {"Kind", 2.9},
                        {"Platform", 1.2},
                        {"Count", 0.9, true},
                        {"Space", 1.4, true}},
            .rows = {}};
  for (int i = 0; i < usage.Count(); ++i) {
    out.rows.push_back({usage.Text(i, "day"), usage.Text(i, "location"), usage.Text(i, "server"), usage.Text(i, "kind"),
                        usage.Text(i, "platform"), usage.Maybe(i, "count").value_or(""),
                        SizeText(usage.Maybe(i, "bytes").value_or(""))});
  }
  return out;
}

std::string PdfOf(const Shown& shown) {
  const auto& head = shown.head;
  document::Document out;
  out.branding.name = shown.issuer.value("name", "");
  if (const auto color = platform::TextOf(shown.issuer, "color")) out.branding.color = *color;
  if (const auto logo = platform::TextOf(shown.issuer, "logo")) out.branding.logo_png = FromBase64(*logo).value_or("");
  out.title = fmt::format("{} {}", shown.has_prices ? "Invoice" : "Use of quotas", head.Text(0, "name"));
  out.facts = {{"Date", head.Text(0, "made")},
               {"Period", fmt::format("{} to {}", head.Text(0, "from_day"), head.Text(0, "to_day"))}};
  if (shown.has_prices) {
    out.facts.emplace_back("Due", head.Maybe(0, "due_day").value_or(""));
    out.facts.emplace_back("Plan", head.Maybe(0, "plan_name").value_or(""));
  }
  out.blocks = {Party("From", shown.issuer), Party("To", shown.customer)};
  out.tables = {LinesTable(shown)};
  out.totals = Totals(shown);
  if (shown.usage.Count() > 0) out.appendix = {UsageTable(shown.usage)};
  out.footer = platform::TextOf(shown.issuer, "footer").value_or("");
  return document::Pdf(out);
}

document::Cell Number(const db::Rows& rows, int row, std::string_view column) {
  const auto text = rows.Maybe(row, column);
  if (!text || text->empty()) return std::string();
  return std::stod(*text);
}

document::Cell Amount(const db::Rows& rows, int row, std::string_view column, int digits) {
  const auto text = rows.Maybe(row, column);
  if (!text) return std::string();
  double value = std::stod(*text);
  for (int i = 0; i < digits; ++i) value /= 10;
  return value;
}

std::string XlsxOf(const Shown& shown) {
  const auto& lines = shown.lines;
  document::Sheet charges{.name = "Invoice",
                          .header = {"Category", "Service", "Unit", "Measured", "Day", "Used", "Free", "Charged",
                                     "Price", "Per", "Net", "Discount", "Tax", "Gross", "Currency"},
                          .rows = {}};
  for (int i = 0; i < lines.Count(); ++i) {
    const std::string category = lines.Text(i, "category");
    charges.rows.push_back({category, ServiceOf(category), lines.Text(i, "unit"),
                            lines.Maybe(i, "measure").value_or(""), lines.Maybe(i, "peak_day").value_or(""),
                            Number(lines, i, "used"), Number(lines, i, "free"), Number(lines, i, "quantity"),
                            Number(lines, i, "price"), Number(lines, i, "chunk"), Amount(lines, i, "net", shown.digits),
                            Amount(lines, i, "discount", shown.digits), Amount(lines, i, "tax", shown.digits),
                            Amount(lines, i, "gross", shown.digits), shown.head.Maybe(0, "currency").value_or("")});
  }
  const auto& head = shown.head;
  charges.rows.push_back({std::string("Total"), std::string(), std::string(), std::string(), std::string(),
                          std::string(), std::string(), std::string(), std::string(), std::string(),
                          Amount(head, 0, "net", shown.digits), Amount(head, 0, "discount", shown.digits),
                          Amount(head, 0, "tax", shown.digits), Amount(head, 0, "gross", shown.digits),
                          head.Maybe(0, "currency").value_or("")});
  document::Sheet usage{
      .name = "Use by day", .header = {"Day", "Location", "Server", "Kind", "Platform", "Count", "Bytes"}, .rows = {}};
  for (int i = 0; i < shown.usage.Count(); ++i) {
    const auto& rows = shown.usage;
    usage.rows.push_back({rows.Text(i, "day"), rows.Text(i, "location"), rows.Text(i, "server"), rows.Text(i, "kind"),
                          rows.Text(i, "platform"), Number(rows, i, "count"), Number(rows, i, "bytes")});
  }
  if (usage.rows.empty()) return document::Xlsx({charges});
  return document::Xlsx({charges, usage});
}

/// A name that every file system takes.
std::string FileName(const std::string& name, std::string_view extension) {
  std::string out = name;
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; }, '_');
  return fmt::format("{}.{}", out, extension);
}

}  // namespace

std::string MoneyText(std::int64_t minor, int digits) {
  std::string text = std::to_string(minor < 0 ? -minor : minor);
  const auto places = static_cast<std::size_t>(digits);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  const std::size_t whole = text.size() - places;
  if (places > 0) text.insert(whole, ".");
  for (std::size_t at = whole; at > 3; at -= 3) text.insert(at - 3, ",");
  return minor < 0 ? "-" + text : text;
}

Result<InvoiceFileBytes> InvoiceFile(const platform::Services& services, const std::string& uid,
                                     const std::string& format, const platform::TenantScope& scope) {
  const auto invoice = platform::CurrentItem(services, "GetInvoice", {{"invoiceUid", uid}}, scope);
  if (!invoice) return tl::unexpected(invoice.error());
  const std::string name = invoice->at("name");
  if (format == "csv") {
    auto csv = platform::ListAsCsv(services, "GetInvoiceCharges", {{"invoiceUid", uid}}, scope);
    if (!csv) return tl::unexpected(csv.error());
    return InvoiceFileBytes{FileName(name, "csv"), "text/csv; charset=utf-8", std::move(*csv)};
  }
  const auto shown = Read(*services.owner.Acquire(), uid);
  if (!shown) return tl::unexpected(shown.error());
  if (format == "pdf") return InvoiceFileBytes{FileName(name, "pdf"), "application/pdf", PdfOf(*shown)};
  if (format == "xlsx") {
    return InvoiceFileBytes{FileName(name, "xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                            XlsxOf(*shown)};
  }
  return FailParameter("format", "format must be one of: csv, xlsx, pdf.");
}

}  // namespace steward::features
