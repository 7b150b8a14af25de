import { App, Chart } from 'cdk8s';
import fc from 'fast-check';
import { AppUser } from '../../constructs/app-user/app-user';
import { reportedProblems } from '../../constructs/problem';
import { emailAddress as cvatFinding } from '../../operator/test/stand-in/fields';
import { anyText, holds } from '../properties';
import { appUserSchema } from './schemas';

const schema = appUserSchema();
const names = { lastName: 'Doe', firstName: 'John' };

/** Whether the construct reports a problem with the field. */
function synthRefuses(emailAddress: string): boolean {
  const app = new App();
  new AppUser(new Chart(app, 'people'), 'john', { name: 'john', ...names, emailAddress });
  return reportedProblems(app).some(({ field }) => field === 'emailAddress');
}

/** Whether the CRD's rules, in CEL, refuse the value. */
const clusterRefuses = (emailAddress: string): boolean =>
  schema.findings({ apiVersion: 'kapernikov.com/v1', kind: 'AppUser', metadata: { name: 'john' }, spec: { ...names, emailAddress } })
    .length > 0;

/** An e-mail address, often with something in it that decides whether it still is one. */
const nearlyAddress = fc
  .tuple(
    fc.emailAddress({ size: 'small' }),
    fc.nat(),
    fc.constantFrom('', '', '@', '.', '-', '..', '.-', '_', '+', ' ', '\n', '\r\n', '\u2028', 'é', '`', '"', '{|}~'),
  )
  .map(([address, seed, oddity]) => {
    const place = seed % (address.length + 1);
    return address.slice(0, place) + oddity + address.slice(place);
  });

const longAddress = fc.integer({ min: 240, max: 270 }).map((length) => `${'a'.repeat(length - '@example.com'.length)}@example.com`);

describe('An e-mail address', () => {
  it.each([
    ['any text', anyText({ maxLength: 300 })],
    ['what is nearly an e-mail address', nearlyAddress],
    ['real e-mail addresses', fc.emailAddress()],
    ['long e-mail addresses', longAddress],
  ])('is refused by synth exactly when a cluster refuses it: %s', (_, texts: fc.Arbitrary<string>) => {
    holds(fc.property(texts, (text) => synthRefuses(text) === clusterRefuses(text)));
  });

  it.each([
    ['what is nearly an e-mail address', nearlyAddress],
    ['real e-mail addresses', fc.emailAddress()],
  ])('is accepted by CVAT when a cluster accepts it: %s', (_, texts: fc.Arbitrary<string>) => {
    holds(fc.property(texts, (text) => clusterRefuses(text) || cvatFinding(text) === undefined));
  });

  it('is what about half of these texts are, so that both sides are tried', () => {
    const refused = fc.sample(nearlyAddress, { numRuns: 1000, seed: 1 }).filter(clusterRefuses).length;
    expect(refused).toBeGreaterThan(100);
    expect(refused).toBeLessThan(900);
  });
});
