import { distance } from 'fastest-levenshtein';
import type { Finding } from '../finding';

/** A name with at most this many wrong letters is meant to be the known one. */
const FEWEST_CHANGES = 2;

/** A field that the schema does not name, with the known one that may be meant. */
export function unknownField(name: string, known: readonly string[]): Finding {
  const plain = name.toLowerCase().replace(/[-_]/g, '');
  const isAlike = (other: string): boolean =>
    other.toLowerCase() === plain || (name.length > FEWEST_CHANGES && distance(name, other) <= FEWEST_CHANGES);
  const [meant] = known.filter(isAlike).sort((one, other) => distance(name, one) - distance(name, other));
  return {
    message: `must be a field that the CRD has; got "${name}".`,
    remedy: meant === undefined ? 'Remove it: the API server would drop it.' : `Did you mean "${meant}"?`,
  };
}
