// SPDX-License-Identifier: Apache-2.0
export const words = {
  title: 'Settings', question: 'Who may use this console, in the browser and by program?', users: 'Users', keys: 'API keys', noKeys: 'No sign-ins or keys',
  noKeysText: 'An API key lets a program use the same interface as this portal.', create: 'New API key', description: 'What is it for?',
  readOnly: 'Read only', make: 'Create key', cancel: 'Close', onceTitle: 'Copy the key now', once: 'It is shown only this once; the console keeps no copy that can be read.',
  revoke: 'Revoke', revokeText: 'Programs that use it stop working at once. This cannot be undone.',
  noUsers: 'No users',
  noUsersText: 'A user signs in to this portal with a name and a password.', newUser: 'New user', userName: 'User name', firstName: 'First name', lastName: 'Family name', email: 'E-mail', role: 'Role',
  makeUser: 'Create user', notCreated: 'The user was not created', passwordOnce: (name: string) => `Password of ${name}`,
  passwordOnceText: 'It is shown only this once. Hand it over by a safe way.', enable: 'Enable', disable: 'Disable', resetPassword: 'New password',
  deleteUser: 'Delete', deleteForGood: 'Delete for good', keepUser: 'Keep', deleteUserText: (name: string) => `${name} can no longer sign in, and its API keys stop working. This cannot be undone.`,
  powerManage: 'Sees everything of the organisation and manages its users.', powerSeeAll: 'Sees everything, changes nothing of the users.', powerSee: 'Sees the backups, not the users.',
};
