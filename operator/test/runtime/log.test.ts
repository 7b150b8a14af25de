import { Unavailable } from '../../src/accounts/account';
import { KubernetesApiError } from '../../src/kubernetes/api-client';
import { NotSettled } from '../../src/reconcile/reconciler';
import { describeError } from '../../src/runtime/log';

test('logs no parts of errors that may quote personal data', () => {
  expect(describeError(new KubernetesApiError(422, 'Invalid', 'emailAddress: Invalid value: "john@x.test"'))).toEqual({
    error: 'KubernetesApiError',
    status: 422,
    reason: 'Invalid',
  });
  expect(describeError(Object.assign(new Error('connect to john@x.test'), { code: 'ECONNREFUSED' }))).toEqual({
    error: 'Error',
    reason: 'ECONNREFUSED',
  });
  expect(describeError(new Unavailable('CVAT answered 500'))).toEqual({ error: 'CVAT answered 500' });
  expect(describeError(new NotSettled('update-account (firstName)'))).toEqual({
    error: 'not settled after 20 actions; the last one was update-account (firstName)',
  });
  const unexpected = describeError(new TypeError('cannot read john@x.test'));
  expect(unexpected).toMatchObject({ error: 'TypeError', stack: expect.stringContaining('log.test.ts') });
  expect(JSON.stringify(unexpected)).not.toContain('john');
  expect(describeError('text')).toEqual({ error: 'unknown' });
});
