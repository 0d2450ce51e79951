// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/handlers.gen.hpp"
#include "features/agents/agent_orders.hpp"
#include "features/agents/agent_packages.hpp"
#include "features/agents/agents.hpp"
#include "features/billing/invoices.hpp"
#include "features/billing/plans.hpp"
#include "features/changes/changes.hpp"
#include "features/cloud/onboarding.hpp"
#include "features/cloud/site_plans.hpp"
#include "features/cloud/sites.hpp"
#include "features/cloud/tenants.hpp"
#include "features/discovery/discovery.hpp"
#include "features/gateways/gateways.hpp"
#include "features/identity/users.hpp"
#include "features/jobs/jobs.hpp"
#include "features/licenses/console_license.hpp"
#include "features/licenses/server_licenses.hpp"
#include "features/organizations/organizations.hpp"
#include "features/policies/policies.hpp"
#include "features/pulse/pulse.hpp"
#include "features/pulse/tenant_branches.hpp"
#include "features/pulse/tenant_company.hpp"
#include "features/reference/facts.hpp"
#include "features/reports/license_reports.hpp"
#include "features/reports/report_corrections.hpp"
#include "features/usage/forecast.hpp"
#include "features/usage/weights.hpp"

namespace steward::console {

/// Hands each operation of the contract to the service that owns it.
class ConsoleHandlers : public contract::Handlers {
 public:
  using Answer = Result<contract::Answer>;
  using Call = contract::Call;
  ConsoleHandlers(platform::Services services, features::Users& users, features::Organizations& organizations,
                  features::Agents& agents, features::AgentOrders& agent_orders,
                  features::AgentPackages& agent_packages, features::Actions& actions, features::Jobs& jobs,
                  features::CloudGateways& gateways, features::Policies& policies, features::Discovery& discovery,
                  features::Pulse& pulse)
      : services_(services),
        users_(users),
        organizations_(organizations),
        agents_(agents),
        agent_orders_(agent_orders),
        agent_packages_(agent_packages),
        actions_(actions),
        jobs_(jobs),
        gateways_(gateways),
        policies_(policies),
        discovery_(discovery),
        pulse_(pulse),
        facts_(services),
        changes_(services),
        usage_weights_(services),
        usage_forecast_(services),
        tenant_branches_(services, pulse),
        tenant_company_(services, organizations),
        reports_(services),
        corrections_(services),
        plans_(services),
        invoices_(services),
        sites_(services),
        tenants_(services, actions),
        site_plans_(services, actions),
        licenses_(services, actions),
        console_license_(services, pulse),
        onboarding_(services, tenants_) {}

