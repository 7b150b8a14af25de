import { privilegedPod } from '../../../review/rules/privileged-pod';
import { deployment, findings } from '../support';

const danger = deployment({ securityContext: { privileged: true, allowPrivilegeEscalation: true, capabilities: { add: ['NET_ADMIN'] } } });

test('reports what the pods gain, and not what they lose', () => {
  expect(findings(privilegedPod, [deployment()], [danger])).toEqual([
    'spec.template.spec | Container main is privileged: it has the rights of root on its node.',
    'spec.template.spec | Container main may gain more privileges than its parent process.',
    'spec.template.spec | Container main has the capability NET_ADMIN.',
  ]);
  expect(findings(privilegedPod, [danger], [deployment()])).toEqual([]);
});

test('reports an object that is new, and says nothing when it was so before', () => {
  expect(findings(privilegedPod, [], [danger])).toHaveLength(3);
  expect(findings(privilegedPod, [danger], [{ ...danger, data: {} }])).toEqual([]);
});
