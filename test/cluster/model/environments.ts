import fc from 'fast-check';
import type { Dist } from '../../../cluster/dist';
import type { Manifest } from '../../../manifests/manifest';
import type { Reference } from '../../../manifests/reference';
import { contractAnnotations, type Contract, ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { definitionFor } from './helm';

export const ENVIRONMENT = 'model';

/** Some objects that belong together, as constructs make them. */
export interface Unit {
  readonly stage: number;
  readonly objects: readonly Manifest[];
  /** The units without which it makes no sense. */
  readonly on: readonly Unit[];
}

export interface Environment {
  readonly stages: number;
  readonly units: readonly Unit[];
}

const KINDS = ['namespace', 'definition', 'operator', 'release', 'release', 'custom', 'custom', 'custom', 'settings', 'volume'] as const;

interface Wish {
  readonly what: (typeof KINDS)[number];
  /** Which namespace, which definition and which Secret of those that there are. */
  readonly choices: readonly [number, number, number];
  readonly holdsData: boolean;
  /** Makes a Secret, brings a definition. */
  readonly makes: boolean;
  readonly reads: boolean;
  /** Something of its own: a Secret is in dist, too; a chart keeps a volume. */
  readonly more: boolean;
}

const choice = fc.nat({ max: 5 });
const wish: fc.Arbitrary<Wish> = fc.record({
  what: fc.constantFrom(...KINDS),
  choices: fc.tuple(choice, choice, choice),
  holdsData: fc.nat({ max: 3 }).map((number) => number === 3),
  makes: fc.boolean(),
  reads: fc.boolean(),
  more: fc.boolean(),
});

/** Stage sets as checks let them pass: nothing needs what only a later stage makes. */
export const environments: fc.Arbitrary<Environment> = fc
  .record({ stages: fc.array(fc.array(wish, { maxLength: 3 }), { minLength: 1, maxLength: 6 }), guarded: fc.boolean() })
  .map(({ stages, guarded }) => built(stages, guarded));

interface Offer {
  readonly unit: Unit;
  readonly secret: Reference;
}

interface Definition {
  readonly reference: Reference;
  readonly unit: Unit;
  /** A release brings it, some time after it was applied. */
  readonly late: boolean;
  readonly operators: Unit[];
  isUsed: boolean;
}

function built(stages: readonly (readonly Wish[])[], guarded: boolean): Environment {
  const builder = new Builder();
  for (const [stage, wishes] of stages.entries()) for (const each of wishes) builder.add(stage, each);
  const policy = object('admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy', { name: 'data-protection' });
  if (guarded) builder.units.push({ stage: stages.length, objects: [policy], on: [] });
  return { stages: stages.length + (guarded ? 1 : 0), units: builder.units };
}

class Builder {
  readonly units: Unit[] = [];
  private readonly namespaces: { name: string; unit?: Unit }[] = [{ name: 'default' }];
  private readonly definitions: Definition[] = [];
  private readonly offers: Offer[] = [];

  add(stage: number, { what, choices, holdsData, makes, reads, more }: Wish): void {
    const name = `${what}-${this.units.length}`;
    const home = pick(this.namespaces, choices[0]) ?? { name: 'default' };
    const read = reads ? pick(this.offers, choices[2]) : undefined;
    const contract: Contract = {
      ...(holdsData && { holdsData: `the data of ${name}` }),
      ...(read && { reads: [read.secret] }),
    };
    const on = [home.unit, read?.unit].filter((unit) => unit !== undefined);
    switch (what) {
      case 'namespace': {
        const unit = this.unit(stage, [object('v1 Namespace', { name, contract: { holdsData: contract.holdsData } })]);
        this.namespaces.push({ name, unit });
        return;
      }
      case 'definition': {
        const reference = referenceFor(name);
        const unit = this.unit(stage, [labelled(definitionFor(reference), { holdsData: contract.holdsData })]);
        this.definitions.push({ reference, unit, late: false, operators: [], isUsed: false });
        return;
      }
      case 'operator': {
        // What an operator looks after has to come later than itself, or with it.
        const definition = pick(
          this.definitions.filter(({ isUsed, operators }) => !isUsed && operators.length === 0),
          choices[1],
        );
        if (!definition) return;
        const operated = { ...contract, operates: [definition.reference] };
        const account = object('v1 ServiceAccount', { name, namespace: home.name });
        const deployment = object('apps/v1 Deployment', {
          name,
          namespace: home.name,
          contract: operated,
          spec: { replicas: 1, serviceAccountName: name },
        });
        definition.operators.push(this.unit(stage, [account, deployment], [...on, definition.unit]));
        return;
      }
      case 'release':
        return this.addRelease(stage, name, { home, contract, on, makes, more });
      case 'custom': {
        const definition = pick(
          this.definitions.filter(({ late, unit }) => !late || unit.stage < stage),
          choices[1],
        );
        if (!definition) return;
        const secret: Reference = { kind: 'Secret', namespace: home.name, name: `${name}-user`, keys: ['password'] };
        const isMade = makes && definition.operators.length > 0;
        const custom = object(`${groupOf(definition.reference)}/v1 Custom`, {
          name,
          namespace: home.name,
          contract: { ...contract, ...(isMade && { makes: [secret] }) },
          spec: { setting: 0 },
        });
        const filled = { ...object('v1 Secret', { name: secret.name, namespace: home.name }), data: { user: 'dXNlcg==' } };
        const objects = [custom, ...(isMade && more ? [filled] : [])];
        const unit = this.unit(stage, objects, [...on, definition.unit, ...definition.operators]);
        definition.isUsed = true;
        if (isMade) this.offers.push({ unit, secret });
        return;
      }
      case 'settings': {
        const manifest = { ...object('v1 Secret', { name, namespace: home.name, contract }), data: { setting: 'MA==' } };
        const unit = this.unit(stage, [manifest], on);
        this.offers.push({ unit, secret: { kind: 'Secret', namespace: home.name, name } });
        return;
      }
      case 'volume': {
        const claim = object('v1 PersistentVolumeClaim', { name, namespace: home.name, contract });
        this.unit(stage, [claim], on);
      }
    }
  }

  private addRelease(
    stage: number,
    name: string,
    { home, contract, on, makes, more }: { home: { name: string }; contract: Contract; on: readonly Unit[]; makes: boolean; more: boolean },
  ): void {
    const reference = referenceFor(name);
    const secret: Reference = { kind: 'Secret', namespace: home.name, name: `${name}-settings`, keys: ['url'] };
    const spec = { chart: name, targetNamespace: home.name, values: { setting: 0, volume: more } };
    const chart = object('helm.cattle.io/v1 HelmChart', {
      name,
      namespace: 'kube-system',
      contract: { ...contract, makes: [...(makes ? [reference] : []), secret] },
      spec,
    });
    const unit = this.unit(stage, [chart], on);
    this.offers.push({ unit, secret });
    if (makes) this.definitions.push({ reference, unit, late: true, operators: [unit], isUsed: false });
  }

  private unit(stage: number, objects: readonly Manifest[], on: readonly Unit[] = []): Unit {
    const unit = { stage, objects, on };
    this.units.push(unit);
    return unit;
  }
}

function pick<Each>(all: readonly Each[], index: number): Each | undefined {
  return all[index % Math.max(all.length, 1)];
}

function referenceFor(name: string): Reference {
  return { kind: 'CustomResourceDefinition', name: `customs.${name}.example.org`, keys: ['v1/Custom'] };
}

function groupOf({ name }: Reference): string {
  return name.slice(name.indexOf('.') + 1);
}

interface Parts {
  readonly name: string;
  readonly namespace?: string;
  readonly contract?: Contract;
  readonly spec?: unknown;
}

function object(what: string, { name, namespace, contract, spec }: Parts): Manifest {
  const [apiVersion = '', kind = ''] = what.split(' ');
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  return labelled({ apiVersion, kind, metadata, ...(spec !== undefined && { spec }) }, contract);
}

function labelled(manifest: Manifest, contract: Contract = {}): Manifest {
  const labels = { [ENVIRONMENT_LABEL]: ENVIRONMENT };
  return { ...manifest, metadata: { ...manifest.metadata, labels, annotations: contractAnnotations(contract) } };
}

/** The folder that synth would write of these units. */
export function distOf({ stages }: Environment, units: readonly Unit[]): Dist {
  const names = Array.from({ length: stages }, (_, index) => `${index + 1}0-stage`);
  const written = names.map((name, stage) => ({
    name,
    file: `dist/${name}.k8s.yaml`,
    objects: units.filter((unit) => unit.stage === stage).flatMap(({ objects }) => objects),
  }));
  return { folder: 'dist', environment: ENVIRONMENT, stages: written.filter(({ objects }) => objects.length > 0) };
}

/** Without these units, and without those that make no sense without them. */
export function without(units: readonly Unit[], gone: readonly Unit[]): Unit[] {
  const left = units.filter((unit) => !gone.includes(unit));
  const next = left.filter(({ on }) => on.every((unit) => left.includes(unit)));
  return next.length === left.length ? left : without(next, []);
}
