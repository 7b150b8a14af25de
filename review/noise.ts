import type { FieldChange } from '../manifests/difference/field-change';
import { ENVIRONMENT_LABEL } from '../manifests/contract';
import type { ObjectChange } from './object-change';

/** Why a change says nothing to a reviewer. */
export type Noise = 'labels' | 'checksums' | 'generated' | 'same meaning' | 'descriptions';

/** Labels that are read by something other than people and Services. */
const MEANINGFUL_LABELS = [
  ENVIRONMENT_LABEL,
  'pod-security.kubernetes.io/',
  'kubernetes.io/metadata.name',
  'istio-injection',
  'argocd.argoproj.io/',
];

const CHECKSUM = /checksum|(?:^|[./-])(?:config-?)?hash$|-hash$|sha256/i;

/** Annotations that tools write about themselves. */
const GENERATED =
  /^(?:controller-gen\.kubebuilder\.io\/|meta\.helm\.sh\/|helm\.sh\/chart|app\.kubernetes\.io\/|operatorframework\.io\/|cert-manager\.io\/.*-hash)/;

/** Why a field's change is noise; undefined when it is not. */
export function noiseOf({ path, isEquivalent }: FieldChange, kind: string): Noise | undefined {
  if (isEquivalent) return 'same meaning';
  const [name, parent, grandparent] = [path.at(-1), path.at(-2), path.at(-3)];
  if (grandparent === 'metadata' && parent === 'labels') return isMeaningful(String(name)) ? undefined : 'labels';
  if (grandparent === 'metadata' && parent === 'annotations') return noiseOfAnnotation(String(name));
  if (kind === 'CustomResourceDefinition' && name === 'description') return 'descriptions';
  return undefined;
}

function isMeaningful(label: string): boolean {
  return MEANINGFUL_LABELS.some((name) => label.startsWith(name));
}

function noiseOfAnnotation(name: string): Noise | undefined {
  if (CHECKSUM.test(name)) return 'checksums';
  return GENERATED.test(name) ? 'generated' : undefined;
}

/** The kinds of noise of an object that has nothing else; empty for any other object. */
export function noiseOfObject({ before, after, fields, movedFrom }: ObjectChange): Noise[] {
  if (!before || !after || movedFrom !== undefined || before.manifest.metadata.name !== after.manifest.metadata.name) return [];
  const noise = fields.map((field) => noiseOf(field, after.manifest.kind));
  return noise.includes(undefined) ? [] : [...new Set(noise as Noise[])].sort();
}
