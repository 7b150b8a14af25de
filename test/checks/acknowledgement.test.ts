import { check } from '../../checks/check';
import { acknowledge } from '../../checks/acknowledgement';
import { secret, stage } from './support';

const findings = check([stage('10-all', secret('one', 'password', 'token'), secret('other', 'password'))]);
const one = { rule: 'secret-data', object: 'Secret one', reason: 'it is an example' };

test('every finding says which rule found it', () => {
  expect(findings.map(({ rule, field }) => `${rule} ${field}`)).toEqual([
    'secret-data data.password',
    'secret-data data.token',
    'secret-data data.password',
  ]);
});

test('without acknowledgements everything remains', () => {
  expect(acknowledge(findings, [])).toEqual({ remaining: findings, acknowledged: [], unused: [], problems: [] });
});

test('an acknowledgement takes all that its rule finds in its object, with the reason', () => {
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
])('an acknowledgement of another %s takes nothing, and is to be taken away', (_, wrong) => {
  const { remaining, unused, problems } = acknowledge(findings, [one, wrong]);
  expect(remaining).toHaveLength(1);
  expect(unused).toEqual([wrong]);
  expect(problems).toEqual([
    {
      field: 'acknowledged[1]',
      message: `${wrong.rule} finds nothing in ${wrong.object} that would have to be acknowledged.`,
      remedy: 'Take this acknowledgement away, or correct the names of the rule and the object.',
    },
  ]);
});

test('the second of two acknowledgements of the same is unused', () => {
  expect(acknowledge(findings, [one, { ...one }]).unused).toHaveLength(1);
});

test('an acknowledgement without a reason is a problem', () => {
  expect(acknowledge(findings, [{ ...one, reason: ' ' }]).problems).toEqual([
    {
      field: 'acknowledged[0]',
      message: 'nobody says why secret-data does not matter in Secret one.',
      remedy: 'Give a reason: it is printed with the finding.',
    },
  ]);
});
