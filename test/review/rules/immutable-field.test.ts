import { immutableField } from '../../../review/rules/immutable-field';
import { deployment, findings, object } from '../support';

const job = (image: string): ReturnType<typeof object> =>
  object('batch/v1', 'Job', 'cvat/migrate', { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } });

test('reports an immutable field with the way out, in both directions', () => {
  const way =
    'spec.template | field is immutable. Delete the Job, and deploy creates and runs it again: kubectl -n cvat delete job migrate';
  expect(findings(immutableField, [job('a:1')], [job('a:2')])).toEqual([way]);
  expect(findings(immutableField, [job('a:2')], [job('a:1')])).toEqual([way]);
});

test('accepts a field that can change, an object of another name, and another way to write the same', () => {
  expect(findings(immutableField, [deployment({ image: 'a:1' })], [deployment({ image: 'a:2' })])).toEqual([]);
  expect(findings(immutableField, [job('a:1')], [{ ...job('a:2'), metadata: { name: 'migrate-2', namespace: 'cvat' } }])).toEqual([]);
  const claim = (storage: string): ReturnType<typeof object> =>
    object('v1', 'PersistentVolumeClaim', 'a/b', { spec: { resources: { requests: { storage } } } });
  expect(findings(immutableField, [claim('1Gi')], [claim('1024Mi')])).toEqual([]);
});
