import type { Manifest } from '../../../manifests/manifest';
import { type Contract, contractAnnotations, ENVIRONMENT_LABEL } from '../../../manifests/contract';
import type { Dist } from '../../../cluster/dist';

interface Parts {
  /** Of metadata: `finalizers`, `annotations`. */
  readonly metadata?: object;
  readonly contract?: Contract;
  readonly [field: string]: unknown;
}

/** An object of the environment `local`: `manifest('v1 ConfigMap cvat/one', { data: {} })`. */
export function manifest(what: string, { metadata = {}, contract = {}, ...fields }: Parts = {}): Manifest {
  const [apiVersion = '', kind = '', path = ''] = what.split(' ');
  const [name = '', namespace] = path.split('/').reverse();
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: { [ENVIRONMENT_LABEL]: 'local' },
      annotations: contractAnnotations(contract),
      ...metadata,
    },
    ...fields,
  };
}

/** A CRD of the group example.org: `CRD('Widget', 'v1', 'v2')` is widgets.example.org. */
export function crd(kind: string, ...versions: readonly string[]): Manifest {
  const plural = `${kind.toLowerCase()}s`;
  return manifest(`apiextensions.k8s.io/v1 CustomResourceDefinition ${plural}.example.org`, {
    spec: {
      group: 'example.org',
      names: { kind, plural },
      versions: versions.map((name) => ({ name, served: true })),
    },
    status: { conditions: [{ type: 'Established', status: 'True' }] },
  });
}

/** `distOf({ '10-one': [first], '20-two': [second] })` */
export function distOf(stages: Readonly<Record<string, readonly Manifest[]>>): Dist {
  return {
    folder: 'dist',
    environment: 'local',
    stages: Object.entries(stages).map(([name, objects]) => ({ name, file: `dist/${name}.k8s.yaml`, objects })),
  };
}
