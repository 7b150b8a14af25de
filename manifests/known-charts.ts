import type { Release } from './helm-release';
import { type YamlMap, valueAt } from './fields';

/** A password that a chart has by default, or a door that it leaves open. */
export interface Default {
  /** The value that sets the password, or closes the door. */
  readonly value: string;
  /** What everybody can read in the chart. Left out: the value is a switch, which `true` leaves open. */
  readonly password?: string;
  /** Whom the password lets in, or what the open door is. */
  readonly what: string;
  readonly remedy: string;
  /** Whether these values never make it. */
  readonly off: (values: YamlMap) => boolean;
}

/** What a chart brings by default, by the chart's name. */
interface KnownChart {
  readonly is: (chart: Release) => boolean;
  readonly defaults: readonly Default[];
}

const isFalse = (values: YamlMap, path: string): boolean => valueAt(values, ...path.split('.')) === false;

/** https://github.com/Kapernikov/cvat-helm/blob/main/cvat-helm/values.yaml */
const kapernikovCvat: KnownChart = {
  is: ({ name }) => name === 'cvat-helm',
  defaults: [
    {
      value: 'superUser.initialPassword',
      password: 'cvat',
      what: "CVAT's first superuser, admin",
      remedy:
        'Set superUser.create to false, and make the superuser yourself: whatever stands in the values is written in clear text into a Job.',
      off: (values) => isFalse(values, 'superUser.create'),
    },
  ],
};

/** The Secret that the official chart makes out of its values, unless it is told to read another. */
function secretOf(part: string, name: string, password: string, key = 'password'): Default {
  return {
    value: `${part}.secret.${key}`,
    password,
    what: name,
    remedy: `Set ${part}.secret.create to false, and ${part}.secret.name to a Secret that somebody else makes.`,
    off: (values) => isFalse(values, `${part}.secret.create`),
  };
}

/** https://github.com/cvat-ai/cvat/blob/v2.73.0/helm-chart/values.yaml */
const officialCvat: KnownChart = {
  is: ({ name }) => name === 'cvat',
  defaults: [
    secretOf('redis', 'Redis', 'cvat_redis'),
    // The chart makes this one only where it runs kvrocks itself.
    {
      ...secretOf('cvat.kvrocks', 'kvrocks', 'cvat_kvrocks'),
      off: (values) => ['secret.create', 'enabled'].some((key) => isFalse(values, `cvat.kvrocks.${key}`)),
    },
    secretOf('postgresql', "the database's user", 'cvat_postgresql'),
    secretOf('postgresql', "the database's superuser", 'cvat_postgresql_postgres', 'postgres_password'),
    secretOf('postgresql', "the database's replication", 'cvat_postgresql_replica', 'replication_password'),
    {
      value: 'analytics.clickhousePassword',
      password: 'user',
      what: 'ClickHouse',
      remedy: 'Set analytics.enabled and clickhouse.enabled to false.',
      off: (values) => isFalse(values, 'analytics.enabled'),
    },
    {
      value: 'analytics.enabled',
      what: "every visitor of /analytics is Grafana's administrator, without a password",
      remedy: 'Set it and clickhouse.enabled to false, or switch off grafana."grafana.ini"."auth.anonymous".enabled.',
      // Only the chart's own Traefik asks visitors who they are.
      off: (values) =>
        isFalse(values, 'grafana.enabled') ||
        valueAt(values, 'traefik', 'enabled') === true ||
        valueAt(values, 'grafana', 'grafana.ini', 'auth.anonymous', 'enabled') === false,
    },
  ],
};

const KNOWN: readonly KnownChart[] = [kapernikovCvat, officialCvat];

/** What this chart brings by default that everybody knows. Of an unknown chart nothing is known: read its values.yaml. */
export function defaultsOf(chart: Release): readonly Default[] {
  return KNOWN.filter((known) => known.is(chart)).flatMap((known) => known.defaults);
}
