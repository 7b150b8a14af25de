import { parse, stringify } from 'yaml';
import type { Manifest } from '../../manifests/manifest';
import { type Reference, formatReference } from '../../manifests/reference';
import { type Contract, contractAnnotations, contractOf } from '../../manifests/contract';
import { changed, maps, type Path, strings, written } from './yaml-path';

export type Rename = (name: string) => string;

/** A change of one object: its description, and the manifest after it. `undefined` takes the object away. */
export interface Change {
  readonly what: string;
  readonly apply: (manifest: Manifest, rename: Rename) => Manifest | undefined;
}

/** What an object calls by name, and every way of changing one of these names. */
export interface Uses {
  readonly changes: readonly Change[];
  readonly means: (reference: Reference) => boolean;
  readonly asksFor: (reference: Reference, key: string) => boolean;
}

/** Strings that happen to be called as something is, and do not mean it. */
const NO_REFERENCES: readonly RegExp[] = [
  /^(apiVersion|kind|metadata\.name)$/, // what the object is: changed below
  /[Ll]abels\./,
  /^metadata\.annotations\.platform\.kapernikov\.com\//, // changed below, a line at a time
  /^spec\.releaseName$/, // the release's own
  /^spec\.users\[\d+\]\./, // PostgreSQL's users and databases
  /[cC]ontainers\[\d+\]\.(name|ports|command|args)/,
  /(volumes|volumeMounts)\[\d+\]\.name$/,
  /\.env\[\d+\]\.value$/, // words for a program: of these, rules know addresses only (test/checks/missing-reference.test.ts)
  /^rules\[\d+\]\.resourceNames/, // a right to something that need not exist
];

/**
 * Finds what an object calls by name, in a way that has nothing to do with how checks/ finds it: a string is a reference when it is the name
 * of something, in any field, unless it is on the short list of those that are not.
 */
export function usesOf(manifest: Manifest, names: ReadonlySet<string>): Uses {
  const content = (manifest['spec'] as { valuesContent?: string } | undefined)?.valuesContent ?? '{}';
  const values: unknown = parse(content);
  const isName = (text: string): boolean => parts(text).some(({ part }) => names.has(part));
  const inFields = strings(manifest).filter(
    ({ path, text }) => isName(text) && !NO_REFERENCES.some((pattern) => pattern.test(written(path))),
  );
  const inValues = strings(values).filter(({ text }) => isName(text));
  const mentioned = [...inFields, ...inValues].flatMap(({ text }) => parts(text).map(({ part }) => part));
  const { reads = [] } = contractOf(manifest);
  const served = (crd: Reference): boolean => crd.name.endsWith(`.${group(manifest)}`);
  const kind = `${manifest.apiVersion.split('/')[1] ?? ''}/${manifest.kind}`;
  return {
    changes: [
      ...inFields.flatMap(({ path, text }) => textChanges(written(path), text, (one, to) => changed(one, path, to))),
      ...inValues.flatMap(({ path, text }) =>
        textChanges(`values ${written(path)}`, text, (one, to) =>
          changed(one, ['spec', 'valuesContent'], stringify(changed(parse(content), path, to))),
        ),
      ),
      ...reads.flatMap((reference) => lineChanges('reads', reference)),
      ...kindChanges(manifest),
    ],
    means: (wanted) =>
      reads.some((reference) => isSame(reference, wanted)) ||
      (wanted.kind === 'CustomResourceDefinition' ? served(wanted) && (wanted.keys ?? []).includes(kind) : mentioned.includes(wanted.name)),
    asksFor: (wanted, key) =>
      reads.some((reference) => isSame(reference, wanted) && reference.keys?.includes(key)) ||
      (wanted.kind === 'CustomResourceDefinition' && served(wanted) && key === kind) ||
      maps([manifest, values]).some((map) => Object.values(map).includes(wanted.name) && Object.values(map).includes(key)),
  };
}

export function isSame(one: Reference, other: Reference): boolean {
  return formatReference({ ...one, keys: [] }) === formatReference({ ...other, keys: [] });
}

type List = 'makes' | 'needs' | 'reads';

/** The manifest with one line of its contract replaced. */
export function rewritten(manifest: Manifest, list: List, from: Reference, to: Partial<Reference>): Manifest {
  const contract = contractOf(manifest);
  const lines = (contract[list] ?? []).map((one) => (formatReference(one) === formatReference(from) ? { ...one, ...to } : one));
  const annotations = { ...manifest.metadata.annotations, ...contractAnnotations({ ...contract, [list]: lines } as Contract) };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

/** Every way of changing a line of the contract: its name, its namespace, and one key. */
export function lineChanges(list: List, reference: Reference): Change[] {
  const line = `${list} ${formatReference(reference)}`;
  const { name, namespace, keys = [] } = reference;
  // Of a CRD, only the group is called by others; its plural is not.
  const called = (rename: Rename): string =>
    reference.kind === 'CustomResourceDefinition'
      ? `${name.split('.')[0] ?? ''}.${rename(name.slice(name.indexOf('.') + 1))}`
      : rename(name);
  return [
    { what: `${line}, renamed`, apply: (one, rename) => rewritten(one, list, reference, { name: called(rename) }) },
    ...(namespace === undefined
      ? []
      : [
          {
            what: `${line}, moved`,
            apply: (one: Manifest, rename: Rename) => rewritten(one, list, reference, { namespace: rename(namespace) }),
          },
        ]),
    ...(list === 'reads' ? keys : []).map((key) => ({
      what: `${line}, ${key} renamed`,
      apply: (one: Manifest, rename: Rename) => rewritten(one, list, reference, { keys: [rename(key)] }),
    })),
  ];
}

function textChanges(what: string, text: string, to: (manifest: Manifest, text: string) => Manifest): Change[] {
  return parts(text).map(({ part, before, after }) => ({
    what: before === '' ? what : `${what}, after ${before}`,
    apply: (manifest, rename) => to(manifest, before + rename(part) + after),
  }));
}

/** What an object is. */
function kindChanges({ apiVersion, kind }: Manifest): Change[] {
  const path: Path = ['apiVersion'];
  const [name = '', version] = apiVersion.split('/');
  return [
    { what: 'kind', apply: (one) => changed(one, ['kind'], `${kind}X`) },
    { what: 'version', apply: (one) => changed(one, path, `${apiVersion}x`) },
    ...(version === undefined
      ? []
      : [{ what: 'group', apply: (one: Manifest, rename: Rename) => changed(one, path, `${rename(name)}/${version}`) }]),
  ];
}

function group({ apiVersion }: Manifest): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** The names in a text: the text itself, or the Service and the namespace of `my-postgres-primary.cvat.svc`. */
function parts(text: string): { before: string; part: string; after: string }[] {
  const [, service, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc$/.exec(text) ?? [];
  if (service === undefined || namespace === undefined) return [{ before: '', part: text, after: '' }];
  return [
    { before: '', part: service, after: `.${namespace}.svc` },
    { before: `${service}.`, part: namespace, after: '.svc' },
  ];
}
