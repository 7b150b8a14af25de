import fc from 'fast-check';
import { noiseOfObject } from '../../review/noise';
import { nameOf, objectName } from '../../review/object-change';
import { report } from '../../review/format/report';
import { text } from '../../review/format/text';
import { review } from '../../review/review';
import type { Manifest } from '../../manifests/manifest';
import { runs } from '../properties';
import { deployment, namespace, object, postgresCluster, secret, tree } from './support';

const label = fc.record({ 'helm.sh/chart': fc.constantFrom('a-1.0.0', 'a-1.1.0'), app: fc.constantFrom('a', 'b') });
const name = fc.constantFrom('a', 'b', 'c', 'd');

/** An object of one of several kinds, about which rules of every class have something to say. */
const manifest: fc.Arbitrary<Manifest> = fc
  .oneof(
    fc
      .record({ image: fc.constantFrom('a/b:1.0.0', 'a/b:2.0.0', 'c.org/a/b:1.0.0'), privileged: fc.boolean() })
      .map(({ image, privileged }) => deployment({ image, securityContext: { privileged } })),
    fc
      .constantFrom('1Gi', '1024Mi', '2Gi')
      .map((storage) => object('v1', 'PersistentVolumeClaim', 'cvat/a', { spec: { resources: { requests: { storage } } } })),
    fc
      .subarray(['get', 'list', 'delete'], { minLength: 1 })
      .map((verbs) =>
        object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'a', { rules: [{ apiGroups: [''], resources: ['secrets'], verbs }] }),
      ),
    fc.constantFrom(15, 16).map((postgresVersion) => postgresCluster({ postgresVersion })),
    fc
      .constantFrom('a', 'b')
      .map((image) =>
        object('batch/v1', 'Job', 'cvat/a', { spec: { template: { spec: { containers: [{ name: 'a', image: `a/${image}:1.0.0` }] } } } }),
      ),
    fc.constant(secret('cvat/a', 'password')),
    fc.constant(namespace('a')),
  )
  .chain((base) =>
    fc
      .record({ name, labels: label })
      .map(({ name: chosen, labels }) => ({ ...base, metadata: { ...base.metadata, name: chosen, labels } }) as Manifest),
  );

const idOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
const objects = fc.uniqueArray(manifest, { maxLength: 8, selector: idOf });

function holds(property: fc.IProperty<[Manifest[], Manifest[]]>): void {
  fc.assert(property, { seed: 1, numRuns: runs(2000) });
}

/** The names of everything that a review mentions, before and after. */
function named(before: readonly Manifest[], after: readonly Manifest[]): string[] {
  const { changes } = review(tree(before), tree(after));
  return changes.flatMap((change) => [change.before, change.after].flatMap((one) => (one ? [nameOf(one)] : []))).sort();
}

test('a version does not differ from itself', () => {
  fc.assert(
    fc.property(objects, (all) => {
      expect(review(tree(all), tree(structuredClone(all)))).toEqual({ findings: [], changes: [] });
    }),
    { seed: 1, numRuns: runs(2000) },
  );
});

test('a review is deterministic', () => {
  holds(
    fc.property(objects, objects, (before, after) => {
      const once = text(report(review(tree(before), tree(after)), 'base'));
      expect(text(report(review(tree(structuredClone(before)), tree(structuredClone(after))), 'base'))).toBe(once);
    }),
  );
});

test('every object that differs is in exactly one change, and no other object is', () => {
  holds(
    fc.property(objects, objects, (before, after) => {
      const { changes } = review(tree(before), tree(after));
      const byId = (all: readonly Manifest[]): Map<string, string> => new Map(all.map((one) => [idOf(one), JSON.stringify(one)]));
      const [old, next] = [byId(before), byId(after)];
      const different = [...new Set([...old.keys(), ...next.keys()])].filter((id) => old.get(id) !== next.get(id));
      const reported = changes.flatMap((change) => [
        ...new Set([change.before, change.after].flatMap((one) => (one ? [idOf(one.manifest)] : []))),
      ]);
      expect(reported.sort()).toEqual(different.sort());
    }),
  );
});

test('both directions name the same objects', () => {
  holds(
    fc.property(objects, objects, (before, after) => {
      expect(named(after, before)).toEqual(named(before, after));
    }),
  );
});

test('folding never hides an object with a finding: the report names its object, message and rule', () => {
  holds(
    fc.property(objects, objects, (before, after) => {
      const result = review(tree(before), tree(after));
      const written = text(report(result, 'base'));
      for (const { change, message, rule } of result.findings) {
        expect(written).toContain(message);
        expect(written).toContain(`[${rule}]`);
        // In the list of all changes, too.
        expect(written.slice(written.indexOf('All changes'))).toContain(objectName(change));
      }
      const folded = result.changes.filter(
        (change) => noiseOfObject(change).length > 0 && !result.findings.some((finding) => finding.change === change),
      );
      const listed = written.split('\n').filter((line) => /^ {4}(?:added|removed|renamed|changed|moved) /.test(line));
      expect(listed.length + folded.length).toBe(result.changes.length);
    }),
  );
});
