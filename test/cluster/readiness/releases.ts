import { gzipSync } from 'node:zlib';
import type { LiveObject } from '../../../cluster/objects/live-object';
import { live } from './support';

export interface ReleaseParts {
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

/** The Secret in which Helm would keep this revision of the release `cvat` in namespace `cvat`. */
export function releaseSecret({ revision = 1, status = 'deployed', labels, ...content }: ReleaseParts = {}): LiveObject {
  return live('v1 Secret', {
    name: `sh.helm.release.v1.cvat.v${revision}`,
    labels: { owner: 'helm', name: 'cvat', status, version: String(revision), ...labels },
    type: 'helm.sh/release.v1',
    data: { release: packed({ status, ...content }) },
  });
}

function packed({ status, description = 'Install complete', version = '2.73.0', config, manifest = '', files = {} }: ReleaseParts): string {
  const chart = { metadata: { name: 'cvat', version }, files: Object.entries(files).map(([name, text]) => ({ name, data: base64(text) })) };
  const release = { name: 'cvat', info: { status, description }, chart, config, manifest };
  return base64(base64(gzipSync(JSON.stringify(release))));
}

function base64(content: Buffer | string): string {
  return Buffer.from(content).toString('base64');
}
