// SPDX-License-Identifier: Apache-2.0
#include "features/pulse/pulse.hpp"

#include "base/iso_time.hpp"
#include "db/bytea.hpp"
#include "features/pulse/license_changes.hpp"
#include "features/pulse/license_targets.hpp"
#include "features/pulse/pulse_store.hpp"
#include "features/pulse/request_key.hpp"
#include "features/pulse/tenant_branches.hpp"
#include "features/reports/submission.hpp"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::features {
namespace {

using contract::Call;
using platform::PatchTarget;
using platform::TextOf;

constexpr std::chrono::seconds kTick{2};
constexpr std::chrono::seconds kPatience{15};  ///< a call waits so long for what it asked for
constexpr int kMostReadings = 5;
constexpr int kTokenWarningDays = 30;

PatchTarget LicenseTarget(const std::string& uid) {
  return {"GetPulseLicense", {{"licenseUid", uid}}};
}

PatchTarget TenantTarget(const std::string& uid) {
  return {"GetPulseTenant", {{"tenantUid", uid}}};
}

/// The company or reseller that a licence shall go to after a patch.
Result<db::Param> AssigneeOf(const Json& license) {
  const auto company = TextOf(license, "assignedCompanyUid");
  const auto reseller = TextOf(license, "assignedResellerUid");
  if (company && reseller)
    return FailProperty("assignedResellerUid", "A licence belongs to a company or to a reseller, not to both.");
  return company ? company : reseller;
}

/// What a patch changes besides the assignment.
Json ChangesOf(const platform::Patched& license) {
  Json changes = Json::object();
  for (const char* name :
       {"description", "expirationDate", "workloads", "automaticReportingStatus", "automaticExtensionStatus"}) {
    const Json next = license.next.value(name, Json());
    if (next != license.current.value(name, Json())) changes[name] = next;
  }
  return changes;
}

}  // namespace

struct Pulse::Wish {
  NewLicenseTask task;
  std::string_view audit_type;
  std::string message;
  std::chrono::milliseconds patience = kPatience;
  bool answers_task = false;  ///< at once, for who wants to see the progress
  PatchTarget result = {};    ///< empty = an empty answer
};

Pulse::Pulse(Parts parts)
    : parts_(std::move(parts)), tasks_(parts_.services, parts_.commands), thread_([this] { Run(); }) {}

Pulse::~Pulse() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Pulse::Wake() {
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  wake_.notify_all();
}

void Pulse::Run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kTick, [this] { return due_ || stopping_; });
      if (stopping_) return;
      due_ = false;
    }
    try {
      RunOnce();
    } catch (const std::exception& error) {
      spdlog::debug("pulse: {}", error.what());  // the database is away; the next turn tries again
    }
  }
}

void Pulse::RunOnce() {
  ReadWhenDue();
  Plan();
  const auto due = parts_.services.owner.Acquire()->Query(
      "select 1 from core.license_task where state = 'Waiting' and try_at <= now() union all select 1 from "
      "core.license_report where submission = 'Waiting' and submit_at <= now() limit 1");
  if (due.Count() == 0) return;
  auto authority = Connect();
  tasks_.RunDue(authority ? authority->get() : nullptr);
  SubmitDueReports(parts_.services, authority ? authority->get() : nullptr);
}

void Pulse::Plan() {
  auto connection = parts_.services.owner.Acquire();
  db::Transaction transaction(*connection);
  PlanLicenseChanges(*connection);
  transaction.Commit();
}

void Pulse::ReadWhenDue() {
  const auto due = parts_.services.owner.Acquire()->Query(
      "update core.pulse set try_at = now() + interval '1 hour' where token is not null and try_at <= now() returning "
      "one");
  if (due.Count() == 0) return;
  auto authority = Connect();
  if (!authority) return;
  if (const auto read = ReadAll(**authority); !read) spdlog::warn("pulse: {}", read.error().message);
}

