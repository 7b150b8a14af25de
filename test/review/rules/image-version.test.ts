import { imageVersion } from '../../../review/rules/image-version';
import { deployment, findings, helmChart } from '../support';

const image = (name: string): ReturnType<typeof deployment> => deployment({ image: name });

test('reports another version, and a downgrade in the other direction', () => {
  expect(findings(imageVersion, [image('ghcr.io/team/web:1.2.3')], [image('ghcr.io/team/web:1.3.0')])).toEqual([
    'Image ghcr.io/team/web: 1.2.3 -> 1.3.0. Release notes: https://github.com/team/web/releases',
  ]);
  expect(findings(imageVersion, [image('a/web:1.3.0')], [image('a/web:1.2.3')])).toEqual(['Image a/web: 1.3.0 -> 1.2.3 (downgrade).']);
});

test('names a major version, and another digest of the same tag', () => {
  expect(findings(imageVersion, [image('a/web:v1.2.3')], [image('a/web:v2.0.0')])).toEqual(['Image a/web: v1.2.3 -> v2.0.0 (major).']);
  expect(findings(imageVersion, [image('a/web:1.0.0@sha256:aa')], [image('a/web:1.0.0@sha256:bb')])).toEqual([
    'Image a/web: 1.0.0@sha256:aa -> 1.0.0@sha256:bb.',
  ]);
});

test('an image of the same name from another place is the same image', () => {
  expect(findings(imageVersion, [image('docker.io/bitnami/redis:7.0.1')], [image('docker.io/bitnamilegacy/redis:7.0.1')])).toEqual([
    'Image docker.io/bitnamilegacy/redis: docker.io/bitnami/redis:7.0.1 -> 7.0.1.',
  ]);
});

test("reads images in a chart's values", () => {
  const chart = (tag: string): ReturnType<typeof helmChart> =>
    helmChart({ valuesContent: `web: { image: { repository: a/web, tag: ${tag} } }` });
  expect(findings(imageVersion, [chart('v1.0.0')], [chart('v1.1.0')])).toEqual(['Image a/web: v1.0.0 -> v1.1.0.']);
});

test('says nothing about an image that is added or removed', () => {
  expect(findings(imageVersion, [image('a/web:1.0.0')], [])).toEqual([]);
  expect(findings(imageVersion, [], [image('a/web:1.0.0')])).toEqual([]);
});
