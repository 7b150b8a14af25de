import type { ServerResponse } from 'node:http';
import { type Kept, Informer } from '../../src/kubernetes/informer';
import { systemTime } from '../../src/queue/time-source';
import { eventually, FakeApiServer } from './fake-api-server';

interface Manifest {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly size?: number;
}

interface Item extends Kept {
  readonly size?: number;
}

/** Collections that are listed in pages and watched, as an API server has them. */
class Collection {
  readonly objects = new Map<string, Manifest>();
  version = 100;
  watches: ServerResponse[] = [];
  lists = 0;
  pages = 0;
  refusal: { readonly status: number; readonly json: unknown } | undefined;

  constructor(server: FakeApiServer) {
    server.handler = ({ query }, response) => {
      if (this.refusal) return this.refusal;
      if (query.get('watch') === 'true') {
        response.writeHead(200).flushHeaders();
        this.watches.push(response);
        return undefined;
      }
      const limit = Number(query.get('limit'));
      const from = Number(query.get('continue') ?? 0);
      this.pages++;
      if (from === 0) this.lists++;
      const all = [...this.objects.values()];
      const next = from + limit < all.length ? String(from + limit) : '';
      return { json: { metadata: { resourceVersion: String(this.version), continue: next }, items: all.slice(from, from + limit) } };
    };
  }

  put(name: string, size?: number): void {
    this.objects.set(name, { metadata: { name, resourceVersion: String(++this.version) }, ...(size !== undefined && { size }) });
  }

  send(type: string, object: unknown): void {
    this.watches.at(-1)?.write(`${JSON.stringify({ type, object })}\n`);
  }
}

let server: FakeApiServer;
let collection: Collection;
let ending: AbortController;
let known: Map<string, Item>;
let failures: string[];
let changes: string[];

beforeEach(async () => {
  server = await FakeApiServer.start();
  collection = new Collection(server);
  ending = new AbortController();
  known = new Map();
  [failures, changes] = [[], []];
});

afterEach(async () => {
  ending.abort();
  await server.stop();
});

function run({ relistSeconds = 600, silenceSeconds = 60 } = {}): Informer<Manifest, Item> {
  const informer = new Informer<Manifest, Item>({
    client: server.client(),
    path: '/things',
    keep: ({ metadata, size }) => ({ ...metadata, ...(size !== undefined && { size }) }),
    known: (name) => known.get(name),
    names: () => known.keys(),
    changed: (item) => {
      changes.push(`${item.name} ${item.resourceVersion}`);
      known.set(item.name, item);
    },
    removed: (name) => known.delete(name),
    listed: () => undefined,
    failed: (what, error) => failures.push(`${what}: ${String(error)}`),
    clock: systemTime,
    random: () => 0,
    relistSeconds,
    silenceSeconds,
  });
  void informer.run(ending.signal);
  return informer;
}

test('everything is listed in pages of 500, and then watched from there', async () => {
  for (let index = 0; index < 1234; index++) collection.put(`thing-${index}`);
  const informer = run();
  await eventually(() => collection.watches.length === 1);
  expect([known.size, collection.pages, informer.complete]).toEqual([1234, 3, true]);
  const watch = server.asked.at(-1)?.query;
  expect(watch?.get('resourceVersion')).toBe(String(collection.version));
  expect(watch?.get('allowWatchBookmarks')).toBe('true');
});

test('what the watch tells is known', async () => {
  collection.put('old');
  run();
  await eventually(() => collection.watches.length === 1);
  collection.send('ADDED', { metadata: { name: 'new', resourceVersion: '200' } });
  collection.send('MODIFIED', { metadata: { name: 'new', resourceVersion: '201' }, size: 5 });
  collection.send('DELETED', { metadata: { name: 'old', resourceVersion: '202' } });
  await eventually(() => known.size === 1 && known.get('new')?.size === 5);
});

test('an event that is older than what is known is no news', async () => {
  run();
  await eventually(() => collection.watches.length === 1);
  known.set('own', { name: 'own', resourceVersion: '300' });
  collection.send('MODIFIED', { metadata: { name: 'own', resourceVersion: '299' } });
  collection.send('MODIFIED', { metadata: { name: 'own', resourceVersion: '300' } });
  collection.send('MODIFIED', { metadata: { name: 'own', resourceVersion: '1000' } });
  await eventually(() => changes.length > 0);
  expect(changes).toEqual(['own 1000']);
});

test('a watch that breaks is taken up where it was, without another list', async () => {
  run();
  await eventually(() => collection.watches.length === 1);
  const events = [
    { type: 'ADDED', object: { metadata: { name: 'new', resourceVersion: '200' } } },
    { type: 'BOOKMARK', object: { metadata: { resourceVersion: '555' } } },
  ];
  // In one write: when the first was read, so was the second.
  collection.watches.at(-1)?.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  await eventually(() => known.has('new'));
  server.cut();
  await eventually(() => collection.watches.length === 2);
  expect(server.asked.at(-1)?.query.get('resourceVersion')).toBe('555');
  expect(collection.lists).toBe(1);
  expect(failures).toHaveLength(1);
});

test('a watch that is silent for too long is replaced', async () => {
  run({ silenceSeconds: 0.1 });
  await eventually(() => collection.watches.length >= 2);
  expect(failures[0]).toContain('nothing was heard for 0.1 s');
});

test.each([
  [
    'by its answer',
    () => {
      collection.refusal = { status: 410, json: { code: 410, reason: 'Expired', message: 'too old' } };
      server.cut();
    },
  ],
  ['by an event', () => collection.send('ERROR', { code: 410, message: 'too old' })],
])(
  'a watch whose version has expired, as is said %s, begins with a new list, which shows what was deleted meanwhile',
  async (_, expire) => {
    collection.put('gone');
    run();
    await eventually(() => collection.watches.length === 1);
    collection.objects.clear();
    expire();
    await eventually(() => failures.some((failure) => failure.includes('too old')));
    collection.refusal = undefined;
    await eventually(() => collection.lists === 2);
    await eventually(() => known.size === 0);
  },
);

test('all objects are listed again in intervals, also while the watch works', async () => {
  run({ relistSeconds: 0.2 });
  await eventually(() => collection.watches.length === 1);
  collection.put('missed');
  collection.watches.at(-1)?.end();
  await eventually(() => known.has('missed'));
  expect(failures).toEqual([]);
});

test('an API server that is down is asked again, less and less often', async () => {
  collection.refusal = { status: 503, json: { message: 'not ready' } };
  collection.put('thing');
  const informer = run();
  await eventually(() => failures.length >= 2);
  expect(informer.complete).toBe(false);
  expect(server.asked.length).toBeLessThan(5);
  collection.refusal = undefined;
  await eventually(() => known.has('thing'));
});

test('it ends with the signal', async () => {
  run();
  await eventually(() => collection.watches.length === 1);
  ending.abort();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(collection.watches).toHaveLength(1);
  expect(failures).toEqual([]);
});
