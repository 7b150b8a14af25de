import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fromArchive } from '../../constructs/helm/chart-source';
import { rendered } from '../../constructs/helm/delivery/rendered';
import { lookupFindings } from '../../constructs/helm/rendering/lookups';
import { renderTwice } from '../../constructs/helm/rendering/render';
import type { RenderedObject } from '../../constructs/helm/rendering/rendered-object';
import type { Environment } from '../../constructs/platform';
import { isFinding, openChartArchive } from '../../manifests/chart-archive';
import { writeChartLock } from '../../manifests/chart-lock';
import { findControlPlane, findFlux } from '../../scripts/control-plane';
import { synthesize } from '../fixtures/synthesize';
import { assemble, CHARTS, type FixtureChart } from './harness/charts';

const HELM_3 = join(findControlPlane(), 'helm');
const HELM_4 = join(findFlux(), 'helm');
const before = { folder: process.cwd(), helm: process.env['HELM'] };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rendered-helm-4-'));
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(before.folder);
  process.env['HELM'] = before.helm ?? '';
  rmSync(folder, { recursive: true });
});

/** Packages a fixture, and returns the archive. */
function packaged(chart: FixtureChart): string {
  const output = execFileSync(HELM_3, ['package', assemble(chart, '1.0.0', folder), '--destination', folder], { encoding: 'utf8' });
  return basename(output.trim());
}

function objectsBy(helm: string, file: string, values: object): readonly RenderedObject[] {
  process.env['HELM'] = helm;
  return renderTwice({ file, name: 'release', namespace: 'tools', values, kubeVersion: '1.33.0', apiVersions: [] })[0];
}

test('the two are Helm 3 and Helm 4', () => {
  const versionOf = (helm: string): string => execFileSync(helm, ['version', '--template', '{{.Version}}'], { encoding: 'utf8' });
  expect([versionOf(HELM_3), versionOf(HELM_4)]).toEqual([
    expect.stringMatching(/^v3\.\d+\.\d+$/),
    expect.stringMatching(/^v4\.\d+\.\d+$/),
  ]);
});

const PGO = Object.values(CHARTS).find(({ fixture }) => fixture === 'pgo') ?? { fixture: 'pgo' };

test.each<[string, FixtureChart, object]>([
  ['PGO, with its CRDs', PGO, {}],
  ['a chart with a subchart, CRDs, hooks and a List', { fixture: 'gates' }, { hook: true, migration: true, list: true, secret: 'x' }],
])('Helm 3 and Helm 4 render the same objects in the same order: %s', (_name, chart, values) => {
  const file = packaged(chart);
  const objects = objectsBy(HELM_3, file, values);
  expect(objects.length).toBeGreaterThan(3);
  expect(objectsBy(HELM_4, file, values)).toEqual(objects);
});

test.each([
  ['Helm 3', HELM_3],
  ['Helm 4', HELM_4],
])('%s names each template whose lookup is reached, also in what it includes', (_name, helm) => {
  const file = packaged({ fixture: 'gates' });
  process.env['HELM'] = helm;
  const lookups = (values: object): string[] => {
    const rendering = { file, name: 'gates', namespace: 'gates', values, kubeVersion: '1.33.0', apiVersions: [] };
    const archive = openChartArchive(file);
    return isFinding(archive) ? [archive.message] : lookupFindings(rendering, archive).map(({ message }) => message.split(':')[0] ?? '');
  };
  expect(lookups({ lookup: true, indirectLookup: true })).toEqual(['templates/indirect-lookup.yaml', 'templates/lookup.yaml']);
  expect(lookups({ unreachedLookup: true })).toEqual([]);
});

test('where a chart depends on the version of Helm, the lock file decides, and another Helm is a problem that names both', () => {
  const release = { name: 'gates', namespace: 'gates', chart: fromArchive(packaged({ fixture: 'gates' })), values: { helmVersion: true } };
  const environment: Environment = { delivery: rendered({ kubeVersion: '1.33.0' }), dataProtection: false, releases: [release] };
  process.env['HELM'] = HELM_3;
  const { rendered: renderings, problems } = synthesize({ local: environment });
  expect(problems).toEqual([]);
  writeChartLock({ charts: [], rendered: renderings });
  const { inputs = '', helm = '' } = renderings['local/gates'] ?? {};
  // Another machine has no rendering of Helm 3 in its cache.
  rmSync(join(__dirname, '..', '..', 'node_modules', '.cache', 'rendered', `${inputs}.json`));
  process.env['HELM'] = HELM_4;
  expect(synthesize({ local: environment }).problems).toEqual([
    expect.objectContaining({
      message: expect.stringMatching(new RegExp(`\\(Helm ${helm} then, Helm v4\\.\\d+\\.\\d+ now\\)\\.$`)) as string,
      remedy: expect.stringContaining(`Use Helm ${helm}; or accept the new output`) as string,
    }),
  ]);
});
