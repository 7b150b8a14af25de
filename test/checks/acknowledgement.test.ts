import { check } from '../../checks/check';
import { acknowledge } from '../../checks/acknowledgement';
import { secret, stage } from './support';

const findings = check([stage('10-all', secret('one', 'password', 'token'), secret('other', 'password'))]);
const one = { rule: 'secret-data', object: 'Secret one', reason: 'it is an example' };

test('every finding has the name of its rule', () => {
  expect(findings.map(({ rule, field }) => `${rule} ${field}`)).toEqual([
    'secret-data data.password',
    'secret-data data.token',
    'secret-data data.password',
  ]);
});

test('keeps all findings without acknowledgements', () => {
  expect(acknowledge(findings, [])).toEqual({ remaining: findings, acknowledged: [], unused: [], problems: [] });
});

test('an acknowledgement covers all findings of its rule in its object', () => {
  const { remaining, acknowledged, unused, problems } = acknowledge(findings, [one]);
  expect(remaining.map(({ object }) => object.path)).toEqual(['10-all/other']);
  expect(acknowledged.map(({ finding, reason }) => `${finding.field}: ${reason}`)).toEqual([
    'data.password: it is an example',
    'data.token: it is an example',
  ]);
  expect([...unused, ...problems]).toEqual([]);
});

test.each([
  ['rule', { ...one, rule: 'object-size' }],
  ['object', { ...one, object: 'Secret apps/one' }],
])('reports an acknowledgement of another %s as unused', (_, wrong) => {
  const { remaining, unused, problems } = acknowledge(findings, [one, wrong]);
  expect(remaining).toHaveLength(1);
  expect(unused).toEqual([wrong]);
  expect(problems).toEqual([
    {
      field: 'acknowledged[1]',
      message: `must match a finding; got none of ${wrong.rule} in ${wrong.object}.`,
      remedy: 'Remove the acknowledgement, or correct the rule and the object.',
    },
  ]);
});

test('reports the second of two equal acknowledgements as unused', () => {
  expect(acknowledge(findings, [one, { ...one }]).unused).toHaveLength(1);
});

test('reports an acknowledgement without a reason', () => {
  expect(acknowledge(findings, [{ ...one, reason: ' ' }]).problems).toEqual([
    {
      field: 'acknowledged[0]',
      message: 'must have a reason why secret-data is acknowledged in Secret one; got none.',
      remedy: 'Add a reason. It is printed with the finding.',
    },
  ]);
});
