import { ChartLockError } from '../manifests/chart-lock';
import { findingsInReviewFile } from './charts/chart-findings';
import { HelmError } from './charts/helm';
import { print } from './print';
import { releasesNamed } from './charts/releases';
import { renderForReview } from './charts/render-chart';
import { runScript } from './run-script';

const DEFAULT_KUBE_VERSION = '1.33.0';

const HELP = `npm run charts:render -- release ... [--kube-version 1.33.0]

Writes what the vendored charts of these releases make of each environment's values to charts/<release>/rendered/<environment>.yaml. Commit the files:
a pull request then shows what a new version of a chart changes. They are not applied. What a chart makes up each time, and what is in Secrets,
is left out. Releases of the delivery rendered() need none of this: their objects are in dist.
Prints what the checks find in the chart's objects: versions of images that are not pinned, rights on everything (RBAC), and pods that do not meet
the Pod Security Standard "restricted". The chart's authors decide about these: they are no problems of synth.

  release         the name of a release in an environment: cvat, pgo
  --kube-version  the Kubernetes version that the charts are rendered for. Default: ${DEFAULT_KUBE_VERSION}

Exit code: 0 written, 1 a chart is not vendored or cannot be rendered, 2 wrong usage.
`;

function main(): number {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) return print(process.stdout, HELP, 0);
  const option = args.indexOf('--kube-version');
  const kubeVersion = option < 0 ? DEFAULT_KUBE_VERSION : (args[option + 1] ?? '');
  const names = args.filter((_arg, index) => index !== option && (option < 0 || index !== option + 1));
  if (names.length === 0 || names.some((name) => name.startsWith('-')) || !/^\d+\.\d+\.\d+$/.test(kubeVersion)) {
    return print(process.stderr, HELP, 2);
  }
  const releases = releasesNamed(names);
  if (typeof releases === 'string') return print(process.stderr, `${releases}\n`, 2);
  let failures = 0;
  for (const release of releases) {
    try {
      const { file, warnings } = renderForReview(release, kubeVersion);
      const lines = [
        ...warnings.map((warning) => `  Helm warns: ${warning}`),
        ...findingsInReviewFile(file).map((finding) => `  the chart's: ${finding}`),
      ];
      process.stdout.write([file, ...lines, ''].join('\n'));
    } catch (error) {
      if (!(error instanceof HelmError || error instanceof ChartLockError)) throw error;
      failures++;
      process.stderr.write(`${release.environment}/${release.release.name}: ${error.message}\n`);
    }
  }
  return failures === 0 ? 0 : 1;
}

if (require.main === module) runScript(main);
