import { HOLDS_DATA_ANNOTATION } from '../../manifests/contract';
import { CRD_GUARD_NAME, GUARD_FINALIZER, GUARD_NAME, isGuarded, isPostgresOperatorCrd } from '../../manifests/data-protection/guarded';
import { POSTGRES_CLUSTER } from '../../manifests/data-protection/update-rules';
import { formatKey, groupKindOf, keyOf, type Manifest, type ObjectKey } from '../../manifests/manifest';
import { ApiError } from '../api/api-error';
import type { Cluster } from '../api/cluster';
import type { LiveObject } from '../objects/live-object';
import { pollUntil, type Session } from '../session';
import { isMarked } from './apply';
import type { Expected, Unready } from './wait-until-ready';

/** A policy takes effect up to a second after its binding is stored. On a busy API server it takes longer. */
const IN_FORCE_MILLISECONDS = 30_000;

/** Whether an object is a policy or binding that protects data, by its finalizer. */
export function isDataProtection({ metadata }: Manifest): boolean {
  return metadata.finalizers?.includes(GUARD_FINALIZER) === true;
}

/** Removes the finalizer that keeps a policy or binding in force while it is being deleted. */
export async function releaseGuard(cluster: Cluster, live: LiveObject): Promise<void> {
  if (!isDataProtection(live)) return;
  const finalizers = live.metadata.finalizers?.filter((name) => name !== GUARD_FINALIZER);
  await cluster.patch(keyOf(live), { metadata: { finalizers } });
}

/** Whether the API server's refusal is that of a policy that protects data. */
export function isGuardRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && [GUARD_NAME, CRD_GUARD_NAME].some((name) => error.message.includes(name));
}

/** A dry run of a request that a policy must refuse. Each policy has one. */
interface Probe {
  readonly policy: string;
  readonly covers: (object: Manifest) => boolean;
  readonly request: (cluster: Cluster, key: ObjectKey) => Promise<unknown>;
  /** What was possible when the request is not refused. */
  readonly lost: string;
  /** The right without which the request says nothing about data protection. */
  readonly verb: string;
}

const isSecret = (object: Manifest): boolean => groupKindOf(object) === 'Secret';
const tryDelete: Pick<Probe, 'request' | 'lost' | 'verb'> = {
  request: (cluster, key) => cluster.delete(key, { dryRun: true }),
  lost: 'could be deleted',
  verb: 'delete',
};

const PROBES: readonly Probe[] = [
  { policy: CRD_GUARD_NAME, covers: isPostgresOperatorCrd, ...tryDelete },
  // With both policies, the refusal to delete a CRD can be that of the other one.
  { policy: GUARD_NAME, covers: (object) => !isSecret(object) && !isPostgresOperatorCrd(object), ...tryDelete },
  { policy: `passwords.${GUARD_NAME}`, covers: isSecret, ...tryDelete },
  {
    policy: `changes.${GUARD_NAME}`,
    covers: (object) => groupKindOf(object) === POSTGRES_CLUSTER,
    request: (cluster, key) => cluster.patch(key, { metadata: { annotations: { [HOLDS_DATA_ANNOTATION]: null } } }, { dryRun: true }),
    lost: 'could be changed so that data is lost',
    verb: 'patch',
  },
];

/** Verifies that each policy that protects data is in force, with the first stage that has something for it to protect. */
export class GuardCheck {
  private readonly verified = new Set<Probe>();

  private readonly policies: ReadonlySet<string>;

  /** @param manifests everything in dist */
  constructor(
    private readonly session: Session,
    manifests: readonly Manifest[],
  ) {
    this.policies = new Set(manifests.filter(isDataProtection).map(({ metadata }) => metadata.name));
  }

  /** What is not protected of the objects of a stage that has become ready. A mark allows what a probe does, so marked objects are left out. */
  async verify(stage: string, objects: readonly Pick<Expected, 'manifest' | 'object'>[]): Promise<Unready[]> {
    const guarded = objects.filter(({ manifest, object }) => isGuarded(manifest) && !isMarked(object)).map(({ manifest }) => manifest);
    for (const probe of PROBES) {
      const object = guarded.find(probe.covers);
      if (!object || this.verified.has(probe) || !this.policies.has(probe.policy)) continue;
      const unready = await this.run(probe, stage, object);
      if (unready) return [unready];
      this.verified.add(probe);
    }
    return [];
  }

  private async run({ policy, request, lost, verb }: Probe, stage: string, object: Manifest): Promise<Unready | undefined> {
    const { session } = this;
    const key = keyOf(object);
    const deadline = session.clock.now() + IN_FORCE_MILLISECONDS;
    const refused = await pollUntil(session, deadline, async () => {
      try {
        await request(session.cluster, key);
        return undefined;
      } catch (error) {
        if (isGuardRefusal(error)) return true;
        if (!(error instanceof ApiError) || error.code !== 403) throw error;
        // Without the right to do it, nothing can be said.
        session.reporter.line({
          type: 'note',
          stage,
          message: `data protection was not verified: you are not allowed to ${verb} ${formatKey(key)}`,
        });
        return true;
      }
    });
    if (refused) return undefined;
    const reason = `${formatKey(key)} ${lost}. Check the policies: kubectl get validatingadmissionpolicy,validatingadmissionpolicybinding`;
    return { object: `ValidatingAdmissionPolicy ${policy}`, state: 'failed', reason: `is not in force: ${reason}` };
  }
}
