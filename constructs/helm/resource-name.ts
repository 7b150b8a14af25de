import { createHash } from 'node:crypto';

/** The most that a name may have where controllers write it into a label. */
const LONGEST = 63;

/** A name for an object out of an address: `charts-min-io` of `charts.min.io/`. A name that is taken, or too long, gets a hash of the text. */
export function resourceName(text: string, taken: ReadonlySet<string> = new Set()): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (name !== '' && name.length <= LONGEST && !taken.has(name)) return name;
  let candidate = '';
  for (let attempt = 0; candidate === '' || taken.has(candidate); attempt++) {
    const hash = createHash('sha256').update(`${text} ${attempt}`).digest('hex').slice(0, 8);
    candidate = `${name.slice(0, LONGEST - 9).replace(/-+$/, '')}-${hash}`.replace(/^-/, '');
  }
  return candidate;
}
