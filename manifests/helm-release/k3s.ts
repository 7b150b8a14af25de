import { isMap, listOf, type YamlMap } from '../fields';
import { type ChartMetadata, chartMetadataOf } from '../chart-archive';
import { chartNameOf, text } from './chart-name';
import type { ReadRelease } from './release';
import { mergeValues } from '../merge';
import { literal, parseValues, setValues } from './values';

/** The annotation by which the Helm controller ignores a HelmChart. */
const UNMANAGED = 'helmcharts.helm.cattle.io/unmanaged';

/** The release of a HelmChart of k3s and RKE2. https://docs.k3s.io/helm */
export const readHelmChart: ReadRelease = (manifest) => {
  const { spec } = manifest;
  const { name, namespace: own = 'default', annotations } = manifest.metadata;
  const namespace = text(spec['targetNamespace']) ?? own;
  const chart = text(spec['chart']) ?? '';
  const [, digest] = chart.split('@');
  const at = (...path: string[]) => ({ manifest, path });
  const isObject = spec['valuesContent'] === undefined && isMap(spec['values']);
  let values: YamlMap | undefined;
  let metadata: ChartMetadata | undefined;
  // Unpacked only if a rule asks for it.
  const embedded = (): ChartMetadata | undefined =>
    (metadata ??= typeof spec['chartContent'] === 'string' ? chartMetadataOf(Buffer.from(spec['chartContent'], 'base64')) : undefined);
  return {
    name,
    namespace,
    storageNamespace: namespace,
    chart,
    get chartName() {
      return embedded()?.name ?? chartNameOf(chart);
    },
    get version() {
      return embedded()?.version ?? text(spec['version']);
    },
    digest,
    git: false,
    archive: spec['chartContent'] !== undefined,
    get values() {
      return (values ??= mergeValues(parseValues(spec['valuesContent']), spec['values'], setValues(setOf(spec['set']))));
    },
    valuesElsewhere: listOf(spec['valuesSecrets']).length > 0,
    createsNamespace: spec['createNamespace'] === true,
    suspended: annotations?.[UNMANAGED] === 'true',
    longestName: { longest: 50, why: 'its Job is called helm-install-<name> and may have 63' },
    installJob: { apiVersion: 'batch/v1', kind: 'Job', namespace: own, name: `helm-install-${name}` },
    places: {
      name: at('metadata', 'name'),
      namespace: at('spec', 'targetNamespace'),
      storageNamespace: at('spec', 'targetNamespace'),
      chart: at('spec', 'chart'),
      version: at('spec', 'version'),
      values: at('spec', isObject ? 'values' : 'valuesContent'),
    },
  };
};

/** The controller passes the entries to `--set` in the order of their keys; integers, booleans and null as such, anything else as text. */
function setOf(set: unknown): [string, unknown][] {
  if (!isMap(set)) return [];
  return Object.keys(set)
    .sort()
    .map((path) => [path, literal(set[path])]);
}
