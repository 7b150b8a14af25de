import fc from 'fast-check';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { contentOf, type ReleaseContent, releasesOf } from '../../../cluster/helm/release-secret';
import { contractOf } from '../../../manifests/contract';
import type { Manifest } from '../../../manifests/manifest';
import { holds } from '../../properties';
import { releaseSecret } from '../readiness/releases';
import { contextOf } from '../readiness/support';

async function newest(...secrets: readonly LiveObject[]): Promise<ReleaseContent | undefined> {
  const [release] = await releasesOf(contextOf(secrets), 'cvat', 'cvat');
  return release && contentOf(release);
}

test('the newest revision comes first, by its number', async () => {
  const secrets = [2, 10, 9].map((revision) => releaseSecret({ revision, status: revision === 10 ? 'failed' : 'superseded' }));
  const releases = await releasesOf(contextOf(secrets), 'cvat', 'cvat');
  expect(releases.map(({ revision, status }) => `${revision} ${status}`)).toEqual(['10 failed', '9 superseded', '2 superseded']);
});

test('another release, and one of the same name elsewhere, are others', async () => {
  expect(await releasesOf(contextOf([releaseSecret()]), 'elsewhere', 'cvat')).toEqual([]);
  expect(await releasesOf(contextOf([releaseSecret()]), 'cvat', 'pgo')).toEqual([]);
});

test('a release holds the objects of its manifest, and of the lists in it', async () => {
  const manifest = `---
# Source: cvat/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: one
---
---
apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: { name: two, namespace: other }
`;
  expect((await newest(releaseSecret({ manifest })))?.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'Service one',
    'Deployment two',
  ]);
});

test('annotations with nothing below them, which many charts write, are none', async () => {
  const manifest = '---\napiVersion: v1\nkind: Service\nmetadata:\n  name: one\n  annotations:\n  labels:\n';
  const [service] = (await newest(releaseSecret({ manifest })))?.objects ?? [];
  expect(service?.metadata).toEqual({ name: 'one' });
  expect(contractOf(service as Manifest).holdsData).toBeUndefined();
});

test.each([
  ['nothing', undefined],
  ['no base64', '%%%'],
  ['no archive', Buffer.from('bm90aGluZw==').toString('base64')],
])('a release that holds %s has no content', async (_, release) => {
  expect(await newest({ ...releaseSecret(), data: { release } })).toBeUndefined();
});

test('a Secret that has changed is read again, and one that has not is not', async () => {
  const before = releaseSecret({ version: '1.0.0' });
  const after = { ...releaseSecret({ version: '2.0.0' }), metadata: { ...before.metadata, resourceVersion: '2' } };
  const first = await newest(before);
  expect(await newest({ ...before })).toBe(first);
  expect((await newest(after))?.chartVersion).toBe('2.0.0');
});

test('what Helm packed is unpacked as it was', () => {
  const parts = fc.record({
    description: fc.string(),
    version: fc.string({ minLength: 1 }),
    config: fc.dictionary(fc.string(), fc.jsonValue()),
  });
  holds(
    fc.property(parts, ({ description, version, config }) => {
      const secret = releaseSecret({ description, version, config });
      expect(contentOf({ revision: 1, status: 'deployed', secret })).toEqual({
        description,
        chartVersion: version,
        config: JSON.parse(JSON.stringify(config)),
        objects: [],
        crdFiles: [],
      });
    }),
  );
});
