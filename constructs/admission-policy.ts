import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { DELETE_ANNOTATION, DELETE_WITH_DATA, HOLDS_DATA_ANNOTATION, NEEDED_BY_ANNOTATION } from '../manifests/contract';
import { GUARD_FINALIZER } from '../manifests/data-protection/guarded';
import { annotationsOf } from '../manifests/data-protection/update-rules';
import { clusterScoped } from './namespace';

/** Requests that a policy looks at, in all versions of the group. One that is not listed is not refused, and no error says so. */
export interface ResourceRule {
  /** The API group, without a version: `apps`. Empty for the core group. */
  readonly group: string;
  readonly operations: readonly ('DELETE' | 'UPDATE')[];
  /** Plural names in lower case, as in RBAC: `persistentvolumeclaims`. The API server accepts names that it does not serve. */
  readonly resources: readonly string[];
}

interface PolicyOptions {
  /** The name of the policy and of its binding, which are cluster-scoped: environments on one cluster share them. */
  readonly name: string;
  /**
   * The start of the ids of both constructs.
   * @default none: a construct has one policy
   */
  readonly id?: string;
  /** @default none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of the ValidatingAdmissionPolicy, with the API server's defaults: see `matchConstraints`. */
  readonly spec: unknown;
}

/** The annotations of the object as it was, in CEL. */
export const BEFORE = annotationsOf('oldObject');

/**
 * A policy and its binding, which denies. Both carry a finalizer: while they are being deleted they are enforced, so that a second `kubectl delete`
 * deletes nothing either. https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function addPolicy(scope: Construct, { name, id = '', annotations, spec }: PolicyOptions): void {
  const metadata = { name, finalizers: [GUARD_FINALIZER], ...(annotations && { annotations }) };
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const binding = { policyName: name, validationActions: ['Deny'] };
  clusterScoped(new ApiObject(scope, `${id}policy`, { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata, spec }));
  clusterScoped(new ApiObject(scope, `${id}binding`, { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata, spec: binding }));
}

/** With the API server's defaults: it compares this as a whole, and without them every apply would be a change, or a conflict. */
export function matchConstraints(rules: readonly ResourceRule[], objectSelector: object = {}): object {
  return {
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector,
    resourceRules: rules.map(({ group, operations, resources }) => ({
      apiGroups: [group],
      apiVersions: ['*'],
      operations,
      resources,
      scope: '*',
    })),
  };
}

/** The command that sets a mark, at the end of a message, so that it can be copied. */
export function markCommand(annotation: string, value: string): string {
  return [
    // Flux removes annotations whose manager begins with "kubectl" and which git does not have; under this name it leaves them.
    `'kubectl annotate --overwrite --field-manager=flux-client-side-apply ' + request.resource.resource`,
    // Not request.namespace: of a Namespace that is its own name, and other cluster-scoped objects have none, which is an error.
    `(has(oldObject.metadata.namespace) ? ' --namespace ' + oldObject.metadata.namespace : '')`,
    `' ' + oldObject.metadata.name + ' ${annotation}=' + ${value}`,
  ].join(' + ');
}

/**
 * Refuses a deletion until the live object has the mark.
 *
 * @param fallback what an object holds that does not say so itself, such as a CRD that a chart has installed: text in CEL
 * @param reasons why each namespace of the environment must not be deleted: a map in CEL
 */
export function deletion(fallback: string, reasons?: string): object {
  const needed = `' is needed by ' + ${BEFORE}['${NEEDED_BY_ANNOTATION}'] + '. '`;
  const data = `' holds data (' + ${BEFORE}[?'${HOLDS_DATA_ANNOTATION}'].orValue(${fallback}) + '), and deleting it would delete that too. '`;
  const reason = [
    `'${HOLDS_DATA_ANNOTATION}' in ${BEFORE} ? ${data}`,
    `'${NEEDED_BY_ANNOTATION}' in ${BEFORE} ? ${needed}`,
    ...(reasons === undefined ? [] : [`request.resource.resource == 'namespaces' ? ${reasons}[oldObject.metadata.name]`]),
    data,
  ].join(' : ');
  return {
    expression: `request.operation != 'DELETE' || ${BEFORE}[?'${DELETE_ANNOTATION}'].orValue('') == '${DELETE_WITH_DATA}'`,
    messageExpression: [
      `oldObject.metadata.name + (${reason})`,
      `'If this is what you want, mark it, and delete it again: ' + ${markCommand(DELETE_ANNOTATION, `'${DELETE_WITH_DATA}'`)}`,
    ].join(' + '),
    reason: 'Forbidden',
  };
}
