import type { Manifest } from '../manifests/manifest';
import { hostsOf } from '../review/hosts';
import { usedImages } from '../review/images';
import { nameOf } from '../review/object-change';
import { workingTree } from '../review/read/working-tree';
import { TreeReader } from '../review/tree';
import { FIXTURES } from './fixtures/dist';
import { kubernetesSerializer } from './kubernetes-serializer';

/**
 * What the tests' own environments consist of, in the order in which it is applied: names, kinds, images and hosts. dist/ is the full record.
 * `npx jest --selectProjects unit -u test/snapshots.test.ts` accepts a change.
 */
expect.addSnapshotSerializer(kubernetesSerializer);

const { environments } = new TreeReader().read(workingTree(FIXTURES), 'fixtures');

test.each([...environments.keys()])('the environment %s consists of these objects', (name) => {
  const environment = environments.get(name);
  const lines = (environment?.objects ?? []).map((object) => {
    const release = environment?.releaseOf(object);
    const images = usedImages(object.manifest, release).map(({ repository, version }) => `${repository}:${version}`);
    const chart = release ? [`${release.chartName} ${release.version ?? ''}`] : [];
    const details = [...new Set([...chart, ...images, ...hostsOf(object.manifest, release)])];
    return `${environment?.stages[object.stage]?.name ?? ''}: ${nameOf(object)}${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
  });
  expect(lines).toMatchSnapshot();
});

test('a Kubernetes object is printed as YAML below its kind and name', () => {
  const manifest: Manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'apps' },
    spec: { replicas: 2, enabled: 'yes' },
  };
  expect(manifest).toMatchInlineSnapshot(`
    # apps/v1/Deployment apps/web
    metadata:
      name: web
      namespace: apps
    spec:
      enabled: "yes"
      replicas: 2
  `);
});

test('what is not a Kubernetes object is left to Jest', () => {
  expect([{}, { apiVersion: 'v1', kind: 'List' }, 'text', null].map(kubernetesSerializer.test)).toEqual([false, false, false, false]);
});
