import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { graphOf } from '../../review/graph/graph';
import { foldedMermaid, unfoldedMermaid } from '../../review/graph/mermaid';
import { workingTree } from '../../review/read/working-tree';
import { TreeReader } from '../../review/tree';
import { FIXTURES } from '../fixtures/dist';
import { deployment, tree } from '../review/support';

/**
 * Mermaid is made of ES modules, which Jest does not load, and its sanitizer asks for a browser before it does nothing: enough of one is here.
 * https://mermaid.js.org/config/usage.html#syntax-validation-without-rendering
 */
const PARSE = `
const document = { nodeType: 9, implementation: {}, createElement: () => ({}) };
globalThis.document = document;
globalThis.window = { document, Element: class {}, Node: class {}, NodeFilter: {}, addEventListener: () => undefined };
const { default: mermaid } = await import('mermaid');
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const results = [];
for (const text of JSON.parse(Buffer.concat(chunks).toString('utf8'))) {
  results.push(await mermaid.parse(text).then(({ diagramType }) => diagramType, ({ message }) => message));
}
console.log(JSON.stringify(results));
`;

/** What Mermaid takes each text for; its error if it is no diagram. */
function parse(...texts: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', PARSE], {
    cwd: join(__dirname, '../..'),
    input: JSON.stringify(texts),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as string[];
}

const { environments } = new TreeReader().read(workingTree(FIXTURES), 'fixtures');

test('Mermaid reads the graphs of all environments, folded and unfolded, and the pictures of README.md', () => {
  const graphs = [...environments.values()].flatMap((environment) => [
    foldedMermaid(graphOf(environment)),
    unfoldedMermaid(graphOf(environment)),
  ]);
  const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8');
  const pictures = [...readme.matchAll(/^```mermaid\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  expect([graphs.length, pictures.length]).toEqual([6, 1]);
  expect(new Set(parse(...graphs, ...pictures))).toEqual(new Set(['flowchart-v2']));
});

test('Mermaid reads names that have a meaning in it, and refuses what is no diagram', () => {
  const environment = tree([deployment({}, {}, 'end"];<br>#quot;|x')]).environments.get('local');
  if (!environment) throw new Error('unreachable');
  const [graph, none] = parse(unfoldedMermaid(graphOf(environment)), 'flowchart LR\n  a[ -->\n');
  expect(graph).toBe('flowchart-v2');
  expect(none).toContain('Parse error');
});
