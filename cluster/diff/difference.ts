import { isDeepStrictEqual } from 'node:util';
import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import { type Manifest, formatKey, keyOf } from '../../manifests/manifest';
import { without } from '../objects/live-object';
import { toYaml } from '../../manifests/yaml';
import { printable } from '../cli/terminal/table';
import { LAST_APPLIED_ANNOTATION } from './abandoned';
import { masked } from './masked';

/** How an object differs from the object after deploy. */
export interface Difference {
  readonly kind: 'none' | 'created' | 'changed' | 'removed';
  /** A unified diff without a line break at its end; empty without a difference. It contains no values of Secrets. */
  readonly text: string;
}

const NONE: Difference = { kind: 'none', text: '' };

/** The maximum number of changed lines. A full comparison of two versions of the largest CRD takes a minute. */
const MOST_LINES = 1000;

/** As in diff and kubectl. */
const LINES_OF_CONTEXT = 3;

/** The number of lines shown of an object that is created or deleted. The CRD of PostgresClusters has 20,000 lines. */
const MOST_LINES_OF_AN_OBJECT = 100;

/**
 * How deploy changes an object.
 * @param live the object on the cluster; undefined if deploy creates it
 * @param next the result of a dry run, or the manifest if none was possible; undefined if deploy deletes the object
 * @param source the file of the manifest, for the header: `dist/30-postgres.k8s.yaml`
 */
export function differenceOf(live: Manifest | undefined, next: Manifest | undefined, source: string): Difference {
  const object = next ?? live;
  if (object === undefined) return NONE;
  const [before, after] = masked(live, next).map((side) => side && withoutNoise(side));
  if (isDeepStrictEqual(before, after)) return NONE; // most objects: no YAML is needed

  const name = formatKey(keyOf(object));
  const [there, here] = [`--- ${name} on the cluster`, `+++ ${name} in ${source}`];
  if (before === undefined) return { kind: 'created', text: lines(`--- ${name} is not on the cluster`, here, ...whole('+', after)) };
  if (after === undefined) return { kind: 'removed', text: lines(there, `+++ ${name} is no longer in dist`, ...whole('-', before)) };
  const changes = hunks(yamlOf(before), yamlOf(after));
  return changes.length === 0 ? NONE : { kind: 'changed', text: lines(there, here, ...changes) };
}

function lines(...all: readonly string[]): string {
  return all.join('\n');
}

function hunks(before: string, after: string): string[] {
  if (before === after) return [];
  const patch = structuredPatch('', '', before, after, '', '', { context: LINES_OF_CONTEXT, maxEditLength: MOST_LINES });
  if (patch === undefined) return [`… more than ${MOST_LINES} lines change: too many to show them`];
  return formatPatch(patch, OMIT_HEADERS).slice(0, -1).split('\n');
}

/** All lines of an object that is created or deleted. */
function whole(sign: '+' | '-', object: Manifest | undefined): string[] {
  const all = object === undefined ? [] : yamlOf(object).slice(0, -1).split('\n');
  const left = all.length - MOST_LINES_OF_AN_OBJECT;
  const shown = (left <= 1 ? all : all.slice(0, MOST_LINES_OF_AN_OBJECT)).map((line) => `${sign}${line}`);
  const range = sign === '+' ? `@@ -0,0 +1,${all.length} @@` : `@@ -1,${all.length} +0,0 @@`;
  return [range, ...shown, ...(left <= 1 ? [] : [`… and ${left} more lines`])];
}

/** Fields of the API server and of kubectl, which are never in dist. */
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

function nonEmpty(name: string, values: object): object {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}

/** YAML as in dist: apiVersion, kind and metadata first, the rest by name. Strings of several lines are block scalars. */
function yamlOf({ apiVersion, kind, metadata, ...rest }: Manifest): string {
  const yaml = [{ apiVersion, kind }, { metadata }, rest]
    .filter((part) => Object.keys(part).length > 0)
    .map((part) => toYaml(part, { sorted: true }));
  return printable(yaml.join(''));
}
