import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { satisfies, subset } from 'semver';
import {
  CrdProblem,
  type CrdSource,
  crdSources,
  findCrds,
  readCrd,
  sameWithoutProse,
  storedName,
  storedPath,
} from '../../scripts/crd-sources';
import { importSchemas, schemaFile } from '../../scripts/import-schemas';
import { KNOWN_VERSIONS } from '../known-versions';
import { describeWithUpstream } from './schemas';

const [first] = crdSources as [CrdSource];

function folderOfCrds(): string {
  const crds = findCrds();
  return 'folder' in crds ? crds.folder : '';
}

describe('imports/schemas/', () => {
  test('has one file for each CRD', () => {
    expect(readdirSync(dirname(storedPath(first))).sort()).toEqual(crdSources.map(storedName).sort());
  });

  test.each(crdSources.map((source) => [storedName(source), source] as const))(
    'says that %s is generated, and has no prose',
    (_, source) => {
      const text = readFileSync(storedPath(source), 'utf8');
      const { metadata } = JSON.parse(text) as { metadata: { annotations: Record<string, string> } };
      expect(metadata.annotations['platform.kapernikov.com/generated']).toBe(
        `by npm run import; do not edit. From https://github.com/${source.repository}, ${source.tag}, ${source.path} (SHA-256 ${source.sha256}), ` +
          'without descriptions. Licensed under the Apache License 2.0, http://www.apache.org/licenses/LICENSE-2.0.',
      );
      expect(text).not.toMatch(/"description":"/);
    },
  );

  test("has PGO's CRDs of the releases that this repository states facts about", () => {
    const releases = new Set(crdSources.filter(({ repository }) => repository.startsWith('CrunchyData/')).map((source) => source.releases));
    const [pgo] = KNOWN_VERSIONS.filter(({ chart }) => chart === 'pgo');
    expect([...releases].map((range) => subset(range ?? '*', pgo?.versions ?? ''))).toEqual([true]);
    for (const { tag, releases: range } of crdSources) if (range !== undefined) expect(satisfies(tag, range)).toBe(true);
    for (const { tag } of sameWithoutProse) expect(satisfies(tag, [...releases][0] ?? '')).toBe(true);
  });

  describeWithUpstream('compared with the released CRDs', () => {
    test('is what npm run import writes', () => {
      const crds = findCrds();
      if ('missing' in crds) throw new CrdProblem(crds.missing);
      const differing = [...importSchemas(crds.folder)].filter(([name, text]) => readFileSync(`imports/${name}`, 'utf8') !== text);
      expect(differing.map(([name]) => name)).toEqual([]);
    });

    test('has the schemas of the other releases as well, as far as they were fetched', () => {
      const fetched = sameWithoutProse.filter(({ file }) => existsSync(join(folderOfCrds(), file)));
      for (const source of fetched) {
        const stored = crdSources.find((other) => storedName(other) === storedName(source)) as CrdSource;
        const { spec } = JSON.parse(schemaFile(source, readCrd(folderOfCrds(), source))) as { spec: unknown };
        expect(spec).toEqual((JSON.parse(readFileSync(storedPath(stored), 'utf8')) as { spec: unknown }).spec);
      }
    });
  });
});
