import fc from 'fast-check';
import type { Dist } from '../../../cluster/dist';
import type { Manifest } from '../../../manifests/manifest';
import type { Reference } from '../../../manifests/reference';
import { contractAnnotations, type Contract, ENVIRONMENT_LABEL } from '../../../manifests/contract';
import { crdFor } from './helm';

export const ENVIRONMENT = 'model';

/** Objects that belong together, as a construct creates them. */
export interface Unit {
  readonly stage: number;
  readonly objects: readonly Manifest[];
  /** The units that this one needs. */
  readonly on: readonly Unit[];
}

export interface Environment {
  readonly stages: number;
  readonly units: readonly Unit[];
}

const KINDS = ['namespace', 'crd', 'operator', 'release', 'release', 'custom', 'custom', 'custom', 'settings', 'volume'] as const;

interface UnitSpec {
  readonly what: (typeof KINDS)[number];
  /** The indices of its namespace, its CRD and the Secret that it reads. */
  readonly choices: readonly [number, number, number];
  readonly holdsData: boolean;
  /** Whether it makes a Secret, or a release a CRD. */
  readonly makes: boolean;
  readonly reads: boolean;
  /** Whether the Secret is in dist, too; whether a chart has a volume that Helm keeps. */
  readonly more: boolean;
}

const choice = fc.nat({ max: 5 });
const unitSpec: fc.Arbitrary<UnitSpec> = fc.record({
  what: fc.constantFrom(...KINDS),
  choices: fc.tuple(choice, choice, choice),
  holdsData: fc.nat({ max: 3 }).map((number) => number === 3),
  makes: fc.boolean(),
  reads: fc.boolean(),
  more: fc.boolean(),
});

/** Environments that pass the checks: no object needs an object of a later stage. */
export const environments: fc.Arbitrary<Environment> = fc
  .record({ stages: fc.array(fc.array(unitSpec, { maxLength: 3 }), { minLength: 1, maxLength: 6 }), guarded: fc.boolean() })
  .map(({ stages, guarded }) => built(stages, guarded));

interface Offer {
  readonly unit: Unit;
  readonly secret: Reference;
}

interface Crd {
  readonly reference: Reference;
  readonly unit: Unit;
  /** Whether a release installs it, some time after it was applied. */
  readonly late: boolean;
  readonly operators: Unit[];
  isUsed: boolean;
}

function built(stages: readonly (readonly UnitSpec[])[], guarded: boolean): Environment {
  const builder = new Builder();
  for (const [stage, specs] of stages.entries()) for (const each of specs) builder.add(stage, each);
  const policy = object('admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy', { name: 'data-protection' });
  if (guarded) builder.units.push({ stage: stages.length, objects: [policy], on: [] });
  return { stages: stages.length + (guarded ? 1 : 0), units: builder.units };
}

class Builder {
  readonly units: Unit[] = [];
  private readonly namespaces: { name: string; unit?: Unit }[] = [{ name: 'default' }];
  private readonly crds: Crd[] = [];
  private readonly offers: Offer[] = [];

