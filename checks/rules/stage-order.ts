import { formatReference } from '../../manifests/reference';
import { groupOf } from '../../manifests/manifest';
import type { Manifests, Placed } from '../../manifests/manifests';
import { namespacesOf } from '../../manifests/references/namespaces';
import type { Rule } from '../rule';

/** What an object needs is there when its stage is applied: a stage waits until it is ready, so it would wait for ever for a later one. */
export const stageOrder: Rule = {
  name: 'stage-order',
  check(manifests) {
    return manifests.objects.flatMap((object) =>
      needsOf(object, manifests)
        .filter(({ stage }) => stage > object.stage)
        .map(({ field, what, stage }) => ({
          object,
          field,
          message: `stage ${manifests.stages[stage]?.name ?? ''} makes ${what}, after stage ${manifests.stages[object.stage]?.name ?? ''} needs it.`,
          remedy:
            'Put this object into the later stage, or what it needs into an earlier one: stages are applied in the order of their names.',
        })),
    );
  },
};

interface Needed {
  readonly field: string;
  readonly what: string;
  /** The stage that makes it. */
  readonly stage: number;
}

function needsOf(object: Placed, manifests: Manifests): Needed[] {
  const { manifest } = object;
  const { known } = manifests;
  const references = manifests.referencesOf(object).filter(({ later }) => !later);
  const named = [...namespacesOf(manifest), ...references].map(({ field, reference }) => ({
    field,
    what: formatReference(reference),
    stage: known.find(reference).stage,
  }));
  const group = groupOf(manifest.apiVersion);
  const stage = known.servedFrom(group, manifest.apiVersion.slice(group.length + 1), manifest.kind);
  return [...(stage === undefined ? [] : [{ field: 'kind', what: `the kind ${manifest.apiVersion} ${manifest.kind}`, stage }]), ...named];
}
