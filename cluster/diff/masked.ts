import type { Manifest } from '../../manifests/manifest';
import { LAST_APPLIED_ANNOTATION } from './abandoned';

const MASK = '***';

type Values = Readonly<Record<string, unknown>>;

/**
 * Two versions of a Secret as they may be shown: keys, and whether a value changes, but no value; as kubectl diff does it. The manifest that
 * kubectl keeps in an annotation holds the values once more. Objects of other kinds are shown as they are: they hold no secrets.
 */
export function masked(before: Manifest | undefined, after: Manifest | undefined): [Manifest | undefined, Manifest | undefined] {
  if (!isSecret(before) && !isSecret(after)) return [before, after];
  const mask = (one: Manifest | undefined, other: Manifest | undefined, changed: string): Manifest | undefined => {
    if (one === undefined) return undefined;
    const { metadata } = one;
    const text = metadata.annotations?.[LAST_APPLIED_ANNOTATION];
    return {
      ...one,
      ...withValuesMasked('data', one, other, changed),
      ...withValuesMasked('stringData', one, other, changed),
      ...(text !== undefined && {
        metadata: {
          ...metadata,
          annotations: {
            ...metadata.annotations,
            [LAST_APPLIED_ANNOTATION]: maskOf(text, other?.metadata.annotations?.[LAST_APPLIED_ANNOTATION], changed),
          },
        },
      }),
    };
  };
  return [mask(before, after, `${MASK} (before)`), mask(after, before, `${MASK} (after)`)];
}

function isSecret(object: Manifest | undefined): boolean {
  return object?.kind === 'Secret' && object.apiVersion === 'v1';
}

function withValuesMasked(field: string, one: Manifest, other: Manifest | undefined, changed: string): Values {
  const [values, others] = [one[field], other?.[field] ?? {}] as [Values | null | undefined, Values];
  if (values === undefined || values === null) return {};
  return {
    [field]: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, maskOf(value, Object.hasOwn(others, key) ? others[key] : undefined, changed)]),
    ),
  };
}

function maskOf(value: unknown, other: unknown, changed: string): string {
  return other === undefined || other === value ? MASK : changed;
}
