import type { Need } from '../../manifests/reference';
import { isSameObject } from '../../manifests/custom-resource-definition';
import type { ChartSource } from './chart-source';

/** What a delivery needs to know to name the Secret and the CA of a private source. */
export interface SecretPlace {
  /** The namespace of the delivery's own objects. */
  readonly namespace: string;
  /** The type that the controller requires of a Secret with a username and a password. Left out: any. */
  readonly basicAuthType?: string;
  /** The kind of the object that contains the certificates of a CA. */
  readonly caKind: 'ConfigMap' | 'Secret';
}

/** The Secret and the CA of a private source as needs of the installer, without those that the release declares itself. */
export function privateSourceNeeds(chart: ChartSource, place: SecretPlace, declared: readonly Need[] = []): Need[] {
  if (chart.kind === 'archive') return [];
  const { namespace, caKind } = place;
  const kubectl = `kubectl --namespace ${namespace} create`;
  const needs: Need[] = [];
  if (chart.secret !== undefined) {
    const { keys, files, type } = secretOf(chart, place);
    const options = [...(type === undefined ? [] : [`--type=${type}`]), ...files.map((file) => `--from-file=${file}`)];
    const remedy = `${kubectl} secret generic ${chart.secret} ${options.join(' ')}`;
    needs.push({ kind: 'Secret', namespace, name: chart.secret, keys, remedy });
  }
  if (chart.ca !== undefined) {
    const remedy = `${kubectl} ${caKind === 'Secret' ? 'secret generic' : 'configmap'} ${chart.ca} --from-file=ca.crt`;
    needs.push({ kind: caKind, namespace, name: chart.ca, keys: ['ca.crt'], remedy });
  }
  return needs.filter((need) => !declared.some((other) => isSameObject(need, other)));
}

/** The keys of the Secret, the files to create them from, and its type. */
function secretOf(
  chart: Exclude<ChartSource, { kind: 'archive' }>,
  { basicAuthType }: SecretPlace,
): { readonly keys: readonly string[]; readonly files: readonly string[]; readonly type?: string } {
  if (chart.kind === 'oci') {
    const key = '.dockerconfigjson';
    return { keys: [key], files: [`${key}=config.json`], type: 'kubernetes.io/dockerconfigjson' };
  }
  const keys = chart.url.startsWith('ssh://') ? ['identity', 'known_hosts'] : ['password', 'username'];
  return { keys, files: keys, ...(chart.kind === 'repository' && basicAuthType !== undefined && { type: basicAuthType }) };
}
