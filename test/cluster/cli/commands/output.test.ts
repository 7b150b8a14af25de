import { EventEmitter } from 'node:events';
import { exitOnBrokenPipe } from '../../../../cluster/cli/commands/output';
import { runDeploy } from '../../../../cluster/cli/commands/run-deploy';
import { runDestroy } from '../../../../cluster/cli/commands/run-destroy';
import { runDiff } from '../../../../cluster/cli/commands/run-diff';
import { runStatus } from '../../../../cluster/cli/commands/run-status';
import type { Command } from '../../../../cluster/cli/help';
import { distOf, manifest } from '../../support/objects';
import { sessionOn, type TestSession } from '../../support/session';
import { ran, written } from './support';

const RUNS = { deploy: runDeploy, diff: runDiff, status: runStatus, destroy: runDestroy };
const COMMANDS = Object.entries(RUNS) as [Command, typeof runDeploy][];
const ONE = manifest('v1 ConfigMap cvat/one');
const DIST = distOf({ '10-one': [ONE] });
const WHERE = '  context here, server https://127.0.0.1:6443\n';

let session: TestSession;
beforeEach(() => {
  session = sessionOn();
  session.cluster.put(ONE);
});

/** As if stdin were a terminal. */
function atTerminal(): () => void {
  const before = process.stdin.isTTY;
  process.stdin.isTTY = true;
  return () => (process.stdin.isTTY = before);
}

test.each(COMMANDS)('%s prints the context and server', async (name, command) => {
  const { out, errors } = await ran(name, command, session, DIST);
  // stdout of diff is a diff.
  expect(name === 'diff' ? errors : out).toContain(WHERE);
  expect(name === 'diff' ? out : errors).not.toContain('context');
});

test('a dry run prints the context and server', async () => {
  expect((await ran('deploy', runDeploy, session, DIST, '--dry-run')).out).toContain(WHERE);
});

test('a deploy that fails before the confirmation has printed the context and server', async () => {
  jest.spyOn(session.cluster, 'isAllowed').mockResolvedValue(false);
  await expect(ran('deploy', runDeploy, session, DIST)).rejects.toThrow('RBAC denies');
  expect(written.out).toContain(WHERE);
});

test.each(COMMANDS)('%s prints no context with --output json', async (name, command) => {
  const { out, errors } = await ran(name, command, session, DIST, '--output', 'json');
  expect(out + errors).not.toContain('context');
});

test.each(COMMANDS.filter(([name]) => name === 'deploy' || name === 'destroy'))(
  '%s at a terminal requires --yes with --output json',
  async (name, command) => {
    const leave = atTerminal();
    try {
      await expect(ran(name, command, session, DIST, '--output', 'json')).rejects.toMatchObject({
        exitCode: 2,
        message: `--yes: must be given with --output json at a terminal. Run: npm run ${name} -- --output json --yes`,
      });
      expect(session.cluster.writes).toEqual([]);
      expect((await ran(name, command, session, DIST, '--output', 'json', '--yes')).code).toBe(0);
    } finally {
      leave();
    }
  },
);

test('a dry run with --output json requires no --yes', async () => {
  const leave = atTerminal();
  try {
    expect((await ran('deploy', runDeploy, session, DIST, '--output', 'json', '--dry-run')).code).toBe(0);
  } finally {
    leave();
  }
});

test('exits quietly with 141 when the reader of a pipe has closed it', () => {
  const stream = new EventEmitter();
  const codes: number[] = [];
  exitOnBrokenPipe(stream, (code) => codes.push(code));
  stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  expect(codes).toEqual([141]);
});

test('throws other errors of an output stream', () => {
  const stream = new EventEmitter();
  exitOnBrokenPipe(stream, () => undefined);
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  expect(() => stream.emit('error', full)).toThrow(full);
});
