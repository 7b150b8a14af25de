import type { Finding } from '../../manifests/finding';
import type { Release } from '../../manifests/helm-release';
import { isDigest, isExactTag, parseImage } from '../../manifests/image-reference';
import type { Placed } from '../../manifests/manifests';
import { formatField, hasMeaningfulFields, type YamlMap, valueAt, visitFields } from '../../manifests/fields';
import type { Rule } from '../rule';

type Located = Finding & { readonly field: string };

/** What runs does not change while nothing in this repository does: every image and every chart has an exact version. */
export const unpinnedVersion: Rule = {
  name: 'unpinned-version',
  check(manifests) {
    return manifests.objects.flatMap((object) => {
      const chart = manifests.chartOf(object);
      return [...images(object), ...(chart ? [...chartVersion(chart, object), ...tags(chart)] : [])].map((found) => ({ object, ...found }));
    });
  },
};

/** Any field called `image`, in a pod and in a custom resource alike. */
function images({ manifest }: Placed): Located[] {
  if (!hasMeaningfulFields(manifest.kind)) return [];
  const found: Located[] = [];
  visitFields(manifest, (parent, key, path) => {
    const image = parent[key];
    const finding = key === 'image' && typeof image === 'string' && image !== '' ? aboutImage(image) : undefined;
    if (finding) found.push({ field: formatField(path), ...finding });
  });
  return found;
}

function aboutImage(image: string): Finding | undefined {
  const { tag, digest } = parseImage(image);
  if (digest !== undefined && isDigest(digest)) return undefined;
  if (digest !== undefined) return { message: `"${digest}" is no digest.`, remedy: 'Write sha256: and 64 hexadecimal digits.' };
  return aboutTag(image, tag);
}

function aboutTag(what: string, tag: string | undefined): Finding | undefined {
  if (tag !== undefined && isExactTag(tag)) return undefined;
  return {
    message: tag === undefined ? `"${what}" has no tag, which means latest.` : `"${tag}" is a tag that moves.`,
    remedy: 'Name one release with all its numbers, such as :2.73.0, or add its digest.',
  };
}

/** A chart's values name an image in parts, and the part that moves is called `tag`. An empty one means the chart's own. */
function tags({ values, valuesField }: Release): Located[] {
  const found: Located[] = [];
  visitFields(values, (parent: YamlMap, key, path) => {
    const tag = parent[key];
    if (key !== 'tag' || tag === '' || (typeof tag !== 'string' && typeof tag !== 'number')) return;
    if (typeof parent['digest'] === 'string' && isDigest(parent['digest'])) return;
    // "1.2.3@sha256:…" is a tag for those charts that join it with a colon.
    const { tag: plain, digest } = parseImage(`:${tag}`);
    const finding = digest !== undefined && isDigest(digest) ? undefined : aboutTag('', plain ?? '');
    if (finding) found.push({ field: `${valuesField}: ${formatField(path)}`, ...finding });
  });
  return found;
}

/** https://semver.org, with the "v" that some charts put in front. */
const EXACT = /^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const EXACT_ARCHIVE = /[-/]v?[0-9]+\.[0-9]+\.[0-9]+[^/]*\.tgz$/;

const CHART_REMEDY = 'Name one release, such as "2.73.0": no range, and nothing left out.';

function chartVersion({ chart, version }: Release, { manifest }: Placed): Located[] {
  // A chart that is in the object itself cannot change.
  if (valueAt(manifest['spec'], 'chartContent') !== undefined) return [];
  const { digest } = parseImage(chart.replace(/^oci:\/\//, ''));
  if (digest !== undefined && isDigest(digest)) return [];
  if (chart.endsWith('.tgz')) {
    // The controller ignores `version` here.
    const message = `"${chart}" does not say which version it is.`;
    return EXACT_ARCHIVE.test(chart)
      ? []
      : [{ field: 'spec.chart', message, remedy: 'Name the archive of one release, such as chart-2.73.0.tgz.' }];
  }
  if (version === undefined)
    return [{ field: 'spec.version', message: 'without a version the newest is installed.', remedy: CHART_REMEDY }];
  if (EXACT.test(version)) return [];
  return [{ field: 'spec.version', message: `"${version}" is not an exact version.`, remedy: CHART_REMEDY }];
}
