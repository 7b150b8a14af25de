import {
  CRD_KIND,
  crdOf,
  crdsMadeBy,
  crdsOperatedBy,
  isCustom,
  isCrd,
  isNamespace,
  isSameObject,
  operatorsOf,
} from '../../manifests/custom-resource-definition';
import type { Manifest } from '../../manifests/manifest';
import { schemasOf } from '../../manifests/schema/known-schemas';
import { crd, manifest } from '../cluster/support/objects';

const WIDGETS = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget', 'v2/Widget'] };
const GADGETS = { kind: 'CustomResourceDefinition', name: 'gadgets.other.example.org', keys: ['v1beta1/Gadget'] };

const RELEASE = manifest('helm.cattle.io/v1 HelmChart kube-system/one', {
  contract: { makes: [WIDGETS, { kind: 'Deployment', namespace: 'cvat', name: 'one' }], operates: [GADGETS] },
});

test('reads the CRDs of a release from its contract', () => {
  expect(crdsMadeBy(RELEASE)).toEqual([
    {
      name: 'widgets.example.org',
      kinds: [
        { apiVersion: 'example.org/v1', kind: 'Widget' },
        { apiVersion: 'example.org/v2', kind: 'Widget' },
      ],
    },
  ]);
});

test('an operator reconciles the CRDs of `makes` and `operates`', () => {
  expect(crdsOperatedBy(RELEASE).map(({ name }) => name)).toEqual(['widgets.example.org', 'gadgets.other.example.org']);
  expect(crdsOperatedBy(manifest('apps/v1 Deployment cvat/one'))).toEqual([]);
});

test('reads the kinds of a CRD of dist/', () => {
  expect(crdOf(crd('Widget', 'v1', 'v2'))).toEqual(crdsMadeBy(RELEASE)[0]);
  expect(crdOf(RELEASE)).toBeUndefined();
});

test.each([
  ['without a spec', {}],
  ['of v1beta1, with one version', { spec: { group: 'example.org', version: 'v1', names: { kind: 'Widget' } } }],
])('a CRD %s, which the API server refuses, serves no kind', (_, fields) => {
  const refused: Manifest = { ...CRD_KIND, metadata: { name: 'widgets.example.org' }, ...fields };
  expect(crdOf(refused)).toEqual({ name: 'widgets.example.org', kinds: [] });
  expect(schemasOf([refused])({ apiVersion: 'example.org/v1', kind: 'Widget' })).toBeUndefined();
});

test('finds operators by group and kind, independent of the version', () => {
  const others = [manifest('v1 ConfigMap cvat/one'), RELEASE];
  expect(operatorsOf({ apiVersion: 'example.org/v1alpha9', kind: 'Widget' }, others)).toEqual([RELEASE]);
  expect(operatorsOf({ apiVersion: 'other.example.org/v1', kind: 'Gadget' }, others)).toEqual([RELEASE]);
  expect(operatorsOf({ apiVersion: 'else.org/v1', kind: 'Widget' }, others)).toEqual([]);
  expect(operatorsOf({ apiVersion: 'example.org/v1', kind: 'Gadget' }, others)).toEqual([]);
});

test('compares references by kind, namespace and name', () => {
  const one = { kind: 'Secret', namespace: 'cvat', name: 'one' };
  expect(isSameObject(one, { ...one, keys: ['password'] })).toBe(true);
  expect(isSameObject({ kind: 'Namespace', name: 'cvat' }, { kind: 'Namespace', name: 'cvat' })).toBe(true);
  for (const other of [
    { ...one, kind: 'ConfigMap' },
    { ...one, name: 'two' },
    { ...one, namespace: 'else' },
    { kind: 'Secret', name: 'one' },
  ])
    expect(isSameObject(one, other)).toBe(false);
});

test.each([
  ['v1 Namespace', true, false, false],
  ['other.example.org/v1 Namespace', false, false, true],
  ['apiextensions.k8s.io/v1 CustomResourceDefinition', false, true, false],
  ['apiextensions.k8s.io/v1beta1 CustomResourceDefinition', false, true, false],
  ['apps/v1 Deployment', false, false, false],
  ['networking.k8s.io/v1 Ingress', false, false, false],
  ['helm.cattle.io/v1 HelmChart', false, false, true],
])('%s: Namespace %p, CRD %p, custom resource %p', (what, namespace, defines, custom) => {
  const [apiVersion = '', kind = ''] = what.split(' ');
  expect([isNamespace, isCrd, isCustom].map((is) => is({ apiVersion, kind }))).toEqual([namespace, defines, custom]);
});
