import { podSecurityLevel } from '../../../review/rules/pod-security-level';
import { findings, namespace } from '../support';

const level = (enforce?: string): ReturnType<typeof namespace> => {
  const plain = namespace('cvat');
  return {
    ...plain,
    metadata: { ...plain.metadata, labels: { ...(enforce !== undefined && { 'pod-security.kubernetes.io/enforce': enforce }) } },
  };
};

test('reports a lower level, and not a higher one', () => {
  expect(findings(podSecurityLevel, [level('restricted')], [level('baseline')])).toEqual([
    'metadata.labels["pod-security.kubernetes.io/enforce"] | The namespace accepts more pods: restricted -> baseline.',
  ]);
  expect(findings(podSecurityLevel, [level('baseline')], [level('restricted')])).toEqual([]);
});

test('without the label every pod is accepted', () => {
  expect(findings(podSecurityLevel, [level('baseline')], [level()])).toHaveLength(1);
  expect(findings(podSecurityLevel, [level()], [level('baseline')])).toEqual([]);
});