  Answer PatchPulseConfiguration(const Call& call) override { return pulse_.PatchConfiguration(call); }
  Answer SyncPulse(const Call& call) override { return pulse_.Sync(call); }
  Answer CreatePulseTenant(const Call& call) override { return pulse_.CreateTenant(call); }
  Answer PatchPulseTenant(const Call& call) override { return pulse_.PatchTenant(call); }
  Answer MergePulseTenant(const Call& call) override { return tenant_branches_.Merge(call); }
  Answer SplitPulseTenant(const Call& call) override { return tenant_branches_.Split(call); }
  Answer CreatePulseLicense(const Call& call) override { return pulse_.CreateLicense(call); }
  Answer PatchPulseLicense(const Call& call) override { return pulse_.PatchLicense(call); }
  Answer DeletePulseLicense(const Call& call) override { return pulse_.DeleteLicense(call); }
  Answer CopyPulseLicense(const Call& call) override { return pulse_.CopyLicense(call); }
  Answer DownloadPulseLicense(const Call& call) override { return pulse_.Download(call); }
  Answer InstallPulseLicense(const Call& call) override { return pulse_.Install(call); }
  Answer RevokePulseLicense(const Call& call) override { return pulse_.Revoke(call); }
  Answer PushLicense(const Call& call) override { return pulse_.Push(call); }
  Answer CancelLicenseTask(const Call& call) override { return pulse_.CancelTask(call); }
  Answer InstallBackupServerLicense(const Call& call) override { return licenses_.Install(call); }
  Answer PatchBackupServerLicense(const Call& call) override { return licenses_.Patch(call); }
  Answer UpdateBackupServerLicense(const Call& call) override { return licenses_.Update(call); }
  Answer DeleteBackupServerLicense(const Call& call) override { return licenses_.Delete(call); }
  Answer InstallConsoleLicense(const Call& call) override { return console_license_.Install(call); }
  Answer UpdateConsoleLicense(const Call& call) override { return console_license_.Update(call); }
  Answer PatchConsoleLicenseSettings(const Call& call) override { return console_license_.PatchSettings(call); }
  Answer InstallSiteLicense(const Call& call) override { return licenses_.Install(call); }
  Answer PatchSiteLicense(const Call& call) override { return licenses_.Patch(call); }
  Answer UpdateSiteLicense(const Call& call) override { return licenses_.Update(call); }
  Answer IssueToken(const Call& call) override { return users_.IssueToken(call); }
  Answer CreateSession(const Call& call) override { return users_.CreateSession(call); }
  Answer EndSession(const Call& call) override { return users_.EndSession(call); }
  Answer GetCurrentUser(const Call& call) override { return users_.GetCurrentUser(call); }
  Answer CreateUser(const Call& call) override { return users_.CreateUser(call); }
  Answer PatchUser(const Call& call) override { return users_.PatchUser(call); }
  Answer DeleteUser(const Call& call) override { return users_.DeleteUser(call); }
  Answer AddApiKeyLogin(const Call& call) override { return users_.AddApiKeyLogin(call); }
  Answer RevokeUserTokens(const Call& call) override { return users_.RevokeUserTokens(call); }
  Answer PatchUserLogin(const Call& call) override { return users_.PatchLogin(call); }
  Answer DeleteUserLogin(const Call& call) override { return users_.DeleteLogin(call); }
  Answer AddUserLocation(const Call& call) override { return users_.AddLocation(call); }
  Answer RemoveUserLocation(const Call& call) override { return users_.RemoveLocation(call); }
  Answer CreateSubscriptionPlan(const Call& call) override { return plans_.Create(call); }
  Answer PatchSubscriptionPlan(const Call& call) override { return plans_.Patch(call); }
  Answer DeleteSubscriptionPlan(const Call& call) override { return plans_.Delete(call); }
  Answer GetSubscriptionPlanCharges(const Call& call) override { return plans_.Charges(call); }
  Answer PatchSubscriptionPlanMeasures(const Call& call) override { return plans_.PatchMeasures(call); }
  Answer CreateInvoice(const Call& call) override { return invoices_.Create(call); }
  Answer PreviewInvoice(const Call& call) override { return invoices_.Preview(call); }
  Answer GenerateInvoicesOfCompany(const Call& call) override { return invoices_.Generate(call); }
  Answer GenerateQuotaUsageReport(const Call& call) override { return invoices_.GenerateQuotaUsage(call); }
  Answer PatchBillingSettingsOfCompany(const Call& call) override { return invoices_.PatchSettings(call); }
  Answer DeleteInvoice(const Call& call) override { return invoices_.Delete(call); }
  Answer ChangeInvoicePaidState(const Call& call) override { return invoices_.ChangePaidState(call); }
  Answer GetInvoicePdf(const Call& call) override { return invoices_.Pdf(call); }
  Answer GetInvoiceFile(const Call& call) override { return invoices_.File(call); }
  Answer PatchCompanyBilling(const Call& call) override { return invoices_.PatchCompany(call); }
  Answer PatchInvoiceIssuer(const Call& call) override { return invoices_.PatchIssuer(call); }
  Answer CreateCompany(const Call& call) override { return organizations_.CreateCompany(call); }
  Answer PatchCompany(const Call& call) override { return organizations_.PatchCompany(call); }
  Answer DeleteCompany(const Call& call) override { return organizations_.DeleteCompany(call); }
  Answer CreateReseller(const Call& call) override { return organizations_.CreateReseller(call); }
  Answer PatchReseller(const Call& call) override { return organizations_.PatchReseller(call); }
  Answer DeleteReseller(const Call& call) override { return organizations_.DeleteReseller(call); }
  Answer PatchOrganization(const Call& call) override { return organizations_.PatchOrganization(call); }
  Answer CreateLocation(const Call& call) override { return organizations_.CreateLocation(call); }
  Answer PatchLocation(const Call& call) override { return organizations_.PatchLocation(call); }
  Answer DeleteLocation(const Call& call) override { return organizations_.DeleteLocation(call); }
  Answer DownloadLinuxManagementPackage(const Call& call) override { return agents_.DownloadLinuxPackage(call); }
  Answer RefreshOrganizationSecurityToken(const Call& call) override { return agents_.ResetTokens(call); }
  Answer DeleteEnrolmentToken(const Call& call) override { return agents_.DeleteToken(call); }
  Answer AcceptUnverifiedAgent(const Call& call) override { return agents_.Accept(call); }
  Answer RejectUnverifiedAgent(const Call& call) override { return agents_.Reject(call); }
  Answer PatchManagementAgent(const Call& call) override { return agents_.Patch(call); }
  Answer DeleteManagementAgent(const Call& call) override { return agents_.Delete(call); }
  Answer ResyncManagementAgent(const Call& call) override { return agents_.Resync(call); }
  Answer UpgradeManagementAgent(const Call& call) override { return agent_packages_.Upgrade(call); }
  Answer WithdrawAgentPackage(const Call& call) override { return agent_packages_.Withdraw(call); }
  Answer BeginChange(const Call& call) override { return changes_.Begin(call); }
  Answer EndChange(const Call& call) override { return changes_.End(call); }
  Answer PatchLicenseReportSettings(const Call& call) override { return reports_.PatchSettings(call); }
  Answer FinalizeLicenseReport(const Call& call) override { return reports_.FinalizeNext(call); }
  Answer GetLicenseReportCsv(const Call& call) override { return reports_.Csv(call); }
  Answer CreateCompanyOfPulseTenant(const Call& call) override { return tenant_company_.Create(call); }
  Answer GetLicenseReportFile(const Call& call) override { return reports_.File(call); }
  Answer ForecastUsage(const Call& call) override { return usage_forecast_.Make(call); }
  Answer BuildLicenseReport(const Call& call) override { return reports_.Build(call); }
  Answer ApproveLicenseReport(const Call& call) override { return reports_.Approve(call); }
  Answer CorrectLicenseReport(const Call& call) override { return corrections_.Open(call); }
  Answer GiveUpLicenseReportCorrection(const Call& call) override { return corrections_.GiveUp(call); }
  Answer PatchLicenseReportLine(const Call& call) override { return reports_.PatchLine(call); }
  Answer SetUsageWeight(const Call& call) override { return usage_weights_.Set(call); }
  Answer PatchSite(const Call& call) override { return sites_.Patch(call); }
  Answer SetSiteMaintenanceMode(const Call& call) override { return sites_.SetMaintenance(call); }
  Answer SetSiteTenantManagement(const Call& call) override { return sites_.SetTenantManagement(call); }
  Answer PatchHardwarePlan(const Call& call) override { return site_plans_.Patch(call); }
  Answer PatchHardwarePlanStorage(const Call& call) override { return site_plans_.PatchStorage(call); }
  Answer DeleteHardwarePlan(const Call& call) override { return site_plans_.Delete(call); }
  Answer CreateSiteTenant(const Call& call) override { return tenants_.Create(call); }
  Answer CreateCompanySite(const Call& call) override { return tenants_.CreateForCompany(call, "GetCompanySite"); }
  Answer BeginOnboardingStep(const Call& call) override { return onboarding_.Begin(call); }
  Answer SetOnboardingStepNeeded(const Call& call) override { return onboarding_.SetNeeded(call); }
  Answer PatchSiteTenant(const Call& call) override { return tenants_.Patch(call); }
  Answer PatchCompanySite(const Call& call) override { return tenants_.Patch(call); }
  Answer DeleteSiteTenant(const Call& call) override { return tenants_.Delete(call); }
  Answer DeleteCompanySite(const Call& call) override { return tenants_.Delete(call); }
  Answer EnableSiteTenant(const Call& call) override { return tenants_.SetEnabled(call, true); }
  Answer DisableSiteTenant(const Call& call) override { return tenants_.SetEnabled(call, false); }
  Answer CreateSiteTenantBackupResource(const Call& call) override { return tenants_.AddQuota(call); }
  Answer PatchSiteTenantBackupResource(const Call& call) override { return tenants_.PatchQuota(call); }
  Answer DeleteSiteTenantBackupResource(const Call& call) override { return tenants_.DeleteQuota(call); }
  Answer CreateSiteTenantReplicationResource(const Call& call) override { return tenants_.SetPlans(call); }
  Answer PatchSiteTenantReplicationResource(const Call& call) override { return tenants_.PatchPlans(call); }
  Answer PatchSiteTenantTrafficResource(const Call& call) override { return tenants_.PatchTraffic(call); }
  Answer CreateCompanySiteBackupResource(const Call& call) override { return tenants_.AddQuota(call); }
  Answer PatchCompanySiteBackupResource(const Call& call) override { return tenants_.PatchQuota(call); }
  Answer DeleteCompanySiteBackupResource(const Call& call) override { return tenants_.DeleteQuota(call); }
  Answer CreateCompanySiteReplicationResource(const Call& call) override { return tenants_.SetPlans(call); }
  Answer PatchCompanySiteReplicationResource(const Call& call) override { return tenants_.PatchPlans(call); }
  Answer PatchCompanySiteTrafficResource(const Call& call) override { return tenants_.PatchTraffic(call); }
  Answer DeleteCompanySiteReplicationHardwarePlan(const Call& call) override { return tenants_.DropPlan(call); }
  Answer CreateCloudGateway(const Call& call) override { return gateways_.Create(call); }
  Answer PatchCloudGateway(const Call& call) override { return gateways_.Patch(call); }
  Answer DeleteCloudGateway(const Call& call) override { return gateways_.Delete(call); }
  Answer CreateCloudGatewayPool(const Call& call) override { return gateways_.CreatePool(call); }
  Answer PatchCloudGatewayPool(const Call& call) override { return gateways_.PatchPool(call); }
  Answer DeleteCloudGatewayPool(const Call& call) override { return gateways_.DeletePool(call); }
  Answer CreateDiscoveryRule(const Call& call) override { return discovery_.Create(call); }
  Answer PatchDiscoveryRule(const Call& call) override { return discovery_.Patch(call); }
  Answer DeleteDiscoveryRule(const Call& call) override { return discovery_.Delete(call); }
  Answer ImportDiscoveryCsv(const Call& call) override { return discovery_.Import(call); }
  Answer RunDiscoveryRule(const Call& call) override { return discovery_.Run(call); }
  Answer GetCountries(const Call&) override { return facts_.Countries(); }
  Answer GetCurrencies(const Call&) override { return facts_.Currencies(); }
  Answer GetUsaStates(const Call&) override { return facts_.UsaStates(); }
  Answer GetAsyncActionsConfig(const Call&) override { return actions_.Config(); }
  Answer CancelAsyncAction(const Call& call) override { return actions_.Cancel(call); }
  Answer GetAsyncActionResult(const Call& call) override { return actions_.ActionResult(call); }
  Answer DeleteAsyncActionResult(const Call& call) override { return actions_.DeleteResult(call); }
  Answer PatchBackupServerJob(const Call& call) override { return jobs_.Patch(call); }
  Answer StartBackupServerJob(const Call& call) override { return jobs_.Act(call, agent::JobAction::START); }
  Answer StopBackupServerJob(const Call& call) override { return jobs_.Act(call, agent::JobAction::STOP); }
  Answer RetryBackupServerJob(const Call& call) override { return jobs_.Act(call, agent::JobAction::RETRY); }
  Answer StartBackupAgentJob(const Call& call) override { return jobs_.ActOnAgentJob(call, agent::JobAction::START); }
  Answer StopBackupAgentJob(const Call& call) override { return jobs_.ActOnAgentJob(call, agent::JobAction::STOP); }
  Answer RestartManagementAgent(const Call& call) override { return agent_orders_.Restart(call); }
  Answer CollectFromManagementAgent(const Call& call) override { return agent_orders_.CollectNow(call); }
  Answer GatherManagementAgentLog(const Call& call) override { return agent_orders_.GatherLog(call); }
  Answer DownloadLogBundle(const Call& call) override { return agent_orders_.DownloadLogBundle(call); }
  Answer PatchBackupAgentJob(const Call& call) override { return jobs_.PatchAgentJob(call); }
  Answer CreateLinuxBackupPolicy(const Call& call) override { return policies_.Create(call); }
  Answer PatchLinuxBackupPolicy(const Call& call) override { return policies_.Patch(call); }
  Answer CopyBackupPolicy(const Call& call) override { return policies_.Copy(call); }
  Answer DeleteBackupPolicy(const Call& call) override { return policies_.Delete(call); }
  Answer AssignLinuxBackupPolicy(const Call& call) override { return policies_.Assign(call); }
  Answer CreateLinuxJobConfiguration(const Call& call) override { return policies_.CreateJob(call); }
  Answer PatchLinuxJobConfiguration(const Call& call) override { return policies_.PatchJob(call); }
  Answer DeleteLinuxBackupAgentJob(const Call& call) override { return policies_.DeleteJob(call); }
  Answer GetAbout(const Call& call) override;

 private:
  platform::Services services_;
  features::Users& users_;
  features::Organizations& organizations_;
  features::Agents& agents_;
  features::AgentOrders& agent_orders_;
  features::AgentPackages& agent_packages_;
  features::Actions& actions_;
  features::Jobs& jobs_;
  features::CloudGateways& gateways_;
  features::Policies& policies_;
  features::Discovery& discovery_;
  features::Pulse& pulse_;
  features::Facts facts_;
  features::Changes changes_;
  features::UsageWeights usage_weights_;
  features::UsageForecast usage_forecast_;
  features::TenantBranches tenant_branches_;
  features::TenantCompany tenant_company_;
  features::LicenseReports reports_;
  features::ReportCorrections corrections_;
  features::Plans plans_;
  features::Invoices invoices_;
  features::Sites sites_;
  features::CloudTenants tenants_;
  features::SitePlans site_plans_;
  features::ServerLicenses licenses_;
  features::ConsoleLicense console_license_;
  features::Onboarding onboarding_;
};

}  // namespace steward::console
