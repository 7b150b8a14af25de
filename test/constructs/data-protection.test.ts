import { DataProtection } from '../../constructs/data-protection';
import { yamlOf } from '../support';

test('what holds data is not deleted until that is marked in words', () => {
  expect(yamlOf((chart) => new DataProtection(chart, 'policy'))).toMatchInlineSnapshot(`
    "
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicy
    metadata:
      name: data-protection.platform.kapernikov.com
    spec:
      failurePolicy: Fail
      matchConditions:
        - expression: has(oldObject.metadata.annotations) && 'platform.kapernikov.com/holds-data' in oldObject.metadata.annotations
          name: holds-data
      matchConstraints:
        matchPolicy: Equivalent
        namespaceSelector: {}
        objectSelector: {}
        resourceRules:
          - apiGroups:
              - ""
            apiVersions:
              - "*"
            operations:
              - DELETE
            resources:
              - namespaces
              - persistentvolumeclaims
            scope: "*"
          - apiGroups:
              - apiextensions.k8s.io
            apiVersions:
              - "*"
            operations:
              - DELETE
            resources:
              - customresourcedefinitions
            scope: "*"
          - apiGroups:
              - postgres-operator.crunchydata.com
            apiVersions:
              - "*"
            operations:
              - DELETE
            resources:
              - postgresclusters
            scope: "*"
      validations:
        - expression: "'platform.kapernikov.com/delete' in oldObject.metadata.annotations && oldObject.metadata.annotations['platform.kapernikov.com/delete'] == 'with-its-data'"
          messageExpression: "oldObject.metadata.name + ' holds data (' + oldObject.metadata.annotations['platform.kapernikov.com/holds-data'] + '), and deleting it would delete that too. ' + 'If this is what you want, mark it, and delete it again: kubectl annotate --overwrite ' + request.resource.resource + (has(oldObject.metadata.namespace) ? ' --namespace ' + oldObject.metadata.namespace : '') + ' ' + oldObject.metadata.name + ' platform.kapernikov.com/delete=with-its-data'"
          reason: Forbidden
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata:
      name: data-protection.platform.kapernikov.com
    spec:
      policyName: data-protection.platform.kapernikov.com
      validationActions:
        - Deny
    "
  `);
});
