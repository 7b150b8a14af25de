import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Crd, CRDS } from './crds';
import { ROOT } from './dist';

/** A chart of test/e2e/fixtures/charts that takes the place of one on the network. */
export interface FixtureChart {
  /** Its folder there. */
  readonly fixture: string;
  /** What goes into its `crds`: CRDs of other projects are no part of this repository. */
  readonly crds?: readonly Crd[];
}

/** The charts of dist, as HelmCharts name them: `oci://registry/chart`, or the repository, a slash and the chart. */
export const CHARTS: Readonly<Record<string, FixtureChart>> = {
  'oci://registry.developers.crunchydata.com/crunchydata/pgo': {
    fixture: 'pgo',
    crds: CRDS.filter(({ name }) => name.endsWith('.postgres-operator.crunchydata.com')),
  },
  'oci://registry-1.docker.io/cvat/cvat': { fixture: 'cvat' },
  'https://kapernikov.github.io/cvat-helm/cvat-helm': { fixture: 'cvat-helm' },
};

/** Makes such a chart in the version that was asked for, in a new folder below the given one. */
export function assemble({ fixture, crds = [] }: FixtureChart, version: string, directory: string): string {
  const folder = join(mkdtempSync(join(directory, 'chart-')), fixture);
  cpSync(join(ROOT, 'test', 'e2e', 'fixtures', 'charts', fixture), folder, { recursive: true });
  const about = join(folder, 'Chart.yaml');
  writeFileSync(about, readFileSync(about, 'utf8').replace(/^version: .*$/m, `version: ${version}`));
  mkdirSync(join(folder, 'crds'), { recursive: true });
  for (const { path } of crds) copyFileSync(path, join(folder, 'crds', basename(path)));
  return folder;
}
