import { formatReference } from '../../manifests/reference';
import { groupOf } from '../../manifests/manifest';
import type { EnvironmentObjects, EnvironmentObject } from '../../manifests/environment-objects';
import { namespacesOf } from '../../manifests/references/namespaces';
import type { Rule } from '../rule';

/** What an object depends on is created in the same stage or an earlier one. A stage is applied when the one before is ready, so a later one never comes. */
export const stageOrder: Rule = {
  name: 'stage-order',
  check(environment) {
    return environment.objects.flatMap((object) =>
      dependenciesOf(object, environment)
        .filter(({ stage }) => stage > object.stage)
        .map(({ field, what, stage }) => ({
          object,
          field,
          message: `must be in an earlier stage: ${what} is created in stage ${environment.stages[stage]?.name ?? ''}, but stage ${environment.stages[object.stage]?.name ?? ''} needs it.`,
          remedy:
            'Move this object to the later stage, or its dependency to an earlier one. Stages are applied in the order of their names.',
        })),
    );
  },
};

interface Dependency {
  readonly field: string;
  readonly what: string;
  /** The index of the stage that creates it. */
  readonly stage: number;
}

function dependenciesOf(object: EnvironmentObject, environment: EnvironmentObjects): Dependency[] {
  const { manifest } = object;
  const { known } = environment;
  const references = environment.referencesOf(object).filter(({ later }) => !later);
  const named = [...namespacesOf(manifest), ...references].map(({ field, reference }) => ({
    field,
    what: formatReference(reference),
    stage: known.find(reference).stage,
  }));
  const group = groupOf(manifest.apiVersion);
  const stage = known.servedFrom(group, manifest.apiVersion.slice(group.length + 1), manifest.kind);
  return [...(stage === undefined ? [] : [{ field: 'kind', what: `the kind ${manifest.apiVersion} ${manifest.kind}`, stage }]), ...named];
}
