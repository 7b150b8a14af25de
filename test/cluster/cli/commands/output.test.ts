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

/** As if a person sat there. */
function atTerminal(): () => void {
  const before = process.stdin.isTTY;
  process.stdin.isTTY = true;
  return () => (process.stdin.isTTY = before);
}

test.each(COMMANDS)('%s says to which cluster it talks', async (name, command) => {
  const { out, errors } = await ran(name, command, session, DIST);
  // What diff writes may be kept as a diff.
  expect(name === 'diff' ? errors : out).toContain(WHERE);
  expect(name === 'diff' ? out : errors).not.toContain('context');
});

test('a dry run says so, too', async () => {
  expect((await ran('deploy', runDeploy, session, DIST, '--dry-run')).out).toContain(WHERE);
});

test('a deploy that fails before it asks has said so', async () => {
  jest.spyOn(session.cluster, 'isAllowed').mockResolvedValue(false);
  await expect(ran('deploy', runDeploy, session, DIST)).rejects.toThrow('RBAC denies');
  expect(written.out).toContain(WHERE);
});

test.each(COMMANDS)('%s does not say it to a machine', async (name, command) => {
  const { out, errors } = await ran(name, command, session, DIST, '--output', 'json');
  expect(out + errors).not.toContain('context');
});

test.each(COMMANDS.filter(([name]) => name === 'deploy' || name === 'destroy'))(
  '%s at a terminal writes JSON only when it is told that nobody need be asked',
  async (name, command) => {
    const leave = atTerminal();
    try {
      await expect(ran(name, command, session, DIST, '--output', 'json')).rejects.toMatchObject({
        exitCode: 2,
        message: `With --output json nobody is asked whether to go on. At a terminal, say so: npm run ${name} -- --output json --yes`,
      });
      expect(session.cluster.writes).toEqual([]);
      expect((await ran(name, command, session, DIST, '--output', 'json', '--yes')).code).toBe(0);
    } finally {
      leave();
    }
  },
);

test('a dry run as JSON writes nothing, and asks for nothing', async () => {
  const leave = atTerminal();
  try {
    expect((await ran('deploy', runDeploy, session, DIST, '--output', 'json', '--dry-run')).code).toBe(0);
  } finally {
    leave();
  }
});