Result<Pulse::Authority> Pulse::Connect() {
  if (parts_.address.url.empty()) {
    return Fail(
        ErrorCode::kConflict,
        "This console knows no address of Pulse: set pulse_url in its configuration file, see docs/admin/pulse.md.");
  }
  const auto rows = parts_.services.owner.Acquire()->Query("select token from core.pulse where token is not null", {},
                                                           db::Format::kBinary);
  if (rows.Count() == 0) {
    return Fail(ErrorCode::kConflict, "Pulse is not configured: set its token first (PATCH /api/v3/pulse).");
  }
  const auto token = parts_.secrets.Open(rows.Raw(0, 0));
  if (!token) {
    return Fail(
        ErrorCode::kConflict,
        "The token of Pulse was sealed with another key than that in the console's data folder; enter it anew.");
  }
  return std::make_unique<PulseClient>(parts_.address, *token);
}

Result<Pulse::Authority> Pulse::Managing() {
  const auto rows =
      parts_.services.owner.Acquire()->Query("select 1 from core.pulse where not is_license_management_enabled");
  if (rows.Count() > 0) {
    return Fail(ErrorCode::kConflict,
                "Licences are not managed here: isLicenseManagementEnabled of the configuration is off.");
  }
  return Connect();
}

Status Pulse::ReadAll(LicenseAuthority& authority) {
  const auto session = authority.Session();
  std::string changes = ChangesSoFar(*parts_.services.owner.Acquire());
  auto state = session ? authority.ReadAll() : tl::unexpected(session.error());
  std::optional<db::Pool::Lease> connection(parts_.services.owner.Acquire());  // not while the authority is asked
  // What was changed here while it was read would be lost: it is read again.
  for (int again = 0; state && !StoreAuthorityState(**connection, *state, changes); ++again) {
    if (again == kMostReadings) {
      (*connection)->Query("update core.pulse set try_at = least(try_at, now() + interval '1 minute')");
      return Fail(
          ErrorCode::kConflict,
          "Tenants and licences are being changed faster than Pulse can be read; it is read again in a minute.");
    }
    changes = ChangesSoFar(**connection);
    connection.reset();
    state = authority.ReadAll();
    connection.emplace(parts_.services.owner.Acquire());
  }
  if (!state) {
    (*connection)
        ->Query(
            "update core.pulse set status = 'Error', status_message = $1, try_at = least(try_at, now() + interval '5 "
            "minutes')",
            {state.error().message});
    parts_.services.lists.Cache().Written();
    return tl::unexpected(state.error());
  }
  (*connection)
      ->Query(
          "update core.pulse set partner_name = $1, token_expires_at = nullif($2, '')::timestamptz, synced_at = now(), "
          "status = case when nullif($2, '')::timestamptz < now() + make_interval(days => $3::int) then 'Warning' else "
          "'Configured' end, status_message = case when nullif($2, '')::timestamptz < now() + make_interval(days => "
          "$3::int) then format('The token ends on %s; have a new one made and set it.', to_char(nullif($2, "
          "'')::timestamptz, 'YYYY-MM-DD')) else '' end",
          {session->partner_name, session->token_expires_at, std::to_string(kTokenWarningDays)});
  const auto missing = (*connection)
                           ->Query(
                               "select o.uid, o.name from core.organization o join core.pulse p on "
                               "p.is_pushing_new_companies_enabled where o.type = 'Company' and o.deleted_at is null "
                               "and not exists (select from core.pulse_tenant t where t.organization_uid = o.uid)");
  connection.reset();
  for (int i = 0; i < missing.Count(); ++i) {
    const std::string uid = missing.Text(i, "uid");
    const auto made = authority.CreateTenant(missing.Text(i, "name"), uid, uid);
    if (!made) return tl::unexpected(made.error());
    StoreTenant(*parts_.services.owner.Acquire(), *made, uid);
  }
  parts_.services.lists.Cache().Written();
  return {};
}

