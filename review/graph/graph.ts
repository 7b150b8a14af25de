import type { EnvironmentObject, EnvironmentObjects } from '../../manifests/environment-objects';
import { contractOf } from '../../manifests/contract';
import { isBuiltIn, isClusterScoped } from '../../manifests/built-in-kinds';
import { groupOf, type Manifest } from '../../manifests/manifest';
import { identityOf, type Reference } from '../../manifests/reference';
import { providedBy } from '../../manifests/references/provided';
import { nameOf } from '../object-change';

/** An object of the platform: one of dist, one that another object makes, or one that the installer provides. */
export interface GraphNode {
  /** The object, as findings write it; unique. */
  readonly name: string;
  readonly kind: string;
  readonly source: 'dist' | 'made' | 'installer';
  /** The stage that creates it; empty for what the installer provides. */
  readonly stage: string;
}

export interface GraphEdge {
  /** `needs`: the first refers to the second, which must exist. `makes`: the first creates the second. */
  readonly type: 'needs' | 'makes';
  readonly from: GraphNode;
  readonly to: GraphNode;
}

/** An environment as nodes and edges: every reference that the checks resolve, who makes what is referred to, and which CRD serves a kind. */
export interface Graph {
  readonly stages: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export function graphOf(environment: EnvironmentObjects): Graph {
  const builder = new GraphBuilder(environment);
  return { stages: [...new Set(environment.stages.map(({ name }) => name))], nodes: builder.nodes(), edges: builder.edges() };
}

class GraphBuilder {
  private readonly own = new Map<EnvironmentObject, GraphNode>();
  /** Who provides an object, by its identity. */
  private readonly providers = new Map<string, GraphNode>();
  private readonly makers = new Map<GraphNode, GraphNode>();
  private readonly found = new Map<string, GraphEdge>();

  constructor(private readonly environment: EnvironmentObjects) {
    for (const object of environment.objects) this.addObject(object);
    for (const object of environment.objects) this.addProvided(object);
    for (const object of environment.objects) this.addNeeds(object);
  }

  nodes(): GraphNode[] {
    const used = new Set(this.edges().flatMap(({ from, to }) => [from, to]));
    return [...this.own.values(), ...[...new Set(this.providers.values())].filter((node) => node.source !== 'dist' && used.has(node))];
  }

  edges(): GraphEdge[] {
    return [...this.found.values()];
  }

  private addObject(object: EnvironmentObject): void {
    const { kind } = object.manifest;
    const node: GraphNode = { name: nameOf(object), kind, source: 'dist', stage: this.environment.stages[object.stage]?.name ?? '' };
    this.own.set(object, node);
    this.provide(ownReference(object.manifest), node);
  }

  private addProvided(object: EnvironmentObject): void {
    const maker = this.own.get(object);
    if (!maker) return;
    const [, ...made] = providedBy(object.manifest);
    for (const reference of made)
      this.makers.set(this.provide(reference, { ...nodeOf(reference), source: 'made', stage: maker.stage }), maker);
    for (const need of contractOf(object.manifest).needs ?? []) this.provide(need, { ...nodeOf(need), source: 'installer', stage: '' });
  }

  private addNeeds(object: EnvironmentObject): void {
    const from = this.own.get(object);
    if (!from) return;
    const { manifest } = object;
    const { namespace } = manifest.metadata;
    const needs = contractOf(manifest).needs ?? [];
    const wanted: Reference[] = [
      ...this.environment.referencesOf(object).map(({ reference }) => reference),
      ...(namespace === undefined ? [] : [{ kind: 'Namespace', name: namespace }]),
      ...needs,
    ];
    for (const reference of wanted) this.connect(from, this.providers.get(identityOf(reference)));
    this.connect(from, this.crdOf(manifest));
  }

  private connect(from: GraphNode, to: GraphNode | undefined): void {
    if (!to || to === from) return;
    const maker = this.makers.get(to);
    if (maker === from) return; // what it makes itself, such as the namespace of a release
    this.add({ type: 'needs', from, to });
    if (maker) this.add({ type: 'makes', from: maker, to });
  }

  private add(edge: GraphEdge): void {
    this.found.set(`${edge.type} ${edge.from.name} ${edge.to.name}`, edge);
  }

  private provide(reference: Reference, node: GraphNode): GraphNode {
    const identity = identityOf(reference);
    const known = this.providers.get(identity);
    if (known) return known;
    this.providers.set(identity, node);
    return node;
  }

  /** The CRD that serves the kind of an object. */
  private crdOf({ apiVersion, kind }: Manifest): GraphNode | undefined {
    if (isBuiltIn(apiVersion, kind)) return undefined;
    const served = `${apiVersion.slice(apiVersion.indexOf('/') + 1)}/${kind}`;
    for (const object of this.environment.objects) {
      const serves = [...providedBy(object.manifest), ...(contractOf(object.manifest).needs ?? [])].find(
        (reference) =>
          reference.kind === 'CustomResourceDefinition' &&
          reference.name.slice(reference.name.indexOf('.') + 1) === groupOf(apiVersion) &&
          reference.keys?.includes(served),
      );
      if (serves) return this.providers.get(identityOf(serves));
    }
    return undefined;
  }
}

function ownReference({ apiVersion, kind, metadata: { namespace, name } }: Manifest): Reference {
  return { kind, name, ...(namespace !== undefined && !isClusterScoped({ apiVersion, kind }) && { namespace }) };
}

function nodeOf({ kind, namespace, name }: Reference): Pick<GraphNode, 'name' | 'kind'> {
  return { name: `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`, kind };
}
