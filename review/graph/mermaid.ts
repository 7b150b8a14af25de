import type { Graph, GraphEdge, GraphNode } from './graph';

const MOST_NAMED = 3;
const INSTALLER = 'provided by you';

/** The graph with one box for each stage: what is in it, and what it needs of which other one. */
export function foldedMermaid({ stages, nodes, edges }: Graph): string {
  const used = stages.filter((stage) => nodes.some((node) => node.stage === stage && node.source === 'dist'));
  const boxes = used.map((stage) =>
    box(stage, [titleOf(stage), ...countKinds(nodes.filter((node) => node.stage === stage && node.source === 'dist'))]),
  );
  const external = nodes.filter(({ source }) => source === 'installer');
  const between = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    if (edge.type !== 'needs' || edge.from.stage === edge.to.stage) continue;
    const key = JSON.stringify([edge.to.stage, edge.from.stage]);
    between.set(key, [...(between.get(key) ?? []), edge]);
  }
  const made = new Set(edges.flatMap(({ type, to }) => (type === 'makes' ? [to] : [])));
  const arrows = [...between.values()].map((all) => {
    const [first] = all;
    const what = [...new Set(all.map(({ to }) => `${shortName(to)}${made.has(to) ? '*' : ''}`))];
    const more = what.length > MOST_NAMED ? [`and ${what.length - MOST_NAMED} more`] : [];
    return `  ${idOf(first?.to.stage ?? '')} -->|${quoted([...what.slice(0, MOST_NAMED), ...more])}| ${idOf(first?.from.stage ?? '')}`;
  });
  return lines(['flowchart LR', ...boxes, ...(external.length > 0 ? [`  ${idOf('')}(${quoted([INSTALLER])})`] : []), ...arrows]);
}

/** The graph with every object; each stage is a group of them. */
export function unfoldedMermaid({ stages, nodes, edges }: Graph): string {
  const ids = new Map(nodes.map((node, index) => [node, `n${index}`]));
  const item = (node: GraphNode): string => `    ${ids.get(node) ?? ''}${shape(node)}`;
  const groups = [...stages, ''].flatMap((stage) => {
    const inside = nodes.filter((node) => node.stage === stage);
    if (inside.length === 0) return [];
    return [`  subgraph ${idOf(stage)}[${quoted([stage === '' ? INSTALLER : titleOf(stage)])}]`, ...inside.map(item), '  end'];
  });
  const arrows = edges.map(({ type, from, to }) =>
    type === 'makes' ? `  ${ids.get(from) ?? ''} -.->|makes| ${ids.get(to) ?? ''}` : `  ${ids.get(to) ?? ''} --> ${ids.get(from) ?? ''}`,
  );
  return lines(['flowchart LR', ...groups, ...arrows]);
}

function shape(node: GraphNode): string {
  return node.source === 'dist' ? `[${quoted([node.name])}]` : `(${quoted([node.name])})`;
}

function box(stage: string, texts: readonly string[]): string {
  return `  ${idOf(stage)}[${quoted(texts)}]`;
}

/** `50-cvat`: `50 cvat` */
function titleOf(stage: string): string {
  return stage.replace(/^(\d+)-/, '$1 ').replaceAll('-', ' ');
}

/** An identifier of Mermaid, of which `end` and others are words. */
function idOf(stage: string): string {
  return `stage_${stage === '' ? 'installer' : stage.replace(/\W/g, '_')}`;
}

function countKinds(nodes: readonly GraphNode[]): string[] {
  const counts = new Map<string, GraphNode[]>();
  for (const node of nodes) counts.set(node.kind, [...(counts.get(node.kind) ?? []), node]);
  return [...counts.values()].map((all) => (all.length === 1 && all[0] ? shortName(all[0]) : `${all.length} ${all[0]?.kind ?? ''}`));
}

/** A CRD by its plural: with its group it is longer than everything else. A Job without the hash of its content, which changes often. */
function shortName({ kind, name }: GraphNode): string {
  if (kind === 'Job') return name.replace(/-[0-9a-f]{8}$/, '-…');
  return kind === 'CustomResourceDefinition' ? name.replace(/^CustomResourceDefinition ([^.]*).*$/, 'CRD $1') : name;
}

/** Text of several lines, without a meaning in Mermaid. */
function quoted(texts: readonly string[]): string {
  return `"${texts.map((text) => text.replace(/[#"<>&]/g, (character) => `#${character.charCodeAt(0)};`)).join('<br>')}"`;
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
