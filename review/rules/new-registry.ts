import type { EnvironmentObject, EnvironmentObjects } from '../../manifests/environment-objects';
import { usedImages, registryOf } from '../images';
import type { ReviewRule } from '../rule';

/** An image or a chart comes from a registry that the environment did not use before. */
export const newRegistry: ReviewRule = {
  name: 'new-registry',
  class: 'security',
  check({ before, after, changes }) {
    const known = new Set(before.objects.flatMap((object) => [...registriesOf(object, before)].map(([registry]) => registry)));
    return changes.flatMap((change) => {
      const { after: object } = change;
      const registries = object ? [...registriesOf(object, after)] : [];
      return registries
        .filter(([registry]) => !known.has(registry))
        .map(([registry, what]) => ({ change, field: '', message: `New registry ${registry}: ${what}.` }));
    });
  },
};

/** Each registry with one thing that comes from it. */
function registriesOf(object: EnvironmentObject, environment: EnvironmentObjects): Map<string, string> {
  const release = environment.releaseOf(object);
  const images = usedImages(object.manifest, release).map((image): [string, string] => [registryOf(image.repository), image.repository]);
  const chart = release && /^(?:oci|https?):\/\/([^/]+)/.exec(release.chart)?.[1];
  return new Map([...(chart === undefined ? [] : [[chart, `chart ${release?.chartName ?? ''}`] as [string, string]]), ...images]);
}
