import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { untilChanged } from './until-changed';

/** The sha256 of some bytes, or of a text as UTF-8, as 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The sha256 of a file's bytes. */
export const fileHash = untilChanged((file) => sha256(readFileSync(file)));
