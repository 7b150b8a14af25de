import { rootPod } from '../../../review/rules/root-pod';
import { deployment, findings } from '../support';

const danger = deployment({ securityContext: { runAsNonRoot: true, runAsUser: 0 } });

test('reports what the pods gain, and not what they lose', () => {
  expect(findings(rootPod, [deployment()], [danger])).toEqual(['spec.template.spec | Container main may run as root.']);
  expect(findings(rootPod, [danger], [deployment()])).toEqual([]);
});

test('reports an object that is new, and says nothing when it was so before', () => {
  expect(findings(rootPod, [], [danger])).toHaveLength(1);
  expect(findings(rootPod, [danger], [{ ...danger, data: {} }])).toEqual([]);
});

test('takes the setting of the pod for its containers', () => {
  const safe = deployment({ securityContext: {} }, { securityContext: { runAsNonRoot: true } });
  expect(findings(rootPod, [deployment()], [safe])).toEqual([]);
  expect(findings(rootPod, [safe], [deployment({ securityContext: {} })])).toHaveLength(1);
});
