import fc from 'fast-check';
import type { Stage } from '../../manifests/stage';
import { formatKey, keyOf } from '../../manifests/manifest';
import { check } from '../../checks/check';
import { holds } from '../properties';
import { readDist } from './dist';
import { applied, edits } from './edits';

const environments = Object.entries(readDist());

/** What is found without any edit, and which environment acknowledges it. */
const KNOWN: Readonly<Record<string, string[]>> = {
  'dist/tutorial': ['default-password HelmChart kube-system/cvat spec.valuesContent: superUser.initialPassword'],
};

test.each(environments)('%s has no findings but those that it acknowledges', (folder, stages) => {
  const found = check(stages).map(({ rule, object, field }) => `${rule} ${formatKey(keyOf(object.manifest))} ${field}`);
  expect(found).toEqual(KNOWN[folder] ?? []);
});

describe.each(environments)('in %s', (_, stages) => {
  const before = new Set(words(stages));
  const isFound = (after: readonly Stage[]): boolean => words(after).some((finding) => !before.has(finding));
  const all = edits(stages);

  test.each([
    ['has one letter too many', (name: string) => `${name}x`],
    ['has one too few', (name: string) => name.slice(1)],
    ['has a wrong one', (name: string) => name.replace(/.$/, (last) => (last === 'z' ? 'y' : 'z'))],
  ])('every reference that is edited is found, where the name %s', (_how, rename) => {
    expect(all.filter((edit) => !isFound(applied(stages, edit, rename))).map(({ what }) => what)).toEqual([]);
  });

  test('any reference that is edited is found, whatever it is called instead', () => {
    const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/).map((text) => `new-${text}`);
    holds(fc.property(fc.constantFrom(...all), label, (edit, name) => isFound(applied(stages, edit, () => name))));
  });
});

/** So that the property is about something: these are edits that were thought of before there was a rule. */
test.each([
  ['dist', 'Secret my-postgres-pguser-cvat: itself Secret cvat/my-postgres-pguser-cvat: database, username, without database'],
  ['dist', 'Secret my-postgres-pguser-cvat: taken away'],
  ['dist', 'Secret my-postgres-pguser-cvat: metadata.name renamed'],
  ['dist', 'PostgresCluster my-postgres: makes Service cvat/my-postgres-primary, renamed'],
  ['dist', 'HelmChart cvat: values postgresql.secret.name'],
  ['dist', 'HelmChart cvat: values postgresql.external.host'],
  ['dist', 'HelmChart cvat: values ingress.className'],
  ['dist', 'HelmChart cvat: reads Service cvat/my-postgres-primary, moved'],
  ['dist', 'HelmChart pgo: taken away'],
  ['dist', 'Namespace cvat: taken away'],
  ['dist', 'Ingress cvat-closed-registration: spec.rules[0].http.paths[0].backend.service.name'],
  ['dist', 'ValidatingAdmissionPolicyBinding data-protection.platform.kapernikov.com: spec.policyName'],
  ['dist', 'AppUser john: group'],
  ['dist/production', 'HTTPRoute cvat: kind'],
  ['dist/production', 'HTTPRoute cvat: spec.parentRefs[0].name'],
  ['dist/production', 'HTTPRoute cvat: spec.parentRefs[0].namespace'],
  ['dist/production', 'PostgresCluster my-postgres: spec.backups.pgbackrest.configuration[0].secret.name'],
  ['dist/tutorial', 'HelmChart cvat: values ingress.clusterIssuer'],
  ['dist/tutorial', 'HelmChart cvat: spec.targetNamespace'],
])('%s: among the edits is %s', (folder, what) => {
  expect(edits(readDist()[folder] ?? []).map((edit) => edit.what)).toContain(what);
});

function words(stages: readonly Stage[]): string[] {
  return check(stages).map(({ rule, field, message }) => `${rule} ${field} ${message}`);
}
