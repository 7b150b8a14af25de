import { hasMeaningfulFields, isMap, type YamlMap, visitFields } from '../manifests/fields';
import { type InstalledRelease, withoutValues } from '../manifests/helm-release';
import { parseImage } from '../manifests/image-reference';
import type { Manifest } from '../manifests/manifest';

/** An image that an object runs. */
export interface UsedImage {
  readonly repository: string;
  /** Its tag, and its digest if it has one: `1.2.3`, `1.2.3@sha256:…`. */
  readonly version: string;
}

/** The images in fields named `image`, and those in a chart's values, as far as they are written out there. */
export function usedImages(manifest: Manifest, release?: InstalledRelease): UsedImage[] {
  const found: UsedImage[] = [];
  const visit = (parent: YamlMap, key: string): void => {
    const value = parent[key];
    if (/image$/i.test(key) && typeof value === 'string' && value !== '' && !/[\s{}]/.test(value)) add(value);
    if (key === 'repository' && typeof value === 'string' && (parent['tag'] !== undefined || parent['digest'] !== undefined))
      addParts(parent);
  };
  const add = (image: string): void => {
    const { repository, tag, digest } = parseImage(image);
    found.push({ repository, version: [tag, digest].filter((part) => part !== undefined).join('@') });
  };
  const addParts = ({ registry, repository, tag, digest }: YamlMap): void => {
    const prefix = typeof registry === 'string' && registry !== '' ? `${registry}/` : '';
    found.push({
      repository: `${prefix}${String(repository)}`,
      version: [tag, digest].filter((part) => part !== undefined && part !== '').join('@'),
    });
  };
  if (hasMeaningfulFields(manifest.kind)) visitFields(withoutValues(manifest), visit);
  if (release && isMap(release.values)) visitFields(release.values, visit);
  return found;
}

/** The registry of an image; Docker Hub where none is named. https://github.com/distribution/reference/blob/main/normalize.go */
export function registryOf(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : 'docker.io';
}