  add(stage: number, { what, choices, holdsData, makes, reads, more }: UnitSpec): void {
    const name = `${what}-${this.units.length}`;
    const namespace = pick(this.namespaces, choices[0]) ?? { name: 'default' };
    const read = reads ? pick(this.offers, choices[2]) : undefined;
    const contract: Contract = {
      ...(holdsData && { holdsData: `the data of ${name}` }),
      ...(read && { reads: [read.secret] }),
    };
    const on = [namespace.unit, read?.unit].filter((unit) => unit !== undefined);
    switch (what) {
      case 'namespace': {
        const unit = this.unit(stage, [object('v1 Namespace', { name, contract: { holdsData: contract.holdsData } })]);
        this.namespaces.push({ name, unit });
        return;
      }
      case 'crd': {
        const reference = referenceFor(name);
        const unit = this.unit(stage, [labelled(crdFor(reference), { holdsData: contract.holdsData })]);
        this.crds.push({ reference, unit, late: false, operators: [], isUsed: false });
        return;
      }
      case 'operator': {
        // Custom resources must be in the stage of their operator or a later one.
        const crd = pick(
          this.crds.filter(({ isUsed, operators }) => !isUsed && operators.length === 0),
          choices[1],
        );
        if (!crd) return;
        const operated = { ...contract, operates: [crd.reference] };
        const account = object('v1 ServiceAccount', { name, namespace: namespace.name });
        const deployment = object('apps/v1 Deployment', {
          name,
          namespace: namespace.name,
          contract: operated,
          spec: { replicas: 1, serviceAccountName: name },
        });
        crd.operators.push(this.unit(stage, [account, deployment], [...on, crd.unit]));
        return;
      }
      case 'release':
        return this.addRelease(stage, name, { namespace, contract, on, makes, more });
      case 'custom': {
        const crd = pick(
          this.crds.filter(({ late, unit }) => !late || unit.stage < stage),
          choices[1],
        );
        if (!crd) return;
        const secret: Reference = { kind: 'Secret', namespace: namespace.name, name: `${name}-user`, keys: ['password'] };
        const isMade = makes && crd.operators.length > 0;
        const custom = object(`${groupOf(crd.reference)}/v1 Custom`, {
          name,
          namespace: namespace.name,
          contract: { ...contract, ...(isMade && { makes: [secret] }) },
          spec: { setting: 0 },
        });
        const filled = { ...object('v1 Secret', { name: secret.name, namespace: namespace.name }), data: { user: 'dXNlcg==' } };
        const objects = [custom, ...(isMade && more ? [filled] : [])];
        const unit = this.unit(stage, objects, [...on, crd.unit, ...crd.operators]);
        crd.isUsed = true;
        if (isMade) this.offers.push({ unit, secret });
        return;
      }
      case 'settings': {
        const manifest = { ...object('v1 Secret', { name, namespace: namespace.name, contract }), data: { setting: 'MA==' } };
        const unit = this.unit(stage, [manifest], on);
        this.offers.push({ unit, secret: { kind: 'Secret', namespace: namespace.name, name } });
        return;
      }
      case 'volume': {
        const claim = object('v1 PersistentVolumeClaim', { name, namespace: namespace.name, contract });
        this.unit(stage, [claim], on);
      }
    }
  }

  private addRelease(
    stage: number,
    name: string,
    {
      namespace,
      contract,
      on,
      makes,
      more,
    }: { namespace: { name: string }; contract: Contract; on: readonly Unit[]; makes: boolean; more: boolean },
  ): void {
    const reference = referenceFor(name);
    const secret: Reference = { kind: 'Secret', namespace: namespace.name, name: `${name}-settings`, keys: ['url'] };
    const spec = { chart: name, targetNamespace: namespace.name, values: { setting: 0, volume: more } };
    const chart = object('helm.cattle.io/v1 HelmChart', {
      name,
      namespace: 'kube-system',
      contract: { ...contract, makes: [...(makes ? [reference] : []), secret] },
      spec,
    });
    const unit = this.unit(stage, [chart], on);
    this.offers.push({ unit, secret });
    if (makes) this.crds.push({ reference, unit, late: true, operators: [unit], isUsed: false });
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

/** The dist of these units, for an environment of this name. */
export function distOf({ stages }: Environment, units: readonly Unit[], environment = ENVIRONMENT): Dist {
  const names = Array.from({ length: stages }, (_, index) => `${index + 1}0-stage`);
  const written = names.map((name, stage) => ({
    name,
    file: `dist/${name}.k8s.yaml`,
    objects: units.filter((unit) => unit.stage === stage).flatMap(({ objects }) => objects.map((each) => ofEnvironment(each, environment))),
  }));
  return { folder: 'dist', environment, stages: written.filter(({ objects }) => objects.length > 0) };
}

function ofEnvironment(manifest: Manifest, environment: string): Manifest {
  if (environment === ENVIRONMENT) return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, labels: { [ENVIRONMENT_LABEL]: environment } } };
}

/** Without these units, and without those that need them. */
export function without(units: readonly Unit[], removed: readonly Unit[]): Unit[] {
  const left = units.filter((unit) => !removed.includes(unit));
  const next = left.filter(({ on }) => on.every((unit) => left.includes(unit)));
  return next.length === left.length ? left : without(next, []);
}
