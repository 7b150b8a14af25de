import { readFileSync } from 'node:fs';
import { podSecurity } from '../../checks/rules/pod-security';
import { unpinnedVersion } from '../../checks/rules/unpinned-version';
import type { RuleFinding } from '../../checks/rule';
import { EnvironmentObjects } from '../../manifests/environment-objects';
import { isMap, listOf, valueAt } from '../../manifests/fields';
import { formatKey, groupOf, keyOf, type Manifest } from '../../manifests/manifest';
import { parseYamlDocuments } from '../../manifests/parse-yaml';

/**
 * What the checks find in the objects of a review file, one line for each object and rule. It is the chart's, not ours: its authors decide what its
 * pods may do. It helps to choose a chart, and its values.
 */
export function findingsInReviewFile(file: string): string[] {
  const documents = parseYamlDocuments(readFileSync(file, 'utf8'));
  return chartFindings(documents.map(({ value }) => value).filter(isManifest));
}

export function chartFindings(objects: readonly Manifest[]): string[] {
  const environment = new EnvironmentObjects([{ name: '', objects: objects.map((manifest) => ({ path: '', manifest })) }]);
  return [
    ...unpinnedVersion
      .check(environment)
      .map(({ object, field, message }) => `unpinned-version: ${formatKey(keyOf(object.manifest))} ${field} ${message}`),
    ...objects.flatMap(wildcards),
    ...podFindings(podSecurity.check(environment)),
  ];
}

const ROLES = ['Role', 'ClusterRole'];

/** https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege */
function wildcards(manifest: Manifest): string[] {
  if (groupOf(manifest.apiVersion) !== 'rbac.authorization.k8s.io' || !ROLES.includes(manifest.kind)) return [];
  return listOf(manifest['rules']).flatMap((rule, index) => {
    const all = ['verbs', 'resources', 'apiGroups', 'nonResourceURLs'].filter((field) => listOf(valueAt(rule, field)).includes('*'));
    return all.length === 0 ? [] : [`rbac-wildcard: ${formatKey(keyOf(manifest))} rules[${index}]: all ${all.join(', all ')}`];
  });
}

/** A pod misses the same requirements in each of its containers: they are named once. */
function podFindings(findings: readonly RuleFinding[]): string[] {
  const byObject = new Map<string, Set<string>>();
  for (const { object, field } of findings) {
    const name = formatKey(keyOf(object.manifest));
    byObject.set(name, (byObject.get(name) ?? new Set()).add(field.slice(field.lastIndexOf('.') + 1)));
  }
  return [...byObject].map(([name, fields]) => `pod-security: ${name}: ${[...fields].join(', ')}`);
}

function isManifest(value: unknown): value is Manifest {
  return isMap(value) && typeof value['kind'] === 'string' && isMap(value['metadata']);
}
