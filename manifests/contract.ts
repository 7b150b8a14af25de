/**
 * The contract: annotations that declare what the other fields of a manifest do not show.
 *
 * Constructs write them; the rules in checks/ and the commands in cluster/ read them and do not know constructs. Reviewers read them in dist/,
 * so each is a short line of text:
 *
 *     Secret cvat/my-postgres-pguser-cvat: password, user        a kind, [namespace/]name, and the keys that matter
 *     CustomResourceDefinition widgets.example.org: v1/Widget     for a CRD: the versions and kinds that it serves
 *     Secret cvat/s3: s3.conf <- kubectl create secret …          for a need: how the installer creates it
 */

import type { Manifest } from './manifest';
import { formatReference, type Need, type Reference } from './reference';

const PREFIX = 'platform.kapernikov.com';

/** The label of every object: the environment that it was synthesized for. */
export const ENVIRONMENT_LABEL = `${PREFIX}/environment`;

/** The annotation of an object whose deletion deletes data. Its value says which data. */
export const HOLDS_DATA_ANNOTATION = `${PREFIX}/holds-data`;

/** The annotation of an object that holds no data itself, and without which data is lost or out of reach: PGO's release. */
export const NEEDED_BY_ANNOTATION = `${PREFIX}/needed-by`;

/** The mark that allows changes of the object that lose data, by their names: `remove-repository=repo1`. It is never in dist. */
export const ALLOW_ANNOTATION = `${PREFIX}/allow`;

/** The mark that allows to delete an object that holds data or is needed by data, and the only value that does. It is never in dist. */
export const DELETE_ANNOTATION = `${PREFIX}/delete`;
export const DELETE_WITH_DATA = 'with-its-data';

/** The annotation of a CRD that `npm run import` has written: its origin and its licence. */
export const GENERATED_ANNOTATION = `${PREFIX}/generated`;

/** The annotation of such a CRD in dist: the versions of the release that it is of, as a range of semantic versions. */
export const RELEASES_ANNOTATION = `${PREFIX}/releases`;

/** Whether an annotation belongs to the contract. That of the licence stays wherever the CRD goes. */
export function isContractAnnotation(name: string): boolean {
  return name.startsWith(`${PREFIX}/`) && name !== GENERATED_ANNOTATION;
}

/** What an object declares about itself. */
export interface Contract {
  /** Objects that exist because of this one and are not in dist/: an operator or a chart creates them. */
  readonly makes?: readonly Reference[];
  /** Objects that this one refers to in a way that its fields do not show: inside the values of a chart. */
  readonly reads?: readonly Reference[];
  /** CRDs of other objects whose custom resources this object reconciles: it must not be deleted while one of them exists. The CRDs in `makes` are included. */
  readonly operates?: readonly Reference[];
  /** Objects that must exist before this one is applied. */
  readonly needs?: readonly Need[];
  /** Which data is deleted with this object. */
  readonly holdsData?: string;
  /** Data is lost or out of reach without this object: what needs it. */
  readonly neededBy?: string;
}

/** The contract as annotations. */
export function contractAnnotations(contract: Contract): Record<string, string> {
  const entries: [string, string | undefined][] = [
    [`${PREFIX}/makes`, lines(contract.makes?.map(formatReference))],
    [`${PREFIX}/reads`, lines(contract.reads?.map(formatReference))],
    [`${PREFIX}/operates`, lines(contract.operates?.map(formatReference))],
    [
      `${PREFIX}/needs`,
      lines(contract.needs?.map((need) => `${formatReference(need)} <- ${need.remedy.replaceAll('\n', `\n${CONTINUATION}`)}`)),
    ],
    [HOLDS_DATA_ANNOTATION, contract.holdsData],
    [NEEDED_BY_ANNOTATION, contract.neededBy],
  ];
  return Object.fromEntries(entries.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** The contract of an object of dist. */
export function contractOf(manifest: Manifest): Contract {
  const { annotations = {} } = manifest.metadata;
  const parse = (name: string): Need[] => parseReferences(annotations[`${PREFIX}/${name}`] ?? '');
  const holdsData = annotations[HOLDS_DATA_ANNOTATION];
  const neededBy = annotations[NEEDED_BY_ANNOTATION];
  return { makes: parse('makes'), reads: parse('reads'), operates: parse('operates'), needs: parse('needs'), holdsData, neededBy };
}

function lines(texts: readonly string[] | undefined): string | undefined {
  return texts?.length ? texts.join('\n') : undefined;
}

/** A remedy can have several lines: the further ones are indented. */
const CONTINUATION = '  ';
const NEW_ENTRY = /\n(?! {2})/;

const LINE = /^(?<kind>\S+) (?:(?<namespace>[^/\s]+)\/)?(?<name>[^/\s]+?)(?:: (?<keys>.+?))?(?: <- (?<remedy>.*))?$/s;

/** References as text, one a line. */
export function parseReferences(text: string): Need[] {
  return text.split(NEW_ENTRY).flatMap(parseLine);
}

function parseLine(line: string): Need[] {
  const groups = LINE.exec(line)?.groups;
  if (!groups?.kind || !groups.name) return [];
  const { kind, namespace, name, keys, remedy = '' } = groups;
  return [
    {
      kind,
      ...(namespace && { namespace }),
      name,
      ...(keys && { keys: keys.split(', ') }),
      remedy: remedy.replaceAll(`\n${CONTINUATION}`, '\n'),
    },
  ];
}
