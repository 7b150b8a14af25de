import type { Finding } from '../../manifests/finding';

/** What git accepts in the name of a branch or tag. https://git-scm.com/docs/git-check-ref-format */
const REFERENCE = /^(?![-/.])(?!.*(\.\.|\/\/|\/\.|@\{|\.lock(\/|$)))[^\s~^:?*[\\\p{Cc}]+(?<![/.])$/u;

/** The name of a branch or tag, without `refs/heads/` or `refs/tags/`: controllers put these in front. */
export function gitReference(kind: 'branch' | 'tag', value: unknown): Finding | undefined {
  const name = typeof value === 'string' ? value : '';
  const better = name.trim().replace(/^refs\/(heads|tags)\//, '');
  if (name === better && isReference(name)) return undefined;
  const remedy = isReference(better) ? `Did you mean "${better}"?` : `Use a name such as "${kind === 'branch' ? 'main' : 'v1.2.3'}".`;
  return { message: `must be the name of a ${kind}; got "${String(value)}".`, remedy };
}

function isReference(name: string): boolean {
  return REFERENCE.test(name) && name !== 'HEAD' && name !== '@';
}

/** A folder of a repository, relative to its root. */
export function repositoryFolder(value: unknown): Finding | undefined {
  const path = typeof value === 'string' ? value : '';
  if (path !== '' && !/^[/\\]/.test(path) && !path.split(/[/\\]/).includes('..')) return undefined;
  const better = path.replace(/^\/+/, '');
  const remedy =
    better !== '' && !better.includes('..') ? `Did you mean "${better}"?` : 'Use a folder such as "charts/thing", or "." for the root.';
  return { message: `must be a folder of the repository, relative to its root; got "${String(value)}".`, remedy };
}
