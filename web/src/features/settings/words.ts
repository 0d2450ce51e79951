// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Settings', question: 'Who may use this console, in the browser and by program?', users: 'Users', keys: 'API keys', noKeys: 'No sign-ins or keys',
  noKeysText: 'An API key lets a program use the same interface as this portal.', create: 'New API key', forUser: 'For user', description: 'What is it for?',
  readOnly: 'Read only', make: 'Create key', cancel: 'Close', onceTitle: 'Copy the key now', once: 'It is shown only this once; the console keeps no copy that can be read.',
  copy: 'Copy key', copied: 'Copied', revoke: 'Revoke', revokeText: 'Programs that use it stop working at once. This cannot be undone.', revoked: 'Revoked',
  noUsers: 'No users', you: 'you',
};
