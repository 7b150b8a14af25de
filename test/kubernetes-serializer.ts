import { isMap } from '../manifests/fields';
import type { Manifest } from '../manifests/manifest';
import { toYaml } from '../manifests/yaml';

/** Prints a Kubernetes object in a snapshot as YAML below `apiVersion/kind name`: `expect.addSnapshotSerializer(kubernetesSerializer)`. */
export const kubernetesSerializer = {
  test: (value: unknown): boolean =>
    isMap(value) && typeof value['apiVersion'] === 'string' && typeof value['kind'] === 'string' && isMap(value['metadata']),
  serialize: (value: unknown): string => {
    const { apiVersion, kind, ...fields } = value as Manifest;
    const { namespace, name } = fields.metadata;
    const place = namespace === undefined ? name : `${namespace}/${name}`;
    return `# ${apiVersion}/${kind} ${place}\n${toYaml(fields, { sorted: true })}`.trimEnd();
  },
};