Pulse::Answer Pulse::PatchConfiguration(const Call& call) {
  const PatchTarget target{"GetPulseConfiguration", {}};
  auto wanted = platform::PatchedItem(parts_.services, call, target);
  if (!wanted) return tl::unexpected(wanted.error());
  const auto token = TextOf(wanted->next, "token");
  std::unique_ptr<PulseClient> client;
  if (token && !token->empty()) {
    if (parts_.address.url.empty()) return tl::unexpected(Connect().error());
    client = std::make_unique<PulseClient>(parts_.address, *token);
    if (const auto session = client->Session(); !session) {
      if (session.error().code == ErrorCode::kUnavailable) return tl::unexpected(session.error());
      return FailProperty("token", session.error().message);
    }
  }
  auto answer = platform::PatchItem(
      parts_.services, call, target,
      [&](db::Connection& connection, const Json&, const Json& next) -> Result<platform::AuditEntry> {
        connection.Query(
            "update core.pulse set is_company_mapping_enabled = $1, is_license_management_enabled = $2, "
            "is_pushing_new_companies_enabled = $3, is_removing_revoked_enabled = $4",
            {next.at("isCompanyMappingEnabled").dump(), next.at("isLicenseManagementEnabled").dump(),
             next.at("isPushingNewCompaniesToPulseEnabled").dump(),
             next.at("isRemovingRevokedLicensesEnabled").dump()});
        if (token && token->empty()) {
          connection.Query(
              "update core.pulse set token = null, status = 'NotConfigured', status_message = '', token_expires_at = "
              "null");
        } else if (token) {
          connection.Query("update core.pulse set token = $1::bytea, status = 'Configured', status_message = ''",
                           {db::Bytea(parts_.secrets.Seal(*token))});
        }
        return platform::AuditEntry{"Unknown", call.caller.organization_uid, "",
                                    token ? "Changed the token of Pulse." : "Changed the settings of Pulse."};
      });
  if (!answer || client == nullptr) return answer;
  if (auto read = ReadAll(*client); !read) spdlog::warn("pulse: {}", read.error().message);
  Wake();
  return platform::ItemAnswer(parts_.services, target.read_operation, target.path, call.caller.scope);
}

Pulse::Answer Pulse::Sync(const Call&) {
  auto authority = Connect();
  if (!authority) return tl::unexpected(authority.error());
  if (auto read = ReadAll(**authority); !read) return tl::unexpected(read.error());
  Wake();
  return contract::Answer{.data = Json::object()};
}

Pulse::Answer Pulse::CreateTenant(const Call& call) {
  auto authority = Managing();
  if (!authority) return tl::unexpected(authority.error());
  const std::string company = platform::QueryOf(call, "companyUid");
  const auto rows = parts_.services.owner.Acquire()->Query(
      "select o.name, t.name as tenant from core.organization o left join core.pulse_tenant t on t.organization_uid = "
      "o.uid where o.uid::text = $1 and o.type in ('Company', 'Reseller') and o.deleted_at is null",
      {company});
  if (rows.Count() == 0) return FailParameter("companyUid", "There is no such company or reseller.");
  const std::string name = rows.Text(0, "name");
  const auto tenant = rows.Maybe(0, "tenant");
  if (tenant) {
    if (auto apart = CheckNoBranch(*parts_.services.owner.Acquire(), company); !apart)
      return tl::unexpected(apart.error());
  }
  const bool rewrite = platform::QueryFlag(call, "rewriteExisting");
  if (tenant && !rewrite) {
    return Fail(ErrorCode::kConflict,
                fmt::format("{} has tenant {} already; say rewriteExisting=true for a new one.", name, *tenant));
  }
  if (auto free = CheckNoBranches(*parts_.services.owner.Acquire(), company); !free)
    return tl::unexpected(free.error());
  const auto made = (*authority)->CreateTenant(name, company, rewrite ? KeyOf(call) : company);
  if (!made) return tl::unexpected(made.error());
  auto connection = parts_.services.owner.Acquire();
  db::Transaction transaction(*connection);
  StoreTenant(*connection, *made, company);
  const std::string uid = made->at("tenant_id").get<std::string>();
  platform::WriteAudit(*connection, call, {"Unknown", company, uid, fmt::format("Made tenant {} in Pulse.", name)});
  transaction.Commit();
  const auto target = TenantTarget(uid);
  return platform::ItemAnswer(parts_.services, target.read_operation, target.path, call.caller.scope);
}

