import { Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { ALLOW_ANNOTATION, HOLDS_DATA_ANNOTATION, NEEDED_BY_ANNOTATION } from '../manifests/contract';
import { GUARD_NAME, POSTGRES_CLUSTER_CRD } from '../manifests/data-protection/guarded';
import { UPDATE_RULES, type UpdateRule } from '../manifests/data-protection/update-rules';
import { addPolicy, BEFORE, deletion, markCommand, matchConstraints, type ResourceRule } from './admission-policy';
import { protectedNamespaces } from './namespace';

interface Policy {
  readonly name: string;
  readonly resources: readonly ResourceRule[];
  readonly objectSelector?: object;
  /** Accounts whose requests are not looked at: controllers that delete what belongs to something that was deleted. */
  readonly exempt: readonly string[];
  readonly rules: readonly UpdateRule[];
}

/** Kubernetes' own controllers, by the account that each has, and by the one that they share where they have none of their own. */
const CONTROLLERS = [
  'system:serviceaccount:kube-system:generic-garbage-collector',
  'system:serviceaccount:kube-system:namespace-controller',
  'system:kube-controller-manager',
];

/** PGO's account, which its chart calls `pgo` in any namespace: PGO deletes the Secret of a user who is removed from a PostgresCluster. */
const PGO_ACCOUNT = '^system:serviceaccount:[^:]+:pgo$';

const PGO = 'postgres-operator.crunchydata.com';
const BOTH: ResourceRule['operations'] = ['DELETE', 'UPDATE'];

const GUARDED_KINDS: readonly ResourceRule[] = [
  { group: '', resources: ['namespaces', 'persistentvolumeclaims'], operations: BOTH },
  { group: 'apiextensions.k8s.io', resources: ['customresourcedefinitions'], operations: BOTH },
  { group: 'kapernikov.com', resources: ['appusers'], operations: ['DELETE'] },
  { group: PGO, resources: ['postgresclusters'], operations: ['DELETE'] },
  // A Helm release, as each delivery asks for one.
  { group: 'helm.cattle.io', resources: ['helmcharts'], operations: BOTH },
  { group: 'helm.toolkit.fluxcd.io', resources: ['helmreleases'], operations: BOTH },
  { group: 'argoproj.io', resources: ['applications'], operations: BOTH },
  // A release that is rendered into dist: its workload has the contract.
  { group: 'apps', resources: ['deployments', 'statefulsets', 'daemonsets'], operations: BOTH },
];

const POLICIES: readonly Policy[] = [
  {
    name: GUARD_NAME,
    resources: GUARDED_KINDS,
    exempt: CONTROLLERS,
    rules: UPDATE_RULES.filter(({ kind }) => kind === undefined),
  },
  {
    name: `changes.${GUARD_NAME}`,
    resources: [{ group: PGO, resources: ['postgresclusters'], operations: ['UPDATE'] }],
    exempt: [],
    rules: UPDATE_RULES,
  },
  {
    name: `passwords.${GUARD_NAME}`,
    resources: [{ group: '', resources: ['secrets'], operations: ['DELETE'] }],
    // Of all Secrets, the API server looks at these only.
    objectSelector: { matchLabels: { [`${PGO}/role`]: 'pguser' } },
    exempt: [...CONTROLLERS, PGO_ACCOUNT],
    rules: [],
  },
];

/**
 * Refuses, for every client, to delete what holds data or is needed by it, and to change it in a way that loses data, until the live object
 * has a mark that names the deletion or the change: even `kubectl delete -f dist` loses no database.
 *
 * It guards objects that say so in their contract, and the namespaces of the environment by name: one that the cluster had before may be used
 * without an annotation, and everything in it goes with it. The rules for changes are those of manifests/data-protection/update-rules.ts.
 * Needs Kubernetes 1.30.
 */
export class DataProtection extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    for (const policy of POLICIES) {
      const [id] = policy.name === GUARD_NAME ? [''] : policy.name.split('.');
      addPolicy(this, { name: policy.name, id, spec: Lazy.any({ produce: () => policySpec(policy, this) }) });
    }
  }
}

