import { Construct } from 'constructs';
import type { Finding } from '../../manifests/finding';
import type { Need } from '../../manifests/reference';
import { fromOci } from '../helm/chart-source';
import type { Delivery } from '../helm/delivery';
import { HelmRelease } from '../helm/helm-release';
import { mergeValues, type Values } from '../../manifests/merge';
import { ensureNamespace, namespaceOf } from '../namespace';
import type { DatabaseUser } from '../postgres/database-user';
import { report, warn } from '../problem';
import { hostName } from '../syntax/name';
import { accessModes } from '../syntax/access-modes';
import { byteQuantity } from '../syntax/byte-quantity';
import { exactVersion } from '../syntax/version';
import { quantity } from '../syntax/quantity';
import { Administrators } from './administrator';
import type { Exposure } from './exposure';
import { CVAT_RELEASE, cvatNames } from './names';
import { dataVolumeFinding, dataVolumeWarning } from './data-volume';
import { type CvatSizes, cvatValues, type Workload } from './values';

export interface CvatProps extends CvatSizes {
  /**
   * The namespace of CVAT. It must be that of its database, whose Secret CVAT's pods read.
   * @default the namespace of the Chart, or else `default`
   */
  readonly namespace?: string;
  /** The version of CVAT, which is the version of its chart: `2.73.0`. */
  readonly version: string;
  /** The host in people's browsers, without scheme. Can be changed at any time. */
  readonly host: string;
  /** How CVAT is exposed: ingress({ className }) or httpRoute({ gateway }). */
  readonly exposure: Exposure;
  /**
   * Whether every visitor may register an account. By default only AppUsers have one.
   * @default false
   */
  readonly selfRegistration?: boolean;
  /** A user of a PostgreSQL 15 cluster: the one major version that CVAT supports. */
  readonly database: DatabaseUser | undefined;
  /**
   * Whether the AppUser operator runs beside CVAT. It generates the passwords of CVAT's caches and of its superusers. Without it, the
   * installer creates the Secrets of the caches, and CVAT has no superuser until one is created by hand.
   * @default false
   */
  readonly operated?: boolean;
  /** Further values of the chart. They are merged last. */
  readonly values?: Values;
  /** How the chart is installed: `k3s()`. @default the delivery of the environment or App */
  readonly delivery?: Delivery;
}

/** The one major version of PostgreSQL that CVAT supports. https://docs.cvat.ai/docs/administration/community/advanced/upgrade_guide/ */
const POSTGRES_VERSION = 15;

/** CVAT, the annotation tool, from its authors' own chart, with a PostgresCluster as its database. */
export class Cvat extends Construct {
  constructor(scope: Construct, id: string, props: CvatProps) {
    super(scope, id);
    const { host, exposure, selfRegistration = false, database, operated = false, values, delivery } = props;
    const version = props.version.replace(/^v(?=[0-9])/, ''); // reported below
    const namespace = namespaceOf(this, props.namespace) ?? 'default';

    this.reportProblems(props, namespace);
    // The chart marks its media volume to be kept when the release goes. It goes with its namespace all the same.
    ensureNamespace(this, namespace, { holdsData: "CVAT's media" });
    if (!database) return;

    const names = cvatNames(namespace);
    const { backend, frontend } = names;
    const exposed = exposure.expose(this, { host, release: CVAT_RELEASE, namespace, backend, frontend, selfRegistration });
    const passwords = [names.secrets.redis, names.secrets.kvrocks];
    new HelmRelease(this, 'release', {
      name: CVAT_RELEASE,
      namespace,
      delivery,
      chart: fromOci('oci://registry-1.docker.io/cvat/cvat', version),
      values: mergeValues(cvatValues(props, database, names), exposed.values, values),
      makes: [backend, frontend, ...(exposed.makes ?? [])],
      reads: [
        database.service,
        { ...database.secret, keys: ['username', 'database', 'password'] },
        ...passwords.map((name) => ({ kind: 'Secret', namespace, name, keys: ['password'] })),
      ],
      needs: [...(operated ? [] : passwords.map((name) => passwordNeed(namespace, name))), ...(exposed.needs ?? [])],
    });
    // An invalid version is reported by the release. Nothing is written then; without it, its image would be reported, too.
    const tag = exactVersion(version) ? '0.0.0' : version;
    if (operated) new Administrators(this, 'administrators', { names, version: tag, database });
  }

