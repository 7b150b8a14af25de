import { defaultPassword } from '../../../review/rules/default-password';
import { findings, helmChart } from '../support';

const chart = (values: string): ReturnType<typeof helmChart> => helmChart({ chart: 'cvat-helm', valuesContent: values });
const [open, closed] = [chart('superUser: { create: true }'), chart('superUser: { create: false }')];

test("reports that a chart's default password is used now, and not that it is replaced", () => {
  expect(findings(defaultPassword, [closed], [open])).toEqual([
    expect.stringMatching(
      /^spec\.valuesContent: superUser\.initialPassword \| The chart's public default is the password of CVAT's first superuser/,
    ),
  ]);
  expect(findings(defaultPassword, [open], [closed])).toEqual([]);
});

test('says nothing about a default that was used before', () => {
  expect(findings(defaultPassword, [open], [chart('superUser: { create: true }\nreplicas: 2')])).toEqual([]);
});
