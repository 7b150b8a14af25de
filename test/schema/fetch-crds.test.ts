import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { sha256 } from '../../manifests/sha256';
import { CrdProblem, type CrdSource, crdSources, findCrds } from '../../scripts/crd-sources';
import { fetchCrds } from '../../scripts/fetch-crds';
import { describeWithUpstream } from './schemas';

const WIDGET = 'kind: Widget\n';
const sourceOf = (name: string): CrdSource => ({
  file: `widgets-v1.0.0/${name}.yaml`,
  repository: 'example/widgets',
  tag: 'v1.0.0',
  path: `crds/${name}.yaml`,
  sha256: sha256(WIDGET),
});
const sources = [sourceOf('one'), sourceOf('two')];

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fetch-crds-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('Fetching the CRDs of other projects', () => {
  let server: Server;
  let origin: string;
  let requests: string[];
  let answer: RequestListener;

  beforeEach(async () => {
    requests = [];
    answer = (_, response) => response.end(WIDGET);
    server = createServer((request, response) => {
      requests.push(request.url ?? '');
      answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const files = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\./.test(file.split('/')[1] ?? ''));

  /** The message of the problem that it ends with. */
  const problem = async (): Promise<string> => {
    const error: unknown = await fetchCrds({ folder, origin, sources }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CrdProblem);
    return (error as CrdProblem).message;
  };

  it('asks for each file at its repository, tag and path, and puts it where the table says', async () => {
    const lines: string[] = [];
    await fetchCrds({ folder, origin, sources, report: (line) => lines.push(line) });
    expect(requests).toEqual(['/example/widgets/v1.0.0/crds/one.yaml', '/example/widgets/v1.0.0/crds/two.yaml']);
    expect(sources.map(({ file }) => readFileSync(join(folder, file), 'utf8'))).toEqual([WIDGET, WIDGET]);
    expect(lines).toEqual(['[1/2] widgets-v1.0.0/one.yaml  1 KiB', '[2/2] widgets-v1.0.0/two.yaml  1 KiB']);
  });

  it('asks for nothing that is there and right', async () => {
    await fetchCrds({ folder, origin, sources });
    const lines: string[] = [];
    await fetchCrds({ folder, origin, sources, report: (line) => lines.push(line) });
    expect(requests).toHaveLength(2);
    expect(lines).toEqual(['[1/2] widgets-v1.0.0/one.yaml  is there', '[2/2] widgets-v1.0.0/two.yaml  is there']);
  });

  it('replaces a file that is not what it should be', async () => {
    const [first] = sources.map(({ file }) => join(folder, file));
    mkdirSync(dirname(first ?? ''));
    writeFileSync(first ?? '', 'half a fi');
    await fetchCrds({ folder, origin, sources });
    expect(readFileSync(first ?? '', 'utf8')).toBe(WIDGET);
  });

  it('keeps nothing that has another checksum, and says what may be the matter', async () => {
    answer = (_, response) => response.end('<html>Log in to this network</html>');
    expect(await problem()).toMatch(/one\.yaml is not what was released: its SHA-256 is .* should be .*proxy.*CRDS_DIR/s);
    expect(files()).toEqual([]);
  });

  it('says what a server answered that does not have the file', async () => {
    answer = (_, response) => response.writeHead(404).end();
    expect(await problem()).toBe(
      `${origin}/example/widgets/v1.0.0/crds/one.yaml was answered with 404 Not Found.\n` +
        'Try again when GitHub can be reached, or set CRDS_DIR to a folder that has them.',
    );
  });

  it('says why, when there is no server', async () => {
    await new Promise((closed) => server.close(closed));
    server.closeAllConnections();
    expect(await problem()).toMatch(/one\.yaml could not be downloaded: ECONNREFUSED\.\nTry again .*CRDS_DIR/s);
    server.listen(0, '127.0.0.1');
  });

  it('keeps what it has, and no half file, when the connection breaks', async () => {
    answer = ({ url }, response) => {
      if (url?.endsWith('one.yaml')) response.end(WIDGET);
      else {
        response.writeHead(200, { 'content-length': WIDGET.length });
        response.write(WIDGET.slice(0, 5), () => response.destroy());
      }
    };
    expect(await problem()).toMatch(/two\.yaml could not be downloaded: /);
    expect(files()).toEqual(['widgets-v1.0.0/one.yaml']);
  });

  it('says so when it may not write there', async () => {
    writeFileSync(join(folder, 'widgets-v1.0.0'), 'a file where a folder should be');
    expect(await problem()).toMatch(/one\.yaml could not be written: .*XDG_CACHE_HOME/s);
  });
});

describe('npm run fetch-crds', () => {
  const run = (...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((done) => {
      const script = resolve(__dirname, '..', '..', 'scripts', 'fetch-crds.ts');
      const environment = { ...process.env, XDG_CACHE_HOME: folder };
      execFile(process.execPath, ['--require', 'tsx/cjs', script, ...options], { env: environment }, (error, stdout, stderr) =>
        done({ code: error ? Number(error.code) : 0, stdout, stderr }),
      );
    });

  it('explains itself', async () => {
    expect(await run('--help')).toEqual({ code: 0, stderr: '', stdout: expect.stringContaining('npm run fetch-crds') as string });
    expect(await run('here')).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining('takes no argument "here"') as string });
  });

  describeWithUpstream('with all of them in the cache', () => {
    it('downloads nothing, and says how they are used', async () => {
      const crds = findCrds();
      if ('missing' in crds) throw new CrdProblem(crds.missing);
      mkdirSync(join(folder, 'third-party-platform'));
      const cache = join(folder, 'third-party-platform', 'crds');
      symlinkSync(resolve(crds.folder), cache);
      const { code, stdout } = await run();
      expect(code).toBe(0);
      expect(stdout.match(/ {2}is there$/gm)).toHaveLength(crdSources.length);
      expect(stdout).toContain(`CRDS_DIR=${cache} npm test`);
      expect(existsSync(cache)).toBe(true);
    });
  });
});