  private reportProblems({ version, host, storage, server, frontend, workers = {}, database }: CvatProps, namespace: string): void {
    report(this, 'version', releaseNumber(version));
    report(this, 'host', hostName(host));
    report(this, 'storage.data.size', byteQuantity(storage.data.size));
    report(this, 'storage.data.accessModes', accessModes(storage.data.accessModes) ?? dataVolumeFinding(storage.data));
    warn(this, 'storage.data.accessModes', dataVolumeWarning(storage.data, workloads({ server, frontend, workers })));
    report(this, 'storage.cache.accessModes', accessModes(storage.cache.accessModes));
    report(this, 'storage.cache.size', byteQuantity(storage.cache.size));
    for (const [field, { replicas, resources = {} }] of workloads({ server, frontend, workers })) {
      const fewest = field.startsWith('workers.') ? 0 : 1;
      if (replicas !== undefined && !(Number.isInteger(replicas) && replicas >= fewest)) {
        report(this, `${field}.replicas`, {
          message: `must be an integer >= ${fewest}; got ${replicas}.`,
          remedy: 'Correct the number of pods.',
        });
      }
      for (const [kind, amounts = {}] of Object.entries(resources)) {
        for (const [name, amount] of Object.entries(amounts))
          report(this, `${field}.resources.${kind}.${name}`, name === 'memory' ? byteQuantity(amount) : quantity(amount));
      }
    }
    if (!database) {
      report(this, 'database', {
        message: 'must be a user of a PostgresCluster; got none.',
        remedy: 'Add postgres with a user "cvat" to the environment, or remove cvat.',
      });
    } else if ((database.secret.namespace ?? 'default') !== namespace) {
      report(this, 'database', {
        message: `must be in CVAT's namespace "${namespace}", because pods read Secrets of their own namespace only; got "${database.secret.namespace ?? 'default'}".`,
        remedy: 'Give both the same namespace.',
      });
    }
    // What is not an integer, the type check and the cluster report.
    if (Number.isInteger(database?.version) && database?.version !== POSTGRES_VERSION) {
      report(this, 'database', {
        message: `must be PostgreSQL ${POSTGRES_VERSION}, the only version that CVAT supports; got ${database?.version}.`,
        remedy:
          'Set postgres.version to it, and remove postgres.upgrade. Other software can use a cluster of another version: postgresClusters.',
      });
    }
  }
}

/** CVAT's tags and images start with "v", its chart's versions do not. */
function releaseNumber(version: string): Finding | undefined {
  if (!/^v[0-9]/.test(version)) return undefined;
  return { message: `must be the version without "v"; got "${version}".`, remedy: `Use "${version.slice(1)}".` };
}

function workloads({ server, frontend, workers = {} }: Pick<CvatProps, 'server' | 'frontend' | 'workers'>): [string, Workload][] {
  return [
    ...(server ? [['server', server] as [string, Workload]] : []),
    ...(frontend ? [['frontend', frontend] as [string, Workload]] : []),
    ...Object.entries(workers).map(([name, workload]): [string, Workload] => [`workers.${name}`, workload]),
  ];
}

/** A generated password. The command prints it neither to the terminal nor to the arguments of a process. */
function passwordNeed(namespace: string, name: string): Need {
  return {
    kind: 'Secret',
    namespace,
    name,
    keys: ['password'],
    remedy: `openssl rand -hex 24 | tr -d '\\n' | kubectl -n ${namespace} create secret generic ${name} --from-file=password=/dev/stdin`,
  };
}
