import type { Connection } from '../../api/connection';
import { compare } from '../../diff/compare';
import { deploy, type DeployResult } from '../../deploy/deploy';
import { accessHints, type AccessHints } from '../../deploy/access-hints';
import { type Dist, selectStages } from '../../dist';
import type { Options } from '../options';
import { preflight } from '../../deploy/preflight';
import type { Session } from '../../session';
import { inShort } from '../terminal/duration';
import { consequencesOf, KEPT } from './consequences';
import { announce, confirmed, counted, listed, listedTaken, needYes, print, printJson } from './output';

export async function runDeploy(session: Session, dist: Dist, options: Options, connection: Connection): Promise<number> {
  const stages = selectStages(dist.stages, options.stages);
  needYes(options);
  announce(`Deploys ${counted(stages.length, 'stage')} of ${dist.environment} (${dist.folder}):`, connection, options);
  if (options.dryRun) return rehearse(session, dist, options);
  const deployed = await deploy(session, dist, {
    ...options,
    confirm: (left) => confirmed(consequencesOf(left, options.deleteData), options, session),
  });
  session.reporter.end();
  if (deployed === undefined) return 1;
  const isWell = deployed.unready.length === 0 && deployed.pruned.refused.length === 0;
  const directed = isWell ? await accessHints(session.cluster, stages) : undefined;
  if (options.json) printJson({ type: 'result', ready: isWell, ...deployed, ...(directed && { directions: directed }) });
  else print(inWords(dist, options, deployed, directed).join('\n'));
  return isWell ? 0 : 1;
}

function inWords(dist: Dist, options: Options, { stage, unready, pruned }: DeployResult, directed: AccessHints | undefined): string[] {
  if (stage !== undefined) {
    const late = unready.some(({ state }) => state === 'failed') ? '' : ` after ${inShort(options.timeoutMilliseconds)}`;
    return [
      ...listed(`Stage ${stage} is not ready${late}, and the stages after it were not applied:`, unready),
      '',
      'What was applied stays. Deploy again when the cause is gone: it goes on from here.',
    ];
  }
  const prunedLines = pruned.deleted > 0 ? [`Taken away, because dist has it no longer: ${counted(pruned.deleted, 'object')}.`] : [];
  const left = listedTaken(pruned, KEPT);
  if (!directed)
    return ['', `${dist.environment} is deployed, but not all that dist no longer has could be taken away.`, ...prunedLines, ...left];
  return [
    '',
    `All of ${options.stages.length === 0 ? dist.environment : options.stages.join(', ')} is ready.`,
    ...prunedLines,
    ...left,
    ...told(directed),
  ];
}

function told({ urls, hosts, credentials }: AccessHints): string[] {
  return [
    ...(urls.length > 0 ? ['', 'Open in a browser:', ...urls.map((url) => `  ${url}`)] : []),
    ...(hosts.length > 0
      ? ['', 'If no name service knows that name, add this line to /etc/hosts:', ...hosts.map((host) => `  ${host}`)]
      : []),
    ...(credentials.length > 0 ? ['', 'Passwords are in:', ...credentials.map((secret) => `  ${secret}`)] : []),
  ];
}

/** Looks for what would make it fail, has the API server check all of it, and stores nothing. */
async function rehearse(session: Session, dist: Dist, options: Options): Promise<number> {
  await preflight(session.cluster, dist, selectStages(dist.stages, options.stages));
  const comparisons = await compare(session, dist, options);
  const refused = comparisons.flatMap(({ object, refusal }) => (refusal === undefined ? [] : [{ object, reason: refusal }]));
  const kept = comparisons.flatMap(({ object, leftOver }) => (leftOver === undefined ? [] : [{ object, reason: leftOver }]));
  const results = { none: 'unchanged', created: 'created', changed: 'changed', removed: 'deleted' } as const;
  for (const { stage, object, difference, refusal, leftOver } of comparisons) {
    if (refusal === undefined && leftOver === undefined)
      session.reporter.line({ type: 'applied', stage, object, result: results[difference.kind], message: 'dry run' });
  }
  session.reporter.end();
  const summary = `Nothing was changed: this was a dry run of ${counted(comparisons.length, 'object')}.`;
  if (options.json) printJson({ type: 'result', dryRun: true, refused, kept });
  else print([...listed(KEPT, kept), ...listed('The API server would refuse:', refused), '', summary].join('\n'));
  return refused.length === 0 ? 0 : 1;
}
