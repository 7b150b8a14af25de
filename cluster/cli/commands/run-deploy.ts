import type { Connection } from '../../api/connection';
import { deploy, type DeployResult } from '../../deploy/deploy';
import { accessHints, type AccessHints } from '../../deploy/access-hints';
import { type Dist, selectStages } from '../../dist';
import type { Options } from '../options';
import { preflight } from '../../deploy/preflight';
import type { Session } from '../../session';
import { formatDuration } from '../duration';
import { confirm, requireYes } from './confirm';
import { consequencesOf, KEPT } from './consequences';
import { announce, counted, listed, listedNotDeleted, print, printJson } from './output';

export async function runDeploy(session: Session, dist: Dist, options: Options, connection: Connection): Promise<number> {
  const stages = selectStages(dist.stages, options.stages);
  requireYes(options);
  announce(`Deploying ${counted(stages.length, 'stage')} of ${dist.environment} (${dist.folder}):`, connection, options);
  if (options.dryRun) return dryRun(session, dist, options);
  const deployed = await deploy(session, dist, {
    ...options,
    confirm: (left) => confirm(consequencesOf(left, options.deleteData), options, session),
  });
  session.reporter.end();
  if (deployed === undefined) return 1;
  const isReady = deployed.unready.length === 0 && deployed.pruned.refused.length === 0;
  const hints = isReady ? await accessHints(session.cluster, stages) : undefined;
  if (options.json) printJson({ type: 'result', ready: isReady, ...deployed, ...(hints && { directions: hints }) });
  else print(report(dist, options, deployed, hints).join('\n'));
  return isReady ? 0 : 1;
}

function report(dist: Dist, options: Options, { stage, unready, pruned }: DeployResult, hints: AccessHints | undefined): string[] {
  if (stage !== undefined) {
    const late = unready.some(({ state }) => state === 'failed') ? '' : ` after ${formatDuration(options.timeoutMilliseconds)}`;
    return [
      ...listed(`Stage ${stage} is not ready${late}, and the stages after it were not applied:`, unready),
      '',
      'What was applied is kept. When the cause is fixed, deploy again: it continues from here.',
    ];
  }
  const number = pruned.deleted > 0 ? [`Pruned: ${counted(pruned.deleted, 'object')}.`] : [];
  const left = listedNotDeleted(pruned, KEPT);
  if (!hints)
    return ['', `${dist.environment} is ready, but some objects that are no longer in dist could not be pruned.`, ...number, ...left];
  return ['', readyLine(dist, options.stages), ...number, ...left, ...formatHints(hints)];
}

/** `local is ready (17 objects).` */
function readyLine({ environment, stages }: Dist, names: readonly string[]): string {
  const number = selectStages(stages, names).reduce((sum, { objects }) => sum + objects.length, 0);
  const what = names.length === 0 ? environment : `${names.join(', ')} of ${environment}`;
  return `${what} ${names.length > 1 ? 'are' : 'is'} ready (${counted(number, 'object')}).`;
}

function formatHints({ urls, hosts, credentials }: AccessHints): string[] {
  return [
    ...(urls.length > 0 ? ['', 'Open in a browser:', ...urls.map((url) => `  ${url}`)] : []),
    ...(hosts.length > 0 ? ['', 'If DNS does not resolve these names, add to /etc/hosts:', ...hosts.map((host) => `  ${host}`)] : []),
    ...(credentials.length > 0 ? ['', 'Passwords are in:', ...credentials.map((secret) => `  ${secret}`)] : []),
  ];
}

/** Runs the checks of deploy, and a dry run of all objects on the API server. */
async function dryRun(session: Session, dist: Dist, options: Options): Promise<number> {
  await preflight(session, dist, selectStages(dist.stages, options.stages), options);
  const { compare } = await import('../../diff/compare');
  const comparisons = await compare(session, dist, options);
  const refused = comparisons.flatMap(({ object, refusal }) => (refusal === undefined ? [] : [{ object, reason: refusal }]));
  const kept = comparisons.flatMap(({ object, leftOver }) => (leftOver === undefined ? [] : [{ object, reason: leftOver }]));
  const results = { none: 'unchanged', created: 'created', changed: 'configured', removed: 'pruned' } as const;
  for (const { stage, object, difference, refusal, leftOver, warnings = [] } of comparisons) {
    if (refusal === undefined && leftOver === undefined)
      session.reporter.line({ type: 'applied', stage, object, result: results[difference.kind], message: 'dry run' });
    for (const message of warnings) session.reporter.line({ type: 'warning', stage, object, message });
  }
  session.reporter.end();
  const summary = `Dry run of ${counted(comparisons.length, 'object')}: nothing was changed.`;
  if (options.json) printJson({ type: 'result', dryRun: true, refused, kept });
  else print([...listed(KEPT, kept), ...listed('The API server would refuse:', refused), '', summary].join('\n'));
  return refused.length === 0 ? 0 : 1;
}
