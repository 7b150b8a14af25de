import { defaultPassword } from '../../../checks/rules/default-password';
import { findings, helmChart } from '../support';

/** The values that are found, by the names that the chart gives them. */
function open(chart: string, values: object): string[] {
  return findings(defaultPassword, helmChart({ chart, values })).map((text) => /values: (\S+)/.exec(text)?.[1] ?? text);
}

describe("Kapernikov's cvat-helm", () => {
  test('makes a superuser whose password everybody knows', () => {
    expect(findings(defaultPassword, helmChart({ chart: 'cvat-helm', valuesContent: 'ingress: { host: cvat.kube-public }' }))).toEqual([
      "HelmChart kube-system/release spec.valuesContent: superUser.initialPassword | CVAT's first superuser, admin has the password that is in the chart for everybody to read. | Set superUser.create to false, and make the superuser yourself: whatever stands in the values is written in clear text into a Job.",
    ]);
  });

  test.each([
    [{}, true],
    [{ superUser: { create: true } }, true],
    [{ superUser: { initialPassword: 'cvat' } }, true],
    [{ superUser: { initialPassword: '' } }, true],
    [{ superUser: { username: 'other' } }, true],
    [{ superUser: { create: false } }, false],
    [{ superUser: { initialPassword: 'another' } }, false],
  ])('with %j: %s', (values, found) => {
    expect(open('cvat-helm', values)).toEqual(found ? ['superUser.initialPassword'] : []);
  });

  test('is known by any address', () => {
    expect(open('oci://registry.example.org/charts/cvat-helm', {})).toHaveLength(1);
    expect(open('https://github.com/Kapernikov/cvat-helm/releases/download/cvat-helm-0.2.4/cvat-helm-0.2.4.tgz', {})).toHaveLength(1);
  });
});

describe('the official chart of CVAT', () => {
  const official = 'oci://registry-1.docker.io/cvat/cvat';
  const closed = {
    redis: { secret: { create: false } },
    cvat: { kvrocks: { secret: { create: false } } },
    postgresql: { secret: { create: false } },
    analytics: { enabled: false },
  };

  test('has a password for each of its parts, and a Grafana for everybody', () => {
    expect(open(official, {})).toEqual([
      'redis.secret.password',
      'cvat.kvrocks.secret.password',
      'postgresql.secret.password',
      'postgresql.secret.postgres_password',
      'postgresql.secret.replication_password',
      'analytics.clickhousePassword',
      'analytics.enabled',
    ]);
  });

  test('has none where all of it is switched off', () => {
    expect(open(official, closed)).toEqual([]);
  });

  test.each(['redis', 'postgresql'])('%s: a password of its own is enough', (part) => {
    const secret = { password: 'a', postgres_password: 'b', replication_password: 'c' };
    expect(open(official, { ...closed, [part]: { secret } })).toEqual([]);
    expect(open(official, { ...closed, [part]: { secret: { ...secret, password: `cvat_${part}` } } })).toEqual([`${part}.secret.password`]);
  });

  test('kvrocks that does not run has no Secret', () => {
    expect(open(official, { ...closed, cvat: { kvrocks: { enabled: false } } })).toEqual([]);
  });

  test.each([
    [{ grafana: { enabled: false } }],
    [{ grafana: { 'grafana.ini': { 'auth.anonymous': { enabled: false } } } }],
    [{ traefik: { enabled: true } }],
  ])('its Grafana asks who somebody is with %j', (values) => {
    expect(open(official, { ...closed, ...values, analytics: { enabled: true, clickhousePassword: 'another' } })).toEqual([]);
  });

  test('says what an open door is', () => {
    const [found] = findings(
      defaultPassword,
      helmChart({ chart: official, values: { ...closed, analytics: { clickhousePassword: 'x' } } }),
    );
    expect(found).toBe(
      'HelmChart kube-system/release spec.values: analytics.enabled | every visitor of /analytics is Grafana\'s administrator, without a password. | Set it and clickhouse.enabled to false, or switch off grafana."grafana.ini"."auth.anonymous".enabled.',
    );
  });
});

test('of other charts nothing is known', () => {
  expect(open('oci://registry.developers.crunchydata.com/crunchydata/pgo', {})).toEqual([]);
});
