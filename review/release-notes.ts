/** Where the authors describe their releases, by the end of a chart's address or an image's repository. */
const NOTES: readonly (readonly [name: RegExp, url: (version: string) => string])[] = [
  [
    /(?:^|\/)cvat\/(?:cvat|server|ui)$/,
    (version) => `https://github.com/cvat-ai/cvat/releases/tag/${version.startsWith('v') ? version : `v${version}`}`,
  ],
  [
    /crunchydata\/(?:pgo|postgres-operator)$/,
    (version) => `https://access.crunchydata.com/documentation/postgres-operator/latest/releases/${minorOf(version)}`,
  ],
  [/(?:^|\/)cvat-helm(?:$|[-/])/, () => 'https://github.com/Kapernikov/cvat-helm/releases'],
  [/crunchydata\/crunchy-postgres/, () => 'https://www.postgresql.org/docs/release/'],
];

/** ` Release notes: https://…` for a chart or an image whose authors are known; empty for any other. */
export function releaseNotesOf(name: string, version: string | undefined): string {
  const known = NOTES.find(([pattern]) => pattern.test(name));
  const github = /^ghcr\.io\/([^/]+)\/([^/]+)/.exec(name);
  const url = known?.[1](version ?? '') ?? (github ? `https://github.com/${github[1]}/${github[2]}/releases` : undefined);
  return url === undefined ? '' : ` Release notes: ${url}`;
}

/** `5.8.x` of 5.8.7: the page has all patches of a minor version. */
function minorOf(version: string): string {
  return /^(\d+\.\d+)\./.exec(version)?.[1]?.concat('.x') ?? '';
}
