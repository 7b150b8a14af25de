import { ChartLockError, LOCK_FILE } from '../manifests/chart-lock';
import { HelmNotFound } from './charts/helm';
import { print } from './print';
import { pullCharts } from './charts/pull-charts';
import { releasesNamed } from './charts/releases';
import { runScript } from './run-script';

const HELP = `npm run charts:pull [-- release ...] [-- --again]

Pulls the charts of every release, or of the named ones, into charts/ and records them in ${LOCK_FILE}: sha256, digest, subcharts, versions.
Commit both. A chart that is there and unchanged is not pulled again.

  release   the name of a release in an environment: cvat, pgo. Default: all
  --again   pull everything, to find charts that were published again with other content

Needs Helm (on PATH, or HELM names its program), and git for charts in git. Private repositories and registries work as Helm is configured:
helm repo add, helm registry login.

Exit code: 0 all charts are there, 1 a chart could not be pulled, 2 wrong usage.
`;

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) return print(process.stdout, HELP, 0);
  const names = args.filter((arg) => !arg.startsWith('-'));
  const unknownOption = args.find((arg) => arg.startsWith('-') && arg !== '--again');
  if (unknownOption !== undefined) return print(process.stderr, `charts:pull has no option ${unknownOption}.\n\n${HELP}`, 2);

  const releases = releasesNamed(names);
  if (typeof releases === 'string') return print(process.stderr, `${releases}\n`, 2);
  const sources = releases.map(({ release }) => release.chart);
  try {
    const failures = await pullCharts(sources, {
      again: args.includes('--again'),
      report: (line) => void process.stdout.write(`${line}\n`),
    });
    if (failures.length === 0) return print(process.stdout, `\nAll charts are in charts/. Next: git add charts\n`, 0);
    return print(
      process.stderr,
      `\n${failures.map(({ source, reason }) => `${source}\n  ${reason.replaceAll('\n', '\n  ')}\n`).join('\n')}`,
      1,
    );
  } catch (error) {
    if (!(error instanceof HelmNotFound || error instanceof ChartLockError)) throw error;
    return print(process.stderr, `${error.message}\n`, 1);
  }
}

if (require.main === module) runScript(main);
