import { unservedKind } from '../../../checks/rules/unserved-kind';
import { findings, helmChart, object } from '../support';

const widget = object('example.org/v1', 'Widget', 'one');

function definition(name: string, versions: object[] = [{ name: 'v1', served: true }]): ReturnType<typeof object> {
  const spec = { group: 'example.org', names: { kind: 'Widget', plural: 'widgets' }, versions };
  return object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name, { spec });
}

const NOT_SERVED =
  'Widget one kind | nothing in this environment serves example.org/v1 Widget. | Add the operator or the definition that brings this kind, or leave this object out.';

test('a kind that nobody serves is found', () => {
  expect(findings(unservedKind, widget)).toEqual([NOT_SERVED]);
});

test('a definition in dist serves its kind, in a later stage too: that is for stage-order to say', () => {
  expect(findings(unservedKind, definition('widgets.example.org'), widget)).toEqual([]);
  expect(findings(unservedKind, widget, definition('widgets.example.org'))).toEqual([]);
});

test('a version that the definition does not serve is found', () => {
  expect(findings(unservedKind, definition('widgets.example.org', [{ name: 'v1', served: false }]), widget)).toEqual([NOT_SERVED]);
  expect(findings(unservedKind, definition('widgets.example.org', [{ name: 'v2', served: true }]), widget)).toEqual([NOT_SERVED]);
});

test('a definition that is not called by its plural and its group serves nothing', () => {
  expect(findings(unservedKind, definition('widget.example.org'), widget)).toEqual([NOT_SERVED]);
});

test('what a chart makes and what the installer is asked for serve kinds as well', () => {
  const serves = { kind: 'CustomResourceDefinition', name: 'widgets.example.org', keys: ['v1/Widget'] };
  const k3s = { kind: 'CustomResourceDefinition', name: 'helmcharts.helm.cattle.io', keys: ['v1/HelmChart'], remedy: 'k3s brings it' };
  expect(findings(unservedKind, helmChart({}, { makes: [serves], needs: [k3s] }), widget)).toEqual([]);
  expect(findings(unservedKind, helmChart({}, { needs: [k3s, { ...serves, remedy: 'ask' }] }), widget)).toEqual([]);
  expect(findings(unservedKind, helmChart({}, { needs: [k3s], makes: [{ ...serves, name: 'widgets.other.org' }] }), widget)).toEqual([
    NOT_SERVED,
  ]);
});

test("Kubernetes' own kinds are served, in their stable versions", () => {
  const own = [object('v1', 'Secret', 'a'), object('apps/v1', 'Deployment', 'a'), object('networking.k8s.io/v1', 'Ingress', 'a')];
  expect(findings(unservedKind, ...own)).toEqual([]);
});

test('an old version or the wrong group of a kind of its own is found, with the right one', () => {
  expect(findings(unservedKind, object('networking.k8s.io/v1beta1', 'Ingress', 'a'), object('v1', 'Deployment', 'a'))).toEqual([
    'Ingress a kind | nothing in this environment serves networking.k8s.io/v1beta1 Ingress. | Kubernetes serves networking.k8s.io/v1 Ingress.',
    'Deployment a kind | nothing in this environment serves v1 Deployment. | Kubernetes serves apps/v1 Deployment.',
  ]);
});

test('a misspelt kind of its own is found', () => {
  expect(findings(unservedKind, object('apps/v1', 'Deploymnet', 'a'))).toHaveLength(1);
});
