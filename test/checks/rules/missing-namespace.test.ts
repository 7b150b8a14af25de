import { missingNamespace } from '../../../checks/rules/missing-namespace';
import { findings, helmChart, namespace, object, secret } from '../support';

test('reports a namespace that is not created', () => {
  expect(findings(missingNamespace, secret('cvat/password'))).toEqual([
    'Secret cvat/password metadata.namespace | must be a namespace that this environment creates; got "cvat". | Create it, or declare it as a need of the installer (needs).',
  ]);
});

test('suggests a similar namespace', () => {
  expect(findings(missingNamespace, namespace('crunchy-pgo'), secret('cruncy-pgo/password'))).toEqual([
    'Secret cruncy-pgo/password metadata.namespace | must be a namespace that this environment creates; got "cruncy-pgo". | Did you mean "crunchy-pgo"?',
  ]);
});

test("reports a release's namespace that is not created", () => {
  expect(findings(missingNamespace, helmChart({ targetNamespace: 'apps' }))).toEqual([
    'HelmChart kube-system/release spec.targetNamespace | must be a namespace that this environment creates; got "apps". | Create it, or declare it as a need of the installer (needs).',
  ]);
});

test('accepts a namespace of any stage', () => {
  expect(findings(missingNamespace, secret('cvat/password'), helmChart({ targetNamespace: 'cvat' }), namespace('cvat'))).toEqual([]);
});

test('accepts a namespace that a release creates', () => {
  expect(findings(missingNamespace, helmChart({ createNamespace: true }))).toEqual([]);
});

test('accepts a namespace of `needs` and of `makes`', () => {
  const reference = { kind: 'Namespace', name: 'cvat' };
  const asks = object('v1', 'ConfigMap', 'a', {}, { needs: [{ ...reference, remedy: 'kubectl create namespace cvat' }] });
  expect(findings(missingNamespace, secret('cvat/password'), asks)).toEqual([]);
  expect(findings(missingNamespace, secret('cvat/password'), object('v1', 'ConfigMap', 'a', {}, { makes: [reference] }))).toEqual([]);
});

test('accepts the four namespaces of every cluster', () => {
  const everywhere = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
  expect(findings(missingNamespace, ...everywhere.map((name) => secret(`${name}/password`)))).toEqual([]);
});

test('accepts objects without a namespace', () => {
  expect(findings(missingNamespace, secret('password'))).toEqual([]);
});
