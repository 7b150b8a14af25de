import type { Dist } from '../dist';

/** A command for a person to copy: it goes on with the same folder on the same cluster. */
export function commandLine(
  command: 'deploy' | 'destroy',
  { folder }: Pick<Dist, 'folder'>,
  context: string | undefined,
  ...words: readonly string[]
): string {
  const all = [...(folder === 'dist' ? [] : [folder]), ...(context === undefined ? [] : ['--context', context]), ...words];
  // Without a flag among them, npm passes the words on as they are.
  const dashes = all.some((word) => word.startsWith('-')) ? ['--'] : [];
  return ['npm run', command, ...dashes, ...all].join(' ');
}
