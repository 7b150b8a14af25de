import { hostAccess } from '../../../review/rules/host-access';
import { deployment, findings } from '../support';

const danger = deployment(
  { ports: [{ containerPort: 80, hostPort: 80 }] },
  { hostNetwork: true, volumes: [{ name: 'v', hostPath: { path: '/etc' } }] },
);

test('reports what the pods gain, and not what they lose', () => {
  expect(findings(hostAccess, [deployment()], [danger])).toEqual([
    'spec.template.spec | The pod has hostNetwork: it shares it with its node.',
    'spec.template.spec | The pod mounts /etc of its node (hostPath).',
    'spec.template.spec | The pod listens on port 80 of its node (hostPort).',
  ]);
  expect(findings(hostAccess, [danger], [deployment()])).toEqual([]);
});

test('reports an object that is new, and says nothing when it was so before', () => {
  expect(findings(hostAccess, [], [danger])).toHaveLength(3);
  expect(findings(hostAccess, [danger], [{ ...danger, data: {} }])).toEqual([]);
});
