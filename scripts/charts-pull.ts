import { ChartLockError, LOCK_FILE } from '../manifests/chart-lock';
import { HelmNotFound } from './charts/helm';
import { pullCharts } from './charts/pull-charts';
import { allReleases } from './charts/releases';

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
  if (args.includes('--help') || args.includes('-h')) return write(process.stdout, HELP, 0);
  const names = args.filter((arg) => !arg.startsWith('-'));
  const unknownOption = args.find((arg) => arg.startsWith('-') && arg !== '--again');
  if (unknownOption !== undefined) return write(process.stderr, `charts:pull has no option ${unknownOption}.\n\n${HELP}`, 2);

  const releases = allReleases();
  const known = new Set(releases.map(({ release }) => release.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    return write(process.stderr, `No environment has a release ${unknown.join(', ')}. There are: ${[...known].sort().join(', ')}.\n`, 2);
  }
  const sources = releases.filter(({ release }) => names.length === 0 || names.includes(release.name)).map(({ release }) => release.chart);
  try {
    const failures = await pullCharts(sources, {
      again: args.includes('--again'),
      report: (line) => void process.stdout.write(`${line}\n`),
    });
    if (failures.length === 0) return write(process.stdout, `\nAll charts are in charts/. Next: git add charts\n`, 0);
    return write(
      process.stderr,
      `\n${failures.map(({ source, reason }) => `${source}\n  ${reason.replaceAll('\n', '\n  ')}\n`).join('\n')}`,
      1,
    );
  } catch (error) {
    if (!(error instanceof HelmNotFound || error instanceof ChartLockError)) throw error;
    return write(process.stderr, `${error.message}\n`, 1);
  }
}

function write(stream: NodeJS.WriteStream, text: string, code: number): number {
  stream.write(text);
  return code;
}

if (require.main === module) void main().then((code) => (process.exitCode = code));
