import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';

/** A stage of its own for CRDs, before that of a construct: `20-postgres-operator-crds` is applied before `20-postgres-operator`. */
export function crdStage(scope: Construct): Chart {
  const stage = Chart.of(scope);
  const id = `${stage.node.id}-crds`;
  const existing = stage.node.scope?.node.tryFindChild(id) as Chart | undefined;
  return existing ?? new Chart(stage.node.scope as Construct, id, { labels: { ...stage.labels } });
}
