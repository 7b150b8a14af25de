import { EnvironmentObjects } from '../../manifests/environment-objects';
import type { Manifest } from '../../manifests/manifest';
import { environmentChanges } from '../../review/environment-change';
import type { ReviewRule } from '../../review/rule';
import type { Tree } from '../../review/tree';
import { object, stage } from '../checks/support';

export { deployment, helmChart, namespace, object, secret } from '../checks/support';

/** A version of one environment with these objects in one stage. */
export function tree(manifests: readonly Manifest[], name = 'local', deprecated: readonly string[] = []): Tree {
  return {
    environments: new Map([[name, new EnvironmentObjects([stage('10-stage', ...manifests)])]]),
    defaultEnvironment: name,
    deprecatedCharts: new Set(deprecated),
  };
}

/** What a rule says about the change from one version to another: `field | message`. */
export function findings(
  rule: ReviewRule,
  before: readonly Manifest[],
  after: readonly Manifest[],
  deprecated: readonly string[] = [],
): string[] {
  return environmentChanges(tree(before), tree(after, 'local', deprecated))
    .flatMap((environment) => rule.check(environment))
    .map(({ field, message }) => (field === '' ? message : `${field} | ${message}`));
}

type Fields = Readonly<Record<string, unknown>>;

export function postgresCluster(spec: Fields = {}, metadata: Fields = {}): Manifest {
  const cluster = object('postgres-operator.crunchydata.com/v1beta1', 'PostgresCluster', 'cvat/db', {
    spec: { postgresVersion: 15, instances: [{ name: 'one', replicas: 3 }], ...spec },
  });
  return { ...cluster, metadata: { ...cluster.metadata, ...metadata } };
}

export function crd(versions: readonly { readonly name: string; readonly served?: boolean; readonly schema?: Fields }[]): Manifest {
  return object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.org', {
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: versions.map(({ name, served = true, schema = { type: 'object' } }) => ({
        name,
        served,
        storage: true,
        schema: { openAPIV3Schema: schema },
      })),
    },
  });
}
