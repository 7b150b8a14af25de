import { keyOf } from '../../manifests/manifest';
import { exactVersionOf } from '../../manifests/exact-version';
import type { Finding } from '../../manifests/finding';
import { fieldOf, type InstalledRelease, withoutValues } from '../../manifests/helm-release';
import { isDigest, isExactTag, parseImage } from '../../manifests/image-reference';
import type { EnvironmentObject, EnvironmentObjects } from '../../manifests/environment-objects';
import { formatField, type FieldPath, hasMeaningfulFields, type YamlMap, visitFields } from '../../manifests/fields';
import type { Rule, RuleFinding } from '../rule';

type Located = Finding & { readonly field: string };

/** Every image and every chart has an exact version, so that what runs changes only with this repository. */
export const unpinnedVersion: Rule = {
  name: 'unpinned-version',
  check(environment) {
    return environment.objects.flatMap((object) => {
      const release = environment.releaseOf(object);
      const found = [...images(object), ...(release ? imagesInValues(release) : [])].map((located) => ({ object, ...located }));
      return [...found, ...(release ? chartVersion(release, object, environment) : [])];
    });
  },
};

/** Findings about fields named `image`, in pods and in custom resources. */
function images({ manifest }: EnvironmentObject): Located[] {
  if (!hasMeaningfulFields(manifest.kind)) return [];
  const found: Located[] = [];
  visitFields(withoutValues(manifest), (parent, key, path) => {
    const image = parent[key];
    const finding = key === 'image' && typeof image === 'string' && image !== '' ? aboutImage(image) : undefined;
    if (finding) found.push({ field: formatField(path), ...finding });
  });
  return found;
}

/** Findings about images in a chart's values: `image: nginx:latest`, and `tag` beside the other parts of an image. */
function imagesInValues({ values, places }: InstalledRelease): Located[] {
  const found: Located[] = [];
  visitFields(values, (parent: YamlMap, key, path) => {
    const finding = isWholeImage(parent, key)
      ? aboutImage(String(parent[key]))
      : isTag(parent, key, path)
        ? aboutTagValue(parent)
        : undefined;
    if (finding) found.push({ field: `${fieldOf(places.values)}: ${formatField(path)}`, ...finding });
  });
  return found;
}

/** An image without a tag has it in another value of the chart, which is checked by itself. */
function isWholeImage(parent: YamlMap, key: string): boolean {
  const image = parent[key];
  if (!/image$/i.test(key) || typeof image !== 'string' || /[\s{}]/.test(image)) return false;
  const { tag, digest } = parseImage(image);
  return tag !== undefined || digest !== undefined;
}

/** The other parts of an image. A `tag` without them can be anything, such as the tag of log lines. */
const IMAGE_PARTS = ['digest', 'image', 'imageName', 'name', 'pullPolicy', 'registry', 'repository'];

function isTag(parent: YamlMap, key: string, path: FieldPath): boolean {
  return key === 'tag' && (/image$/i.test(String(path.at(-2))) || IMAGE_PARTS.some((part) => typeof parent[part] === 'string'));
}

/** An empty tag means the chart's default. */
function aboutTagValue({ tag, digest }: YamlMap): Finding | undefined {
  if (tag === '' || (typeof tag !== 'string' && typeof tag !== 'number')) return undefined;
  if (typeof digest === 'string' && isDigest(digest)) return undefined;
  // "1.2.3@sha256:…" is a tag for those charts that join it with a colon.
  const parsed = parseImage(`:${tag}`);
  return parsed.digest !== undefined && isDigest(parsed.digest) ? undefined : aboutTag('', parsed.tag ?? '');
}

function aboutImage(image: string): Finding | undefined {
  const { tag, digest } = parseImage(image);
  if (digest !== undefined && isDigest(digest)) return undefined;
  if (digest !== undefined)
    return { message: `must have a valid digest; got "${digest}".`, remedy: 'Use sha256: and 64 hexadecimal digits.' };
  return aboutTag(image, tag);
}

function aboutTag(what: string, tag: string | undefined): Finding | undefined {
  if (tag !== undefined && isExactTag(tag)) return undefined;
  return {
    message:
      tag === undefined
        ? `must have an exact tag or a digest; got "${what}", which means latest.`
        : `must have a tag that names one release; got "${tag}".`,
    remedy: 'Use the full version, such as :2.73.0, or add the digest.',
  };
}

const EXACT_ARCHIVE = /[-/]v?[0-9]+\.[0-9]+\.[0-9]+[^/]*\.tgz$/;

const CHART_REMEDY = 'Use the full version of one release, such as "2.73.0".';

/** The version can be in another object than the one that installs the release: a finding is about the object that has the field. */
function chartVersion(release: InstalledRelease, installer: EnvironmentObject, environment: EnvironmentObjects): RuleFinding[] {
  const { chart, places, archive } = release;
  const finding = archive ? undefined : aboutChart(release);
  if (!finding) return [];
  const place = chart.endsWith('.tgz') ? places.chart : places.version;
  const object = environment.find(keyOf(place.manifest)) ?? installer;
  return [{ object, field: fieldOf(place), ...finding }];
}

function aboutChart({ chart, version, digest, git }: InstalledRelease): Finding | undefined {
  if (digest !== undefined && (isDigest(digest) || isCommit(digest))) return undefined;
  if (digest !== undefined) return aboutImage(`@${digest}`);
  // The version of a HelmChart is ignored here.
  if (chart.endsWith('.tgz')) {
    const message = `must name the version of the archive; got "${chart}".`;
    return EXACT_ARCHIVE.test(chart) ? undefined : { message, remedy: 'Use the archive of one release, such as chart-2.73.0.tgz.' };
  }
  if (version === undefined) return { message: 'must be an exact version; got none, which installs the newest.', remedy: CHART_REMEDY };
  return exactVersionOf(version) !== undefined || (git && isExactTag(version))
    ? undefined
    : { message: `must be an exact version; got "${version}".`, remedy: CHART_REMEDY };
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}
