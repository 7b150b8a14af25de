import fc from 'fast-check';
import { exactVersion } from '../../../constructs/syntax/version';
import { holds } from '../../properties';

const REMEDY = 'Set one release, such as "2.73.0": no range and no tag that moves.';

test.each(['2.73.0', 'v1.18.2', '0.2.4', '5.8.7-0', '1.0.0-rc.1', '1.2.3+build.5', '1.0.0-alpha+001'])(
  '%s is an exact version',
  (value) => {
    expect(exactVersion(value)).toBeUndefined();
  },
);

test('every version of three numbers is exact, with a prerelease and a build or without', () => {
  const number = fc.nat().map(String);
  const tail = (sign: string): fc.Arbitrary<string> =>
    fc
      .array(fc.stringMatching(/^[a-zA-Z][0-9a-zA-Z-]{0,5}$/), { maxLength: 3 })
      .map((parts) => (parts.length ? sign + parts.join('.') : ''));
  const version = fc
    .tuple(fc.constantFrom('', 'v'), number, number, number, tail('-'), tail('+'))
    .map(([v, major, minor, patch, prerelease, build]) => `${v}${major}.${minor}.${patch}${prerelease}${build}`);
  holds(fc.property(version, (text) => expect(exactVersion(text)).toBeUndefined()));
});

test.each([
  'latest',
  '',
  '1',
  '1.2',
  '^1.2.3',
  '~1.2.3',
  '>=1.2.3',
  '1.2.x',
  '1.*.0',
  '1.2.3 || 1.2.4',
  ' 1.2.3',
  '1.2.3\n',
  '01.2.3',
  'main',
  'dev',
])('refuses %j, which can be another version tomorrow', (value) => {
  expect(exactVersion(value)).toEqual({ message: `must be an exact version; got "${value}".`, remedy: REMEDY });
});

test('refuses every range', () => {
  const operator = fc.constantFrom('^', '~', '>', '>=', '<', '<=', '=', '!=');
  holds(fc.property(operator, fc.nat(), (sign, number) => expect(exactVersion(`${sign}${number}.0.0`)).toBeDefined()));
});
