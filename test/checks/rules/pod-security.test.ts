import { podSecurity } from '../../../checks/rules/pod-security';
import { deployment, findings, goodContainer, object } from '../support';

const CONTEXT = 'Deployment program spec.template.spec.containers[0].securityContext';
const without = (field: string, value?: unknown): ReturnType<typeof deployment> =>
  deployment({ securityContext: { ...goodContainer.securityContext, [field]: value } });

test('accepts a restricted container', () => {
  expect(findings(podSecurity, deployment())).toEqual([]);
});

test.each([
  ['runAsNonRoot', undefined, 'must be true: the container may run as root. | Set it to true.'],
  ['runAsNonRoot', false, 'must be true: the container may run as root. | Set it to true.'],
  ['runAsUser', 0, 'must not be 0, which is root. | Use another user ID, or remove the field.'],
  [
    'seccompProfile',
    undefined,
    'must have the type RuntimeDefault or Localhost: the container may use every system call. | Set its type to RuntimeDefault.',
  ],
  [
    'seccompProfile',
    { type: 'Unconfined' },
    'must have the type RuntimeDefault or Localhost: the container may use every system call. | Set its type to RuntimeDefault.',
  ],
  ['privileged', true, 'must be false: a privileged container has the rights of root on its node. | Remove it.'],
  ['allowPrivilegeEscalation', undefined, 'must be false: a process may gain more privileges than its parent. | Set it to false.'],
  ['allowPrivilegeEscalation', true, 'must be false: a process may gain more privileges than its parent. | Set it to false.'],
  ['capabilities', undefined, 'must drop ALL: the container keeps capabilities of root. | Set drop to [ALL].'],
  ['capabilities', { drop: ['NET_RAW'] }, 'must drop ALL: the container keeps capabilities of root. | Set drop to [ALL].'],
  [
    'readOnlyRootFilesystem',
    undefined,
    'must be true: the container can write to its root file system. | Set it to true, and mount an emptyDir where the container writes.',
  ],
])('reports %s: %j', (field, value, expected) => {
  expect(findings(podSecurity, without(field, value))).toEqual([`${CONTEXT}.${field} | ${expected}`]);
});

test('reports every missing field of a container', () => {
  expect(findings(podSecurity, deployment({ securityContext: undefined }))).toHaveLength(5);
});

test('the pod sets defaults that its containers override', () => {
  const { runAsNonRoot, seccompProfile, ...own } = goodContainer.securityContext;
  const pod = { securityContext: { runAsNonRoot, seccompProfile } };
  expect(findings(podSecurity, deployment({ securityContext: own }, pod))).toEqual([]);
  expect(findings(podSecurity, deployment({ securityContext: { ...own, runAsNonRoot: false } }, pod))).toHaveLength(1);
  expect(
    findings(podSecurity, deployment({ securityContext: own }, { securityContext: { ...pod.securityContext, runAsUser: 0 } })),
  ).toHaveLength(1);
});

test('reports what a pod shares with its node', () => {
  const pod = {
    hostNetwork: true,
    hostPID: true,
    hostIPC: true,
    volumes: [
      { name: 'a', emptyDir: {} },
      { name: 'b', hostPath: { path: '/' } },
    ],
  };
  expect(findings(podSecurity, deployment({}, pod))).toEqual([
    'Deployment program spec.template.spec.hostNetwork | must be false: the pod would share it with its node. | Remove it.',
    'Deployment program spec.template.spec.hostPID | must be false: the pod would share it with its node. | Remove it.',
    'Deployment program spec.template.spec.hostIPC | must be false: the pod would share it with its node. | Remove it.',
    'Deployment program spec.template.spec.volumes[1].hostPath | must not be used: the pod could read files of its node. | Use an emptyDir, a ConfigMap, a Secret or a PersistentVolumeClaim.',
  ]);
});

test.each([
  ['Pod', (pod: object) => ({ spec: pod }), 'spec.containers[0]'],
  ['StatefulSet', (pod: object) => ({ spec: { template: { spec: pod } } }), 'spec.template.spec.containers[0]'],
  ['DaemonSet', (pod: object) => ({ spec: { template: { spec: pod } } }), 'spec.template.spec.containers[0]'],
  ['Job', (pod: object) => ({ spec: { template: { spec: pod } } }), 'spec.template.spec.containers[0]'],
  [
    'CronJob',
    (pod: object) => ({ spec: { jobTemplate: { spec: { template: { spec: pod } } } } }),
    'spec.jobTemplate.spec.template.spec.containers[0]',
  ],
])('checks the pods of a %s', (kind, wrap, field) => {
  const container = { ...goodContainer, securityContext: { ...goodContainer.securityContext, privileged: true } };
  expect(findings(podSecurity, object('any/v1', kind, 'a', wrap({ containers: [container] })))).toEqual([
    `${kind} a ${field}.securityContext.privileged | must be false: a privileged container has the rights of root on its node. | Remove it.`,
  ]);
});

test('checks init containers, and no objects without pods', () => {
  expect(findings(podSecurity, deployment({}, { initContainers: [{ name: 'first' }] }))).toHaveLength(5);
  expect(findings(podSecurity, object('v1', 'Secret', 'a'), object('apps/v1', 'Deployment', 'empty'))).toEqual([]);
});
