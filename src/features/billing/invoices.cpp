// SPDX-License-Identifier: Apache-2.0
#include "features/billing/invoices.hpp"

#include "base/signing.hpp"
#include "features/billing/invoice_files.hpp"
#include "features/billing/invoice_maker.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Call;
using nlohmann::json;
using platform::TextOf;

/// An invoice as its maker sees it, also before it is committed.
json InvoiceWithin(db::Connection& connection, const std::string& uid) {
  const auto rows = connection.Query(
      "select (to_jsonb(i) - 'scope_organization')::text as invoice from api.invoices i where i.\"instanceUid\" = $1",
      {uid});
  return json::parse(rows.Text(0, "invoice"));
}

/// Whether the caller makes invoices for whoever made this one.
bool IsIssuer(const Call& call, const json& invoice) {
  return call.caller.IsProvider() || invoice.at("issuerUid") == call.caller.organization_uid;
}

/// That a schedule does not begin long before anything is known of use: it would make invoices of nothing.
Status CheckFirstDay(db::Connection& connection, const db::Param& first_day) {
  const auto rows = connection.Query(
      "select x.begins::text as begins, $1::date < x.begins - 31 as is_before from (select coalesce(usage.first_day(), "
      "(now() at time zone 'UTC')::date) as begins) x",
      {first_day});
  if (rows.Maybe(0, "is_before").value_or("f") != "t") return {};
  return FailProperty(
      "nextFrom", fmt::format("The usage ledger begins on {}: begin in that month or later.", rows.Text(0, "begins")));
}

bool IsColor(const std::string& text) {
  return text.size() == 7 && text[0] == '#' && text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
}

Status CheckIssuer(const json& next) {
  if (const auto color = TextOf(next, "color"); color && !IsColor(*color))
    return FailProperty("color", fmt::format("\"{}\" is no colour like #1c7ed6.", *color));
  if (const auto logo = TextOf(next, "logo")) {
    const auto bytes = FromBase64(*logo);
    if (!bytes || bytes->substr(0, 8) != "\x89PNG\r\n\x1a\n")
      return FailProperty("logo", "The logo must be a PNG, as base64 in one line.");
  }
  return {};
}

}  // namespace

Invoices::Answer Invoices::Create(const Call& call) {
  const json body = contract::WithDefaults(*contract::FindSchema("InvoiceInput"), call.body);
  InvoiceOrder order{.company_uid = body.at("companyUid"), .from = {}, .to = {}, .type = body.at("type")};
  const auto from = ReadDay(body.at("fromDate").get<std::string>().substr(0, 10));
  const auto to = ReadDay(body.at("toDate").get<std::string>().substr(0, 10));
  if (!from || !to) return FailProperty(from ? "toDate" : "fromDate", (from ? to : from).error().message);
  if (order.type == "Unknown") return FailProperty("type", "type must be one of: Invoice, QuotaUsage.");
  order.from = *from;
  order.to = *to;
  if (body.at("details").is_boolean()) order.details = body.at("details").get<bool>();
  order.allows_overlap = body.at("allowOverlap").get<bool>();
  order.made_by = call.caller.user_name;
  const auto company =
      platform::CurrentItem(services_, "GetCompanyBilling", {{"companyUid", order.company_uid}}, call.caller.scope);
  if (!company) return FailProperty("companyUid", "There is no such company.");

  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto uid = MakeInvoice(*connection, order);
  if (!uid) return tl::unexpected(uid.error());
  const json invoice = InvoiceWithin(*connection, *uid);
  if (!IsIssuer(call, invoice)) {
    return Fail(ErrorCode::kForbidden,
                "The company's plan belongs to the provider, who makes its invoices. Give the "
                "company a plan of your own.");
  }
  if (!body.at("preview").get<bool>()) {
    platform::WriteAudit(*connection, call,
                         {"Unknown", order.company_uid, *uid,
                          fmt::format("Made invoice {} for {} to {}.", invoice.at("name").get<std::string>(),
                                      DayText(order.from), DayText(order.to))});
    transaction.Commit();
  }
  return contract::Answer{.data = invoice};
}

Invoices::Answer Invoices::Delete(const Call& call) {
  const std::string& uid = call.Path("invoiceUid");
  const auto invoice = platform::CurrentItem(services_, "GetInvoice", {{"invoiceUid", uid}}, call.caller.scope);
  if (!invoice) return tl::unexpected(invoice.error());
  if (!IsIssuer(call, *invoice)) return Fail(ErrorCode::kForbidden, "Only who made an invoice can delete it.");
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto gone =
      transaction.Query("delete from core.invoice where uid = $1 and paid_at is null returning name", {uid});
  if (gone.Count() == 0) {
    return Fail(ErrorCode::kConflict,
                "The invoice is paid, so it stays. If that is wrong, say first that it is unpaid (changePaidState).");
  }
  platform::WriteAudit(*connection, call,
                       {"Unknown", invoice->at("organizationUid").get<std::string>(), uid,
                        fmt::format("Deleted invoice {}; its number is not used again.", gone.Text(0, "name"))});
  transaction.Commit();
  return contract::Answer{.data = json::object()};
}

