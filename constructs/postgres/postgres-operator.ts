import { Construct } from 'constructs';
import { fromOci } from '../helm/chart-source';
import type { Delivery } from '../helm/delivery';
import { HelmRelease } from '../helm/helm-release';

export interface PostgresOperatorProps {
  /**
   * The operator's own namespace. Its PostgresClusters may be in any other.
   * @default the namespace of the Chart, or else `default`
   */
  readonly namespace?: string;
  /**
   * The version of the chart, which is PGO's own: `5.8.7`.
   * Helm never upgrades the CRDs of a chart: apply the new version's crds/ folder (`kubectl apply --server-side --force-conflicts`) first.
   * https://access.crunchydata.com/documentation/postgres-operator/latest/upgrade/helm
   */
  readonly version: string;
  /** How the chart is installed: `k3s()`. @default the delivery of the environment or App */
  readonly delivery?: Delivery;
}

/** What PGO 5.8 serves, by the folder crds/ of its chart. */
const KINDS = [
  { plural: 'postgresclusters', kind: 'PostgresCluster' },
  { plural: 'pgupgrades', kind: 'PGUpgrade' },
  { plural: 'pgadmins', kind: 'PGAdmin' },
  { plural: 'crunchybridgeclusters', kind: 'CrunchyBridgeCluster' },
];

/** Only PGO keeps the clusters running, and only PGO can delete them. */
const NEEDED_BY = 'every PostgresCluster';

/**
 * PGO, the Crunchy Postgres operator, which makes PostgreSQL clusters out of PostgresCluster objects.
 *
 * It must outlive its clusters: only PGO takes the finalizer off a PostgresCluster, and without it the cluster and its namespace
 * can never be deleted. That is why it has a stage of its own, before theirs.
 */
export class PostgresOperator extends Construct {
  constructor(scope: Construct, id: string, { namespace, version, delivery }: PostgresOperatorProps) {
    super(scope, id);
    new HelmRelease(this, 'release', {
      // One for a cluster: the chart names its ClusterRole after itself, so that a second release would take it over.
      name: 'pgo',
      namespace,
      delivery,
      chart: fromOci('oci://registry.developers.crunchydata.com/crunchydata/pgo', version),
      neededBy: NEEDED_BY,
      makes: KINDS.map(({ plural, kind }) => ({
        kind: 'CustomResourceDefinition',
        name: `${plural}.postgres-operator.crunchydata.com`,
        keys: [`v1beta1/${kind}`],
      })),
    });
  }
}