Pulse::Answer Pulse::PatchTenant(const Call& call) {
  const std::string& uid = call.Path("tenantUid");
  if (auto apart = CheckNoBranch(*parts_.services.owner.Acquire(), uid); !apart) return tl::unexpected(apart.error());
  return platform::PatchItem(
      parts_.services, call, TenantTarget(uid),
      [&](db::Connection& connection, const Json& current, const Json& next) -> Result<platform::AuditEntry> {
        constexpr const char* kProperty = "mappedMasterOrganizationUid";
        const auto organization = TextOf(next, kProperty);
        if (organization) {
          if (auto good = CheckOrganization(connection, *organization, kProperty); !good)
            return tl::unexpected(good.error());
          if (auto apart = CheckNoBranch(connection, *organization); !apart) return tl::unexpected(apart.error());
          const auto other =
              connection.Query("select name from core.pulse_tenant where organization_uid = $1 and tenant_id <> $2",
                               {organization, uid});
          if (other.Count() > 0) {
            return FailProperty(kProperty,
                                fmt::format("It is mapped to tenant {} already; take it from that one first (null).",
                                            other.Text(0, "name")));
          }
        } else if (auto free = CheckNoBranches(connection, uid); !free) {
          return tl::unexpected(free.error());
        }
        connection.Query(
            "update core.pulse_tenant set organization_uid = $2, is_by_hand = true, problem = null where tenant_id = "
            "$1",
            {uid, organization});
        const std::string name = current.value("name", "");
        return platform::AuditEntry{"Unknown", organization ? organization : TextOf(current, kProperty), uid,
                                    organization ? fmt::format("Mapped tenant {} of Pulse to the company.", name)
                                                 : fmt::format("Took tenant {} of Pulse from the company.", name)};
      });
}

Pulse::Answer Pulse::Licensed(const Call& call, const Result<Json>& license, std::string_view audit_type,
                              std::string_view words) {
  if (!license) return tl::unexpected(license.error());
  const std::string uid = license->at("license_uid").get<std::string>();
  auto connection = parts_.services.owner.Acquire();
  db::Transaction transaction(*connection);
  StoreLicense(*connection, *license);
  platform::WriteAudit(*connection, call, {audit_type, call.caller.organization_uid, uid, std::string(words)});
  transaction.Commit();
  const auto target = LicenseTarget(uid);
  return platform::ItemAnswer(parts_.services, target.read_operation, target.path, call.caller.scope);
}

Pulse::Answer Pulse::CreateLicense(const Call& call) {
  auto authority = Managing();
  if (!authority) return tl::unexpected(authority.error());
  return Licensed(call, (*authority)->CreateLicense(call.body, KeyOf(call)), "Unknown", "Created a licence in Pulse.");
}

Pulse::Answer Pulse::CopyLicense(const Call& call) {
  auto authority = Managing();
  if (!authority) return tl::unexpected(authority.error());
  return Licensed(call, (*authority)->CopyLicense(call.Path("licenseUid"), KeyOf(call)), "Unknown",
                  "Copied a licence in Pulse.");
}

Pulse::Answer Pulse::DeleteLicense(const Call& call) {
  const auto target = LicenseTarget(call.Path("licenseUid"));
  auto license = platform::CurrentItem(parts_.services, target.read_operation, target.path, call.caller.scope);
  if (!license) return tl::unexpected(license.error());
  auto authority = Managing();
  if (!authority) return tl::unexpected(authority.error());
  auto gone = (*authority)->Delete(call.Path("licenseUid"));
  if (!gone && gone.error().code != ErrorCode::kNotFound) return tl::unexpected(gone.error());
  auto connection = parts_.services.owner.Acquire();
  db::Transaction transaction(*connection);
  ForgetLicense(*connection, call.Path("licenseUid"));
  platform::WriteAudit(
      *connection, call,
      {"LicenseModified", call.caller.organization_uid, call.Path("licenseUid"), "Deleted a licence in Pulse."});
  transaction.Commit();
  return contract::Answer{.data = Json::object()};
}

Pulse::Answer Pulse::Download(const Call& call) {
  auto authority = Managing();
  if (!authority) return tl::unexpected(authority.error());
  auto file = (*authority)->File(call.Path("licenseUid"));
  if (!file) return tl::unexpected(file.error());
  return contract::Answer{.data = *file};
}

Result<std::string> Pulse::LicenseFile(const std::string& license_uid) {
  auto authority = Connect();
  if (!authority) return tl::unexpected(authority.error());
  return (*authority)->File(license_uid);
}

