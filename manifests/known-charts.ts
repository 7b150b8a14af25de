import type { InstalledRelease } from './helm-release';
import { type YamlMap, valueAt } from './fields';

/** A default password of a chart, or an access without a password that it enables by default. */
export interface ChartDefault {
  /** The value that sets the password or disables the access. */
  readonly value: string;
  /** The password in the chart. Left out: the value is a boolean, and `false` disables the access. */
  readonly password?: string;
  /** Whose password it is, or what the access allows. */
  readonly what: string;
  readonly remedy: string;
  /** Whether these values disable the component. */
  readonly off: (values: YamlMap) => boolean;
}

/** The defaults of a chart. */
interface KnownChart {
  readonly is: (chart: InstalledRelease) => boolean;
  readonly defaults: readonly ChartDefault[];
}

const isFalse = (values: YamlMap, path: string): boolean => valueAt(values, ...path.split('.')) === false;

/** https://github.com/Kapernikov/cvat-helm/blob/main/cvat-helm/values.yaml */
const kapernikovCvat: KnownChart = {
  is: ({ chartName }) => chartName === 'cvat-helm',
  defaults: [
    {
      value: 'superUser.initialPassword',
      password: 'cvat',
      what: "CVAT's first superuser, admin",
      remedy: 'Set superUser.create to false, and create the superuser yourself: the chart writes this value in clear text into a Job.',
      off: (values) => isFalse(values, 'superUser.create'),
    },
  ],
};

/** A Secret that the official chart creates from its values, unless `create` is false. */
function secretOf(part: string, name: string, password: string, key = 'password'): ChartDefault {
  return {
    value: `${part}.secret.${key}`,
    password,
    what: name,
    remedy: `Set ${part}.secret.create to false, and ${part}.secret.name to an existing Secret.`,
    off: (values) => isFalse(values, `${part}.secret.create`),
  };
}

/** https://github.com/cvat-ai/cvat/blob/v2.73.0/helm-chart/values.yaml */
const officialCvat: KnownChart = {
  is: ({ chartName }) => chartName === 'cvat',
  defaults: [
    secretOf('redis', 'Redis', 'cvat_redis'),
    // The chart creates this Secret only if it runs kvrocks itself.
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
      what: 'every visitor of /analytics is an administrator of Grafana, without a password',
      remedy: 'Set it and clickhouse.enabled to false, or switch off grafana."grafana.ini"."auth.anonymous".enabled.',
      // Only the chart's own Traefik authenticates visitors.
      off: (values) =>
        isFalse(values, 'grafana.enabled') ||
        valueAt(values, 'traefik', 'enabled') === true ||
        valueAt(values, 'grafana', 'grafana.ini', 'auth.anonymous', 'enabled') === false,
    },
  ],
};

const KNOWN: readonly KnownChart[] = [kapernikovCvat, officialCvat];

/** The public defaults of a chart, if it is a known one. Those of other charts are in their values.yaml. */
export function defaultsOf(chart: InstalledRelease): readonly ChartDefault[] {
  return KNOWN.filter((known) => known.is(chart)).flatMap((known) => known.defaults);
}

/** Whether these values leave the chart with the public default: the password is not replaced, and the component not disabled. */
export function isOpen({ value, password, off }: ChartDefault, values: YamlMap): boolean {
  if (off(values)) return false;
  const given = valueAt(values, ...value.split('.'));
  if (password === undefined) return given !== false;
  return given === undefined || given === null || given === '' || given === password;
}
