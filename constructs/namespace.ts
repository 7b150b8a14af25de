import { Chart } from 'cdk8s';
import { k8s } from './k8s';
import type { Construct } from 'constructs';
import { contractAnnotations } from '../manifests/contract';
import { report } from './problem';
import { label } from './syntax/name';

/** Namespaces that every cluster has: nobody creates them, and nobody can take them away. */
const BUILT_IN = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** The namespaces of an environment, and whose data each would take along. */
const heldData = new WeakMap<k8s.KubeNamespace, Set<string>>();

/**
 * Makes sure that a namespace is created, by the first stage that uses it: stages are taken away in the reverse order, so it goes last.
 *
 * @param holdsData whose data is lost when the namespace is deleted, if anybody's
 */
export function ensureNamespace(user: Construct, name: string | undefined, holdsData?: string): void {
  if (name === undefined || BUILT_IN.includes(name)) return;
  report(user, 'namespace', label(name));
  const id = `namespace-${name}`;
  const charts = user.node.root.node.children;
  const existing = charts.map((chart) => chart.node.tryFindChild(id)).find((child) => child !== undefined) as k8s.KubeNamespace | undefined;
  const namespace = existing ?? new k8s.KubeNamespace(Chart.of(user), id, { metadata: { name } });

  const owners = heldData.get(namespace) ?? new Set();
  if (holdsData !== undefined) heldData.set(namespace, owners.add(holdsData));
  for (const [key, value] of Object.entries(contractAnnotations({ holdsData: [...owners].join(', ') })))
    namespace.metadata.addAnnotation(key, value);
}