function isGuarded(reasons: string | undefined): string {
  return [
    `'${HOLDS_DATA_ANNOTATION}' in ${BEFORE}`,
    `'${NEEDED_BY_ANNOTATION}' in ${BEFORE}`,
    `oldObject.metadata.name == '${POSTGRES_CLUSTER_CRD}'`,
    ...(reasons === undefined ? [] : [`request.resource.resource == 'namespaces' && oldObject.metadata.name in ${reasons}`]),
  ].join(' || ');
}

/** Why each namespace of the environment must not be deleted, by name: a map in CEL. */
function namespaceReasons({ resources }: Policy, scope: Construct): string | undefined {
  if (!resources.some((rule) => rule.resources.includes('namespaces'))) return undefined;
  const reasons = protectedNamespaces(scope).map(([name, { holdsData, neededBy }]) => [
    name,
    holdsData === undefined ? ` is needed by ${neededBy ?? ''}. ` : ` holds data (${holdsData}), and deleting it would delete that too. `,
  ]);
  // JSON is CEL.
  return reasons.length === 0 ? undefined : JSON.stringify(Object.fromEntries(reasons));
}

function policySpec(policy: Policy, scope: Construct): object {
  const { resources, objectSelector, exempt, rules } = policy;
  const reasons = namespaceReasons(policy, scope);
  const isDeletion = resources.some(({ operations }) => operations.includes('DELETE'));
  return {
    failurePolicy: 'Fail',
    matchConstraints: matchConstraints(resources, objectSelector),
    matchConditions: [
      { name: 'guarded', expression: isGuarded(reasons) },
      ...(exempt.length > 0 ? [{ name: 'not-a-controller', expression: `request.operation != 'DELETE' || !(${isOneOf(exempt)})` }] : []),
    ],
    ...(rules.length > 0 && { variables: variables(rules) }),
    validations: [...(isDeletion ? [deletion(`'every PostgresCluster'`, reasons)] : []), ...rules.map(validation)],
  };
}

/** Accounts by their names, or by a pattern. */
function isOneOf(accounts: readonly string[]): string {
  const names = accounts.filter((account) => !account.startsWith('^')).map((name) => `'${name}'`);
  const patterns = accounts
    .filter((account) => account.startsWith('^'))
    .map((pattern) => `request.userInfo.username.matches('${pattern}')`);
  return [`request.userInfo.username in [${names.join(', ')}]`, ...patterns].join(' || ');
}

/** The changes that lose data, by rule, and those that the mark on the live object names. On a deletion there is no new object. */
function variables(rules: readonly UpdateRule[]): object[] {
  return [
    { name: 'allowed', expression: `${BEFORE}[?'${ALLOW_ANNOTATION}'].orValue('').split(',').map(c, c.trim()).filter(c, c != '')` },
    ...rules.map(({ name, cel }) => ({ name, expression: `request.operation != 'UPDATE' ? [] : ${oneLine(cel)}` })),
    { name: 'changes', expression: rules.map(({ name }) => `variables.${name}`).join(' + ') },
  ];
}

function validation({ name, lost, instead }: UpdateRule): object {
  const missing = (changes: string): string => `variables.${changes}.filter(c, !(c in variables.allowed))`;
  const allow = `(variables.allowed + ${missing('changes')}).join(',')`;
  return {
    expression: `variables.${name}.all(c, c in variables.allowed)`,
    messageExpression: [
      `oldObject.metadata.name + ' would lose data by ' + ${missing(name)}.join(', ') + ': ${lost}. ${instead}. '`,
      `'To lose it nevertheless, mark the object, and apply again: ' + ${markCommand(ALLOW_ANNOTATION, allow)}`,
    ].join(' + '),
    reason: 'Forbidden',
  };
}

function oneLine(expression: string): string {
  return expression.replace(/\s*\n\s*\./g, '.').replace(/\s*\n\s*/g, ' ');
}
