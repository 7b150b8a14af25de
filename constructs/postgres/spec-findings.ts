import type { PostgresClusterSpec } from '../../imports/postgres-operator.crunchydata.com';
import type { Finding } from '../../manifests/finding';
import { parseImage } from '../../manifests/image-reference';
import type { Plain } from '../plain';
import { accessModes } from '../syntax/access-modes';
import { postgresParameter } from '../syntax/postgres-parameter';
import { restoreTime } from '../syntax/restore-time';
import type { Restore } from './backup';

type Spec = Plain<PostgresClusterSpec>;
type FieldFinding = [field: string, finding: Finding | undefined];

/** Findings about values that PGO's CRD accepts and Kubernetes, PostgreSQL or pgBackRest then refuse. */
export function specFindings(
  cluster: { readonly name: string; readonly namespace?: string; readonly restore?: Restore },
  spec: Spec,
): FieldFinding[] {
  const { instances, backups, postgresVersion, image, config } = spec;
  const claims: [string, Claim | undefined][] = [
    ...instances.flatMap(({ dataVolumeClaimSpec, walVolumeClaimSpec }, index): [string, Claim | undefined][] => [
      [`spec.instances[${index}].dataVolumeClaimSpec`, dataVolumeClaimSpec],
      [`spec.instances[${index}].walVolumeClaimSpec`, walVolumeClaimSpec],
    ]),
    ...(backups?.pgbackrest?.repos ?? []).map(({ volume }, index): [string, Claim | undefined] => [
      `spec.backups.pgbackrest.repos[${index}].volume.volumeClaimSpec`,
      volume?.volumeClaimSpec,
    ]),
  ];
  const parameters = (config as { readonly parameters?: Readonly<Record<string, string | number>> } | undefined)?.parameters ?? {};
  return [
    ...claims.map(([field, claim]): FieldFinding => [`${field}.accessModes`, accessModes(claim?.accessModes)]),
    ...claims.flatMap(([field, claim]) => limitFindings(`${field}.resources`, claim?.resources)),
    ...instances.flatMap(({ resources }, index) => limitFindings(`spec.instances[${index}].resources`, resources)),
    ...Object.entries(parameters).map(([name, value]): FieldFinding => [`parameters.${name}`, postgresParameter(value)]),
    ['image', image === undefined ? undefined : otherMajor(image, postgresVersion)],
    ...restoreFindings(cluster),
  ];
}

type Claim = Spec['instances'][number]['dataVolumeClaimSpec'];

interface Resources {
  readonly requests?: Readonly<Record<string, unknown>>;
  readonly limits?: Readonly<Record<string, unknown>>;
}

function limitFindings(field: string, resources: Resources | undefined): FieldFinding[] {
  return Object.entries(resources?.limits ?? {}).map(([name, limit]): FieldFinding => {
    const request = resources?.requests?.[name];
    const [least, most] = [amountOf(request), amountOf(limit)];
    if (least === undefined || most === undefined || most >= least) return [`${field}.limits.${name}`, undefined];
    return [
      `${field}.limits.${name}`,
      {
        message: `must be at least the request, "${String(request)}"; got "${String(limit)}".`,
        remedy: 'Increase the limit, or reduce the request.',
      },
    ];
  });
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

function amountOf(quantity: unknown): number | undefined {
  const [, amount, unit = ''] = /^([0-9.]+(?:[eE][+-]?[0-9]+)?)([numkMGTPE]i?|Ki)?$/.exec(String(quantity)) ?? [];
  const factor = UNITS[unit];
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}

/** PostgreSQL's major version in a tag of Crunchy's images: the first number after the name of the base image, `ubi8-15.4-0`. */
export function majorOf(image: string): number | undefined {
  const [, major] = /^(?:(?:ubi|centos)[0-9]+-)?([0-9]{2})(?![0-9])/.exec(parseImage(image).tag ?? '') ?? [];
  return major === undefined ? undefined : Number(major);
}

function otherMajor(image: string, version: number): Finding | undefined {
  const major = majorOf(image);
  if (major === undefined || major === Number(version)) return undefined;
  return {
    message: `must be an image of PostgreSQL ${version}, as in \`version\`; got "${image}" of PostgreSQL ${major}.`,
    remedy: 'Use the same major version in both.',
  };
}

function restoreFindings({
  name,
  namespace,
  restore,
}: {
  readonly name: string;
  readonly namespace?: string;
  readonly restore?: Restore;
}): FieldFinding[] {
  if (restore === undefined) return [];
  const { at } = restore;
  const isItself = restore.kind === 'cluster' && restore.name === name && (restore.namespace ?? namespace) === namespace;
  return [
    [
      'restore.name',
      isItself
        ? { message: `must be another PostgresCluster; got "${name}" itself.`, remedy: 'Give the new cluster another name.' }
        : undefined,
    ],
    ['restore.at', at === undefined ? undefined : restoreTime(at)],
  ];
}
