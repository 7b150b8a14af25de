import type { ImmutableField } from './immutable-field';

/** The API server's answer to a request that it refuses. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Refusal {
  readonly code?: number;
  readonly details?: {
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

/** What the API server answers for an object that is not valid, an update of what is immutable among them. */
const UNPROCESSABLE = 422;

/** There is no reason of its own for it: these are the words of Kubernetes' validation, and of rules in CRDs. */
const IMMUTABLE = [
  /\bimmutable\b/i, // most of them: "field is immutable", "spec is immutable after creation except …"
  /^updates to .+ are forbidden/, // StatefulSets; StorageClasses before 1.36
  /\bcannot change roleRef\b/,
  /\b(?:may|must) not (?:be )?changed?\b/, // Services, Pods, PriorityClasses
  /\b(?:cannot|can not|can't) be (?:added, )?(?:changed|modified|updated)\b/, // rules of CRDs: AppUser's username
];

/** Which fields make the API server refuse an update because they are immutable. None when it refuses for another reason. */
export function refusedFields({ code, details }: Refusal): ImmutableField[] {
  if (code !== UNPROCESSABLE) return [];
  const fields = new Map<string, ImmutableField>();
  for (const { field = '', message = '' } of details?.causes ?? []) {
    const words = withoutValue(message);
    if (IMMUTABLE.some((pattern) => pattern.test(words))) fields.set(`${field}: ${words}`, { field, message: words });
  }
  return [...fields.values()];
}

/**
 * `Invalid value: {…}: field is immutable` without the value, which may be a whole template, and may hold any of the words. A message of
 * several lines has a comparison of Go structures below the first.
 */
function withoutValue(message: string): string {
  const [line = ''] = message.split('\n');
  const prefix = /^(?:Forbidden|Invalid value): /.exec(line)?.[0] ?? '';
  const rest = line.slice(prefix.length);
  return prefix.startsWith('Invalid') ? rest.slice(lengthOfValue(rest)) : rest;
}

/** How long a value is with the colon behind it: JSON, or a structure as Go writes it. Zero when no value stands there. */
function lengthOfValue(text: string): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{[(]|[}\])]|: /g)) {
    if ('{[('.includes(token)) depth++;
    else if ('}])'.includes(token)) depth--;
    else if (token === ': ' && depth === 0) return index + token.length;
  }
  return 0;
}
