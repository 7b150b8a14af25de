import { longName } from '../../../checks/rules/long-name';
import { findings, helmChart, object } from '../support';

const long = (length: number): string => 'x'.repeat(length);

test.each([
  ['CronJob', 52, 'its Jobs are called <name>-<11 digits of the time> and may have 63'],
  ['DaemonSet', 63, 'the names of its pods begin with it and are cut off after 63 characters'],
  ['Deployment', 63, 'the names of its pods begin with it and are cut off after 63 characters'],
  ['Job', 63, 'its pods carry it in the label job-name'],
  ['Namespace', 63, 'it is part of a host name, of which no part has more than 63 characters'],
  ['Pod', 63, 'it is part of a host name, of which no part has more than 63 characters'],
  ['PostgresCluster', 40, 'its CronJobs are called <name>-repo1-full and may have 52'],
  ['Service', 63, 'it is part of a host name, of which no part has more than 63 characters'],
  ['StatefulSet', 52, 'its pods carry <name>-<10 characters> in the label controller-revision-hash'],
])('limits the name of a %s to %i characters', (kind, longest, why) => {
  expect(findings(longName, object('any/v1', kind, long(longest)))).toEqual([]);
  expect(findings(longName, object('any/v1', kind, long(longest + 1)))).toEqual([
    `${kind} ${long(longest + 1)} metadata.name | must have at most ${longest} characters, because ${why}; got ${longest + 1}: "${long(longest + 1)}". | Use a shorter name.`,
  ]);
});

test('limits the name of a release to what its delivery can install', () => {
  const flux = (releaseName: string): ReturnType<typeof object> =>
    object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'flux-system/a', { spec: { releaseName } });
  expect(findings(longName, helmChart({}, {}, long(50)), flux(long(53)))).toEqual([]);
  expect(findings(longName, helmChart({}, {}, long(51)), flux(long(54)))).toEqual([
    `HelmChart ${long(51)} metadata.name | must have at most 50 characters, because its Job is called helm-install-<name> and may have 63; got 51: "${long(51)}". | Use a shorter name.`,
    `HelmRelease flux-system/a spec.releaseName | must have at most 53 characters, because Helm accepts no longer name of a release; got 54: "${long(54)}". | Use a shorter name.`,
  ]);
});

test('does not limit names of other kinds', () => {
  expect(findings(longName, object('v1', 'Secret', long(253)))).toEqual([]);
});

test("limits a label's value to 63 characters", () => {
  const labelled = (value: string): ReturnType<typeof object> => {
    const { metadata, ...rest } = object('v1', 'Secret', 'a');
    return { ...rest, metadata: { ...metadata, labels: { environment: value } } };
  };
  expect(findings(longName, labelled(long(63)))).toEqual([]);
  expect(findings(longName, labelled(long(64)))).toEqual([
    `Secret a metadata.labels.environment | must have at most 63 characters, because it is the value of a label; got 64: "${long(64)}". | Use a shorter value.`,
  ]);
});
