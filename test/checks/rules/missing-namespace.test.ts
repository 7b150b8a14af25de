import { missingNamespace } from '../../../checks/rules/missing-namespace';
import { findings, helmChart, namespace, object, secret } from '../support';

test('a namespace that nobody creates is found', () => {
  expect(findings(missingNamespace, secret('cvat/password'))).toEqual([
    'Secret cvat/password metadata.namespace | nothing creates the namespace "cvat". | Create it, or ask the installer for it.',
  ]);
});

test('one that is almost right is found, with the right one', () => {
  expect(findings(missingNamespace, namespace('crunchy-pgo'), secret('cruncy-pgo/password'))).toEqual([
    'Secret cruncy-pgo/password metadata.namespace | nothing creates the namespace "cruncy-pgo". | There is "crunchy-pgo".',
  ]);
});

test('the namespace that a release goes to is used as well', () => {
  expect(findings(missingNamespace, helmChart({ targetNamespace: 'apps' }))).toEqual([
    'HelmChart kube-system/release spec.targetNamespace | nothing creates the namespace "apps". | Create it, or ask the installer for it.',
  ]);
});

test('a namespace in dist, of whatever stage, is created', () => {
  expect(findings(missingNamespace, secret('cvat/password'), helmChart({ targetNamespace: 'cvat' }), namespace('cvat'))).toEqual([]);
});

test('a release can create its own', () => {
  expect(findings(missingNamespace, helmChart({ createNamespace: true }))).toEqual([]);
});

test('the installer can be asked for one, and a chart can make one', () => {
  const reference = { kind: 'Namespace', name: 'cvat' };
  const asks = object('v1', 'ConfigMap', 'a', {}, { needs: [{ ...reference, remedy: 'kubectl create namespace cvat' }] });
  expect(findings(missingNamespace, secret('cvat/password'), asks)).toEqual([]);
  expect(findings(missingNamespace, secret('cvat/password'), object('v1', 'ConfigMap', 'a', {}, { makes: [reference] }))).toEqual([]);
});

test('every cluster has four', () => {
  const everywhere = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
  expect(findings(missingNamespace, ...everywhere.map((name) => secret(`${name}/password`)))).toEqual([]);
});

test('objects without a namespace use none', () => {
  expect(findings(missingNamespace, secret('password'))).toEqual([]);
});
