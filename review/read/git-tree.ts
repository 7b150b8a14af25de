import { execFileSync } from 'node:child_process';
import { ReviewProblem } from '../problem';
import { type Files, isReviewed } from '../tree';

/** dist of PGO's CRDs alone has megabytes. */
const MOST_BYTES = 1024 ** 3;

/** The files of a commit. Only git's objects are read: nothing is checked out. */
export function gitTree(ref: string, root = '.'): Files {
  const commit = commitOf(ref, root);
  const entries = git(['ls-tree', '-r', '-z', commit, '--', 'dist', 'charts'], root).toString('utf8').split('\0').flatMap(parseEntry);
  const files = entries.filter(({ path }) => isReviewed(path));
  if (!files.some(({ path }) => path.startsWith('dist/'))) {
    throw new ReviewProblem(`--base: dist must exist in the ref; got ${ref}, which has none. Use a later commit.`);
  }
  const contents = readBlobs(
    files.map(({ id }) => id),
    root,
  );
  return new Map(files.map(({ path }, index) => [path, contents[index] ?? '']));
}

/** The default base: where this branch left the default branch; the last commit on the default branch itself. */
export function defaultBase(root = '.'): string {
  insideRepository(root);
  const branch = ['origin/HEAD', 'origin/main', 'main', 'origin/master', 'master'].find((name) => resolve(name, root) !== undefined);
  if (branch === undefined) return 'HEAD';
  return attempt(['merge-base', 'HEAD', branch], root) ?? 'HEAD';
}

function commitOf(ref: string, root: string): string {
  insideRepository(root);
  const commit = resolve(ref, root);
  if (commit === undefined) {
    throw new ReviewProblem(
      `--base: must be a commit, branch or tag of this repository; got "${ref}". In a shallow clone, run git fetch --unshallow.`,
    );
  }
  return commit;
}

function insideRepository(root: string): void {
  if (attempt(['rev-parse', '--is-inside-work-tree'], root) !== 'true') {
    throw new ReviewProblem(
      'The folder must be in a git repository: a review compares it with a commit. Run it in a clone of the project.',
    );
  }
}

/** Options end before the ref: a ref that starts with a dash is not an option. */
function resolve(ref: string, root: string): string | undefined {
  return attempt(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], root);
}

interface Entry {
  readonly id: string;
  readonly path: string;
}

/** `100644 blob 1234…\tdist/a.yaml` */
function parseEntry(line: string): Entry[] {
  const [, id, path] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
  return id !== undefined && path !== undefined ? [{ id, path }] : [];
}

/** All blobs by one process. Each is preceded by `<id> blob <bytes>`, and followed by a line break. */
function readBlobs(ids: readonly string[], root: string): string[] {
  if (ids.length === 0) return [];
  const output = git(['cat-file', '--batch'], root, ids.map((id) => `${id}\n`).join(''));
  let offset = 0;
  return ids.map(() => {
    const end = output.indexOf(10, offset);
    const bytes = Number(output.toString('utf8', offset, end).split(' ')[2]);
    const start = end + 1;
    offset = start + bytes + 1;
    return output.toString('utf8', start, start + bytes);
  });
}

function attempt(args: readonly string[], root: string): string | undefined {
  try {
    return git(args, root).toString('utf8').trim();
  } catch (error) {
    if (error instanceof ReviewProblem) throw error;
    return undefined;
  }
}

function git(args: readonly string[], root: string, input?: string): Buffer {
  try {
    return execFileSync('git', args, {
      cwd: root,
      maxBuffer: MOST_BYTES,
      stdio: ['pipe', 'pipe', 'ignore'],
      ...(input !== undefined && { input }),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new ReviewProblem('git must be installed: a review compares dist with a commit. Install git.');
  }
}
