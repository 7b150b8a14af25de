import { ApiObject } from 'cdk8s';
import { k8s } from '../k8s';
import { Construct } from 'constructs';
import type { PostgresClusterSpec } from '../../imports/postgres-operator.crunchydata.com';
import { contractAnnotations } from '../../manifests/contract';
import { merge } from '../../manifests/merge';
import { ensureNamespace, namespaceOf } from '../namespace';
import type { Plain, PlainPart } from '../plain';
import { report } from '../problem';
import type { Backup, InPlaceRestore, Restore } from './backup';
import { clusterFindings } from './cluster-findings';
import { databaseUser, type DatabaseUser } from './database-user';
import { objectStoreFindings } from './object-store-findings';
import { backupsSpec, backupNeeds, dataSourceSpec, inPlaceSpec } from './pgbackrest';
import { inPlaceFindings, RESTORE_ANNOTATION } from './restore-in-place';
import { specFindings } from './spec-findings';
import { ALLOW_UPGRADE_ANNOTATION, type PostgresUpgrade, upgradeFinding, upgradeImageFinding, upgradeName, upgradeSpec } from './upgrade';
import { type Storage, volumeClaim } from './volume-claim';

export interface PostgresUser {
  /** Lower-case letters, digits and "-". PGO writes the password into the Secret `<cluster>-pguser-<name>`. */
  readonly name: string;
  /** The databases the user owns. PGO creates them and never drops one. */
  readonly databases?: readonly string[];
  /** Options of PostgreSQL's CREATE ROLE: `CREATEDB`. Never PASSWORD. */
  readonly options?: string;
}

export interface PostgresClusterProps {
  /** The cluster's name, with which the names of all its objects start. At most 40 characters. */
  readonly name: string;
  /** @default the namespace of the Chart, or else of the kubeconfig's context */
  readonly namespace?: string;
  /** PostgreSQL's major version. Of a running cluster, change it only as the last step of `upgrade`: the pods cannot start otherwise. */
  readonly version: number;
  /** Upgrades the running cluster to another major version. The cluster is shut down until `version` is changed and this is removed. */
  readonly upgrade?: PostgresUpgrade;
  /**
   * The image of PostgreSQL with its exact tag.
   * @default the image that PGO's own release names: it has one for 15 to 18, and none for older versions
   */
  readonly image?: string;
  /** The number of pods with PostgreSQL, including the primary. With 2 or more, the cluster survives the loss of one. Can be changed at any time. */
  readonly replicas: number;
  /** The volume of each pod. */
  readonly storage: Storage;
  /**
   * The users and their databases. Removing one deletes its Secret, and keeps the role in the database.
   * @default one user and one database, named as the cluster
   */
  readonly users?: readonly PostgresUser[];
  /** Parameters of postgresql.conf: `{ shared_buffers: '256MB' }`. Those that PGO sets itself are refused by the API server. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  /**
   * Whether a commit waits until a standby has it: no transaction is lost with the primary, and writing takes longer.
   * @default false
   */
  readonly synchronous?: boolean;
  /** At most four. Without any, the cluster cannot be restored. */
  readonly backups?: readonly Backup[];
  /** The backup that a new cluster is restored from. Never add or change it on a cluster that runs: PGO would restore over its data. */
  readonly restore?: Restore;
  /** Restores the running cluster over its own data, once. Data protection refuses it without `npm run deploy -- --allow restore-in-place`. */
  readonly restoreInPlace?: InPlaceRestore;
  /**
   * Further fields of the PostgresCluster. They are merged last; instances, users and repositories by their name.
   * https://access.crunchydata.com/documentation/postgres-operator/latest/references/crd
   */
  readonly spec?: PlainPart<PostgresClusterSpec>;
}

type Spec = Plain<PostgresClusterSpec>;

const API_VERSION = 'postgres-operator.crunchydata.com/v1beta1';

/** The name of the instance set. It is part of the names of pods and volumes, so it never changes. */
const INSTANCE_SET = 'instance1';

/** A PostgreSQL cluster that PGO runs: primary, standbys, users and backups. Deleting it deletes its data and its volume backups. */
export class PostgresCluster extends Construct {
  private readonly props: PostgresClusterProps;
  private readonly users: readonly PostgresUser[];
  private readonly version: number;

