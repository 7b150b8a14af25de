import { isDeepStrictEqual } from 'node:util';
import { releaseOf } from '../../manifests/helm-release';
import { isMap, listOf, valueAt } from '../../manifests/fields';
import type { LiveObject } from '../objects/live-object';
import { numberAt, textAt } from './fields';
import { type ReadinessContext, type State, waiting } from './readiness';

/** The images that the pods of a PostgresCluster should have; undefined where they are unknown. */
export interface PostgresImages {
  readonly postgres: string | undefined;
  readonly pgbackrest: string | undefined;
}

/** PGO's chart and kustomization label its Deployment so, with different values. */
const CONTROL_PLANE = 'postgres-operator.crunchydata.com/control-plane';

/**
 * The images of the spec, and otherwise those of PGO's Deployment. A new version of PGO has other images: it replaces the pods of every
 * cluster some time after it has started, while no generation changes.
 */
export async function imagesOf(cluster: LiveObject, context: ReadinessContext): Promise<PostgresImages> {
  const { spec } = cluster;
  const namespaces = context.operatorsOf(cluster).flatMap((operator) => releaseOf(operator)?.namespace ?? []);
  const lists = await Promise.all(
    [...new Set(namespaces)].map((namespace) =>
      context.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, { namespace, labels: CONTROL_PLANE }),
    ),
  );
  const variables = lists
    .flat()
    .flatMap((deployment) => listOf(valueAt(deployment, 'spec', 'template', 'spec', 'containers')))
    .flatMap((container) => listOf(valueAt(container, 'env')));
  const related = (name: string): string | undefined =>
    textAt(
      variables.find((variable) => textAt(variable, 'name') === `RELATED_IMAGE_${name}`),
      'value',
    );
  const gis = textAt(spec, 'postGISVersion');
  const version = numberAt(spec, 'postgresVersion') ?? '';
  return {
    postgres: textAt(spec, 'image') ?? related(gis === undefined ? `POSTGRES_${version}` : `POSTGRES_${version}_GIS_${gis}`),
    pgbackrest: textAt(spec, 'backups', 'pgbackrest', 'image') ?? related('PGBACKREST'),
  };
}

/** Waiting while PGO has not applied an image to a StatefulSet. */
export function imageNotApplied(set: LiveObject, container: string, image: string | undefined): State | undefined {
  const containers = listOf(valueAt(set, 'spec', 'template', 'spec', 'containers'));
  const found = textAt(
    containers.find((each) => textAt(each, 'name') === container),
    'image',
  );
  if (image === undefined || found === undefined || found === image) return undefined;
  return waiting(`PGO has not applied image ${image} to StatefulSet ${set.metadata.name} yet`);
}

/** Fields of an instance set that PGO copies unchanged into the pods of its StatefulSets. */
const COPIED = ['affinity', 'priorityClassName', 'tolerations'];

/**
 * Waiting while PGO has not applied an instance set to a StatefulSet of it: its status can be of the new generation before, and also when a
 * step before this one failed. Compares the fields that PGO copies; it computes the others.
 */
export function instanceSetNotApplied(set: LiveObject, instanceSet: unknown): State | undefined {
  const pod = valueAt(set, 'spec', 'template', 'spec');
  const database = listOf(valueAt(pod, 'containers')).find((each) => textAt(each, 'name') === 'database');
  if (instanceSet === undefined || database === undefined) return undefined;
  const hasResources = ['requests', 'limits'].every((field) =>
    isDeepStrictEqual(numbersOf(valueAt(instanceSet, 'resources', field)), numbersOf(valueAt(database, 'resources', field))),
  );
  const different = COPIED.find((field) => !isDeepStrictEqual(orAbsent(valueAt(instanceSet, field)), orAbsent(valueAt(pod, field))));
  const field = hasResources ? different : 'resources';
  return field === undefined ? undefined : waiting(`PGO has not applied its ${field} to StatefulSet ${set.metadata.name} yet`);
}

/** An empty value is stored in one object and not in the other. */
function orAbsent(value: unknown): unknown {
  const isEmpty = value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  return isEmpty ? undefined : value;
}

const SUFFIXES: Readonly<Record<string, number>> = {
  ...Object.fromEntries([...'KMGTPE'].map((letter, index) => [`${letter}i`, 1024 ** (index + 1)])),
  ...Object.fromEntries([...'kMGTPE'].map((letter, index) => [letter, 1000 ** (index + 1)])),
  ...Object.fromEntries([...'mun'].map((letter, index) => [letter, 1000 ** -(index + 1)])),
};

function numbersOf(quantities: unknown): Readonly<Record<string, number | undefined>> {
  return isMap(quantities) ? Object.fromEntries(Object.entries(quantities).map(([name, quantity]) => [name, numberOf(quantity)])) : {};
}

/** The number of a quantity: the API server writes `0.5` as `500m`. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function numberOf(quantity: unknown): number | undefined {
  const [, number, suffix = ''] = /^([0-9.]+(?:[eE][+-]?[0-9]+)?)([KMGTPE]i|[kMGTPEmun])?$/.exec(String(quantity)) ?? [];
  // Of a thousandth of a byte or a core, less is rounding.
  return number === undefined ? undefined : Math.round(Number(number) * (SUFFIXES[suffix] ?? 1) * 1000);
}
