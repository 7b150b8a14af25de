import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { isMap, valueAt } from '../manifests/fields';

const FOLDER = '.github/workflows';

/**
 * What is wrong with the workflows of a repository: YAML, npm scripts that package.json does not have, actions that are not pinned by a commit,
 * and workflows or jobs whose token may do more than they say. Run by .ci/run.
 */
export function workflowProblems(root = '.'): string[] {
  const { scripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts?: Record<string, string> };
  const files = readdirSync(join(root, FOLDER)).filter((file) => /\.ya?ml$/.test(file));
  return files.flatMap((file) =>
    problemsOf(readFileSync(join(root, FOLDER, file), 'utf8'), scripts).map((problem) => `${FOLDER}/${file}: ${problem}`),
  );
}

function problemsOf(text: string, scripts: Readonly<Record<string, string>>): string[] {
  const document = parseDocument(text);
  if (document.errors.length > 0) return document.errors.map(({ message }) => `must be YAML; got ${message.split('\n')[0] ?? ''}`);
  const workflow: unknown = document.toJS();
  const jobs = valueAt(workflow, 'jobs');
  if (!isMap(jobs)) return ['jobs: must be a map of jobs; got none.'];
  const permissions = valueAt(workflow, 'permissions');
  const open = isMap(permissions) ? [] : ['permissions: must be a map, so that the token may do no more; got none.'];
  return [
    ...open,
    ...Object.entries(jobs).flatMap(([name, job]) =>
      stepsOf(job).flatMap((step, index) => stepProblems(step, `jobs.${name}.steps[${index}]`, scripts)),
    ),
  ];
}

function stepsOf(job: unknown): readonly unknown[] {
  const steps = valueAt(job, 'steps');
  return Array.isArray(steps) ? steps : [];
}

function stepProblems(step: unknown, field: string, scripts: Readonly<Record<string, string>>): string[] {
  const [uses, run] = [valueAt(step, 'uses'), valueAt(step, 'run')];
  if (typeof uses === 'string') {
    return /@[0-9a-f]{40}$/.test(uses) ? [] : [`${field}.uses: must be pinned by a commit of 40 digits; got "${uses}".`];
  }
  if (typeof run !== 'string') return [`${field}: must have uses or run; got neither.`];
  // What a pull request's author writes must not be a part of a script.
  const injected = /\$\{\{/.test(run) ? [`${field}.run: must not contain an expression; got "\${{". Pass it by env.`] : [];
  const named = [...run.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(test)\b)/g)].map(([, script, test]) => script ?? test ?? '');
  const missing = named.filter((script) => !Object.hasOwn(scripts, script));
  return [...injected, ...missing.map((script) => `${field}.run: must name scripts of package.json; got "npm run ${script}".`)];
}

if (require.main === module) {
  const problems = existsSync(FOLDER) ? workflowProblems() : [`${FOLDER} does not exist.`];
  process.stdout.write(problems.length === 0 ? `${FOLDER} has no problems.\n` : '');
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  process.exitCode = problems.length === 0 ? 0 : 1;
}
