import { PostgresOperator } from '../../../constructs/postgres/postgres-operator';
import { problemsOf, yamlOf } from '../../support';

test('PGO is its chart in a namespace of its own, and serves the kinds of its chart', () => {
  expect(yamlOf((chart) => new PostgresOperator(chart, 'operator', { namespace: 'crunchy-pgo', version: '5.8.7' }))).toMatchInlineSnapshot(`
    "
    apiVersion: helm.cattle.io/v1
    kind: HelmChart
    metadata:
      annotations:
        platform.kapernikov.com/needed-by: every PostgresCluster
        platform.kapernikov.com/needs: "CustomResourceDefinition helmcharts.helm.cattle.io: v1/HelmChart <- included in k3s and RKE2; on another cluster use another delivery"
        platform.kapernikov.com/operates: |-
          CustomResourceDefinition postgresclusters.postgres-operator.crunchydata.com: v1beta1/PostgresCluster
          CustomResourceDefinition pgupgrades.postgres-operator.crunchydata.com: v1beta1/PGUpgrade
          CustomResourceDefinition pgadmins.postgres-operator.crunchydata.com: v1beta1/PGAdmin
          CustomResourceDefinition crunchybridgeclusters.postgres-operator.crunchydata.com: v1beta1/CrunchyBridgeCluster
      name: pgo
      namespace: kube-system
    spec:
      chart: oci://registry.developers.crunchydata.com/crunchydata/pgo
      failurePolicy: retry
      targetNamespace: crunchy-pgo
      version: 5.8.7
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      annotations:
        platform.kapernikov.com/needed-by: every PostgresCluster
      name: crunchy-pgo
    "
  `);
});

test('a version that moves is a problem', () => {
  expect(problemsOf((chart) => new PostgresOperator(chart, 'operator', { namespace: 'crunchy-pgo', version: '5.8' }))).toEqual([
    'chart.version: must be an exact version; got "5.8". Set one release, such as "2.73.0": no range and no tag that moves.',
  ]);
});
