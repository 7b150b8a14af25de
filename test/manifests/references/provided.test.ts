import { formatReference } from '../../../manifests/reference';
import type { Manifest } from '../../../manifests/manifest';
import { providedBy } from '../../../manifests/references/provided';
import { helmChart, object } from '../../checks/support';

const provided = (manifest: Manifest): string[] => providedBy(manifest).slice(1).map(formatReference);

test('a Certificate creates its Secret', () => {
  const certificate = object('cert-manager.io/v1', 'Certificate', 'apps/c', { spec: { secretName: 'a' } });
  expect(provided(certificate)).toEqual(['Secret apps/a: ca.crt, tls.crt, tls.key']);
});

test('an Ingress with an issuer creates its Secret', () => {
  const spec = { tls: [{ secretName: 'a' }] };
  const { metadata, ...ingress } = object('networking.k8s.io/v1', 'Ingress', 'apps/i', { spec });
  expect(provided({ ...ingress, metadata })).toEqual([]);
  const annotations = { 'cert-manager.io/cluster-issuer': 'authority' };
  expect(provided({ ...ingress, metadata: { ...metadata, annotations } })).toEqual(['Secret apps/a: ca.crt, tls.crt, tls.key']);
});

test('a release with createNamespace creates its namespace', () => {
  expect(provided(helmChart({ createNamespace: true }))).toEqual(['Namespace apps']);
  expect(provided(helmChart({}))).toEqual([]);
});

test('a Secret has the keys of data and of stringData', () => {
  const [itself] = providedBy(object('v1', 'Secret', 'apps/a', { data: { a: '' }, stringData: { b: '' } }));
  expect(itself && formatReference(itself)).toBe('Secret apps/a: a, b');
});
