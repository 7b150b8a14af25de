/** A chart of which this repository states facts: names of its objects, values, defaults, the API of its software. */
export interface KnownVersion {
  /** The chart's own name. */
  readonly chart: string;
  /** The versions that the facts are about, as a range of semantic versions. */
  readonly versions: string;
  /** The files with the facts. */
  readonly files: readonly string[];
}

/** Before you change a version here, compare the facts in these files with the new version. CONTRIBUTING.md lists them, too. */
export const KNOWN_VERSIONS: readonly KnownVersion[] = [
  {
    chart: 'pgo',
    versions: '5.8.x',
    files: [
      'constructs/postgres/',
      'cluster/readiness/pg-upgrade.ts',
      'cluster/readiness/postgres-cluster.ts',
      'manifests/data-protection/update-rules.ts',
      'scripts/crd-sources.ts',
      'test/e2e/harness/postgres-operator.ts',
    ],
  },
  {
    chart: 'cvat',
    versions: '2.73.0',
    files: ['constructs/cvat/', 'manifests/known-charts.ts', 'operator/src/accounts/cvat/', 'test/e2e/fixtures/charts/cvat/'],
  },
  { chart: 'cvat-helm', versions: '0.2.4', files: ['manifests/known-charts.ts', 'environments/tutorial.ts'] },
];

/**
 * Versions that an environment uses although the facts are about another one: the chart and the version, and why that is known to work.
 * `{ 'cvat 2.74.0': 'its upgrade guide names no change of values or names' }`
 */
export const ACKNOWLEDGED: Readonly<Record<string, string>> = {};
