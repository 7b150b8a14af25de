import type * as Cel from '@marcbachmann/cel-js' with { 'resolution-mode': 'import' };
import { DataProtection } from '../../constructs/data-protection';
import { ensureNamespace, type Protection } from '../../constructs/namespace';
import { contractAnnotations, DELETE_ANNOTATION } from '../../manifests/contract';
import { UPDATE_RULES } from '../../manifests/data-protection/update-rules';
import type { Manifest } from '../../manifests/manifest';
import { Platform } from '../../constructs/platform';
import { local } from '../fixtures/environments/local';
import { objectsOf } from '../support';

// The package is ESM only, and this project is CommonJS: jest transpiles it, and the types need to be told.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { Environment } = require('@marcbachmann/cel-js') as typeof Cel;

interface Policy extends Manifest {
  readonly spec: {
    readonly matchConstraints: {
      readonly objectSelector: object;
      readonly resourceRules: readonly { readonly operations: readonly string[]; readonly resources: readonly string[] }[];
    };
    readonly variables?: readonly { readonly name: string; readonly expression: string }[];
    readonly matchConditions: readonly { readonly expression: string }[];
    readonly validations: readonly { readonly expression: string; readonly messageExpression: string }[];
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
      deployments: both,
      statefulsets: both,
      daemonsets: both,
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

describe('a namespace of the environment', () => {
  const cel = new Environment({ enableOptionalTypes: true }).registerVariable('oldObject', 'dyn').registerVariable('request', 'dyn');

  interface Answer {
    readonly isGuarded: boolean;
    readonly isAllowed: boolean;
    readonly message: string;
  }

  /** What the policy for deletions says to the deletion of a namespace that deploy has used without changing it. */
  function deleted(name: string, protection: Protection, annotations?: Readonly<Record<string, string>>): Answer {
    const [policy] = objectsOf((chart) => {
      new DataProtection(chart, 'guard');
      // After the policy: its stage is the first.
      ensureNamespace(chart, 'cvat', protection);
    }) as [Policy];
    const { matchConditions, validations } = policy.spec;
    const oldObject = { metadata: { name, ...(annotations && { annotations }) } };
    const request = { operation: 'DELETE', resource: { resource: 'namespaces' } };
    const evaluate = (expression = 'false'): unknown => cel.evaluate(expression, { oldObject, request });
    const isGuarded = evaluate(matchConditions[0]?.expression) as boolean;
    if (!isGuarded) return { isGuarded, isAllowed: true, message: '' };
    const isAllowed = evaluate(validations[0]?.expression) as boolean;
    return { isGuarded, isAllowed, message: evaluate(validations[0]?.messageExpression) as string };
  }

  test.each([
    "CVAT's media",
    'the "best" data',
    'C:\\data\\new',
    'two\nlines\tand a tab',
    "'), true || ('",
    'données, 数据, \u2028',
    '${x} {{ y }} [?]',
  ])('is protected by its name, also without an annotation, and the refusal says why: %j', (holdsData) => {
    const { isGuarded, isAllowed, message } = deleted('cvat', { holdsData });
    expect({ isGuarded, isAllowed }).toEqual({ isGuarded: true, isAllowed: false });
    expect(message).toBe(
      `cvat holds data (${holdsData}), and deleting it would delete that too. If this is what you want, mark it, and delete it again: ` +
        'kubectl annotate --overwrite --field-manager=flux-client-side-apply namespaces cvat platform.kapernikov.com/delete=with-its-data',
    );
  });

  test('says what needs it when it holds no data itself', () => {
    expect(deleted('cvat', { neededBy: 'CVAT\'s "database"' }).message).toMatch(/^cvat is needed by CVAT's "database"\. If this/);
  });

  test('says what its annotation says when it has one', () => {
    const annotations = contractAnnotations({ holdsData: 'what was there before' });
    expect(deleted('cvat', { holdsData: 'x' }, annotations).message).toMatch(/^cvat holds data \(what was there before\)/);
  });

  test('can be deleted with the mark', () => {
    expect(deleted('cvat', { holdsData: 'x' }, { [DELETE_ANNOTATION]: 'with-its-data' })).toMatchObject({ isAllowed: true });
    expect(deleted('cvat', { holdsData: 'x' }, { [DELETE_ANNOTATION]: 'yes' })).toMatchObject({ isAllowed: false });
  });

  test.each(['cvat2', 'cva', 'CVAT', 'default'])('is not another one, for example %s', (name) => {
    expect(deleted(name, { holdsData: 'x' })).toMatchObject({ isGuarded: false });
  });

  test('that holds nothing and that nothing needs is not protected', () => {
    expect(deleted('cvat', {})).toMatchObject({ isGuarded: false });
  });
});

test('no text of a rule contains a quote or a backslash, which would end it: they are in quotes in the expressions', () => {
  for (const { name, lost, instead } of UPDATE_RULES) expect([name, lost, instead].join(' ')).not.toMatch(/['"\\]/);
});
