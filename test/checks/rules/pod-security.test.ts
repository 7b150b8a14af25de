import { podSecurity } from '../../../checks/rules/pod-security';
import { deployment, findings, goodContainer, object } from '../support';

const CONTEXT = 'Deployment program spec.template.spec.containers[0].securityContext';
const without = (field: string, value?: unknown): ReturnType<typeof deployment> =>
  deployment({ securityContext: { ...goodContainer.securityContext, [field]: value } });

test('a container without rights is silent', () => {
  expect(findings(podSecurity, deployment())).toEqual([]);
});

test.each([
  ['runAsNonRoot', undefined, 'the container may run as root. | Set it to true.'],
  ['runAsNonRoot', false, 'the container may run as root. | Set it to true.'],
  ['runAsUser', 0, 'user 0 is root. | Use another, or leave it to the image.'],
  ['seccompProfile', undefined, 'the container may use every system call. | Set its type to RuntimeDefault.'],
  ['seccompProfile', { type: 'Unconfined' }, 'the container may use every system call. | Set its type to RuntimeDefault.'],
  ['privileged', true, 'the container would be as good as root on its node. | Leave it out.'],
  ['allowPrivilegeEscalation', undefined, 'the container may get more rights than it starts with. | Set it to false.'],
  ['allowPrivilegeEscalation', true, 'the container may get more rights than it starts with. | Set it to false.'],
  ['capabilities', undefined, 'the container keeps capabilities of root. | Set drop to [ALL].'],
  ['capabilities', { drop: ['NET_RAW'] }, 'the container keeps capabilities of root. | Set drop to [ALL].'],
  [
    'readOnlyRootFilesystem',
    undefined,
    'the container can change the files of its image. | Set it to true, and mount an emptyDir where it has to write.',
  ],
])('%s %j is found', (field, value, expected) => {
  expect(findings(podSecurity, without(field, value))).toEqual([`${CONTEXT}.${field} | ${expected}`]);
});

test('a container that says nothing has one finding a missing field', () => {
  expect(findings(podSecurity, deployment({ securityContext: undefined }))).toHaveLength(5);
});

test('the pod can speak for its containers where Kubernetes lets it, and they can contradict', () => {
  const { runAsNonRoot, seccompProfile, ...own } = goodContainer.securityContext;
  const pod = { securityContext: { runAsNonRoot, seccompProfile } };
  expect(findings(podSecurity, deployment({ securityContext: own }, pod))).toEqual([]);
  expect(findings(podSecurity, deployment({ securityContext: { ...own, runAsNonRoot: false } }, pod))).toHaveLength(1);
  expect(
    findings(podSecurity, deployment({ securityContext: own }, { securityContext: { ...pod.securityContext, runAsUser: 0 } })),
  ).toHaveLength(1);
});

test('what a pod shares with its node is found', () => {
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
    'Deployment program spec.template.spec.hostNetwork | the pod would share this with its node. | Leave it out.',
    'Deployment program spec.template.spec.hostPID | the pod would share this with its node. | Leave it out.',
    'Deployment program spec.template.spec.hostIPC | the pod would share this with its node. | Leave it out.',
    "Deployment program spec.template.spec.volumes[1].hostPath | the pod would have its node's files. | Use an emptyDir, a ConfigMap, a Secret or a PersistentVolumeClaim.",
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
])('the pods of a %s are ours', (kind, wrap, field) => {
  const container = { ...goodContainer, securityContext: { ...goodContainer.securityContext, privileged: true } };
  expect(findings(podSecurity, object('any/v1', kind, 'a', wrap({ containers: [container] })))).toEqual([
    `${kind} a ${field}.securityContext.privileged | the container would be as good as root on its node. | Leave it out.`,
  ]);
});

test('containers that run first are containers, and objects without pods have none', () => {
  expect(findings(podSecurity, deployment({}, { initContainers: [{ name: 'first' }] }))).toHaveLength(5);
  expect(findings(podSecurity, object('v1', 'Secret', 'a'), object('apps/v1', 'Deployment', 'empty'))).toEqual([]);
});
