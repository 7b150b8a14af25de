import { newRegistry } from '../../../review/rules/new-registry';
import { deployment, findings, helmChart } from '../support';

const known = deployment({ image: 'ghcr.io/team/program:1.2.3' });
const other = deployment({ image: 'registry.example.org/team/program:1.2.3' });

test('reports an image from a registry that is new, in both directions', () => {
  expect(findings(newRegistry, [known], [other])).toEqual(['New registry registry.example.org: registry.example.org/team/program.']);
  expect(findings(newRegistry, [other], [known])).toEqual(['New registry ghcr.io: ghcr.io/team/program.']);
});

test('accepts another image from a registry of the environment', () => {
  expect(findings(newRegistry, [known], [known, deployment({ image: 'ghcr.io/team/second:1.0.0' }, {}, 'second')])).toEqual([]);
});

test('an image without a registry is from Docker Hub', () => {
  expect(findings(newRegistry, [known], [deployment({ image: 'cvat/server:v2.73.0' })])).toEqual(['New registry docker.io: cvat/server.']);
});

test("reports the registry of a chart, and of an image in a chart's values", () => {
  const chart = helmChart({
    chart: 'oci://charts.example.org/a/program',
    valuesContent: 'image: { registry: images.example.org, repository: a/b, tag: 1.0.0 }',
  });
  expect(findings(newRegistry, [], [chart])).toEqual([
    'New registry charts.example.org: chart program.',
    'New registry images.example.org: images.example.org/a/b.',
  ]);
});
