import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS>();

/** Patterns are RE2 wherever Kubernetes has them: `(?i:ms|s)` and `[[:cntrl:]]` mean nothing, or something else, in JavaScript. */
export function regularExpression(pattern: string): RE2JS {
  const known = compiled.get(pattern) ?? RE2JS.compile(pattern);
  compiled.set(pattern, known);
  return known;
}

/** Whether a part of the text matches, as everywhere in Kubernetes: a pattern for the whole has `^` and `$`. */
export const matches = (text: string, pattern: string): boolean => regularExpression(pattern).test(text);

/** The first part that matches, or nothing. */
export function find(text: string, pattern: string): string {
  const matcher = regularExpression(pattern).matcher(text);
  return matcher.find() ? (matcher.group() ?? '') : '';
}
