import { type FieldPath, formatField } from './fields';
import type { FieldFinding, Finding } from './finding';

const EXPECTED = 'must be text, a finite number, a boolean, null, a list or a map';

/** Half of a UTF-16 surrogate pair: no encoding of Unicode can write it. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/**
 * The values below a value that YAML cannot hold: NaN, infinite numbers, functions, instances of classes, cycles and invalid Unicode.
 * `undefined` is accepted: it means that the field is left out. `isOpaque` names values that are replaced before they are written.
 */
export function dataFindings(value: unknown, isOpaque: (value: object) => boolean = () => false): FieldFinding[] {
  const findings: FieldFinding[] = [];
  const ancestors = new Set<object>();
  const visit = (current: unknown, path: FieldPath): void => {
    const finding = findingAbout(current, ancestors, isOpaque);
    if (finding) findings.push({ field: formatField(path), ...finding });
    if (finding !== undefined || typeof current !== 'object' || current === null || isOpaque(current)) return;
    ancestors.add(current);
    for (const [key, below] of Object.entries(current)) {
      if (LONE_SURROGATE.test(key)) findings.push({ field: formatField([...path, key]), ...notUnicode('keys') });
      visit(below, [...path, Array.isArray(current) ? Number(key) : key]);
    }
    ancestors.delete(current);
  };
  visit(value, []);
  return findings;
}

function findingAbout(value: unknown, ancestors: ReadonlySet<object>, isOpaque: (value: object) => boolean): Finding | undefined {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
      return undefined;
    case 'string':
      return LONE_SURROGATE.test(value) ? notUnicode('text') : undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : { message: `${EXPECTED}; got ${value}.`, remedy: 'Use a finite number.' };
    case 'object':
      if (value === null || isOpaque(value)) return undefined;
      return Array.isArray(value) || isPlain(value)
        ? cycle(value, ancestors)
        : { message: `${EXPECTED}; got an instance of ${className(value)}.`, remedy: 'Convert it to text or to a map.' };
    default:
      return { message: `${EXPECTED}; got a ${typeof value}.`, remedy: 'Remove it, or use the value itself.' };
  }
}

function cycle(value: object, ancestors: ReadonlySet<object>): Finding | undefined {
  if (!ancestors.has(value)) return undefined;
  return { message: 'must not contain itself; got a cyclic value.', remedy: 'Copy the part that is needed.' };
}

function notUnicode(what: string): Finding {
  return { message: `must be valid Unicode; got ${what} with half of a surrogate pair.`, remedy: 'Use the complete character.' };
}

/** By the name of the constructor, as cdk8s does: objects of another realm have another Object. */
function isPlain(value: object): boolean {
  return className(value) === 'Object';
}

function className(value: object): string {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype?.constructor.name ?? 'no class';
}
