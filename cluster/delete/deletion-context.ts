import { type Contract, contractOf, ENVIRONMENT_LABEL } from '../../manifests/contract';
import { crdsOperatedBy } from '../../manifests/custom-resource-definition';
import { idOf, keyOf, type Manifest } from '../../manifests/manifest';
import { commandLine } from '../cli/command-line';
import type { Dist } from '../dist';
import type { Inventory, Note } from '../inventory';
import type { LiveObject } from '../objects/live-object';
import type { Session } from '../session';
import type { Target } from './target';

/** A target with its manifest and contract. */
type KnownTarget = Target & { readonly manifest: Manifest; readonly contract: Contract };

export interface DeletionContextOptions {
  /** All objects that the environment has or had. */
  readonly targets: readonly Target[];
  readonly inventory: Pick<Inventory, 'noteOf'>;
  readonly deleteData: boolean;
  /** Deletes namespaces of ours also when they contain objects of others. */
  readonly deleteNamespaceContents: boolean;
  readonly dist: Pick<Dist, 'environment' | 'folder'>;
}

/** What the keep rules need to know of a deletion. */
export class DeletionContext {
  /** Ids of objects that are kept. */
  readonly kept = new Set<string>();
  /** Ids of objects that are to be deleted. */
  readonly asked = new Set<string>();
  private readonly knownTargets: ReadonlyMap<string, KnownTarget>;
  readonly makers: readonly KnownTarget[];
  readonly readers: readonly KnownTarget[];
  readonly operators: readonly KnownTarget[];

  constructor(
    readonly session: Session,
    private readonly options: DeletionContextOptions,
  ) {
    const { targets } = options;
    const known = targets.flatMap((target): KnownTarget[] => {
      const { manifest } = target;
      return manifest ? [{ ...target, manifest, contract: contractOf(manifest) }] : [];
    });
    this.knownTargets = new Map(known.map((target) => [idOf(target.key), target]));
    this.makers = known.filter(({ contract }) => contract.makes?.length);
    this.readers = known.filter(({ contract }) => contract.reads?.length);
    this.operators = known.filter(({ manifest }) => crdsOperatedBy(manifest).length > 0);
  }

  get targets(): readonly Target[] {
    return this.options.targets;
  }

  get deleteData(): boolean {
    return this.options.deleteData;
  }

  get deleteNamespaceContents(): boolean {
    return this.options.deleteNamespaceContents;
  }

  get environment(): string {
    return this.options.dist.environment;
  }

  noteOf(object: LiveObject): Note | undefined {
    return this.options.inventory.noteOf(keyOf(object));
  }

  /** An object's manifest in dist, if there is one: the live object may be older, or lack its contract. */
  manifestOf(object: LiveObject): Manifest {
    return this.knownTargets.get(idOf(keyOf(object)))?.manifest ?? object;
  }

  /** The environment of an object, if it is not the one that is deleted. */
  otherEnvironmentOf(object: LiveObject): string | undefined {
    const environment = object.metadata.labels?.[ENVIRONMENT_LABEL];
    return environment === this.environment ? undefined : environment;
  }

  /** A command line to copy. */
  command(command: 'deploy' | 'destroy', ...words: readonly string[]): string {
    return commandLine(command, this.options.dist, this.session.context, ...words);
  }

  stageOf(object: LiveObject): string | undefined {
    return this.knownTargets.get(idOf(keyOf(object)))?.stage;
  }
}
