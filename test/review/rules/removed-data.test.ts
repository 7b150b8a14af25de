import { removedData } from '../../../review/rules/removed-data';
import { crd, deployment, findings, namespace, object, postgresCluster } from '../support';

const claim = object('v1', 'PersistentVolumeClaim', 'cvat/media', {
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } },
});
const renamed = { ...claim, metadata: { ...claim.metadata, name: 'pictures' } };

test.each([
  ['a PersistentVolumeClaim', claim, 'its volume is deleted with it'],
  ['a Namespace', namespace('cvat'), 'everything in it is deleted with it'],
  ['a CRD', crd([{ name: 'v1' }]), 'every object of its kind is deleted with it'],
  ['a PostgresCluster', postgresCluster(), 'PGO deletes its volumes'],
  ['what holds data', object('v1', 'ConfigMap', 'a/b', {}, { holdsData: 'the media' }), 'it holds data (the media)'],
  ['what data needs', object('v1', 'Secret', 'a/b', {}, { neededBy: 'every PostgresCluster' }), 'it is needed by every PostgresCluster'],
])('reports that %s is removed, and not that it is added', (_what, manifest, lost) => {
  expect(findings(removedData, [manifest], [])).toEqual([expect.stringContaining(`is removed: ${lost}`)]);
  expect(findings(removedData, [], [manifest])).toEqual([]);
});

test('reports a rename in both directions: the new object starts empty', () => {
  expect(findings(removedData, [claim], [renamed])).toEqual([expect.stringContaining('PersistentVolumeClaim cvat/media is renamed')]);
  expect(findings(removedData, [renamed], [claim])).toEqual([expect.stringContaining('PersistentVolumeClaim cvat/pictures is renamed')]);
});

test('reports that the policy is removed that refuses to delete data', () => {
  const policy = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'guard');
  const guard = { ...policy, metadata: { ...policy.metadata, finalizers: ['platform.kapernikov.com/guards-data'] } };
  expect(findings(removedData, [guard], [])).toEqual([expect.stringContaining('no longer refuses changes that lose data')]);
});

test('accepts the removal of what holds no data', () => {
  expect(findings(removedData, [deployment()], [])).toEqual([]);
});
