// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Steward', lead: 'Sign in to see the backups of your customers.', user: 'User name', password: 'Password', submit: 'Sign in',
  wrong: 'The user name or the password is wrong. Check both and try again.',
};
