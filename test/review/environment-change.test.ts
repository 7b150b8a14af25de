import { EnvironmentObjects } from '../../manifests/environment-objects';
import type { Manifest } from '../../manifests/manifest';
import { environmentChanges } from '../../review/environment-change';
import { kindOf, objectName } from '../../review/object-change';
import type { Tree } from '../../review/tree';
import { stage } from '../checks/support';
import { deployment, helmChart, object, tree } from './support';

function changes(before: Tree, after: Tree): string[] {
  return environmentChanges(before, after).flatMap(({ changes: all }) =>
    all.map(
      (change) =>
        `${change.environment} ${change.stage} ${kindOf(change)} ${objectName(change)}${change.movedFrom === undefined ? '' : ` from ${change.movedFrom}`}`,
    ),
  );
}

const named = (manifest: Manifest, name: string, namespace?: string): Manifest => ({
  ...manifest,
  metadata: { ...manifest.metadata, name, ...(namespace && { namespace }) },
});
const inStage = (name: string, ...manifests: readonly Manifest[]): Tree => ({
  environments: new Map([['local', new EnvironmentObjects([stage(name, ...manifests)])]]),
  defaultEnvironment: 'local',
  deprecatedCharts: new Set(),
});

test('an object of the same kind with nearly the same content is renamed, in both directions', () => {
  const web = deployment();
  expect(changes(tree([web]), tree([named(deployment({ image: 'a/b:2.0.0' }), 'site')]))).toEqual([
    'local 10-stage renamed Deployment site',
  ]);
  expect(changes(tree([named(deployment({ image: 'a/b:2.0.0' }), 'site')]), tree([web]))).toEqual([
    'local 10-stage renamed Deployment program',
  ]);
});

test('an object in another namespace is renamed, because Kubernetes knows neither', () => {
  expect(changes(tree([named(deployment(), 'web', 'a')]), tree([named(deployment(), 'web', 'b')]))).toEqual([
    'local 10-stage renamed Deployment b/web',
  ]);
});

test('of several objects the most similar ones are one that was renamed', () => {
  const config = (name: string, value: string): Manifest =>
    object('v1', 'ConfigMap', name, { data: { a: '1', b: '2', c: '3', d: '4', e: value } });
  expect(changes(tree([config('a', 'x'), config('b', 'y')]), tree([config('c', 'y'), config('d', 'x')]))).toHaveLength(2);
  const [first] = environmentChanges(tree([config('a', 'x'), config('b', 'y')]), tree([config('c', 'y'), config('d', 'x')]));
  expect(first?.changes.map(({ before, after }) => [before?.manifest.metadata.name, after?.manifest.metadata.name])).toEqual([
    ['b', 'c'],
    ['a', 'd'],
  ]);
});

test('objects of one kind with other content are removed and added', () => {
  const config = (name: string, data: object): Manifest => object('v1', 'ConfigMap', name, { data });
  expect(changes(tree([config('a', { a: '1', b: '2' })]), tree([config('b', { c: '3', d: '4' })]))).toEqual([
    'local 10-stage added ConfigMap b',
    'local 10-stage removed ConfigMap a',
  ]);
});

test('an object in another stage was moved', () => {
  expect(changes(inStage('90-guard', deployment()), inStage('00-guard', deployment()))).toEqual([
    'local 00-guard changed Deployment program from 90-guard',
  ]);
});

test('an environment that is added or removed has only added or removed objects', () => {
  const none: Tree = { environments: new Map(), defaultEnvironment: 'local', deprecatedCharts: new Set() };
  expect(changes(none, tree([deployment()]))).toEqual(['local 10-stage added Deployment program']);
  expect(changes(tree([deployment()]), none)).toEqual(['local 10-stage removed Deployment program']);
});

test('a name that occurs twice is compared in its order', () => {
  expect(changes(tree([deployment(), deployment()]), tree([deployment(), deployment({ image: 'a/b:2.0.0' })]))).toEqual([
    'local 10-stage changed Deployment program',
  ]);
});

test("a chart's values that are text are compared as values", () => {
  const [change] = environmentChanges(
    tree([helmChart({ valuesContent: 'a: 1\nb: 2' })]),
    tree([helmChart({ valuesContent: '{ b: 2, a: 3 }' })]),
  );
  expect(change?.changes[0]?.fields).toEqual([{ path: ['spec', 'valuesContent', 'a'], before: 1, after: 3, isEquivalent: false }]);
});
