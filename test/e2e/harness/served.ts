import type { Kubectl } from './kubectl';
import { until } from './until';

/** Waits until the kinds of those CRDs are served, which takes a moment after the CRDs were accepted. */
export async function served(kubectl: Kubectl, ...names: readonly string[]): Promise<void> {
  const all = names.join(',');
  await until(`${all} are served`, async () => (await kubectl.run(['get', all, '--all-namespaces'])).code === 0);
}
