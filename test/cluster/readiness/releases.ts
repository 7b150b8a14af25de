import { gzipSync } from 'node:zlib';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { live } from './support';

export interface ReleaseParts {
  /** Of the release and its chart. @default cvat */
  readonly name?: string;
  /** @default cvat */
  readonly namespace?: string;
  readonly revision?: number;
  readonly status?: string;
  readonly description?: string;
  readonly version?: string;
  readonly config?: unknown;
  readonly manifest?: string;
  /** The files of the chart by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The Secret in which Helm would keep this revision of a release. */
export function releaseSecret(parts: ReleaseParts = {}): LiveObject {
  const { name = 'cvat', namespace = 'cvat', revision = 1, status = 'deployed', labels, ...content } = parts;
  return live('v1 Secret', {
    namespace,
    name: `sh.helm.release.v1.${name}.v${revision}`,
    labels: { owner: 'helm', name, status, version: String(revision), ...labels },
    type: 'helm.sh/release.v1',
    data: { release: packed({ name, status, ...content }) },
  });
}

function packed({
  name,
  status,
  description = 'Install complete',
  version = '2.73.0',
  config,
  manifest = '',
  files = {},
}: ReleaseParts): string {
  const chart = { metadata: { name, version }, files: Object.entries(files).map(([name, text]) => ({ name, data: base64(text) })) };
  const release = { name, info: { status, description }, chart, config, manifest };
  return base64(base64(gzipSync(JSON.stringify(release))));
}

function base64(content: Buffer | string): string {
  return Buffer.from(content).toString('base64');
}
