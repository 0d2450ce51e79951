// SPDX-License-Identifier: Apache-2.0
#include "base/iso_time.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"
#include "pulse/handlers.hpp"
#include "pulse/rules.hpp"

namespace steward::pulse {
namespace {

using nlohmann::json;

constexpr Thousandths kMost = 1'000'000'000'000'000;

json ToJson(const Report& report) {
  return {{"reportId", report.id},
          {"contractId", report.contract_id},
          {"month", report.month},
          {"version", report.version},
          {"receivedAt", IsoTime(report.received)},
          {"totalPoints", NumberOf(report.total)},
          {"lines", json::parse(report.lines)},
          {"reason", OrNull(report.reason)}};
}

/// The lines with the points computed anew; adds them up.
Result<json> CountedLines(const json& lines, Thousandths& total) {
  json counted = json::array();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    json line = {{"licenseId", nullptr}};
    for (const auto* name : {"organization", "licenseId", "workloadId", "count", "weight"})
      line[name] = lines[i].at(name);
    const auto count = license::FromNumber(line.at("count")).value();
    const auto weight = license::FromNumber(line.at("weight")).value();
    const Thousandths points = (count * weight + 500) / 1000;
    line["points"] = NumberOf(points);
    total += points;
    if (total > kMost) {
      return FailProperty(fmt::format("lines[{}]", i), "The points of these lines add up to more than can be counted.");
    }
    counted.push_back(std::move(line));
  }
  return counted;
}

Result<Report> NewReport(const Call& call, const std::string& contract_id) {
  const std::string month = call.body.at("month");
  if (const auto over = CheckMonth(month, call.moment.today); !over) return tl::unexpected(over.error());
  const auto latest = call.store.LatestReport(contract_id, month);
  auto reason = TextOf(call.body, "reason");
  const auto good = CheckReport(latest, call.body.value("correction", false), reason);
  if (!good) return tl::unexpected(good.error());
  Report report{.id = NewUuid(), .partner_id = call.PartnerId(), .contract_id = contract_id, .month = month};
  report.version = latest ? latest->version + 1 : 1;
  report.received = call.moment.now;
  const auto lines = CountedLines(call.body.at("lines"), report.total);
  if (!lines) return tl::unexpected(lines.error());
  report.lines = lines->dump();
  report.reason = std::move(reason);
  return report;
}

Result<Answer> SendReport(const Call& call) {
  const std::string contract_id = call.body.at("contractId");
  if (!call.store.FindContract(call.PartnerId(), contract_id)) {
    return FailProperty("contractId",
                        fmt::format("You have no contract {}; GET /api/v1/contracts lists yours.", contract_id));
  }
  const auto report = NewReport(call, contract_id);
  if (!report) return tl::unexpected(report.error());
  call.store.Add(*report);
  return Answer{.data = ToJson(*report)};
}

Result<Answer> ListReports(const Call& call) {
  return ListAnswer(call.store.Reports(call.PartnerId(), call.page), [](const Report& one) { return ToJson(one); });
}

Result<Answer> GetReport(const Call& call) {
  const auto report = call.store.FindReport(call.PartnerId(), call.Path("reportId"));
  if (!report) return NotThere("report", call.Path("reportId"));
  return Answer{.data = ToJson(*report)};
}

}  // namespace

void AddReportHandlers(Handlers& handlers) {
  handlers["listReports"] = ListReports;
  handlers["sendReport"] = SendReport;
  handlers["getReport"] = GetReport;
}

}  // namespace steward::pulse
