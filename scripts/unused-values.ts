/**
 * Lists values that this program gives to a chart and that change nothing, for maintainers: `npm run unused-values -- cvat`. The chart must be
 * vendored (npm run charts:pull).
 */
import { HelmError } from './charts/helm';
import { print } from './print';
import { releasesNamed } from './charts/releases';
import { runScript } from './run-script';
import { unusedValues } from './charts/unused-values';

const KUBE_VERSION = '1.33.0';

function main(names: readonly string[]): number {
  const releases = releasesNamed(names);
  if (typeof releases === 'string') return print(process.stderr, `${releases}\n`, 2);
  let found = 0;
  for (const { environment, release } of releases) {
    try {
      const unused = unusedValues(release, KUBE_VERSION);
      found += unused.length;
      process.stdout.write(
        `${environment}/${release.name}: ${unused.length} values change nothing\n${unused.map((field) => `  ${field}\n`).join('')}`,
      );
    } catch (error) {
      if (!(error instanceof HelmError)) throw error;
      return print(process.stderr, `${environment}/${release.name}: ${error.message}\n`, 1);
    }
  }
  return found === 0 ? 0 : 1;
}

runScript(() => main(process.argv.slice(2)));
