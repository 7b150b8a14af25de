import { randomBytes } from 'node:crypto';

/** 32 characters of [A-Za-z0-9_-], 192 bits. Others would have to be escaped somewhere, and blanks at the ends make some applications fail. */
export function randomPassword(): string {
  return randomBytes(24).toString('base64url');
}
