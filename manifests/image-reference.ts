/** The parts of a container image's name. https://github.com/distribution/reference/blob/main/reference.go */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** `host:5000/path/name:tag@sha256:…`: a colon before the last slash belongs to a port. */
export function parseImage(image: string): ImageReference {
  const at = image.indexOf('@');
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return {
    repository: colon < 0 ? named : named.slice(0, colon),
    tag: colon < 0 ? undefined : named.slice(colon + 1),
    digest: at < 0 ? undefined : image.slice(at + 1),
  };
}

const DIGEST = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Whether this is a valid sha256 or sha512 digest. */
export function isDigest(digest: string): boolean {
  return DIGEST.test(digest);
}

/** Three numbers in a row (`v2.73.0`, `ubi8-14.5-1`), which is also how dates are written, or a date in eight digits. */
const RELEASE = /(?<![0-9A-Za-z])v?([0-9]+([.-][0-9]+){2,}|20[0-9]{6})(?![0-9])/;

/** A commit. At least one digit, so that a word is not taken for one. */
const COMMIT = /^(sha-)?(?=[a-f]*[0-9])[0-9a-f]{7,40}$/;

/**
 * Whether a tag names one release, as far as a tag can. `latest`, `main` and `stable` change by definition, `15` and `1.27` with every
 * patch. PostgreSQL's releases have two numbers only, and their images are rebuilt under the same tag: they need a digest.
 */
export function isExactTag(tag: string): boolean {
  return RELEASE.test(tag) || COMMIT.test(tag);
}
