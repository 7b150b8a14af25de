import { isMap, listOf, valueAt, visitFields } from '../manifests/fields';
import type { InstalledRelease } from '../manifests/helm-release';
import type { Manifest } from '../manifests/manifest';

/** By what an object can be reached from outside the cluster: hosts of routes and of a chart's values, and Services with an address of their own. */
export function hostsOf(manifest: Manifest, release?: InstalledRelease): string[] {
  const { spec, kind } = manifest;
  const texts = (value: unknown): string[] => listOf(value).flatMap((item) => (typeof item === 'string' ? [item] : []));
  switch (kind) {
    case 'Ingress':
      return listOf(valueAt(spec, 'rules')).map((rule) => String(valueAt(rule, 'host') ?? 'every host'));
    case 'HTTPRoute':
    case 'GRPCRoute':
    case 'TLSRoute':
      return texts(valueAt(spec, 'hostnames'));
    case 'Gateway':
      return listOf(valueAt(spec, 'listeners')).flatMap((listener) => texts([valueAt(listener, 'hostname')]));
    case 'Service': {
      const type = String(valueAt(spec, 'type'));
      const { namespace = 'default', name } = manifest.metadata;
      return ['LoadBalancer', 'NodePort'].includes(type) ? [`${type} of Service ${namespace}/${name}`] : [];
    }
    default:
      return release ? hostsInValues(release.values) : [];
  }
}

/** Values below a part that is called like a route, `ingress.hosts`; only if it is enabled. */
function hostsInValues(values: unknown): string[] {
  const found: string[] = [];
  const add = (value: unknown): void => {
    for (const item of Array.isArray(value) ? value : [value]) {
      const host: unknown = isMap(item) ? (item['host'] ?? item['name']) : item;
      if (typeof host === 'string' && host !== '') found.push(host);
    }
  };
  visitFields(values, (parent, key, path) => {
    if (!/^(?:host|hostname|hosts|hostnames|externalHost)$/i.test(key) || parent['enabled'] === false) return;
    if (path.some((part) => /ingress|gateway|route/i.test(String(part)))) add(parent[key]);
  });
  return found;
}
