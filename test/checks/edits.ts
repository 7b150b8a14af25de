import type { Manifest } from '../../manifests/manifest';
import { type Reference, formatReference } from '../../manifests/reference';
import type { Stage } from '../../manifests/stage';
import { contractOf } from '../../manifests/contract';
import { type Change, isSame, lineChanges, type Rename, rewritten, type Uses, usesOf } from './uses';
import { changed } from './yaml-path';

/** A change of one object of an environment. */
export interface Edit extends Change {
  readonly stage: number;
  readonly index: number;
}

/** The environment after an edit. */
export function applied(stages: readonly Stage[], { stage, index, apply }: Edit, rename: Rename): Stage[] {
  return stages.map((one, place) => {
    if (place !== stage) return one;
    const objects = one.objects.flatMap((object, at) => {
      const manifest = at === index ? apply(object.manifest, rename) : object.manifest;
      return manifest ? [{ ...object, manifest }] : [];
    });
    return { ...one, objects };
  });
}

/** Kinds that nothing calls by name: they call others. */
const CALLED_BY_NOBODY =
  /^(AppUser|ClusterRoleBinding|CronJob|Deployment|HTTPRoute|HelmChart|HelmRelease|Ingress|Job|NetworkPolicy|PodDisruptionBudget|PostgresCluster|RoleBinding|StatefulSet|ValidatingAdmissionPolicyBinding)$/;

const BUILT_IN_NAMESPACES = ['default', 'kube-system'];

interface Made {
  readonly by: 'makes' | 'needs' | 'itself';
  readonly reference: Reference;
}

/** All single edits of an environment that leave a reference without what it refers to. */
export function edits(stages: readonly Stage[]): Edit[] {
  const places = stages.flatMap(({ objects }, stage) =>
    objects.map(({ manifest }, index) => ({ stage, index, manifest, made: madeBy(manifest) })),
  );
  const made = places.flatMap((place) => place.made);
  const names = new Set([...BUILT_IN_NAMESPACES, ...made.flatMap(({ reference: { name, namespace } }) => [name, namespace ?? name])]);
  const uses = places.map(({ manifest }) => usesOf(manifest, names));

  return places.flatMap(({ stage, index, manifest, made: own }, place) => {
    const others = uses.filter((_, at) => at !== place);
    const changes = [
      ...(uses[place]?.changes ?? []),
      ...(own.some((one) => isNeeded(one, made, others)) ? [{ what: 'removed', apply: () => undefined }] : []),
      ...own.filter((one) => isNeeded(one, made, uses)).flatMap(renamings),
      ...own.flatMap((one) => keysAskedFor(one, made, uses).map((key) => keyDropped(one, key))),
    ];
    return changes.map(({ what, apply }) => ({ stage, index, what: `${manifest.kind} ${manifest.metadata.name}: ${what}`, apply }));
  });
}

function madeBy(manifest: Manifest): Made[] {
  const { makes = [], needs = [] } = contractOf(manifest);
  const { namespace, name } = manifest.metadata;
  const all: Made[] = [
    { by: 'itself', reference: { kind: manifest.kind, namespace, name, keys: keysOf(manifest) } },
    ...makes.map((reference): Made => ({ by: 'makes', reference })),
    ...needs.map((reference): Made => ({ by: 'needs', reference })),
  ];
  return all.filter(({ reference }) => !CALLED_BY_NOBODY.test(reference.kind));
}

/** Whether another object needs it: no other object makes it, or one of its keys. */
function isNeeded(one: Made, made: readonly Made[], uses: readonly Uses[]): boolean {
  const makers = made.filter((other) => isSame(other.reference, one.reference));
  return (makers.length === 1 && uses.some((use) => use.means(one.reference))) || keysAskedFor(one, made, uses).length > 0;
}

/** The keys that are referred to and that no other object makes. */
function keysAskedFor(one: Made, made: readonly Made[], uses: readonly Uses[]): string[] {
  const others = made.filter((other) => other !== one && isSame(other.reference, one.reference));
  return (one.reference.keys ?? []).filter(
    (key) => uses.some((use) => use.asksFor(one.reference, key)) && !others.some((other) => other.reference.keys?.includes(key)),
  );
}

function renamings({ by, reference }: Made): Change[] {
  if (by !== 'itself') return lineChanges(by, reference);
  const fields =
    reference.kind === 'CustomResourceDefinition'
      ? [
          ['metadata', 'name'],
          ['spec', 'group'],
          ['spec', 'names', 'plural'],
          ['spec', 'names', 'kind'],
          ['spec', 'versions', 0, 'name'],
        ]
      : [['metadata', 'name']];
  return fields.map((path) => ({
    what: `${path.join('.')} renamed`,
    apply: (manifest, rename) => {
      const old = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], manifest);
      return changed(manifest, path, rename(String(old)));
    },
  }));
}

function keyDropped({ by, reference }: Made, key: string): Change {
  const without = (keys: readonly string[] = []): string[] => keys.filter((one) => one !== key);
  return {
    what: `${by} ${formatReference(reference)}, without ${key}`,
    apply: (manifest) => {
      if (by !== 'itself') return rewritten(manifest, by, reference, { keys: without(reference.keys) });
      if (manifest.kind === 'CustomResourceDefinition') return changed(manifest, ['spec', 'versions', 0, 'served'], false);
      const data = manifest['data'] as Record<string, string>;
      return changed(manifest, ['data'], Object.fromEntries(without(Object.keys(data)).map((one) => [one, data[one]])));
    },
  };
}

function keysOf(manifest: Manifest): string[] {
  if (manifest.kind === 'Secret' || manifest.kind === 'ConfigMap') return Object.keys((manifest['data'] as object | undefined) ?? {});
  if (manifest.kind !== 'CustomResourceDefinition') return [];
  const { versions, names } = manifest['spec'] as { versions: { name: string }[]; names: { kind: string } };
  return versions.map(({ name }) => `${name}/${names.kind}`);
}
