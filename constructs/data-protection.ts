import { ApiObject, type ApiObjectProps } from 'cdk8s';
import { Construct } from 'constructs';
import { clusterScoped } from './namespace';
import { DELETE_ANNOTATION, DELETE_WITH_DATA, HOLDS_DATA_ANNOTATION } from '../manifests/contract';

const NAME = 'data-protection.platform.kapernikov.com';

const ANNOTATIONS = 'oldObject.metadata.annotations';

/** What a person reads who has tried: the object, whose data it holds, and last, so that it can be copied, the command that allows it. */
const MESSAGE = [
  `oldObject.metadata.name + ' holds data (' + ${ANNOTATIONS}['${HOLDS_DATA_ANNOTATION}'] + '), and deleting it would delete that too. '`,
  `'If this is what you want, mark it, and delete it again: kubectl annotate --overwrite ' + request.resource.resource`,
  // Not request.namespace: of a Namespace that is its own name, and of other cluster-scoped objects there is none, which is an error.
  `(has(oldObject.metadata.namespace) ? ' --namespace ' + oldObject.metadata.namespace : '')`,
  `' ' + oldObject.metadata.name + ' ${DELETE_ANNOTATION}=${DELETE_WITH_DATA}'`,
].join(' + ');

/**
 * Refuses to delete what holds data, until it has been marked for deletion in words: even `kubectl delete -f dist` loses no database.
 *
 * It guards objects that say that they hold data (contract.ts): a PostgresCluster, the Namespace it is in, the AppUser definition. It is the
 * last stage, because kubectl deletes files in the order of their names, and no policy can guard itself.
 * Needs Kubernetes 1.30. https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class DataProtection extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const rule = (group: string, ...resources: string[]): object => ({
      apiGroups: [group],
      apiVersions: ['*'],
      operations: ['DELETE'],
      resources,
      scope: '*',
    });
    this.add('policy', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: NAME },
      spec: {
        failurePolicy: 'Fail',
        // With the API server's defaults: it compares this as a whole, and without them every apply would be a change, or a conflict.
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          resourceRules: [
            rule('', 'namespaces', 'persistentvolumeclaims'),
            rule('apiextensions.k8s.io', 'customresourcedefinitions'),
            rule('postgres-operator.crunchydata.com', 'postgresclusters'),
          ],
        },
        matchConditions: [{ name: 'holds-data', expression: `has(${ANNOTATIONS}) && '${HOLDS_DATA_ANNOTATION}' in ${ANNOTATIONS}` }],
        validations: [
          {
            expression: `'${DELETE_ANNOTATION}' in ${ANNOTATIONS} && ${ANNOTATIONS}['${DELETE_ANNOTATION}'] == '${DELETE_WITH_DATA}'`,
            messageExpression: MESSAGE,
            reason: 'Forbidden',
          },
        ],
      },
    });
    this.add('binding', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: NAME },
      spec: { policyName: NAME, validationActions: ['Deny'] },
    });
  }

  private add(id: string, props: ApiObjectProps): void {
    clusterScoped(new ApiObject(this, id, props));
  }
}
