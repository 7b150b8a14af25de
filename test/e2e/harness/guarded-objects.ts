import { HOLDS_DATA_ANNOTATION, NEEDED_BY_ANNOTATION } from '../../../manifests/contract';
import type { Manifest } from '../../../manifests/manifest';
import { printed } from './dist';

export const HOLDS_DATA = { [HOLDS_DATA_ANNOTATION]: "a person's work" };

/** An object as arguments of kubectl: `--namespace=cvat postgrescluster.postgres-operator.crunchydata.com/my-postgres`. */
export const naming = (object: Manifest): string[] => [
  ...(object.metadata.namespace === undefined ? [] : [`--namespace=${object.metadata.namespace}`]),
  printed(object),
];

const whoseData = ({ metadata }: Manifest): string | undefined => metadata.annotations?.[HOLDS_DATA_ANNOTATION];

/** What a refusal says of an object. */
export const words = (object: Manifest): string =>
  whoseData(object) === undefined
    ? `${object.metadata.name} is needed by ${object.metadata.annotations?.[NEEDED_BY_ANNOTATION]}.`
    : `${object.metadata.name} holds data (${whoseData(object)}), and deleting it would delete that too.`;

export const refused = (name: string): { readonly code: number; readonly stdout: string; readonly stderr: unknown } => ({
  code: 1,
  stdout: '',
  stderr: expect.stringMatching(new RegExp(`${name} (holds data \\(|is needed by )`)),
});

/** A PostgresCluster, PersistentVolumeClaim or Namespace that is only here to be deleted. */
export function sample(kind: string, name: string, namespace?: string, annotations: Readonly<Record<string, string>> = {}): Manifest {
  const volume = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const repos = [{ name: 'repo1', volume: { volumeClaimSpec: volume } }];
  const [apiVersion, spec] =
    kind === 'PostgresCluster'
      ? [
          'postgres-operator.crunchydata.com/v1beta1',
          { postgresVersion: 15, instances: [{ dataVolumeClaimSpec: volume }], backups: { pgbackrest: { repos } } },
        ]
      : ['v1', kind === 'PersistentVolumeClaim' ? volume : undefined];
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), annotations }, ...(spec && { spec }) };
}
