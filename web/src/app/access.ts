// SPDX-License-Identifier: Apache-2.0
import type { OperationId } from '@/lib/session';

/**
 * The operations without which a page says nothing, by route. Which roles may call them stands in the contract; the rail shows
 * a page, and its route opens, to the roles that may call all of them; of those in a list of their own, one is enough.
 */
export const needs: Readonly<Record<string, readonly (OperationId | readonly OperationId[])[]>> = {
  '/': ['GetProblemJobs', 'GetStaleWorkloads', 'GetLicenseUse', 'GetRepositoryUse', 'GetCompanySummaries'],
  // Whoever may see resellers looks after customers; a customer itself has only one, itself.
  '/customers': ['GetCompanySummaries', 'GetResellers'],
  '/customers/new': ['CreateCompany'],
  '/customers/$companyUid': ['GetCompanySummaries'],
  '/jobs': ['GetBackupServerJobs'],
  '/protected-data': ['GetWorkloads'],
  '/customers/onboarding': ['GetOnboardings'],
  '/cloud': ['GetQuotaUse', 'GetSiteTenants'],
  '/licences': ['GetLicenseUse'],
  '/billing': [['GetUsage', 'GetInvoices']],
  '/billing/reports/$reportId': ['GetReportsOfLicenses'],
  '/billing/invoices/$invoiceUid': ['GetInvoice', 'GetInvoiceCharges'],
  '/billing/plans/$planUid': ['GetSubscriptionPlan'],
  '/infrastructure': ['GetBackupServers'],
  '/activity': ['GetActivityLogs'],
  '/settings': ['GetUsers', 'GetAllLogins'],
};
