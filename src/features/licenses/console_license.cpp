// SPDX-License-Identifier: Apache-2.0
#include "features/licenses/console_license.hpp"

#include "base/day.hpp"
#include "base/signing.hpp"
#include "features/pulse/retry.hpp"
#include "fmt/format.h"
#include "license/license.hpp"

namespace steward::features {
namespace {

using contract::Call;

/// Word of ConsoleLicenseType.
std::string_view KindOf(license::Type type) {
  if (type == license::Type::kFree) return "Community";
  if (type == license::Type::kInternal) return "Full";
  return license::Word(type);
}

void Store(db::Connection& connection, const license::License& license, const std::string& file) {
  connection.Query(
      "insert into core.console_license as l (file, license_id, revision, edition, package, licensee_company, "
      "licensee_email, contact_person, expires, support_expires, support_id, cloud_connect, units, type) values ($1, "
      "$2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (one) do update set file = excluded.file, "
      "license_id = excluded.license_id, revision = excluded.revision, edition = excluded.edition, package = "
      "excluded.package, licensee_company = excluded.licensee_company, licensee_email = excluded.licensee_email, "
      "contact_person = excluded.contact_person, expires = excluded.expires, support_expires = "
      "excluded.support_expires, support_id = excluded.support_id, cloud_connect = excluded.cloud_connect, units = "
      "excluded.units, type = excluded.type, installed_at = now()",
      {file, license.license_id, std::to_string(license.revision), license.edition, license.package,
       license.licensed_to, license.email, license.contact_person, DayText(license.expires),
       license.support_expires ? db::Param(DayText(*license.support_expires)) : db::Param(), license.support_id,
       std::string(license.cloud_connect_provider ? "t" : "f"), std::to_string(license.amount),
       std::string(KindOf(license.type))});
}

/// That a licence may take the place of the one that is there.
Status CheckNewer(db::Connection& connection, const license::License& license) {
  const auto there =
      connection.Query("select revision from core.console_license where license_id = $1 and revision > $2",
                       {license.license_id, std::to_string(license.revision)});
  if (there.Count() == 0) return {};
  return Fail(ErrorCode::kConflict, fmt::format("The console has revision {} of this licence; the file is revision {}.",
                                                there.Int(0, "revision"), license.revision));
}

}  // namespace

ConsoleLicense::Answer ConsoleLicense::Install(const Call& call) {
  const auto file = FromBase64(call.body.at("license").get<std::string>());
  if (!file) return FailProperty("license", "This is not base64; send the bytes of the licence file in base64.");
  const auto license = license::Read(*file);
  if (!license) return FailProperty("license", license.error().message);
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  if (const auto good = license::CheckExpiry(*license, today); !good)
    return FailProperty("license", good.error().message);
  {
    auto connection = services_.owner.Acquire();
    db::Transaction transaction(*connection);
    if (const auto newer = CheckNewer(*connection, *license); !newer) return tl::unexpected(newer.error());
    Store(*connection, *license, *file);
    platform::WriteAudit(
        *connection, call,
        {"LicenseInstalled", call.caller.organization_uid, license->license_id,
         fmt::format("Installed licence {} of {} on the console.", license->license_id, license->licensed_to)});
    transaction.Commit();
  }
  return platform::ItemAnswer(services_, "GetConsoleLicense", {}, call.caller.scope);
}

Result<std::string> ConsoleLicense::Fetch() {
  const auto known = services_.owner.Acquire()->Query(
      "select p.license_uid::text as uid from core.console_license l left join core.pulse_license p on p.license_id = "
      "l.license_id");
  if (known.Count() == 0) return Fail(ErrorCode::kConflict, "No licence is installed on the console.");
  const auto uid = known.Maybe(0, "uid");
  if (!uid)
    return Fail(ErrorCode::kConflict, "Pulse does not have the console's licence, so it cannot have a newer revision.");
  return pulse_.LicenseFile(*uid);
}

Status ConsoleLicense::Keep(const Result<std::string>& file, const Call* call) {
  const auto license = file ? license::Read(*file) : Result<license::License>(tl::unexpected(file.error()));
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  std::string message = license ? "" : license.error().message;
  if (license) {
    const auto newer = CheckNewer(*connection, *license);
    if (newer) Store(*connection, *license, *file);
    message = newer ? fmt::format("Revision {} is the newest.", license->revision) : newer.error().message;
  }
  const auto kept = transaction.Query(
      "update core.console_license set updated_at = now(), update_status = $1, update_message = $2 returning "
      "license_id::text",
      {std::string(license ? "Success" : "Error"), message});
  if (call != nullptr && kept.Count() > 0) {
    platform::WriteAudit(*connection, *call,
                         {"LicenseUpdated", call->caller.organization_uid, kept.Text(0, "license_id"),
                          fmt::format("Asked Pulse for a newer licence of the console. {}", message)});
  }
  transaction.Query("select pg_notify('steward_written', '')");
  transaction.Commit();
  if (!license) return tl::unexpected(license.error());
  return {};
}

ConsoleLicense::Answer ConsoleLicense::Update(const Call& call) {
  if (const auto kept = Keep(Fetch(), &call); !kept) return tl::unexpected(kept.error());
  return platform::ItemAnswer(services_, "GetConsoleLicense", {}, call.caller.scope);
}

ConsoleLicense::Answer ConsoleLicense::PatchSettings(const Call& call) {
  return platform::PatchItem(
      services_, call, {"GetConsoleLicenseSettings", {}},
      [&](db::Connection& connection, const Json&, const Json& next) -> Result<platform::AuditEntry> {
        const bool enabled = next.at("isAutoUpdateEnabled").get<bool>();
        connection.Query("update core.console_license_settings set is_auto_update_enabled = $1, try_at = now()",
                         {std::string(enabled ? "t" : "f")});
        return platform::AuditEntry{"LicenseModified", call.caller.organization_uid, "",
                                    enabled ? "Switched on the automatic update of the console's licence."
                                            : "Switched off the automatic update of the console's licence."};
      });
}

void ConsoleLicense::UpdateWhenDue() {
  const auto due = services_.owner.Acquire()->Query(
      "update core.console_license_settings set try_at = now() + interval '1 day' where is_auto_update_enabled and "
      "try_at <= now() and exists (select from core.console_license) returning one");
  if (due.Count() == 0) return;
  const auto kept = Keep(Fetch(), nullptr);
  if (kept || !MayPass(kept.error())) return;
  services_.owner.Acquire()->Query("update core.console_license_settings set try_at = now() + interval '1 hour'");
}

}  // namespace steward::features
