import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** A registry over HTTP, on loopback, with one version of one chart. It is faithful in what `helm pull` asks of one: GET and HEAD of manifests and blobs. */
export class OciRegistry {
  private constructor(
    private readonly server: Server,
    /** The digest of the chart's manifest. */
    readonly digest: string,
  ) {}

  static async start(repository: string, tag: string, archive: Buffer): Promise<OciRegistry> {
    const config = Buffer.from('{}');
    const descriptor = (mediaType: string, content: Buffer): object => ({ mediaType, digest: digestOf(content), size: content.length });
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: descriptor('application/vnd.cncf.helm.config.v1+json', config),
        layers: [descriptor('application/vnd.cncf.helm.chart.content.v1.tar+gzip', archive)],
      }),
    );
    const digest = digestOf(manifest);
    const contents = new Map([
      [`/v2/${repository}/manifests/${tag}`, manifest],
      [`/v2/${repository}/manifests/${digest}`, manifest],
      ...[config, archive].map((blob) => [`/v2/${repository}/blobs/${digestOf(blob)}`, blob] as const),
    ]);
    const server = createServer(({ url = '', method }, response) => {
      const content = contents.get(url);
      if (!content) return response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[{"code":"NOT_FOUND"}]}');
      const type = url.includes('/manifests/') ? MANIFEST : 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-length': content.length, 'docker-content-digest': digestOf(content) });
      return response.end(method === 'HEAD' ? undefined : content);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new OciRegistry(server, digest);
  }

  get url(): string {
    return `oci://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
