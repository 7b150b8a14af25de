import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Data } from './call';
import { invalid } from './reply';

/** What is wrong with a value, or its clean form. */
type Rule<Value> = (value: unknown) => Value | readonly [finding: string];

interface TextRule {
  readonly minimum?: number;
  readonly maximum: number;
  readonly blank?: boolean;
  /** A password keeps its blanks. */
  readonly trimmed?: boolean;
  readonly check?: (text: string) => string | undefined;
}

export function text({ minimum = 0, maximum, blank = false, trimmed = true, check }: TextRule): Rule<string> {
  return (value) => {
    if (value === null) return ['This field may not be null.'];
    if (typeof value !== 'string' && typeof value !== 'number') return ['Not a valid string.'];
    const given = trimmed ? pythonStrip(String(value)) : String(value);
    if (given === '') return blank ? given : ['This field may not be blank.'];
    if (given.includes('\0')) return ['Null characters are not allowed.'];
    const length = [...given].length;
    if (length > maximum) return [`Ensure this field has no more than ${maximum} characters.`];
    if (length < minimum) return [`Ensure this field has at least ${minimum} characters.`];
    const finding = check?.(given);
    return finding === undefined ? given : [finding];
  };
}

/** `str.strip()` of Python, which the REST framework applies: not JavaScript's `trim()`. */
export function pythonStrip(text: string): string {
  return text.replace(LEADING, '').replace(TRAILING, '');
}

const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*`;
const [LEADING, TRAILING] = [new RegExp(`^${SPACE}`), new RegExp(`${SPACE}$`)];

export const truth: Rule<boolean> = (value) => {
  if (value === null) return ['This field may not be null.'];
  const words = String(value).toLowerCase();
  if (['true', 't', 'yes', 'y', 'on', '1'].includes(words)) return true;
  return ['false', 'f', 'no', 'n', 'off', '0'].includes(words) ? false : ['Must be a valid boolean.'];
};

export const groups: Rule<{ readonly names: readonly string[] }> = (value) => {
  if (!Array.isArray(value)) return [`Expected a list of items but got type "${typeof value}".`];
  const unknown = value.find((name) => !['admin', 'user', 'worker'].includes(String(name)));
  return unknown === undefined ? { names: value.map(String).sort() } : [`Object with name=${String(unknown)} does not exist.`];
};

/** Letters of any script; a letter with its accent as a character of its own is not one. */
export const usernameCharacters = (name: string): string | undefined =>
  /^[\p{L}\p{N}_.@+-]+$/u.test(name)
    ? undefined
    : 'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.';

export const emailAddress = (address: string): string | undefined => (isEmailAddress(address) ? undefined : 'Enter a valid email address.');

const LOCAL_PART = /^[-!#$%&'*+/=?^_`{}|~0-9a-z]+(\.[-!#$%&'*+/=?^_`{}|~0-9a-z]+)*$/i;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{1,62}[a-z0-9]$/i;

function isEmailAddress(address: string): boolean {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  if (at < 1 || !LOCAL_PART.test(address.slice(0, at))) return false;
  if (domain === 'localhost' || DOMAIN.test(domain) || DOMAIN.test(domainToASCII(domain))) return true;
  return domain.startsWith('[') && domain.endsWith(']') && isIP(domain.slice(1, -1)) > 0;
}

/** The fields of a body, by a rule for each. All findings are reported together; fields without a rule are ignored. */
export class Form {
  readonly #findings: Record<string, string[]> = {};

  constructor(private readonly data: Data) {}

  /** The clean value; undefined when it is not there, or not right. */
  read<Value>(field: string, rule: Rule<Value>, required = false): Value | undefined {
    const value = this.data[field];
    if (value === undefined) {
      if (required) this.add(field, 'This field is required.');
      return undefined;
    }
    const result = rule(value);
    if (!Array.isArray(result)) return result as Value;
    this.add(field, String(result[0]));
    return undefined;
  }

  add(field: string, finding: string | undefined): void {
    if (finding !== undefined) this.#findings[field] = [...(this.#findings[field] ?? []), finding];
  }

  /** Ends the request if anything was found. */
  check(): void {
    if (Object.keys(this.#findings).length > 0) throw invalid(this.#findings);
  }
}
