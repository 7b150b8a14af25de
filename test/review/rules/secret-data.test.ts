import { secretData } from '../../../review/rules/secret-data';
import { findings, object, secret } from '../support';

test('reports keys that are new or have another value, without their values, and not removed ones', () => {
  const [one, two] = [secret('cvat/s', 'username', 'password'), secret('cvat/s', 'username', 'password', 'token')];
  expect(findings(secretData, [one], [two])).toEqual([expect.stringMatching(/^data\.token \| The value is in git/)]);
  expect(findings(secretData, [two], [one])).toEqual([]);
  const other = object('v1', 'Secret', 'cvat/s', { stringData: { password: 'hunter2' } });
  expect(findings(secretData, [one], [other])).toEqual([expect.stringMatching(/^stringData\.password/)]);
  expect(findings(secretData, [one], [other]).join('')).not.toContain('hunter2');
});

test('accepts the public keys', () => {
  expect(findings(secretData, [], [secret('cvat/s', 'username', 'database')])).toEqual([]);
});
