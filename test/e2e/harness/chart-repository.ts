import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { packChart } from '../../pack-chart';

/** An HTTP chart repository on the loopback address with the chart `app` in some versions: a ConfigMap with the value `greeting`. */
export class ChartRepository {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(directory: string, versions: readonly string[]): Promise<ChartRepository> {
    mkdirSync(directory, { recursive: true });
    const archives = new Map(versions.map((version) => [`/app-${version}.tgz`, readFileSync(pack(directory, version))]));
    const entries = versions.map((version) => {
      const archive = archives.get(`/app-${version}.tgz`) ?? Buffer.alloc(0);
      const digest = createHash('sha256').update(archive).digest('hex');
      return { apiVersion: 'v2', name: 'app', version, digest, urls: [`app-${version}.tgz`], created: '2026-01-01T00:00:00Z' };
    });
    const index = JSON.stringify({ apiVersion: 'v1', entries: { app: entries } });
    const server = createServer(({ url = '' }, response) => {
      const found = url === '/index.yaml' ? index : archives.get(url);
      response.writeHead(found === undefined ? 404 : 200).end(found);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ChartRepository(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function pack(directory: string, version: string): string {
  return packChart(join(directory, `app-${version}.tgz`), {
    'Chart.yaml': `apiVersion: v2\nname: app\nversion: ${version}\n`,
    'values.yaml': 'greeting: none\n',
    'templates/config.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n' +
      '  greeting: {{ .Values.greeting | quote }}\n  version: {{ .Chart.Version | quote }}\n',
  });
}
