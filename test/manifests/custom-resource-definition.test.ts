import {
  crdOf,
  crdsMadeBy,
  crdsOperatedBy,
  isCustom,
  isCrd,
  isNamespace,
  isSameObject,
  operatorsOf,
} from '../../manifests/custom-resource-definition';
import { definition, manifest } from '../cluster/support/objects';

const WIDGETS = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget', 'v2/Widget'] };
const GADGETS = { kind: 'CustomResourceDefinition', name: 'gadgets.other.example.org', keys: ['v1beta1/Gadget'] };

const RELEASE = manifest('helm.cattle.io/v1 HelmChart kube-system/one', {
  contract: { makes: [WIDGETS, { kind: 'Deployment', namespace: 'cvat', name: 'one' }], operates: [GADGETS] },
});

test('a contract names the definitions that a release makes, and what they serve', () => {
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

test('an operator looks after what it makes, and after what it says that it operates', () => {
  expect(crdsOperatedBy(RELEASE).map(({ name }) => name)).toEqual(['widgets.example.org', 'gadgets.other.example.org']);
  expect(crdsOperatedBy(manifest('apps/v1 Deployment cvat/one'))).toEqual([]);
});

test('a definition in dist says itself what it serves', () => {
  expect(crdOf(definition('Widget', 'v1', 'v2'))).toEqual(crdsMadeBy(RELEASE)[0]);
  expect(crdOf(RELEASE)).toBeUndefined();
});

test('the operators of a kind are the same for all its versions, and others for another group', () => {
  const others = [manifest('v1 ConfigMap cvat/one'), RELEASE];
  expect(operatorsOf({ apiVersion: 'example.org/v1alpha9', kind: 'Widget' }, others)).toEqual([RELEASE]);
  expect(operatorsOf({ apiVersion: 'other.example.org/v1', kind: 'Gadget' }, others)).toEqual([RELEASE]);
  expect(operatorsOf({ apiVersion: 'else.org/v1', kind: 'Widget' }, others)).toEqual([]);
  expect(operatorsOf({ apiVersion: 'example.org/v1', kind: 'Gadget' }, others)).toEqual([]);
});

test('a reference names one object: by kind, namespace and name', () => {
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
])('%s: a namespace %p, a definition %p, defined by somebody %p', (what, namespace, defines, custom) => {
  const [apiVersion = '', kind = ''] = what.split(' ');
  expect([isNamespace, isCrd, isCustom].map((is) => is({ apiVersion, kind }))).toEqual([namespace, defines, custom]);
});
