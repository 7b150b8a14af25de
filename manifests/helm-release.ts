import { readApplication } from './helm-release/argo-cd';
import { readHelmRelease } from './helm-release/flux';
import { readHelmChart } from './helm-release/k3s';
import type { FindObject, Place, ReadRelease, InstalledRelease } from './helm-release/release';
import { type FieldPath, formatField, isMap } from './fields';
import { groupKindOf, type Manifest } from './manifest';

export type { FindObject, InstalledRelease } from './helm-release/release';

/** The reader of each delivery, by the kind of the object that installs a release. */

const READERS: Readonly<Record<string, ReadRelease>> = {
  'HelmChart.helm.cattle.io': readHelmChart,
  'HelmRelease.helm.toolkit.fluxcd.io': readHelmRelease,
  'Application.argoproj.io': readApplication,
};

/**
 * The release that an object installs; undefined for any other object.
 *
 * @param find finds the source object of the chart. Without it, chart and version of a HelmRelease with a chartRef are not known.
 */
export function releaseOf(manifest: Manifest, find: FindObject = () => undefined): InstalledRelease | undefined {
  const read = READERS[groupKindOf(manifest)];
  if (!read) return undefined;
  const spec = manifest['spec'];
  return read({ ...manifest, spec: isMap(spec) ? spec : {} }, find);
}

/** The field of a place, as findings write it: `spec.valuesContent`. */
export function fieldOf({ path }: Place): string {
  return formatField(path);
}

/** An object without the values of its release: fields in them mean what the chart says, not what Kubernetes does. */
export function withoutValues(manifest: Manifest): Manifest {
  const release = releaseOf(manifest);
  return release ? (without(manifest, release.places.values.path) as Manifest) : manifest;
}

function without(value: unknown, [key, ...rest]: FieldPath): unknown {
  if (typeof key === 'number' && Array.isArray(value))
    return value.map((item: unknown, index) => (index === key ? without(item, rest) : item));
  if (!isMap(value) || key === undefined || !(key in value)) return value;
  const { [key]: inner, ...others } = value;
  return rest.length === 0 ? others : { ...others, [key]: without(inner, rest) };
}
