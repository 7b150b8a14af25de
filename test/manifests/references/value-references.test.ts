import { formatReference } from '../../../manifests/reference';
import { releaseOf } from '../../../manifests/helm-release';
import { valueReferences } from '../../../manifests/references/value-references';
import { helmChart } from '../../checks/support';

function found(values: object): string[] {
  const chart = releaseOf(helmChart({ values }));
  return chart ? valueReferences(chart).map(({ reference }) => formatReference(reference)) : [];
}

test.each([
  [{ auth: { existingSecret: 'a' } }, ['Secret apps/a']],
  [{ existingSecret: 'a', existingSecretPasswordKey: 'k' }, ['Secret apps/a: k']],
  [{ existingSecretName: 'a' }, ['Secret apps/a']],
  [{ ingress: { tlsSecretName: 'a' } }, ['Secret apps/a']],
  [{ existingConfigMap: 'a' }, ['ConfigMap apps/a']],
  [{ persistence: { existingClaim: 'a' } }, ['PersistentVolumeClaim apps/a']],
  [{ ingress: { className: 'a' } }, ['IngressClass a']],
  [{ ingressClassName: 'a' }, ['IngressClass a']],
  [{ clusterIssuer: 'a' }, ['ClusterIssuer a']],
  [{ annotations: { 'cert-manager.io/cluster-issuer': 'a' } }, ['ClusterIssuer a']],
  [{ secret: { create: false, name: 'a' } }, ['Secret apps/a']],
  [{ serviceAccount: { create: false, name: 'a' } }, ['ServiceAccount apps/a']],
  [{ imagePullSecrets: ['a', { name: 'b' }] }, ['Secret apps/a', 'Secret apps/b']],
  [
    { ingress: { annotations: { 'cert-manager.io/issuer': 'i' }, tls: [{ secretName: 'a' }] }, tls: [{ secretName: 'b' }] },
    ['Issuer apps/i', 'Secret apps/b'],
  ],
  [{ extraEnv: [{ valueFrom: { secretKeyRef: { name: 'a', key: 'k' } } }] }, ['Secret apps/a: k']],
  [{ external: { host: 'a.b.svc' } }, ['Service b/a']],
])('%j refers', (values, expected) => {
  expect(found(values)).toEqual(expected);
});

test.each([
  [{ secret: { create: true, name: 'a' } }],
  [{ ingress: { annotations: { 'kubernetes.io/tls-acme': 'true' }, tls: [{ secretName: 'a' }] } }],
  [{ ingress: { annotations: { 'kubernetes.io/tls-acme': true }, tlsSecretName: 'a' } }],
  [{ secret: { name: 'a' } }],
  [{ existingSecret: '' }],
  [{ existingSecret: '{{ .Release.Name }}-secret' }],
  [{ className: 'a' }],
  [{ serviceAccountName: 'a' }],
  [{ existingSecret: null }],
])('%j refers to nothing', (values) => {
  expect(found(values)).toEqual([]);
});

test('the field contains the path of the value', () => {
  const chart = releaseOf(helmChart({ valuesContent: 'auth:\n  existingSecret: a\n' }));
  expect(chart && valueReferences(chart).map(({ field }) => field)).toEqual(['spec.valuesContent: auth.existingSecret']);
});
