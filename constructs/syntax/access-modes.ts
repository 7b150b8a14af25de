import type { Finding } from '../../manifests/finding';

const ACCESS_MODES = ['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany', 'ReadWriteOncePod'];

/** The access modes of a claim. https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes */
export function accessModes(modes: readonly string[] | undefined): Finding | undefined {
  const wrong = modes?.filter((mode) => !ACCESS_MODES.includes(mode)) ?? [];
  if (wrong.length === 0) return undefined;
  return {
    message: `must be ${ACCESS_MODES.join(', ')}; got ${wrong.map((mode) => `"${mode}"`).join(', ')}.`,
    remedy: 'Use "ReadWriteOnce".',
  };
}
