import { isDeepStrictEqual } from 'node:util';
import type { ChartArchive } from '../../../manifests/chart-archive';
import { type FieldPath, formatField, isMap } from '../../../manifests/fields';
import type { Finding } from '../../../manifests/finding';
import { HOOK } from '../../../manifests/helm-annotations';
import { formatKey, keyOf, type Manifest } from '../../../manifests/manifest';
import { supports } from '../../../manifests/kube-version';
import type { RenderedObject } from './rendered-object';

export const OTHER_DELIVERIES = 'Use another delivery for this release: k3s(), flux() or argoCd() run Helm on the cluster.';

/** Enough to recognize the cause. */
const MOST_DIFFERENCES = 5;

/** The chart must be for the Kubernetes version that it is rendered for. Helm's own message for it names neither the chart nor the way out. */
export function kubeVersionFinding({ chart }: ChartArchive, kubeVersion: string): Finding | undefined {
  if (chart.kubeVersion === undefined || supports(chart.kubeVersion, kubeVersion) !== false) return undefined;
  return {
    message: `${chart.name} ${chart.version} needs Kubernetes ${chart.kubeVersion}; got ${kubeVersion}.`,
    remedy: 'Choose another version of the chart, or correct kubeVersion of rendered().',
  };
}

/** Two renderings of the same must be the same: a password or a date that a template makes up would change at every synth. */
export function determinismFindings(one: readonly RenderedObject[], other: readonly RenderedObject[]): Finding[] {
  const differences = one.flatMap(({ template, manifest }, index) => {
    const second = other[index]?.manifest;
    const path = second && firstDifference(manifest, second, []);
    return path === undefined ? [] : [{ template, manifest, path }];
  });
  const findings = differences.slice(0, MOST_DIFFERENCES).map(({ template, manifest, path }) => ({
    message: `${template}: ${formatKey(keyOf(manifest))} ${formatField(path)} must be the same each time the chart is rendered; it is not.`,
    remedy: `Set the value that the template makes up (a password, a date), or name an existing Secret. ${OTHER_DELIVERIES}`,
  }));
  const more = differences.length - findings.length;
  if (more <= 0) return findings;
  return [...findings, { message: `${more} more objects differ from one rendering to the next.`, remedy: '' }];
}

function firstDifference(one: unknown, other: unknown, path: FieldPath): FieldPath | undefined {
  if (isDeepStrictEqual(one, other)) return undefined;
  const keys = isMap(one) && isMap(other) ? [...new Set([...Object.keys(one), ...Object.keys(other)])] : undefined;
  if (isMap(one) && isMap(other)) return keys?.map((key) => firstDifference(one[key], other[key], [...path, key])).find((found) => found);
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    return one.map((item, index) => firstDifference(item, other[index], [...path, index])).find((found) => found);
  }
  return path;
}

/** Hooks run when Helm installs; applied with the rest they would run at any time, or never. */
export function hookFindings(objects: readonly RenderedObject[]): Finding[] {
  return objects
    .filter(({ manifest }) => hooksOf(manifest).length > 0 && !isTest(manifest))
    .map(({ template, manifest }) => ({
      message: `${template}: ${formatKey(keyOf(manifest))} is a hook (${hooksOf(manifest).join(', ')}), which only Helm runs.`,
      remedy: `Switch it off in the values. ${OTHER_DELIVERIES}`,
    }));
}

/** `kubectl apply` needs a name, and every apply of a generated one would create another object. */
export function generatedNameFindings(objects: readonly RenderedObject[]): Finding[] {
  return objects
    .filter(({ manifest }) => manifest.metadata.name === undefined && hooksOf(manifest).length === 0)
    .map(({ template, manifest }) => ({
      message: `${template}: ${manifest.kind} must have metadata.name; got generateName, with which each apply creates another object.`,
      remedy: `Set the value that names it. ${OTHER_DELIVERIES}`,
    }));
}

/** Hooks of `helm test`: only that command uses them. */
export function isTest(manifest: Manifest): boolean {
  const hooks = hooksOf(manifest);
  return hooks.length > 0 && hooks.every((hook) => hook === 'test' || hook === 'test-success' || hook === 'test-failure');
}

function hooksOf({ metadata }: Manifest): string[] {
  const hooks: unknown = metadata.annotations?.[HOOK];
  return typeof hooks === 'string' ? hooks.split(',').map((hook) => hook.trim()) : [];
}
