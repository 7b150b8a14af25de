import type { FieldPath } from '../fields';

/** A field that differs between two versions of an object. */
export interface FieldChange {
  /** Items of a list that has a merge key are named by it: `['spec', 'containers', '[name=web]', 'image']`. */
  readonly path: FieldPath;
  /** Undefined: the field was added. */
  readonly before: unknown;
  /** Undefined: the field was removed. */
  readonly after: unknown;
  /** Both versions mean the same: another way to write a quantity or a duration, another order of a set, a default that is written out. */
  readonly isEquivalent: boolean;
}

/** A path as text: `spec.containers[name=web].image`, `metadata.annotations["example.org/a"]`. */
export function formatChangePath(path: FieldPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (part.startsWith('[')) return `${text}${part}`;
    if (/[./"[\]\s]/.test(part)) return `${text}["${part}"]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}
