import type { Dist } from '../dist';

/** A command to copy from a message: with the same folder and context as the command that printed it. */
export function commandLine(
  command: 'deploy' | 'destroy',
  { folder }: Pick<Dist, 'folder'>,
  context: string | undefined,
  ...words: readonly string[]
): string {
  const all = [...(folder === 'dist' ? [] : [folder]), ...(context === undefined ? [] : ['--context', context]), ...words];
  // npm passes words on as they are; only options need the --.
  const dashes = all.some((word) => word.startsWith('-')) ? ['--'] : [];
  return ['npm run', command, ...dashes, ...all].join(' ');
}
