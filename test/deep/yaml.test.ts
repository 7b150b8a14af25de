import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { toYaml, toYamlDocuments } from '../../manifests/yaml';
import { findControlPlane } from '../../scripts/control-plane';
import { asJson, examples, scalar, structure, text } from './values';

const run = promisify(execFile);
const COUNT = 5000;

/** Values by what is generated: 5,000 of each. Keys are those of one map with a value each. */
const GENERATED: Readonly<Record<string, readonly unknown[]>> = {
  scalars: examples(scalar, COUNT),
  keys: examples(text, COUNT)
    .filter((key) => key !== '__proto__')
    .map((key) => ({ [key]: 'value' })),
  structures: examples(structure, COUNT),
  'texts with YAML in them': examples(structure, COUNT).map((value) => toYaml({ value })),
};

let folder: string;
let programs: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'yaml-'));
  programs = findControlPlane();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The values that were not read as they were meant, each with its YAML. None is right. */
function differences(meant: readonly unknown[], read: readonly unknown[]): object[] {
  const pairs = meant.map((value, index) => ({ meant: asJson(value), read: read[index], yaml: toYaml({ value }) }));
  return [
    ...(meant.length === read.length ? [] : [{ meant: meant.length, read: read.length }]),
    ...pairs.filter((pair) => JSON.stringify(sorted(pair.meant)) !== JSON.stringify(sorted(pair.read))),
  ].slice(0, 5);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as object)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, below]) => [key, sorted(below)]),
  );
}

describe('kubectl', () => {
  let server: Server;

  /** kubectl asks which kinds there are, also for a dry run on the client. */
  beforeAll(async () => {
    const resource = { name: 'examples', singularName: 'example', namespaced: true, kind: 'Example', verbs: ['create'] };
    const answers: Readonly<Record<string, object>> = {
      '/api': { kind: 'APIVersions', versions: [] },
      '/apis': {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: [{ name: 'example.org', versions: [{ groupVersion: 'example.org/v1', version: 'v1' }] }],
      },
      '/apis/example.org/v1': { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'example.org/v1', resources: [resource] },
    };
    server = createServer(({ url = '' }, response) => {
      const answer = answers[url.replace(/\?.*/, '')];
      response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  /** The objects of a file, as kubectl reads them. */
  async function read(file: string): Promise<unknown[]> {
    const { port } = server.address() as AddressInfo;
    const connection = ['--server', `http://127.0.0.1:${port}`, '--cache-dir', join(folder, 'cache')];
    const { stdout } = await run(
      join(programs, 'kubectl'),
      [...connection, 'create', '--dry-run=client', '--validate=false', '-o', 'json', '-f', file],
      { env: { HOME: folder, KUBECONFIG: '/dev/null' }, maxBuffer: 1 << 30 },
    );
    return stdout.split(/(?<=^\})\n(?=\{)/m).map((object) => JSON.parse(object) as unknown);
  }

  test.each(Object.entries(GENERATED))('reads %s as they were meant', async (name, values) => {
    const chunks = Array.from({ length: Math.ceil(values.length / 100) }, (_, index) => values.slice(index * 100, (index + 1) * 100));
    const objects = chunks.map((items, index) => ({
      apiVersion: 'example.org/v1',
      kind: 'Example',
      metadata: { name: `${index}`, namespace: 'default' },
      spec: { items },
    }));
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, toYamlDocuments(objects));
    const found = (await read(file)) as { spec: { items: unknown[] } }[];
    expect(
      differences(
        values,
        found.flatMap(({ spec }) => spec.items),
      ),
    ).toEqual([]);
  });
});

describe('Helm', () => {
  beforeAll(() => {
    const chart = join(folder, 'chart');
    mkdirSync(join(chart, 'templates'), { recursive: true });
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: chart\nversion: 1.0.0\n');
    writeFileSync(
      join(chart, 'templates', 'values.yaml'),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: values }\ndata: { items: {{ .Values.items | toJson | b64enc }} }\n',
    );
  });

  test.each(Object.entries(GENERATED))('reads %s as they were meant', async (name, values) => {
    const file = join(folder, `${name}.values.yaml`);
    writeFileSync(file, toYaml({ items: values }));
    const { stdout } = await run(join(programs, 'helm'), ['template', 'release', join(folder, 'chart'), '--values', file], {
      env: { HOME: folder },
      maxBuffer: 1 << 30,
    });
    const { data } = parse(stdout) as { data: { items: string } };
    expect(differences(values, JSON.parse(Buffer.from(data.items, 'base64').toString('utf8')) as unknown[])).toEqual([]);
  });
});
