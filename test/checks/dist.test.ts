import fc from 'fast-check';
import type { Stage } from '../../manifests/stage';
import { formatKey, keyOf } from '../../manifests/manifest';
import { check } from '../../checks/check';
import { holds, isDeep } from '../properties';
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

  const ways: [string, (name: string) => string][] = [
    ['is one letter too long', (name) => `${name}x`],
    ['is one letter too short', (name) => name.slice(1)],
    ['has a wrong letter', (name) => name.replace(/.$/, (last) => (last === 'z' ? 'y' : 'z'))],
  ];

  test.each(ways)('finds every reference whose name %s', (way, rename) => {
    // `deep` tries every way with every reference; `npm test` one way with every second one.
    const some = all.filter((_edit, index) => isDeep || (index % 2 === 0 && ways[(index / 2) % ways.length]?.[0] === way));
    expect(some.filter((edit) => !isFound(applied(stages, edit, rename))).map(({ what }) => what)).toEqual([]);
  });

  test('finds any reference that is renamed to another name', () => {
    const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/).map((text) => `new-${text}`);
    holds(fc.property(fc.constantFrom(...all), label, (edit, name) => isFound(applied(stages, edit, () => name))));
  });
});

const editsOf = Object.fromEntries(environments.map(([folder, stages]) => [folder, edits(stages).map(({ what }) => what)]));

/** The properties above prove nothing without edits. These were written down before there was a rule. */
test.each([
  ['dist', 'Secret my-postgres-pguser-cvat: itself Secret cvat/my-postgres-pguser-cvat: database, username, without database'],
  ['dist', 'Secret my-postgres-pguser-cvat: removed'],
  ['dist', 'Secret my-postgres-pguser-cvat: metadata.name renamed'],
  ['dist', 'PostgresCluster my-postgres: makes Service cvat/my-postgres-primary, renamed'],
  ['dist', 'HelmChart cvat: values postgresql.secret.name'],
  ['dist', 'HelmChart cvat: values postgresql.external.host'],
  ['dist', 'HelmChart cvat: values ingress.className'],
  ['dist', 'HelmChart cvat: reads Service cvat/my-postgres-primary, moved'],
  ['dist', 'CustomResourceDefinition postgresclusters.postgres-operator.crunchydata.com: removed'],
  ['dist', 'CustomResourceDefinition postgresclusters.postgres-operator.crunchydata.com: spec.versions.0.name renamed'],
  ['dist', 'Namespace cvat: removed'],
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
  expect(editsOf[folder]).toContain(what);
});

function words(stages: readonly Stage[]): string[] {
  return check(stages).map(({ rule, field, message }) => `${rule} ${field} ${message}`);
}
