// SPDX-License-Identifier: Apache-2.0
#include "features/reports/report_rounds.hpp"

#include "spdlog/spdlog.h"

namespace steward::features {
namespace {

constexpr std::chrono::seconds kPause{10};

}  // namespace

int BuildDueReports(const platform::Services& services) {
  auto connection = services.owner.Acquire();
  int built = 0;
  const auto months = connection->Query("select m::text as month from core.due_license_reports(now()) m order by m");
  for (int i = 0; i < months.Count(); ++i) {
    db::Transaction transaction(*connection);
    const auto report =
        transaction.Query("select core.build_license_report($1::date, now())::text as id", {months.Text(i, "month")});
    if (!report.Maybe(0, "id")) continue;  // another console was first
    transaction.Query("select pg_notify('steward_written', '')");
    transaction.Commit();
    ++built;
    spdlog::info("built the licence report of {}", months.Text(i, "month").substr(0, 7));
  }
  return built;
}

void RemindOfReports(const platform::Services& services) {
  const auto rows = services.owner.Acquire()->Query("select core.remind_license_report(now()) as text");
  if (const auto text = rows.Maybe(0, "text"); text) spdlog::warn("licence reports: {}", *text);
}

ReportRounds::ReportRounds(platform::Services services) : services_(services), thread_([this] { Run(); }) {}

ReportRounds::~ReportRounds() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void ReportRounds::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    try {
      BuildDueReports(services_);
      RemindOfReports(services_);
    } catch (const std::exception& error) {
      spdlog::error("licence reports are looked at again: {}", error.what());
    }
    lock.lock();
    wake_.wait_for(lock, kPause, [this] { return stopping_; });
  }
}

}  // namespace steward::features
