import { review } from '../../review/review';
import { type Tree, TreeReader } from '../../review/tree';

const object = (name: string): string =>
  `---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\n  labels:\n  annotations:\nspec: {}\n`;
const tree = (rendered: string): Tree =>
  new TreeReader().read(
    new Map([
      ['dist/10-app.k8s.yaml', object('ours')],
      ['charts/app/rendered/local.yaml', rendered],
    ]),
    'HEAD',
  );

test('annotations with nothing below them are none: many charts write them', () => {
  const reports = [
    [object('a'), object('b')],
    [object('a'), object('a').replace('spec: {}', 'spec: { replicas: 2 }')],
  ].map(([before = '', after = '']) => review(tree(before), tree(after)).findings);
  expect(reports).toEqual([[], []]);
});
