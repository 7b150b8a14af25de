import { chartFindings } from '../../../scripts/charts/chart-findings';
import { deployment, goodContainer, object } from '../../checks/support';

test('finds versions of images that are not pinned, rights on everything, and what pods may do', () => {
  const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'app', {
    rules: [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['get'] },
    ],
  });
  const containers = [
    { ...goodContainer, securityContext: {} },
    { ...goodContainer, name: 'second', securityContext: {} },
  ];
  expect(chartFindings([deployment({ image: 'app:latest' }), role, deployment({}, { containers, hostNetwork: true }, 'other')])).toEqual([
    'unpinned-version: Deployment program spec.template.spec.containers[0].image must have a tag that names one release; got "latest".',
    'rbac-wildcard: ClusterRole app rules[1]: all verbs, all resources, all apiGroups',
    'rbac-wildcard: ClusterRole app rules[2]: all nonResourceURLs',
    'pod-security: Deployment other: hostNetwork, runAsNonRoot, seccompProfile, allowPrivilegeEscalation, capabilities, readOnlyRootFilesystem',
  ]);
});

test('finds nothing in a chart that follows all rules', () => {
  expect(chartFindings([deployment()])).toEqual([]);
});
