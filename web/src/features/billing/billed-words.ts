// SPDX-License-Identifier: Apache-2.0
export const billedWords = {
  title: 'Who is invoiced', none: 'No customers', noneText: 'Customers stand here with their plan and schedule.', customer: 'Customer', plan: 'Plan', noPlan: 'No plan', schedule: 'Schedule', next: 'Next invoice for', problem: 'Problem', currency: 'Currency', reseller: 'Reseller',
  schedules: { None: 'Only by hand', Monthly: 'Each month', AfterReport: 'After the monthly report' }, cycleFrom: (day: number) => `Each month from day ${day}`, details: 'Files list each day',
  edit: 'Edit', editTitle: (name: string) => `How ${name} is invoiced`, planLabel: 'Plan', planHint: 'Without one no invoice can be made.', clear: 'Without a plan', scheduleLabel: 'When invoices are made', dayLabel: 'A cycle begins on day', dayHint: '17: from the 17th to the 16th.',
  nextLabel: 'First day that is not invoiced by the schedule', nextHint: 'Cycles from that day on are made up, each once. Empty: the cycle that runs.', detailsLabel: 'Files of invoices list the use of each day', save: 'Save', cancel: 'Cancel', made: 'Look at the invoices',
  // The issuer
  issuer: 'How invoices look', issuerTitle: 'How invoices look', whose: 'Whose invoices', prefix: 'Before the number', nextNumber: 'Number of the next invoice', paymentDays: 'Days to pay', oneMonth: 'One month', color: 'Colour of headings', footer: 'Foot of each page', footerHint: 'Bank account, register, tax number.',
  logo: 'Logo (PNG, up to 48 KiB)', noLogo: 'No logo', removeLogo: 'Remove the logo', pick: 'Choose a file', tooLarge: (kib: string) => `This file has ${kib} KiB; a logo may have 48.`, notPng: 'This file is not a PNG.', fromNowOn: 'Invoices that were made stay as they are.', logoNow: 'Logo of the invoices',
  readOnly: 'Your role may look at this and not change it.',
};
