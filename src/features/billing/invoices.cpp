// SPDX-License-Identifier: Apache-2.0
#include "features/billing/invoices.hpp"

#include "base/signing.hpp"
#include "features/billing/invoice_files.hpp"
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

Status SetDays(InvoiceOrder& order, const std::string& first, const std::string& last) {
  const auto from = ReadDay(first.substr(0, 10));
  if (!from) return FailProperty("fromDate", "fromDate: " + from.error().message);
  const auto to = ReadDay(last.substr(0, 10));
  if (!to) return FailProperty("toDate", "toDate: " + to.error().message);
  order.from = *from;
  order.to = *to;
  return {};
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

/// What is asked for, by whom.
Result<InvoiceOrder> OrderOf(const platform::Services& services, const Call& call) {
  const json body = contract::WithDefaults(*contract::FindSchema("InvoiceInput"), call.body);
  InvoiceOrder order{.company_uid = body.at("companyUid"), .from = {}, .to = {}, .type = body.at("type")};
  if (const auto days = SetDays(order, body.at("fromDate"), body.at("toDate")); !days)
    return tl::unexpected(days.error());
  if (order.type == "Unknown") return FailProperty("type", "type must be one of: Invoice, QuotaUsage.");
  if (body.at("details").is_boolean()) order.details = body.at("details").get<bool>();
  order.allows_overlap = body.at("allowOverlap").get<bool>();
  order.made_by = call.caller.user_name;
  const auto company =
      platform::CurrentItem(services, "GetCompanyBilling", {{"companyUid", order.company_uid}}, call.caller.scope);
  if (!company) return FailProperty("companyUid", "There is no such company.");
  return order;
}

/// Makes it within the caller's transaction, if the caller may.
Result<json> MakeFor(db::Connection& connection, const Call& call, const InvoiceOrder& order) {
  const auto uid = MakeInvoice(connection, order);
  if (!uid) return tl::unexpected(uid.error());
  json invoice = InvoiceWithin(connection, *uid);
  if (!IsIssuer(call, invoice)) {
    return Fail(ErrorCode::kForbidden,
                "The company's plan belongs to the provider, who makes its invoices. Give the "
                "company a plan of your own.");
  }
  return invoice;
}

}  // namespace

Invoices::Answer Invoices::Create(const Call& call) {
  const auto order = OrderOf(services_, call);
  if (!order) return tl::unexpected(order.error());
  return Make(call, *order);
}

Invoices::Answer Invoices::Preview(const Call& call) {
  const auto order = OrderOf(services_, call);
  if (!order) return tl::unexpected(order.error());
  auto connection = services_.owner.Acquire();
  const db::Transaction never_committed(*connection);
  auto invoice = MakeFor(*connection, call, *order);
  if (!invoice) return tl::unexpected(invoice.error());
  json lines = json::array();
  const auto rows = connection->Query(
      "select (to_jsonb(c) - 'scope_organization' - 'sort_key')::text as line from api.invoice_charges c where "
      "c.\"invoiceUid\" = $1 order by c.position",
      {invoice->at("instanceUid").get<std::string>()});
  for (int i = 0; i < rows.Count(); ++i) lines.push_back(json::parse(rows.Text(i, "line")));
  return contract::Answer{.data = {{"invoice", *std::move(invoice)}, {"lines", std::move(lines)}}};
}

Invoices::Answer Invoices::Make(const Call& call, const InvoiceOrder& order) {
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto invoice = MakeFor(*connection, call, order);
  if (!invoice) return tl::unexpected(invoice.error());
  // A schedule goes on after what was made by hand of its days.
  if (order.type == "Invoice") {
    transaction.Query(
        "update core.company_billing set next_from = $3::date + 1, problem = null where company_uid = $1 and next_from "
        "between $2::date and $3::date",
        {order.company_uid, DayText(order.from), DayText(order.to)});
  }
  platform::WriteAudit(*connection, call,
                       {"Unknown", order.company_uid, invoice->at("instanceUid").get<std::string>(),
                        fmt::format("Made invoice {} for {} to {}.", invoice->at("name").get<std::string>(),
                                    DayText(order.from), DayText(order.to))});
  transaction.Commit();
  return contract::Answer{.data = *invoice};
}

Invoices::Answer Invoices::Generate(const Call& call) {
  const std::string& uid = call.Path("companyUid");
  const auto company = platform::CurrentItem(services_, "GetCompanyBilling", {{"companyUid", uid}}, call.caller.scope);
  if (!company) return tl::unexpected(company.error());
  const auto days = services_.owner.Acquire()->Query(
      "select x.first::text as first, x.last::text as last, x.first > x.last as is_done from (select coalesce((select "
      "max(i.to_day) + 1 from core.invoice i where i.organization_uid = $1 and i.type = 'Invoice'), (select "
      "b.next_from "
      "from core.company_billing b where b.company_uid = $1), (core.cycle_end((now() at time zone 'UTC')::date, 1) + 1 "
      "- interval '1 month')::date) as first, (now() at time zone 'UTC')::date - 1 as last) x",
      {uid});
  if (days.Bool(0, "is_done")) {
    return Fail(
        ErrorCode::kConflict,
        fmt::format("There is nothing to invoice: the next day is {}, and it is not over.", days.Text(0, "first")));
  }
  InvoiceOrder order{.company_uid = uid, .from = {}, .to = {}, .made_by = call.caller.user_name};
  if (const auto set = SetDays(order, days.Text(0, "first"), days.Text(0, "last")); !set)
    return tl::unexpected(set.error());
  if (const auto made = Make(call, order); !made) return tl::unexpected(made.error());
  return contract::Answer{.data = json::object()};
}

Invoices::Answer Invoices::GenerateQuotaUsage(const Call& call) {
  const std::string& uid = call.Path("companyUid");
  const auto company = platform::CurrentItem(services_, "GetCompanyBilling", {{"companyUid", uid}}, call.caller.scope);
  if (!company) return tl::unexpected(company.error());
  InvoiceOrder order{.company_uid = uid, .from = {}, .to = {}, .type = "QuotaUsage", .made_by = call.caller.user_name};
  const auto days = SetDays(order, platform::QueryOf(call, "fromDate"), platform::QueryOf(call, "toDate"));
  if (!days) return FailParameter(days.error().property, days.error().message);
  if (const auto made = Make(call, order); !made) return tl::unexpected(made.error());
  return contract::Answer{.data = json::object()};
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

Invoices::Answer Invoices::PatchSettings(const Call& call) {
  const std::string& uid = call.Path("companyUid");
  return platform::PatchItem(
      services_, call, {"GetBillingSettingsOfCompany", {{"companyUid", uid}}},
      [&](db::Connection& connection, const json&, const json& next) -> Result<platform::AuditEntry> {
        connection.Query(
            "insert into core.company_billing as b (company_uid, include_details) values ($1, $2) on conflict "
            "(company_uid) do update set include_details = excluded.include_details",
            {uid, next.at("includeDetails").dump()});
        return platform::AuditEntry{"Unknown", uid, uid, "Changed whether invoices have details."};
      });
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
