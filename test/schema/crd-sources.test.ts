import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '../../manifests/sha256';
import { crdCache, type CrdSource, crdSources, findCrds, readCrd } from '../../scripts/crd-sources';

const source: CrdSource = {
  file: 'widgets-v1.0.0/widgets.yaml',
  repository: 'example/widgets',
  tag: 'v1.0.0',
  path: 'crds/widgets.yaml',
  sha256: sha256('kind: Widget\n'),
};

describe('The CRDs of other projects', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'crds-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (file: string, content: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  };

  it('are each in the table once, of an exact version, with a checksum', () => {
    expect(new Set(crdSources.map(({ file }) => file)).size).toBe(crdSources.length);
    for (const { file, tag, sha256: sum } of crdSources) {
      expect(sum).toMatch(/^[0-9a-f]{64}$/);
      expect(tag).toMatch(/^v\d+\.\d+\.\d+$/);
      expect(dirname(file).endsWith(tag)).toBe(true);
    }
  });

  it('are looked for in CRDS_DIR first, even when that has none of them', () => {
    expect(findCrds({ CRDS_DIR: folder, XDG_CACHE_HOME: folder })).toEqual({ folder, from: 'CRDS_DIR' });
  });

  it('are looked for in the cache then, when that has all of them', () => {
    for (const { file } of crdSources) put(join('third-party-platform', 'crds', file), '');
    expect(findCrds({ XDG_CACHE_HOME: folder })).toEqual({ folder: join(folder, 'third-party-platform', 'crds'), from: 'cache' });
  });

  it('are missing when there is neither, with the way to get them', () => {
    expect(findCrds({ CRDS_DIR: '', XDG_CACHE_HOME: folder })).toEqual({
      missing: expect.stringMatching(/^no upstream CRDs found: run "npm run fetch-crds" once, or set CRDS_DIR/) as string,
    });
  });

  it('are missing when the cache is of an older table, and say which', () => {
    const [first, ...others] = crdSources;
    for (const { file } of others) put(join('third-party-platform', 'crds', file), '');
    expect(findCrds({ XDG_CACHE_HOME: folder })).toEqual({ missing: expect.stringContaining(`has no ${first?.file}:`) as string });
  });

  it('are cached in the home directory, unless XDG_CACHE_HOME is an absolute path', () => {
    const usual = join(homedir(), '.cache', 'third-party-platform', 'crds');
    expect([crdCache({}), crdCache({ XDG_CACHE_HOME: 'relative' }), crdCache({ XDG_CACHE_HOME: '' })]).toEqual([usual, usual, usual]);
  });

  it('are read as they were released', () => {
    put(source.file, 'kind: Widget\n');
    expect(readCrd(folder, source)).toBe('kind: Widget\n');
  });

  it('are not read when one has been changed', () => {
    put(source.file, 'kind: Gadget\n');
    expect(() => readCrd(folder, source)).toThrow(
      /widgets\.yaml is not the file of example\/widgets v1\.0\.0: its SHA-256 is .*fetch-crds/s,
    );
  });

  it('are a failure, not a reason to skip, when the folder lacks one', () => {
    expect(() => readCrd(folder, source)).toThrow(/widgets\.yaml is missing: the CRD of example\/widgets v1\.0\.0\..*fetch-crds/s);
  });
});
