import { GUARD_FINALIZER, GUARD_NAME, isGuarded } from '../../manifests/data-protection/guarded';
import { formatKey, keyOf, type Manifest } from '../../manifests/manifest';
import { ApiError } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { LiveObject } from '../objects/live-object';
import { pollUntil, type Session } from '../session';
import type { Unready } from './wait-until-ready';

/** A policy takes effect up to a second after its binding is stored. On a busy API server it takes longer. */
const IN_FORCE_MILLISECONDS = 30_000;

/** Whether an object is a policy or binding of data protection, by its finalizer. */
export function isDataProtection({ metadata }: Manifest): boolean {
  return metadata.finalizers?.includes(GUARD_FINALIZER) === true;
}

/** Removes the finalizer that keeps a policy or binding in force while it is being deleted. */
export async function releaseGuard(cluster: Cluster, live: LiveObject): Promise<void> {
  if (!isDataProtection(live)) return;
  const finalizers = live.metadata.finalizers?.filter((name) => name !== GUARD_FINALIZER);
  await cluster.patch(keyOf(live), { metadata: { finalizers } });
}

/** Whether the API server's refusal is data protection's. */
export function isGuardRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.message.includes(GUARD_NAME);
}

/**
 * Verifies that data protection is in force, with the first stage that has something to protect: a dry-run delete of it must be refused.
 * Secrets are protected by a policy of their own.
 */
export class GuardCheck {
  private readonly verified = new Set<boolean>();

  constructor(
    private readonly session: Session,
    /** Everything in dist. */
    private readonly manifests: readonly Manifest[],
  ) {}

  /** What is not protected of the objects of a stage that has become ready. */
  async verify(stage: string, objects: readonly Manifest[]): Promise<Unready[]> {
    if (!this.manifests.some(isDataProtection)) return [];
    for (const isSecret of [false, true]) {
      const object = objects.filter(isGuarded).find(({ kind }) => (kind === 'Secret') === isSecret);
      if (!object || this.verified.has(isSecret)) continue;
      const unready = await this.probe(stage, object);
      if (unready) return [unready];
      this.verified.add(isSecret);
    }
    return [];
  }

  private async probe(stage: string, object: Manifest): Promise<Unready | undefined> {
    const { session } = this;
    const key = keyOf(object);
    const deadline = session.clock.now() + IN_FORCE_MILLISECONDS;
    const refused = await pollUntil(session, deadline, async () => {
      try {
        await session.cluster.delete(key, { dryRun: true });
        return undefined;
      } catch (error) {
        if (isGuardRefusal(error)) return true;
        if (!(error instanceof ApiError) || error.code !== 403) throw error;
        // Without the right to delete it, nothing can be said.
        session.reporter.line({
          type: 'note',
          stage,
          message: `data protection was not verified: you are not allowed to delete ${formatKey(key)}`,
        });
        return true;
      }
    });
    if (refused) return undefined;
    const reason = `${formatKey(key)} could be deleted. Check the policy: kubectl get validatingadmissionpolicy,validatingadmissionpolicybinding`;
    return { object: `ValidatingAdmissionPolicy ${GUARD_NAME}`, state: 'failed', reason: `is not in force: ${reason}` };
  }
}