Invoices::Answer Invoices::ChangePaidState(const Call& call) {
  const std::string& uid = call.Path("invoiceUid");
  const std::string status = platform::QueryOf(call, "status");
  if (status != "Paid" && status != "Unpaid") return FailParameter("status", "status must be one of: Paid, Unpaid.");
  const auto invoice = platform::CurrentItem(services_, "GetInvoice", {{"invoiceUid", uid}}, call.caller.scope);
  if (!invoice) return tl::unexpected(invoice.error());
  if (!IsIssuer(call, *invoice))
    return Fail(ErrorCode::kForbidden, "Only who made an invoice can say that it is paid.");
  if (invoice->at("amount").is_null()) return Fail(ErrorCode::kConflict, "An invoice without prices is never paid.");
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query(
      "update core.invoice set paid_at = case when $2 = 'Paid' then coalesce(paid_at, now()) end where uid = $1",
      {uid, status});
  platform::WriteAudit(*connection, call,
                       {"Unknown", invoice->at("organizationUid").get<std::string>(), uid,
                        fmt::format("Invoice {} is {}.", invoice->at("name").get<std::string>(),
                                    status == "Paid" ? "paid" : "not paid")});
  transaction.Commit();
  return contract::Answer{.data = json::object()};
}

Invoices::Answer Invoices::Pdf(const Call& call) {
  return FileOf(call, "pdf");
}

Invoices::Answer Invoices::File(const Call& call) {
  return FileOf(call, platform::QueryOf(call, "format", "csv"));
}

Invoices::Answer Invoices::FileOf(const Call& call, const std::string& format) {
  auto file = InvoiceFile(services_, call.Path("invoiceUid"), format, call.caller.scope);
  if (!file) return tl::unexpected(file.error());
  contract::Answer answer;
  answer.content_type = file->content_type;
  answer.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}\"", file->name));
  answer.text = std::move(file->bytes);
  return answer;
}

Invoices::Answer Invoices::PatchCompany(const Call& call) {
  const std::string& uid = call.Path("companyUid");
  return platform::PatchItem(
      services_, call, {"GetCompanyBilling", {{"companyUid", uid}}},
      [&](db::Connection& connection, const json& current, const json& next) -> Result<platform::AuditEntry> {
        const std::string schedule = next.at("schedule");
        const std::string day = schedule == "AfterReport" ? "1" : next.at("billingDay").dump();
        if (schedule == "AfterReport" && next.at("billingDay") != current.at("billingDay") &&
            next.at("billingDay") != 1)
          return FailProperty("billingDay", "After the monthly report, cycles are months: billingDay is 1.");
        if (const auto good = CheckFirstDay(connection, TextOf(next, "nextFrom")); !good)
          return tl::unexpected(good.error());
        // The first cycle is the one that runs, unless somebody says where to begin.
        connection.Query(
            "insert into core.company_billing as b (company_uid, include_details, schedule, billing_day, next_from) "
            "values ($1::uuid, $2, $3, $4, coalesce($5::date, (core.cycle_end((now() at time zone 'UTC')::date, "
            "$4::integer) + 1 - interval '1 month')::date)) on conflict (company_uid) do update set include_details = "
            "excluded.include_details, schedule = excluded.schedule, billing_day = excluded.billing_day, next_from = "
            "excluded.next_from, problem = null",
            {uid, next.at("includeDetails").dump(), schedule, day, TextOf(next, "nextFrom")});
        return platform::AuditEntry{
            "Unknown", uid, uid,
            fmt::format("Changed how {} is invoiced.", current.at("companyName").get<std::string>())};
      });
}

Invoices::Answer Invoices::PatchIssuer(const Call& call) {
  const std::string& uid = call.Path("organizationUid");
  return platform::PatchItem(
      services_, call, {"GetInvoiceIssuer", {{"organizationUid", uid}}},
      [&](db::Connection& connection, const json& current, const json& next) -> Result<platform::AuditEntry> {
        if (const auto good = CheckIssuer(next); !good) return tl::unexpected(good.error());
        const std::string number = next.at("nextNumber").dump();
        const auto taken = connection.Query(
            "select name from core.invoice where issuer_uid = $1 and left(name, length($2)) = $2 and substr(name, "
            "length($2) + 1) ~ '^[0-9]+$' and substr(name, length($2) + 1)::numeric >= $3::numeric limit 1",
            {uid, next.at("prefix").get<std::string>(), number});
        if (taken.Count() > 0) {
          return FailProperty("nextNumber", fmt::format("There is an invoice {} already: number on from there, or "
                                                        "choose another prefix.",
                                                        taken.Text(0, "name")));
        }
        connection.Query(
            "insert into core.invoice_issuer as i (organization_uid, prefix, next_number, payment_days, color, footer, "
            "logo) values ($1, $2, $3, $4, $5, $6, decode($7, 'base64')) on conflict (organization_uid) do update set "
            "prefix = excluded.prefix, next_number = excluded.next_number, payment_days = excluded.payment_days, color "
            "= excluded.color, footer = excluded.footer, logo = excluded.logo",
            {uid, next.at("prefix").get<std::string>(), number, TextOf(next, "paymentDays"), TextOf(next, "color"),
             TextOf(next, "footer"), TextOf(next, "logo")});
        return platform::AuditEntry{
            "Unknown", uid, uid,
            fmt::format("Changed how invoices of {} look.", current.at("name").get<std::string>())};
      });
}

}  // namespace steward::features
