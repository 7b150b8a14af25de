import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installationOf, normalizeRemote } from '../../../cluster/cli/installation';

test.each([
  'git@github.com:acme/platform.git',
  'https://github.com/acme/platform',
  'https://x-access-token:secret@github.com/acme/platform.git/',
  'ssh://git@github.com:22/Acme/platform.git',
])('identifies the repository of %s by any protocol, without credentials', (url) => {
  expect(normalizeRemote(url)).toBe('github.com/acme/platform');
});

test('is undefined in a folder without a git remote', async () => {
  expect(await installationOf(mkdtempSync(join(tmpdir(), 'no-repository-')))).toBeUndefined();
});

/** Only root can make a repository that another user owns. */
(process.getuid?.() === 0 ? test : test.skip)('reads the remote of a repository that another user owns', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'repository-'));
  try {
    execFileSync('git', ['init', '--quiet', folder]);
    execFileSync('git', ['-C', folder, 'remote', 'add', 'origin', 'https://github.com/acme/platform']);
    execFileSync('chown', ['--recursive', '54321:54321', folder]);
    expect(await installationOf(folder)).toBe('github.com/acme/platform');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
