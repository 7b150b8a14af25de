import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packChart } from '../../pack-chart';
import { defaultPassword } from '../../../checks/rules/default-password';
import { findings, helmChart } from '../support';

/** The values that are found, by the names that the chart gives them. */
function open(chart: string, values: object): string[] {
  return findings(defaultPassword, helmChart({ chart, values })).map((text) => /values: (\S+)/.exec(text)?.[1] ?? text);
}

describe("Kapernikov's cvat-helm", () => {
  test('reports the default password of the superuser', () => {
    expect(findings(defaultPassword, helmChart({ chart: 'cvat-helm', valuesContent: 'ingress: { host: cvat.kube-public }' }))).toEqual([
      "HelmChart kube-system/release spec.valuesContent: superUser.initialPassword | must not be the default of the chart, which is public: it is the password of CVAT's first superuser, admin. | Set superUser.create to false, and create the superuser yourself: the chart writes this value in clear text into a Job.",
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

  test('is recognized by every address', () => {
    expect(open('oci://registry.example.org/charts/cvat-helm', {})).toHaveLength(1);
    expect(open('https://github.com/Kapernikov/cvat-helm/releases/download/cvat-helm-0.2.4/cvat-helm-0.2.4.tgz', {})).toHaveLength(1);
  });
});

describe('an address', () => {
  test.each([
    'oci://registry-1.docker.io/cvat/cvat:2.73.0',
    `oci://registry-1.docker.io/cvat/cvat:2.73.0@sha256:${'0'.repeat(64)}`,
    'oci://registry-1.docker.io/cvat/cvat/',
    'https://example.org/charts/cvat-2.73.0.tgz',
    'https://example.org/charts/cvat-2.73.0.tgz?download=1',
    './cvat',
  ])('of CVAT is recognized: %s', (chart) => {
    expect(open(chart, {})).toContain('redis.secret.password');
  });

  test('is not needed for an archive in the object: its Chart.yaml has the name', () => {
    const file = packChart(join(mkdtempSync(join(tmpdir(), 'chart-')), 'any.tgz'), { 'Chart.yaml': 'name: cvat\nversion: 2.73.0\n' });
    const spec = { chart: undefined, version: undefined, chartContent: readFileSync(file).toString('base64') };
    expect(findings(defaultPassword, helmChart(spec)).length).toBeGreaterThan(1);
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

  test('reports a default password for each component, and Grafana without a login', () => {
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

  test('reports nothing if all components are disabled', () => {
    expect(open(official, closed)).toEqual([]);
  });

  test.each(['redis', 'postgresql'])('%s: accepts another password', (part) => {
    const secret = { password: 'a', postgres_password: 'b', replication_password: 'c' };
    expect(open(official, { ...closed, [part]: { secret } })).toEqual([]);
    expect(open(official, { ...closed, [part]: { secret: { ...secret, password: `cvat_${part}` } } })).toEqual([`${part}.secret.password`]);
  });

  test('reports nothing about kvrocks if it is disabled', () => {
    expect(open(official, { ...closed, cvat: { kvrocks: { enabled: false } } })).toEqual([]);
  });

  test.each([
    [{ grafana: { enabled: false } }],
    [{ grafana: { 'grafana.ini': { 'auth.anonymous': { enabled: false } } } }],
    [{ traefik: { enabled: true } }],
  ])('accepts Grafana with a login: %j', (values) => {
    expect(open(official, { ...closed, ...values, analytics: { enabled: true, clickhousePassword: 'another' } })).toEqual([]);
  });

  test('says what access without a password allows', () => {
    const [found] = findings(
      defaultPassword,
      helmChart({ chart: official, values: { ...closed, analytics: { clickhousePassword: 'x' } } }),
    );
    expect(found).toBe(
      'HelmChart kube-system/release spec.values: analytics.enabled | must be false: every visitor of /analytics is an administrator of Grafana, without a password. | Set it and clickhouse.enabled to false, or switch off grafana."grafana.ini"."auth.anonymous".enabled.',
    );
  });
});

test('reports nothing about other charts', () => {
  expect(open('oci://registry.developers.crunchydata.com/crunchydata/pgo', {})).toEqual([]);
});
