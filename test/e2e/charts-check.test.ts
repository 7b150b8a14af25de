import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fromOci, fromRepository } from '../../constructs/helm/chart-source';
import { availableVersions } from '../../scripts/charts/available-versions';
import { findControlPlane } from '../../scripts/control-plane';
import { ChartServer } from './harness/chart-server';

beforeAll(() => (process.env['HELM'] = join(findControlPlane(), 'helm')));

describe('an HTTP repository', () => {
  let server: ChartServer;
  beforeEach(async () => (server = await ChartServer.start()));
  afterEach(() => server.stop());

  test('lists its versions, and which are deprecated', async () => {
    const entry = (version: string, more = ''): string =>
      `    - {apiVersion: v2, name: app, version: ${version}, urls: [app.tgz]${more}}\n`;
    const index = `apiVersion: v1\nentries:\n  app:\n${entry('1.0.0', ', deprecated: true')}${entry('1.1.0')}`;
    server.files.set('/index.yaml', Buffer.from(index));
    expect(await availableVersions(fromRepository(server.url, 'app', '1.0.0'))).toEqual([
      { version: '1.0.0', deprecated: true },
      { version: '1.1.0', deprecated: false },
    ]);
  });

  test('that is not there is an error in one line', async () => {
    await expect(availableVersions(fromRepository(server.url, 'app', '1.0.0'))).rejects.toThrow(/404/);
  });
});

describe('a registry', () => {
  let server: Server;
  const origin = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer(({ url = '', headers }, response) => {
      asked.push(url);
      if (url.startsWith('/token')) return response.end(JSON.stringify({ token: 'anonymous' }));
      if (headers.authorization !== 'Bearer anonymous') {
        const challenge = `Bearer realm="http://${origin()}/token",service="registry",scope="repository:charts/app:pull"`;
        return response.writeHead(401, { 'www-authenticate': challenge }).end();
      }
      if (url.includes('last=')) return response.end(JSON.stringify({ name: 'charts/app', tags: ['1.2.0_build.1'] }));
      const link = '</v2/charts/app/tags/list?n=1000&last=1.1.0>; rel="next"';
      response.writeHead(200, { link }).end(JSON.stringify({ name: 'charts/app', tags: ['1.0.0', '1.1.0'] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  test('lists its tags page by page, with the token that it asks for', async () => {
    const versions = await availableVersions(fromOci(`oci://${origin()}/charts/app`, '1.0.0'));
    expect(versions).toEqual([{ version: '1.0.0' }, { version: '1.1.0' }, { version: '1.2.0+build.1' }]);
    expect(asked.find((url) => url.startsWith('/token'))).toBe('/token?service=registry&scope=repository%3Acharts%2Fapp%3Apull');
  });

  test('that cannot be reached is an error in one line', async () => {
    await expect(availableVersions(fromOci('oci://127.0.0.1:1/charts/app', '1.0.0'))).rejects.toThrow(
      /^127\.0\.0\.1:1 cannot be reached: bad port\.$/,
    );
  });
});
