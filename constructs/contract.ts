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

const PREFIX = 'platform.kapernikov.com';

/** The label that every object carries: the environment it was synthesized for. */
export const ENVIRONMENT_LABEL = `${PREFIX}/environment`;

/** The annotation of an object that takes data along when it is deleted. Its value says whose. */
export const HOLDS_DATA_ANNOTATION = `${PREFIX}/holds-data`;

/** The annotation by which a person allows that such an object is deleted, and the only value that does. */
export const DELETE_ANNOTATION = `${PREFIX}/delete`;
export const DELETE_WITH_DATA = 'with-its-data';

/** A Kubernetes object as it stands in dist/. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** A file of dist/: its objects are applied together, once the stage before is ready, and taken away in the reverse order. */
export interface Stage {
  /** The file's name without its ending: `30-postgres`. */
  readonly name: string;
  readonly objects: readonly StagedObject[];
}

/**
 * The order of stages: that of their files, as kubectl reads a folder. It is not that of the names alone: `70-minio-operator.k8s.yaml` comes
 * before `70-minio.k8s.yaml`.
 */
export function compareStages(one: string, other: string): number {
  const [first, second] = [`${one}.`, `${other}.`];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** An object of a stage and the path of the construct that made it. */
export interface StagedObject {
  readonly path: string;
  readonly manifest: Manifest;
}

/** An object, named by somebody who does not hold it. */
export interface Reference {
  readonly kind: string;
  /** Left out for cluster-scoped kinds. */
  readonly namespace?: string;
  readonly name: string;
  /** The keys of a Secret or ConfigMap; of a CustomResourceDefinition what it serves, as `version/Kind`. */
  readonly keys?: readonly string[];
}

/** Something that only the person who installs can provide. */
export interface Need extends Reference {
  /** What to do about it, on one line: best a command. Never a secret value. */
  readonly remedy: string;
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

/** What an environment says about a finding of a check that it lives with. */
export interface Acknowledgement {
  /** The rule's name: `default-password`. */
  readonly rule: string;
  /** The object, as findings write it: `HelmChart kube-system/cvat`. */
  readonly object: string;
  /** Why that is all right here. It is printed with the finding. */
  readonly reason: string;
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

/** A reference in words: `Secret cvat/my-postgres-pguser-cvat: password, user`. */
export function formatReference({ kind, namespace, name, keys }: Reference): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}${keys?.length ? `: ${[...keys].sort().join(', ')}` : ''}`;
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
