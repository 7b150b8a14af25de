import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CrdProblem, type CrdSource, crdSources, findCrds, storedName, storedPath } from '../../scripts/crd-sources';
import { importSchemas } from '../../scripts/import-schemas';
import { describeWithUpstream } from './schemas';

const [first] = crdSources as [CrdSource];

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

  describeWithUpstream('compared with the released CRDs', () => {
    test('is what npm run import writes', () => {
      const crds = findCrds();
      if ('missing' in crds) throw new CrdProblem(crds.missing);
      const differing = [...importSchemas(crds.folder)].filter(([name, text]) => readFileSync(`imports/${name}`, 'utf8') !== text);
      expect(differing.map(([name]) => name)).toEqual([]);
    });
  });
});
