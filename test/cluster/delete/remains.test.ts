import { Deletion } from '../../../cluster/delete/deletion';
import { targetsOf } from '../../../cluster/delete/target';
import { Inventory } from '../../../cluster/inventory';
import { keyOf, type ObjectKey } from '../../../manifests/manifest';
import { MemoryCluster } from '../support/memory-cluster';
import { crd, distOf, manifest } from '../support/objects';
import { sessionOn } from '../support/session';

const CRD = crd('Widget', 'v1');
const RELEASE = manifest('helm.cattle.io/v1 HelmChart kube-system/widgets', {
  contract: { makes: [{ kind: 'CustomResourceDefinition', name: CRD.metadata.name, keys: ['v1/Widget'] }] },
  spec: { chart: 'oci://registry.example.org/widgets', version: '1.0.0', targetNamespace: 'widgets' },
});

/** Deletes a release of a stage and fails as soon as that is requested, as when the command is killed. */
async function killedAtDeletion(): Promise<MemoryCluster> {
  const session = sessionOn(new MemoryCluster(RELEASE, CRD));
  const inventory = await Inventory.read(session.cluster, 'local');
  await inventory.add('20-widgets', [keyOf(RELEASE)]);
  const dist = distOf({ '20-widgets': [RELEASE] });
  const targets = await targetsOf(session.cluster, dist, inventory);
  const deletion = new Deletion(session, {
    dist,
    targets,
    inventory,
    deleteData: true,
    deleteNamespaceContents: false,
    timeoutMilliseconds: 1000,
    verb: 'deleted',
  });
  const requestDeletion = session.cluster.delete.bind(session.cluster);
  session.cluster.delete = async (key: ObjectKey) => {
    await requestDeletion(key);
    throw new Error('killed');
  };
  await expect(deletion.delete(targets)).rejects.toThrow('killed');
  return session.cluster;
}

test("records a release's CRDs before it deletes the release, so that they are still known if the command is killed", async () => {
  const cluster = await killedAtDeletion();
  expect((await Inventory.read(cluster, 'local')).has(keyOf(CRD))).toBe(true);
});
