import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import { stringify } from 'yaml';
import type { Manifest } from '../../constructs/contract';
import { inWords, keyOf } from '../object';
import { printable } from '../terminal/printable';
import { LAST_APPLIED_ANNOTATION } from './abandoned';
import { masked } from './masked';

/** How an object differs from what dist makes of it. */
export interface Difference {
  readonly kind: 'none' | 'created' | 'changed' | 'removed';
  /** A unified diff, without a line break at its end; nothing where there is no difference. No secret values. */
  readonly text: string;
}

/** As diff and kubectl show it. */
const LINES_OF_CONTEXT = 3;

/** Of an object that comes or goes as a whole: enough to recognize it. The definition of a PostgresCluster has 20,000 lines. */
const LINES_OF_A_WHOLE_OBJECT = 100;

/**
 * What changes of an object.
 * @param live what is on the cluster; left out when it would be created
 * @param next what the API server answered to a dry run, or the manifest where it could not be asked; left out when it would be taken away
 * @param source where the manifest stands, for the header: `dist/30-postgres.k8s.yaml`
 */
export function differenceOf(live: Manifest | undefined, next: Manifest | undefined, source: string): Difference {
  const object = next ?? live;
  if (object === undefined) return { kind: 'none', text: '' };
  const [before, after] = masked(live, next).map((side) => (side === undefined ? '' : yamlOf(withoutNoise(side))));
  if (before === after) return { kind: 'none', text: '' };

  const name = inWords(keyOf(object));
  const patch = structuredPatch('', '', before ?? '', after ?? '', '', '', { context: LINES_OF_CONTEXT });
  const lines = formatPatch(patch, OMIT_HEADERS).slice(0, -1).split('\n');
  if (live === undefined) return { kind: 'created', text: text(`${name} is not on the cluster`, `${name} in ${source}`, shortened(lines)) };
  if (next === undefined)
    return { kind: 'removed', text: text(`${name} on the cluster`, `${name} is no longer in dist`, shortened(lines)) };
  return { kind: 'changed', text: text(`${name} on the cluster`, `${name} in ${source}`, lines) };
}

function text(before: string, after: string, lines: readonly string[]): string {
  return [`--- ${before}`, `+++ ${after}`, ...lines].join('\n');
}

function shortened(lines: readonly string[]): readonly string[] {
  const left = lines.length - LINES_OF_A_WHOLE_OBJECT;
  return left <= 1 ? lines : [...lines.slice(0, LINES_OF_A_WHOLE_OBJECT), `… and ${left} more lines`];
}

/** What the API server and kubectl keep for themselves, and what controllers report: nothing of it is in dist. */
const NOISE = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink'];

function withoutNoise(object: Manifest): Manifest {
  const { annotations = {}, labels = {}, ...metadata } = object.metadata;
  return {
    ...without(object, ['status']),
    metadata: {
      ...without(metadata, NOISE),
      ...nonEmpty('annotations', without(annotations, [LAST_APPLIED_ANNOTATION])),
      ...nonEmpty('labels', labels),
    },
  } as Manifest;
}

function without<T extends object>(object: T, names: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name))) as Partial<T>;
}

function nonEmpty(name: string, values: object): object {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}

/** YAML as dist has it: what it is first, the rest by name. Text of several lines stays text of several lines. */
function yamlOf({ apiVersion, kind, metadata, ...rest }: Manifest): string {
  const options = { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false };
  const yaml = [{ apiVersion, kind }, { metadata }, rest]
    .filter((part) => Object.keys(part).length > 0)
    .map((part) => stringify(part, options));
  return printable(yaml.join(''));
}