Pulse::Answer Pulse::Order(const Call& call, const Wish& wish) {
  if (auto managing = Managing(); !managing) return tl::unexpected(managing.error());
  auto connection = parts_.services.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto uid = tasks_.Add(*connection, call, wish.task);
  if (!uid) return tl::unexpected(uid.error());
  platform::WriteAudit(
      *connection, call,
      {wish.audit_type, wish.task.organization_uid, wish.task.license_uid.value_or(*uid), wish.message});
  transaction.Commit();
  parts_.services.lists.Cache().Written();
  const auto show = [this, scope = call.caller.scope](const PatchTarget& target) {
    return platform::ItemAnswer(parts_.services, target.read_operation, target.path, scope);
  };
  if (wish.answers_task) {
    Wake();
    return show({"GetLicenseTask", {{"taskUid", *uid}}});
  }
  contract::Answer answer;
  const std::string place = fmt::format("https://{}/api/steward/v1/licenseTasks/{}", call.request.Header("Host"), *uid);
  answer.later = [this, uid = *uid, show, place, result = wish.result, patience = wish.patience](auto then) {
    parts_.waiting.For(uid, patience, [this, uid, show, place, result, then] {
      try {
        parts_.services.lists.Cache().Written();
        const auto rows = parts_.services.owner.Acquire()->Query(
            "select state, message from core.license_task where uid = $1", {uid});
        const std::string state = rows.Count() > 0 ? rows.Text(0, "state") : "Canceled";
        if (state == "Failed" || state == "Canceled") {
          return then(Fail(ErrorCode::kConflict,
                           rows.Count() > 0 ? rows.Maybe(0, "message").value_or("") : "It was taken back."));
        }
        if (!result.read_operation.empty()) return then(show(result));
        then(state == "Done"
                 ? contract::Answer{.data = Json::object()}
                 : contract::Answer{.data = Json::object(), .status = 202, .headers = {{"Location", place}}});
      } catch (const std::exception& error) {
        spdlog::error("licence task {}: {}", uid, error.what());
        then(Fail(ErrorCode::kUnavailable,
                  fmt::format("The task is stored, but its state cannot be read at the moment: look at {}.", place)));
      }
    });
    Wake();
  };
  return answer;
}

Pulse::Answer Pulse::PatchLicense(const Call& call) {
  const std::string& uid = call.Path("licenseUid");
  const auto target = LicenseTarget(uid);
  auto license = platform::PatchedItem(parts_.services, call, target);
  if (!license) return tl::unexpected(license.error());
  auto before = AssigneeOf(license->current);
  auto after = AssigneeOf(license->next);
  if (!after) return tl::unexpected(after.error());
  const Json changes = ChangesOf(*license);
  if (*before == *after) {
    if (changes.empty())
      return platform::ItemAnswer(parts_.services, target.read_operation, target.path, call.caller.scope);
    return Order(call, {.task = {.kind = "Edit", .step = "Edit", .license_uid = uid, .request = changes},
                        .audit_type = "LicenseModified",
                        .message = "Asked to change a licence in Pulse.",
                        .result = target});
  }
  if (!changes.empty())
    return FailProperty("assignedCompanyUid", "Change the licence and its assignment with two calls.");
  if (!*after) {
    return Order(call, {.task = {.kind = "Revoke", .step = "Revoke", .license_uid = uid},
                        .audit_type = "LicenseRevoked",
                        .message = "Asked to revoke a licence.",
                        .result = target});
  }
  const char* property = TextOf(license->next, "assignedCompanyUid") ? "assignedCompanyUid" : "assignedResellerUid";
  auto good = CheckOrganization(*parts_.services.owner.Acquire(), **after, property);
  if (good) good = CheckHolder(*parts_.services.owner.Acquire(), **after, property);
  if (!good) return tl::unexpected(good.error());
  return Order(call, {.task = {.kind = "Assign", .step = "Assign", .organization_uid = *after, .license_uid = uid},
                      .audit_type = "LicenseAssigned",
                      .message = "Asked to assign a licence.",
                      .result = target});
}

