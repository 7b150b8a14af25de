import { crdOf } from '../../manifests/custom-resource-definition';
import { groupKindOf, type Manifest } from '../../manifests/manifest';
import { versionsOf } from '../../manifests/schema/crd-change';
import { schemaFindings } from '../../manifests/schema/schema-findings';
import type { DistStage } from '../dist';
import { UnknownField } from './apply';

/**
 * Whether an object was refused only because the CRD on the cluster does not declare one of its fields, while a CRD of these stages declares all: that one
 * is applied before the object.
 */
export function isDeclaredLater(error: unknown, stages: readonly DistStage[], manifest: Manifest): boolean {
  if (!(error instanceof UnknownField)) return false;
  const crd = stages
    .flatMap(({ objects }) => objects)
    .find((object) => crdOf(object)?.kinds.some((kind) => groupKindOf(kind) === groupKindOf(manifest)));
  const schema = crd && versionsOf(crd).find(({ name }) => manifest.apiVersion.endsWith(`/${name}`))?.schema;
  return schema !== undefined && schemaFindings(schema, manifest).length === 0;
}
