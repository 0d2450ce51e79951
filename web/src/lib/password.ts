// SPDX-License-Identifier: Apache-2.0
/** Without the characters that are read as another. */
const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A first password of 20 characters (116 bits), each as likely as any other. */
export function newPassword(length = 20): string {
  const limit = 256 - (256 % alphabet.length);
  let password = '';
  while (password.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < limit && password.length < length) password += alphabet[byte % alphabet.length] ?? '';
    }
  }
  return password;
}
