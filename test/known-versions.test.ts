import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { environments } from '../environments';
import { Platform, type Environment } from '../constructs/platform';
import { EnvironmentObjects } from '../manifests/environment-objects';
import { ACKNOWLEDGED, KNOWN_VERSIONS } from './known-versions';
import { environments as fixtures } from './fixtures/environments';

/** One of the few tests that read environments/: the versions there are what it is about. */

const ROOT = join(__dirname, '..');

/** The known charts of an environment in versions that no facts are about, as `cvat 2.74.0`. */
function unknownVersions(environment: Environment, acknowledged = ACKNOWLEDGED): string[] {
  const objects = new EnvironmentObjects(new Platform('test', environment).stages());
  return objects.objects.flatMap((object) => {
    const { chartName, version = '' } = objects.releaseOf(object) ?? {};
    const known = KNOWN_VERSIONS.find(({ chart }) => chart === chartName);
    const label = `${chartName} ${version}`;
    return known === undefined || satisfies(version, known.versions) || acknowledged[label] !== undefined ? [] : [label];
  });
}

test.each(Object.entries(environments))(
  'the charts of %s have the versions that this repository states facts about',
  (_name, environment) => {
    const unknown = unknownVersions(environment);
    if (unknown.length === 0) return;
    throw new Error(
      `${unknown.join(', ')}: must be a version that the facts in this repository are about. Compare the files that test/known-versions.ts ` +
        'lists with the new version (docs/upgrading.md), and change the version there or acknowledge it.',
    );
  },
);

describe('another version', () => {
  const { local, production } = fixtures as { local: Environment; production: Environment };
  const newer = { ...local.cvat, version: '2.74.0' } as NonNullable<Environment['cvat']>;

  test('is found in every delivery, unless it is acknowledged', () => {
    for (const environment of [local, production]) {
      expect(unknownVersions(environment)).toEqual([]);
      expect(unknownVersions({ ...environment, cvat: newer }, {})).toEqual(['cvat 2.74.0']);
      expect(unknownVersions({ ...environment, cvat: newer }, { 'cvat 2.74.0': 'read' })).toEqual([]);
    }
    const postgresOperator = { namespace: 'crunchy-pgo', version: '6.0.3' };
    expect(unknownVersions({ ...local, postgresOperator }, {})).toEqual(['pgo 6.0.3']);
  });
});

test('every file with facts exists, and CONTRIBUTING.md names it', () => {
  const contributing = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  for (const file of KNOWN_VERSIONS.flatMap(({ files }) => files)) {
    expect([file, existsSync(join(ROOT, file))]).toEqual([file, true]);
    expect(contributing).toContain(`\`${file}\``);
  }
});
