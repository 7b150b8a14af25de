import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Git's own server, `git http-backend`, behind HTTP on the loopback address. */
export class GitServer {
  private constructor(
    private readonly server: Server,
    private readonly folder: string,
  ) {}

  static async start(directory: string): Promise<GitServer> {
    const folder = join(directory, 'git');
    mkdirSync(folder, { recursive: true });
    const server = createServer((request, response) => serve(folder, request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new GitServer(server, folder);
  }

  urlOf(repository: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/${repository}.git`;
  }

  /** Makes the content of a folder the next commit of the branch main; returns the commit's hash. A tag that exists is moved. */
  commit(repository: string, content: string, tag?: string): string {
    const gitDirectory = join(this.folder, `${repository}.git`);
    const environment = { PATH: process.env['PATH'], HOME: this.folder, GIT_CONFIG_NOSYSTEM: '1' };
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.org', ...args], {
        encoding: 'utf8',
        env: { ...environment, GIT_DIR: gitDirectory, GIT_WORK_TREE: content },
      }).trim();
    if (!existsSync(gitDirectory))
      execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', gitDirectory], { env: environment });
    git('add', '--all', '--force');
    git('commit', '--quiet', '--allow-empty', '--message=change');
    if (tag !== undefined) git('tag', '--force', tag);
    return git('rev-parse', 'HEAD');
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** CGI: https://git-scm.com/docs/git-http-backend */
function serve(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const { 'content-type': type, 'content-encoding': encoding, 'content-length': length, 'git-protocol': protocol } = request.headers;
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: type,
      HTTP_CONTENT_ENCODING: encoding,
      CONTENT_LENGTH: length,
      GIT_PROTOCOL: String(protocol ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin).on('error', () => undefined);
  const parts: Buffer[] = [];
  backend.stdout.on('data', (part: Buffer) => parts.push(part));
  backend.once('close', () => {
    const answer = Buffer.concat(parts);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(': ', 2) as [string, string]);
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200';
    for (const [name, value] of headers) if (name !== 'Status') response.setHeader(name, value);
    response.writeHead(Number.parseInt(status, 10)).end(answer.subarray(end + 4));
  });
}
