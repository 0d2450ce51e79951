// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Cloud storage', question: 'Whose storage is about to run out, and which tenants does each site serve?', quotas: 'Quotas', tenants: 'Cloud tenants', sites: 'Sites',
  subtenants: 'Subtenants', plans: 'Hardware plans',
  none: 'No sites yet', noneText: 'Sites appear once an agent of the provider reads an Enterprise Manager ([[cloud_connect]] in its configuration).',
  noQuotas: 'No storage quotas', noQuotasText: 'A quota appears here once a cloud tenant has one on a site.',
  noSubtenants: 'No subtenants', noPlans: 'No hardware plans',
  enable: 'Enable', disable: 'Disable', assign: 'Assign to customer', unassign: 'Take from customer', unassignSure: 'Take it from the customer', customer: 'Customer',
  tenant: 'Tenant', quotaGib: 'Quota (GiB)', setQuota: 'Change quota', why: 'Why it is not let in',
  quotaHint: 'The console reads back what the site made of it.', maintenance: 'Maintenance', maintenanceOn: 'Begin maintenance', maintenanceOff: 'End maintenance',
  maintenanceText: 'While a site is in maintenance the console changes nothing there.',
};

export const onboardingWords = {
  title: 'Customers being onboarded', question: 'Which new customers are not complete yet, and what does each wait for?', back: 'All customers',
  none: 'Nobody is being onboarded', noneText: 'Every customer has all it needs.', state: 'State', customer: 'Customer', next: 'Next', steps: 'Steps done', since: 'Customer since',
  stepsTitle: 'Steps', checksTitle: 'Checks', who: 'Who', notNeeded: 'Not needed', needsNone: 'This customer needs none', needsIt: 'It is needed after all', passedOver: 'Begun before', because: 'because', open: 'Show', command: 'To run there',
  download: 'Download setup file', begin: 'Begin', beginAnyway: 'Begin all the same', reason: 'Why the order is passed over', site: 'Site', existing: 'Existing tenant',
  existingHint: 'Leave empty to create a new one.', user: 'User name', password: 'Password', create: 'Create tenant', assign: 'Assign tenant', repository: 'Repository',
  quotaName: 'Name for the customer', quotaGib: 'Quota (GiB)', giveQuota: 'Give quota', agentPath: 'Whoever administers the backup server runs this:',
};

/** Words of the steps and checks that the console names. */
export const stepNames: Record<string, string> = { company: 'Company', tenant: 'Cloud tenant', server: 'Backup server', licence: 'Licence' };
export const checkNames: Record<string, string> = {
  gatewaysReachable: 'Gateways reachable, certificate names them', tenantAssigned: 'Tenant assigned', tenantUsable: 'Tenant enabled, lease not over', quotaLeft: 'Quota left',
  agentConnected: 'Agent connected', agentClock: 'Clock right', serverLogin: 'Backup server login', noInterception: 'No interception',
};
