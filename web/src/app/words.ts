// SPDX-License-Identifier: Apache-2.0
export const words = {
  product: 'Steward', skip: 'Skip to content', pages: 'Pages', collapse: 'Collapse the rail', expand: 'Expand the rail', menu: 'Menu',
  account: 'Account', signOut: 'Sign out', light: 'Light theme', dark: 'Dark theme',
  overview: 'Overview', customers: 'Customers', jobs: 'Jobs', data: 'Protected data', cloud: 'Cloud storage', licences: 'Licences', billing: 'Usage & billing', infrastructure: 'Infrastructure',
  activity: 'Activity log', settings: 'Settings',
  scope: 'Scope', everyCustomer: 'All customers', resellers: 'Resellers', noCustomer: 'No customer or reseller of that name', search: 'Search', refused: 'Not for your role',
};
