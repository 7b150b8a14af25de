import { Construct } from 'constructs';
import { fromOci } from '../helm/chart-source';
import type { Delivery } from '../helm/delivery';
import { HelmRelease } from '../helm/helm-release';
import { crdStage } from '../crd-stage';
import { PostgresOperatorCrds, postgresOperatorCrds } from './postgres-operator-crds';

export interface PostgresOperatorProps {
  /**
   * The operator's own namespace. Its PostgresClusters may be in any other.
   * @default the namespace of the Chart, or else `default`
   */
  readonly namespace?: string;
  /**
   * The version of the chart, which is PGO's own: `5.8.7`.
   * Its CRDs are those of imports/schemas/: a version that they are not of is a finding of the check `release-crds`.
   */
  readonly version: string;
  /** How the chart is installed: `k3s()`. @default the delivery of the environment or App */
  readonly delivery?: Delivery;
}

/** Only PGO keeps the clusters running, and only PGO can delete them. */
const NEEDED_BY = 'every PostgresCluster';

/**
 * PGO, the Crunchy Postgres operator, which makes PostgreSQL clusters out of PostgresCluster objects.
 *
 * It must outlive its clusters: only PGO takes the finalizer off a PostgresCluster, and without it the cluster and its namespace
 * can never be deleted. That is why it has a stage of its own, before theirs. Its CRDs are in another Chart before that, `<id of the Chart>-crds`:
 * they must be applied first, and are upgraded with dist, which Helm never does.
 */
export class PostgresOperator extends Construct {
  constructor(scope: Construct, id: string, { namespace, version, delivery }: PostgresOperatorProps) {
    super(scope, id);
    if (!PostgresOperatorCrds.isIn(this)) new PostgresOperatorCrds(crdStage(this), 'postgres-operator-crds');
    new HelmRelease(this, 'release', {
      // One for a cluster: the chart names its ClusterRole after itself, so that a second release would take it over.
      name: 'pgo',
      namespace,
      delivery,
      chart: fromOci('oci://registry.developers.crunchydata.com/crunchydata/pgo', version),
      neededBy: NEEDED_BY,
      // No delivery installs the chart's own CRDs: Helm skips those that exist, and the others are told to.
      operates: postgresOperatorCrds(),
    });
  }
}
