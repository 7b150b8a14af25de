import { existsSync, readFileSync } from 'node:fs';
import { CHARTS_FOLDER } from './chart-lock';
import { parseReferences } from './contract';
import { crdOf, isCrd } from './custom-resource-definition';
import type { Manifest } from './manifest';
import { formatReference, type Reference } from './reference';
import { sha256 } from './sha256';
import { untilChanged } from './until-changed';

/** What a review file says of itself, in front of its objects. */
export interface ReviewHeader {
  /** The sha256 of what the objects depend on: the chart, the release and its values. */
  readonly inputs: string;
  /** The CRDs and Services among the objects: what objects of other releases refer to. */
  readonly makes: readonly Reference[];
}

/** What the objects of a review file depend on, besides the version of Kubernetes. */
export interface ReviewInputs {
  readonly source: string;
  /** Of the vendored archive. */
  readonly archive: string | undefined;
  readonly name: string;
  readonly namespace: string;
  readonly values: unknown;
}

/** The file in which `npm run charts:render` writes what a release's chart renders for an environment. It is not applied. */
export function reviewFile(release: string, environment: string): string {
  return `${CHARTS_FOLDER}/${release}/rendered/${environment}.yaml`;
}

export function reviewInputs({ source, archive, name, namespace, values }: ReviewInputs): string {
  return sha256(JSON.stringify([source, archive, name, namespace, values]));
}

const INPUTS = '# inputs: ';
const MAKES = '# makes: ';

/** The header as comment lines, after lines for people. */
export function formatReviewHeader(text: string, { inputs, makes }: ReviewHeader): string {
  return [text, `${INPUTS}${inputs}`, ...makes.map((reference) => `${MAKES}${formatReference(reference)}`), ''].join('\n');
}

/** The header of a review file; undefined if there is no such file. */
export function readReviewHeader(file: string): ReviewHeader | undefined {
  return existsSync(file) ? headerOf(file) : undefined;
}

/** CRDs can be megabytes: only the lines before the first object are parsed. */
const headerOf = untilChanged((file): ReviewHeader => {
  const [header = ''] = readFileSync(file, 'utf8').split('\n---\n', 1);
  const lines = header.split('\n');
  const after = (prefix: string): string[] => lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  const makes = parseReferences(after(MAKES).join('\n')).map(({ kind, namespace, name, keys }): Reference => ({
    kind,
    ...(namespace && { namespace }),
    name,
    ...(keys && { keys }),
  }));
  return { inputs: after(INPUTS)[0] ?? '', makes };
});

/** The CRDs, with what they serve, and the Services among objects. */
export function madeObjects(objects: readonly Manifest[]): Reference[] {
  return objects.flatMap((object): Reference[] => {
    const { name, namespace } = object.metadata;
    if (object.apiVersion === 'v1' && object.kind === 'Service') return [{ kind: 'Service', ...(namespace && { namespace }), name }];
    if (!isCrd(object)) return [];
    const keys = (crdOf(object)?.kinds ?? []).map(({ apiVersion, kind }) => `${apiVersion.split('/')[1] ?? ''}/${kind}`);
    return [{ kind: object.kind, name, keys }];
  });
}
