import { unservedKind } from '../../../checks/rules/unserved-kind';
import { findings, helmChart, object } from '../support';

const widget = object('example.org/v1', 'Widget', 'one');

function crd(name: string, versions: object[] = [{ name: 'v1', served: true }]): ReturnType<typeof object> {
  const spec = { group: 'example.org', names: { kind: 'Widget', plural: 'widgets' }, versions };
  return object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name, { spec });
}

const NOT_SERVED =
  'Widget one kind | must be a kind that this environment serves; got example.org/v1 Widget. | Add the CRD or the operator that installs it, or remove this object.';

test('reports a kind that is not served', () => {
  expect(findings(unservedKind, widget)).toEqual([NOT_SERVED]);
});

test('accepts a kind whose CRD is in any stage', () => {
  expect(findings(unservedKind, crd('widgets.example.org'), widget)).toEqual([]);
  expect(findings(unservedKind, widget, crd('widgets.example.org'))).toEqual([]);
});

test('reports a version that the CRD does not serve', () => {
  expect(findings(unservedKind, crd('widgets.example.org', [{ name: 'v1', served: false }]), widget)).toEqual([NOT_SERVED]);
  expect(findings(unservedKind, crd('widgets.example.org', [{ name: 'v2', served: true }]), widget)).toEqual([NOT_SERVED]);
});

test('reports the kind of a CRD whose name is not plural.group', () => {
  expect(findings(unservedKind, crd('widget.example.org'), widget)).toEqual([NOT_SERVED]);
});

test('accepts kinds of `makes` and `needs`', () => {
  const serves = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };
  const k3s = { kind: 'CustomResourceDefinition', name: 'helmcharts.helm.cattle.io', keys: ['v1/HelmChart'], remedy: 'included in k3s' };
  expect(findings(unservedKind, helmChart({}, { makes: [serves], needs: [k3s] }), widget)).toEqual([]);
  expect(findings(unservedKind, helmChart({}, { needs: [k3s, { ...serves, remedy: 'ask' }] }), widget)).toEqual([]);
  expect(findings(unservedKind, helmChart({}, { needs: [k3s], makes: [{ ...serves, name: 'widgets.other.org' }] }), widget)).toEqual([
    NOT_SERVED,
  ]);
});

test("accepts the stable versions of Kubernetes' own kinds", () => {
  const own = [object('v1', 'Secret', 'a'), object('apps/v1', 'Deployment', 'a'), object('networking.k8s.io/v1', 'Ingress', 'a')];
  expect(findings(unservedKind, ...own)).toEqual([]);
});

test('names the right version or group of a built-in kind', () => {
  expect(findings(unservedKind, object('networking.k8s.io/v1beta1', 'Ingress', 'a'), object('v1', 'Deployment', 'a'))).toEqual([
    'Ingress a kind | must be a kind that this environment serves; got networking.k8s.io/v1beta1 Ingress. | Kubernetes serves networking.k8s.io/v1 Ingress.',
    'Deployment a kind | must be a kind that this environment serves; got v1 Deployment. | Kubernetes serves apps/v1 Deployment.',
  ]);
});

test('reports a misspelt built-in kind', () => {
  expect(findings(unservedKind, object('apps/v1', 'Deploymnet', 'a'))).toHaveLength(1);
});
