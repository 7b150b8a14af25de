import { DataProtection } from '../../constructs/data-protection';
import { UPDATE_RULES } from '../../manifests/data-protection/update-rules';
import type { Manifest } from '../../manifests/manifest';
import { Platform } from '../../constructs/platform';
import { local } from '../fixtures/environments/local';
import { objectsOf } from '../support';

interface Policy extends Manifest {
  readonly spec: {
    readonly matchConstraints: {
      readonly objectSelector: object;
      readonly resourceRules: readonly { readonly operations: readonly string[]; readonly resources: readonly string[] }[];
    };
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly validations: readonly { readonly expression: string }[];
  };
}

// What the expressions do is tested on a real API server, in test/e2e: here is how they are put together.
const objects = objectsOf((chart) => new DataProtection(chart, 'guard'));
const policies = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy') as Policy[];

test('each policy has a binding of its name that denies', () => {
  const bindings = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');
  expect(bindings.map(({ metadata, spec }) => [metadata.name, spec])).toEqual(
    policies.map(({ metadata: { name } }) => [name, { policyName: name, validationActions: ['Deny'] }]),
  );
});

test('policies and bindings carry the finalizer by which they stay in force while they are being deleted', () => {
  const finalizers = objects.map(({ metadata }) => (metadata as { finalizers?: string[] }).finalizers);
  expect(finalizers).toEqual(objects.map(() => ['platform.kapernikov.com/guards-data']));
});

test('deletions are looked at for every guarded kind, and updates for these and for the rules of the table', () => {
  const looked = policies.map(({ metadata, spec }) => [
    metadata.name,
    Object.fromEntries(
      spec.matchConstraints.resourceRules.flatMap(({ resources, operations }) => resources.map((name) => [name, operations])),
    ),
  ]);
  const both = ['DELETE', 'UPDATE'];
  expect(Object.fromEntries(looked)).toEqual({
    'data-protection.platform.kapernikov.com': {
      namespaces: both,
      persistentvolumeclaims: both,
      customresourcedefinitions: both,
      appusers: ['DELETE'],
      postgresclusters: ['DELETE'],
      helmcharts: both,
      helmreleases: both,
      applications: both,
    },
    'changes.data-protection.platform.kapernikov.com': { postgresclusters: ['UPDATE'] },
    'passwords.data-protection.platform.kapernikov.com': { secrets: ['DELETE'] },
  });
});

test('each rule of the table is one variable and one validation, and the rule for every kind is in both policies for updates', () => {
  const validated = policies.flatMap(({ spec }) =>
    spec.validations.map(({ expression }) => /^variables\.(\w+)\.all\(/.exec(expression)?.[1]),
  );
  const names = UPDATE_RULES.map(({ name }) => name);
  expect(validated.filter((name) => name !== undefined)).toEqual(['unprotect', ...names]);
  const variables = policies.flatMap(({ spec }) => spec.variables ?? []).map(({ name }) => name);
  expect(variables).toEqual(['allowed', 'unprotect', 'changes', 'allowed', ...names, 'changes']);
});

test("of all Secrets, only those of database users are looked at, so that no other Secret's deletion depends on the policy", () => {
  const selectors = policies.map(({ spec }) => spec.matchConstraints.objectSelector);
  expect(selectors).toEqual([{}, {}, { matchLabels: { 'postgres-operator.crunchydata.com/role': 'pguser' } }]);
});

test('the namespaces of an environment that hold data or PGO are protected by name, also without an annotation', () => {
  const [policy] = new Platform('local', local).stages().flatMap(({ objects: staged }) => staged.map(({ manifest }) => manifest));
  const { matchConditions } = policy?.['spec'] as { matchConditions: { name: string; expression: string }[] };
  const guarded = matchConditions.find(({ name }) => name === 'guarded')?.expression;
  const [, names = '{}'] =
    /request\.resource\.resource == 'namespaces' && oldObject\.metadata\.name in (\{.*\})$/.exec(guarded ?? '') ?? [];
  expect(Object.keys(JSON.parse(names) as object).sort()).toEqual([local.postgresOperator?.namespace, local.namespace].sort());
});
