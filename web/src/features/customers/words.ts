// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Customers', question: 'How is each customer doing, and how much of its allowance does it use?', create: 'New customer',
  emptyTitle: 'No customers yet', emptyText: 'A customer is a company whose backups you look after. Create the first one to get its setup file.',
  name: 'Customer', state: 'Worst state', workloads: 'Workloads', allocated: 'Allocated', jobs: 'Jobs', failed: 'Failed jobs', warned: 'Warnings', stale: 'Stale',
  licence: 'Licence', expires: 'Licence expires', servers: 'Servers', silent: 'Servers out of reach', agents: 'Agents', offline: 'Agents offline', status: 'Account', noLimit: 'no limit',
  newTitle: 'New customer', newQuestion: 'Who is the customer, and how much may it protect?', company: 'Company', owner: 'Owner account',
  ownerHint: 'The person at the customer who may sign in and see its own backups. Can be left empty.',
  companyName: 'Company name', email: 'E-mail', phone: 'Phone', notes: 'Notes', limit: 'Workloads allocated', limitHint: 'Leave empty for no limit.',
  user: 'User name', password: 'Password', save: 'Create customer', cancel: 'Cancel', created: 'is ready', createdText: 'Next: connect its backup server. Three steps on a Linux machine at the customer.',
  step3: '3. Check',
  step3Text: 'The agent appears on the customer’s page within a minute of its start. A machine the console does not recognise waits under Infrastructure, Waiting agents.',
  open: 'Open the customer’s page', needName: 'Give the company a name.', needPassword: 'Give the owner a password too.',
};
