import { crdOf } from '../../manifests/custom-resource-definition';
import { groupKindOf, type Manifest } from '../../manifests/manifest';
import { versionsOf } from '../../manifests/schema/crd-change';
import { schemaFindings } from '../../manifests/schema/schema-findings';
import type { DistStage } from '../dist';

/** Whether a CRD of these stages declares all fields of an object. It is applied before the object, and the one on the cluster may not declare them. */
export function isDeclaredBy(stages: readonly DistStage[], manifest: Manifest): boolean {
  const crd = stages
    .flatMap(({ objects }) => objects)
    .find((object) => crdOf(object)?.kinds.some((kind) => groupKindOf(kind) === groupKindOf(manifest)));
  const schema = crd && versionsOf(crd).find(({ name }) => manifest.apiVersion.endsWith(`/${name}`))?.schema;
  return schema !== undefined && schemaFindings(schema, manifest).length === 0;
}