Pulse::Answer Pulse::Revoke(const Call& call) {
  const std::string& uid = call.Path("licenseUid");
  const auto target = LicenseTarget(uid);
  auto license = platform::CurrentItem(parts_.services, target.read_operation, target.path, call.caller.scope);
  if (!license) return tl::unexpected(license.error());
  if (RemoveAgain(call, uid)) return contract::Answer{.data = Json::object()};
  return Order(call, {.task = {.kind = "Revoke", .step = "Revoke", .license_uid = uid},
                      .audit_type = "LicenseRevoked",
                      .message = "Asked to revoke a licence."});
}

bool Pulse::RemoveAgain(const Call& call, const std::string& license_uid) {
  auto connection = parts_.services.owner.Acquire();
  db::Transaction transaction(*connection);
  if (RetryRemovals(*connection, license_uid) == 0) return false;
  platform::WriteAudit(*connection, call,
                       {"LicenseRevoked", call.caller.organization_uid, license_uid,
                        "Asked once more to remove a revoked licence from its backup servers."});
  transaction.Commit();
  parts_.services.lists.Cache().Written();
  Wake();
  return true;
}

Pulse::Answer Pulse::Install(const Call& call) {
  const std::string& uid = call.Path("licenseUid");
  const auto target = LicenseTarget(uid);
  auto license = platform::CurrentItem(parts_.services, target.read_operation, target.path, call.caller.scope);
  if (!license) return tl::unexpected(license.error());
  const auto organization = AssigneeOf(*license);
  if (!organization || !*organization) {
    return Fail(ErrorCode::kConflict,
                "The licence belongs to nobody; assign it to a company first (PATCH assignedCompanyUid).");
  }
  const std::string server = platform::QueryOf(call, "serverUid");
  if (auto good = CheckServer(*parts_.services.owner.Acquire(), server, **organization); !good)
    return tl::unexpected(good.error());
  return Order(call, {.task = {.kind = "Push",
                               .step = "Send",
                               .organization_uid = *organization,
                               .server_uid = server,
                               .license_uid = uid},
                      .audit_type = "LicenseInstalled",
                      .message = "Asked to install a licence on a backup server."});
}

Pulse::Answer Pulse::Push(const Call& call) {
  const std::string company = call.body.at("companyUid").get<std::string>();
  auto connection = parts_.services.owner.Acquire();
  if (auto good = CheckOrganization(*connection, company, "companyUid"); !good) return tl::unexpected(good.error());
  auto server = TextOf(call.body, "serverUid");
  if (!server) {
    const auto rows = connection->Query(
        "select distinct uid, name from inventory.backup_server where organization_uid = $1", {company});
    if (rows.Count() == 0)
      return FailProperty("serverUid", "The company has no backup server yet that its agent has told of.");
    if (rows.Count() > 1)
      return FailProperty("serverUid", fmt::format("The company has {} backup servers; say which.", rows.Count()));
    server = rows.Text(0, "uid");
  }
  if (auto good = CheckServer(*connection, *server, company); !good) return tl::unexpected(good.error());
  NewLicenseTask task{.kind = "Push", .step = "Assign", .organization_uid = company, .server_uid = server};
  task.license_uid = TextOf(call.body, "licenseUid");
  if (!task.license_uid) {
    Json request = Json::object();
    for (const char* name : {"productId", "contractId", "expirationDate", "workloads"}) {
      if (!call.body.contains(name))
        return FailProperty(name,
                            fmt::format("A new licence needs {}; or give the licenseUid of one that is there.", name));
      request[name] = call.body.at(name);
    }
    for (const char* name : {"description", "isAutomaticReportingEnabled"}) {
      if (call.body.contains(name)) request[name] = call.body.at(name);
    }
    task.step = "Create";
    task.request = std::move(request);
  }
  return Order(call, {.task = task,
                      .audit_type = "LicenseInstalled",
                      .message = "Asked to make a licence and install it on a backup server.",
                      .answers_task = true});
}

Pulse::Answer Pulse::CancelTask(const Call& call) {
  const PatchTarget target{"GetLicenseTask", {{"taskUid", call.Path("taskUid")}}};
  auto task = platform::CurrentItem(parts_.services, target.read_operation, target.path, call.caller.scope);
  if (!task) return tl::unexpected(task.error());
  if (auto done = tasks_.Cancel(call.Path("taskUid")); !done) return tl::unexpected(done.error());
  parts_.services.lists.Cache().Written();
  return contract::Answer{.data = Json::object()};
}

}  // namespace steward::features
