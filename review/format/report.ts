import { formatChangePath } from '../../manifests/difference/field-change';
import type { CrdChange } from '../../manifests/schema/crd-change';
import { otherFields, schemaChanges } from '../crd-updates';
import { maskedChange } from '../masked';
import { noiseOf, noiseOfObject } from '../noise';
import { type ChangeKind, kindOf, nameOf, type ObjectChange, objectName } from '../object-change';
import type { Review } from '../review';
import { CLASSES, type ReviewClass, type ReviewFinding } from '../rule';
import { code, count, type Line, line } from './line';
import { changeParts } from './value';

const TITLES: Readonly<Record<ReviewClass, string>> = {
  data: 'Data at risk',
  refused: 'Refused by Kubernetes',
  security: 'Security',
  versions: 'Versions',
};

const MOST_FIELDS = 20;
const MOST_OBJECTS = 3;

/** A review as lines: what needs a decision, and then every object by stage. `base` is what it was compared with. */
export function report(review: Review, base: string): Line[] {
  const { findings, changes } = review;
  if (changes.length === 0) return [line('title', 'Review of dist'), line('text', 'No object differs from ', code(base), '.')];
  const withFindings = new Set(findings.map(({ change }) => change));
  const folded = changes.filter((change) => !withFindings.has(change) && noiseOfObject(change).length > 0);
  const foldedSet = new Set(folded);
  const listed = changes.filter((change) => !foldedSet.has(change));
  return [
    line('title', 'Review of dist'),
    line('text', ...summary(changes, base)),
    ...CLASSES.flatMap((name) => classLines(name, findings)),
    ...(listed.length === 0 ? [] : [line('heading', 'All changes'), ...stageLines(listed)]),
    ...foldedLines(folded),
  ];
}

function summary(changes: readonly ObjectChange[], base: string): Line['parts'] {
  const kinds: readonly ChangeKind[] = ['added', 'removed', 'renamed', 'changed'];
  const counts = kinds.flatMap((kind) => {
    const number = changes.filter((change) => kindOf(change) === kind).length;
    return number === 0 ? [] : [`${number} ${kind}`];
  });
  const environments = [...new Set(changes.map(({ environment }) => environment))];
  return [`${count(changes.length, 'object')} of ${environments.join(', ')} differ from `, code(base), `: ${counts.join(', ')}.`];
}

/** The findings of a class. The same about several objects is one item. */
function classLines(name: ReviewClass, findings: readonly ReviewFinding[]): Line[] {
  const groups = new Map<string, ReviewFinding[]>();
  for (const finding of findings.filter((each) => each.class === name)) {
    const key = `${finding.rule} ${finding.field} ${finding.message}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  if (groups.size === 0) return [];
  return [line('heading', `${TITLES[name]} (${groups.size})`), ...[...groups.values()].map(findingLine)];
}

function findingLine(same: readonly ReviewFinding[]): Line {
  const [first] = same;
  const objects = [...new Set(same.map(({ change }) => objectName(change)))];
  const environments = [...new Set(same.map(({ change }) => change.environment))];
  const more = objects.length > MOST_OBJECTS ? ` and ${count(objects.length - MOST_OBJECTS, 'more object')}` : '';
  const field = first?.field ?? '';
  return {
    kind: 'item',
    stands: 'finding',
    parts: [
      `${objects.slice(0, MOST_OBJECTS).join(', ')}${more} (${environments.join(', ')})`,
      ...(field === '' ? [] : [' ', code(field)]),
      `: ${first?.message ?? ''} [${first?.rule ?? ''}]`,
    ],
  };
}

/** By stage. Where a stage changes alike in several environments, it is written once. */
function stageLines(changes: readonly ObjectChange[]): Line[] {
  const stages = new Map<string, ObjectChange[]>();
  for (const change of changes) {
    const key = JSON.stringify([change.stage, change.environment]);
    stages.set(key, [...(stages.get(key) ?? []), change]);
  }
  const blocks = new Map<string, { stage: string; environments: string[]; lines: Line[] }>();
  for (const [, all] of [...stages].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const [{ stage, environment } = { stage: '', environment: '' }] = all;
    const lines = all.flatMap(objectLines);
    const key = JSON.stringify([stage, lines]);
    const block = blocks.get(key) ?? { stage, environments: [], lines };
    block.environments.push(environment);
    blocks.set(key, block);
  }
  return [...blocks.values()].flatMap(({ stage, environments, lines }) => [
    line('subheading', `${stage} (${environments.join(', ')})`),
    ...lines,
  ]);
}

function objectLines(change: ObjectChange): Line[] {
  const { before, after, fields, movedFrom } = change;
  const kind = kindOf(change);
  const name = kind === 'renamed' && before && after ? `${nameOf(before)} -> ${nameOf(after)}` : objectName(change);
  const moved =
    movedFrom === undefined ? '' : fields.length === 0 && kind === 'changed' ? `, from ${movedFrom}` : `, also from stage ${movedFrom}`;
  const verb = movedFrom !== undefined && fields.length === 0 && kind === 'changed' ? 'moved' : kind;
  const manifestKind = after?.manifest.kind ?? '';
  // A rename is said already.
  const named = kind === 'renamed' ? fields.filter(({ path }) => !/^metadata\.(?:name|namespace)$/.test(formatChangePath(path))) : fields;
  const meaningful = named.filter((field) => noiseOf(field, manifestKind) === undefined);
  const noise = named.length - meaningful.length;
  const schema = schemaChanges(change);
  const shown = [
    ...schema.map(schemaLine),
    ...otherFields(meaningful, schema).map((field) => line('detail', ...changeParts(maskedChange(field, manifestKind)))),
  ];
  const more = shown.length - MOST_FIELDS;
  return [
    { kind: 'item', stands: 'object', parts: [`${verb} ${name}${moved}`] },
    ...shown.slice(0, MOST_FIELDS),
    ...(more > 0 ? [line('detail', `and ${count(more, 'more field')}`)] : []),
    ...(noise > 0 ? [line('detail', `and ${count(noise, 'field')} of labels, checksums or the same meaning`)] : []),
  ];
}

/** A change of a CRD as its objects see it: `v1 spec.port`: narrowed, maximum: 10 -> 5 */
function schemaLine({ type, version, field, detail }: CrdChange): Line {
  const what = type === 'unserved' ? 'no longer served' : type;
  return line('detail', code(field === '' ? version : `${version} ${field}`), `: ${what}${detail === undefined ? '' : `, ${detail}`}`);
}

/** Objects with nothing but noise, counted by what it is. */
function foldedLines(folded: readonly ObjectChange[]): Line[] {
  if (folded.length === 0) return [];
  const groups = new Map<string, string[]>();
  for (const change of folded) {
    const noise = noiseOfObject(change).join(', ');
    groups.set(noise, [...(groups.get(noise) ?? []), change.after?.manifest.kind ?? '']);
  }
  return [
    line('heading', 'Nothing but labels, checksums and the like'),
    ...[...groups].sort().map(([noise, kinds]) => line('item', `${noise}: ${count(kinds.length, 'object')} (${countKinds(kinds)})`)),
  ];
}

function countKinds(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort()
    .map(([kind, number]) => `${number} ${kind}`)
    .join(', ');
}
