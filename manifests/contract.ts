/**
 * The contract: what a manifest says about itself that its YAML does not.
 *
 * The rules in checks/ and the commands in cluster/ know Kubernetes and this file, and no construct. Constructs write these annotations;
 * they are in dist/, where reviewers read them, so each is a short line of text:
 *
 *     Secret cvat/my-postgres-pguser-cvat: password, user        a kind, [namespace/]name, and the keys that matter
 *     CustomResourceDefinition widgets.example.org: v1/Widget     of a definition: the versions and kinds that it serves
 *     Secret cvat/s3: s3.conf <- kubectl create secret …          of a need: what the installer does about it
 */

import type { Manifest } from './manifest';
import { formatReference, type Need, type Reference } from './reference';

const PREFIX = 'platform.kapernikov.com';

/** The label that every object carries: the environment it was synthesized for. */
export const ENVIRONMENT_LABEL = `${PREFIX}/environment`;

/** The annotation of an object that takes data along when it is deleted. Its value says whose. */
export const HOLDS_DATA_ANNOTATION = `${PREFIX}/holds-data`;

/** The annotation by which a person allows that such an object is deleted, and the only value that does. */
export const DELETE_ANNOTATION = `${PREFIX}/delete`;
export const DELETE_WITH_DATA = 'with-its-data';

/** Whether an annotation belongs to the contract. */
export function isContractAnnotation(name: string): boolean {
  return name.startsWith(`${PREFIX}/`);
}

/** What an object says about itself. */
export interface Contract {
  /** What comes to be because of this object, though it is not in dist: by an operator, or out of a chart. */
  readonly makes?: readonly Reference[];
  /** What this object uses by name where YAML does not show it: inside the values of a chart. */
  readonly reads?: readonly Reference[];
  /** The definitions of others whose objects this object looks after: while one of them is left, it must not go. Those it makes are meant anyway. */
  readonly operates?: readonly Reference[];
  /** What must be on the cluster before this object is applied. */
  readonly needs?: readonly Need[];
  /** Deleting this object deletes data: whose. */
  readonly holdsData?: string;
}

/** The contract as annotations. */
export function contractAnnotations(contract: Contract): Record<string, string> {
  const entries: [string, string | undefined][] = [
    [`${PREFIX}/makes`, lines(contract.makes?.map(formatReference))],
    [`${PREFIX}/reads`, lines(contract.reads?.map(formatReference))],
    [`${PREFIX}/operates`, lines(contract.operates?.map(formatReference))],
    [`${PREFIX}/needs`, lines(contract.needs?.map((need) => `${formatReference(need)} <- ${need.remedy}`))],
    [HOLDS_DATA_ANNOTATION, contract.holdsData],
  ];
  return Object.fromEntries(entries.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** The contract of an object of dist. */
export function contractOf(manifest: Manifest): Contract {
  const { annotations = {} } = manifest.metadata;
  const parse = (name: string): Need[] => (annotations[`${PREFIX}/${name}`] ?? '').split('\n').flatMap(parseLine);
  const holdsData = annotations[HOLDS_DATA_ANNOTATION];
  return { makes: parse('makes'), reads: parse('reads'), operates: parse('operates'), needs: parse('needs'), holdsData };
}

function lines(texts: readonly string[] | undefined): string | undefined {
  return texts?.length ? texts.join('\n') : undefined;
}

const LINE = /^(?<kind>\S+) (?:(?<namespace>[^/\s]+)\/)?(?<name>[^/\s]+?)(?:: (?<keys>.+?))?(?: <- (?<remedy>.*))?$/;

function parseLine(line: string): Need[] {
  const groups = LINE.exec(line)?.groups;
  if (!groups?.kind || !groups.name) return [];
  const { kind, namespace, name, keys, remedy = '' } = groups;
  return [{ kind, ...(namespace && { namespace }), name, ...(keys && { keys: keys.split(', ') }), remedy }];
}