  constructor(scope: Construct, id: string, props: PostgresClusterProps) {
    super(scope, id);
    const namespace = namespaceOf(this, props.namespace);
    this.props = props = { ...props, namespace };
    const { name, backups = [], restore, restoreInPlace, upgrade } = props;
    this.users = props.users ?? [{ name, databases: [name] }];

    const typed = merge(typedSpec(props), restoreInPlace && { backups: inPlaceSpec(restoreInPlace) });
    const spec = { ...(merge(typed, props.spec, 'by name') as Spec), ...(upgrade && { shutdown: true }) };
    this.version = upgrade?.to ?? spec.postgresVersion;
    const findings = [...clusterFindings(props, spec), ...specFindings(props, spec), ...objectStoreFindings(backups, restore)];
    for (const [field, finding] of findings) report(this, field, finding);
    report(this, 'upgrade.to', upgradeFinding(upgrade, spec));
    report(this, 'upgrade.image', upgrade && upgradeImageFinding(upgrade));
    for (const [field, finding] of inPlaceFindings(props, spec)) report(this, field, finding);

    const handles = this.users.map((user) => databaseUser(props, user.name, hasDatabase(user)));
    const holdsData = `PostgreSQL ${name}`;
    ensureNamespace(this, namespace, { holdsData });
    new ApiObject(this, 'resource', {
      apiVersion: API_VERSION,
      kind: 'PostgresCluster',
      metadata: {
        name,
        namespace,
        annotations: {
          // Since PostgreSQL 15, users may not create tables in the schema "public" by default: PGO creates a schema for each user.
          ...(props.users && { 'postgres-operator.crunchydata.com/autoCreateUserSchema': 'true' }),
          ...(restoreInPlace && { [RESTORE_ANNOTATION]: restoreInPlace.id }),
          ...(upgrade && { [ALLOW_UPGRADE_ANNOTATION]: upgradeName(name, upgrade, spec) }),
          ...contractAnnotations({
            makes: [...handles.map((handle) => handle.secret), { kind: 'Service', namespace, name: `${name}-primary` }],
            needs: backupNeeds(props, backups, restore),
            holdsData,
          }),
        },
      },
      spec,
    });
    if (upgrade) {
      const metadata = { name: upgradeName(name, upgrade, spec), namespace };
      new ApiObject(this, 'upgrade', { apiVersion: API_VERSION, kind: 'PGUpgrade', metadata, spec: upgradeSpec(name, upgrade, spec) });
    }
    for (const user of new Map(props.users?.map((declared) => [declared.name, declared])).values()) this.publishNames(user);
  }

  /** A declared user, for the software that logs in with it. Asking for another is a problem. */
  user(name: string): DatabaseUser {
    const user = this.users.find((declared) => declared.name === name);
    if (!user) {
      const known = this.users.map((declared) => `"${declared.name}"`).join(', ') || 'none';
      report(this, 'users', {
        message: `must contain the user "${name}", which another system connects as; got ${known}.`,
        remedy: `Add { name: '${name}', databases: ['${name}'] } to postgres.users.`,
      });
    }
    return { ...databaseUser(this.props, name, user ? hasDatabase(user) : true), version: this.version };
  }

  /**
   * Adds the names of a user and its database to the Secret that PGO creates: CVAT's chart, like many, reads them under these keys and no
   * other. PGO owns its own keys of the Secret and leaves these alone. `data`, not `stringData`: server-side apply does not track who owns
   * the latter. No `type`: PGO's is Opaque, and a type cannot be changed.
   */
  private publishNames({ name, databases = [] }: PostgresUser): void {
    const [database] = databases;
    const { secret } = databaseUser(this.props, name, true);
    const annotations = contractAnnotations({ neededBy: `what connects as ${name}: PGO would create it again with another password` });
    new k8s.KubeSecret(this, `names-${name}`, {
      metadata: { name: secret.name, namespace: secret.namespace, annotations },
      data: { username: base64(name), ...(database !== undefined && { database: base64(database) }) },
    });
  }
}

function typedSpec(props: PostgresClusterProps): Spec {
  const { version, image, replicas, storage, users, parameters, synchronous, backups = [], restore } = props;
  return {
    ...(image !== undefined && { image }),
    postgresVersion: version,
    instances: [{ name: INSTANCE_SET, replicas, dataVolumeClaimSpec: volumeClaim(storage) }],
    ...(users && { users }),
    ...(parameters && { config: { parameters } }),
    ...(synchronous && {
      patroni: { dynamicConfiguration: { synchronous_mode: true, postgresql: { parameters: { synchronous_commit: 'on' } } } },
    }),
    ...(backups.length > 0 && { backups: backupsSpec(props, backups) }),
    ...(restore && { dataSource: dataSourceSpec(restore) }),
  };
}

function hasDatabase(user: PostgresUser): boolean {
  return (user.databases ?? []).length > 0;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
