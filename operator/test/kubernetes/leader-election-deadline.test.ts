import type { ApiClient } from '../../src/kubernetes/api-client';
import { LeaderElection } from '../../src/kubernetes/leader-election';
import { FakeClock } from '../fake-clock';

/** An API server with one Lease, whose answers take this time. */
function slowApiServer(clock: FakeClock): { client: ApiClient; slowness: number; isDown: boolean } {
  let lease: { metadata: object; spec: object } | undefined;
  let version = 0;
  const server = {
    slowness: 0,
    isDown: false,
    client: {
      request: async ({ method = 'GET', body }: { method?: string; body?: { metadata: object; spec: object } }) => {
        if (server.slowness > 0) await new Promise<void>((resolve) => clock.after(server.slowness, resolve));
        if (server.isDown) throw new Error('unavailable');
        if (method !== 'GET' && body) lease = { ...body, metadata: { ...body.metadata, resourceVersion: String(++version) } };
        return lease ?? { metadata: { name: 'l', namespace: 'n' }, spec: {} };
      },
    } as unknown as ApiClient,
  };
  return server;
}

test('leads for ten seconds from the start of the last renewal, not from its end', async () => {
  const clock = new FakeClock();
  const server = slowApiServer(clock);
  const ending = new AbortController();
  const election = new LeaderElection({
    client: server.client,
    namespace: 'n',
    name: 'l',
    identity: 'one',
    clock,
    failed: () => undefined,
  });
  expect(await election.acquire(ending.signal)).toBe(true);
  let holds = true;
  void election.hold(ending.signal).then(() => (holds = false));

  // The renewal starts after 2 seconds, and its two requests end after 8. Others count from what they have seen of it, at the earliest its start.
  server.slowness = 3000;
  await clock.pass(8000);
  [server.slowness, server.isDown] = [0, true];
  await clock.pass(3900);
  expect(holds).toBe(true);
  await clock.pass(200);
  expect(holds).toBe(false);
  ending.abort();
});
