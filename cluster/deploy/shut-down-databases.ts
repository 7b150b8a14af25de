import { EnvironmentObjects } from '../../manifests/environment-objects';
import { contractOf } from '../../manifests/contract';
import { isSameObject } from '../../manifests/custom-resource-definition';
import { valueAt } from '../../manifests/fields';
import { formatKey, groupKindOf, keyOf, type Manifest } from '../../manifests/manifest';
import type { Reference } from '../../manifests/reference';
import { POSTGRES_CLUSTER } from '../../manifests/data-protection/update-rules';
import type { DistStage } from '../dist';

/** A PostgresCluster that dist shuts down, and the objects that use its users' Secrets or its Services. */
export interface ShutDownDatabase {
  readonly stage: string;
  readonly object: string;
  readonly users: readonly string[];
}

/** The databases that are shut down by these stages, and who uses them: they have no database until it is started again. */
export function shutDownDatabases(all: readonly DistStage[], applied: readonly DistStage[]): ShutDownDatabase[] {
  return applied.flatMap(({ name: stage, objects }) =>
    objects.filter(isShutDown).map((database) => {
      const users = usersOf(database, all);
      return { stage, object: formatKey(keyOf(database)), users };
    }),
  );
}

/** A warning about a database that is shut down. */
export function describeShutDown({ users }: ShutDownDatabase): string {
  const whom = users.length === 0 ? 'no object of dist uses it' : `${users.join(' and ')} ${users.length === 1 ? 'uses' : 'use'} it`;
  return `is shut down: nothing can connect until it is started again; ${whom}`;
}

function isShutDown(manifest: Manifest): boolean {
  return groupKindOf(manifest) === POSTGRES_CLUSTER && valueAt(manifest['spec'], 'shutdown') === true;
}

function usersOf(database: Manifest, stages: readonly DistStage[]): string[] {
  const made = contractOf(database).makes ?? [];
  const environment = new EnvironmentObjects(
    stages.map(({ name, objects }) => ({ name, objects: objects.map((manifest) => ({ path: '', manifest })) })),
  );
  const isMade = (reference: Reference): boolean => made.some((each) => isSameObject(each, reference));
  const users = environment.objects.filter(
    (object) => object.manifest !== database && environment.referencesOf(object).some(({ reference }) => isMade(reference)),
  );
  return users.map(({ manifest }) => formatKey(keyOf(manifest)));
}
