import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compareFolder, replaceFolder } from '../../scripts/replace-folder';

let parent: string;
let dist: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'replace-folder-'));
  dist = join(parent, 'dist');
});
afterEach(() => rmSync(parent, { recursive: true }));

function put(files: Record<string, string>): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    writeFileSync(join(dist, file), content);
  }
}

/** Everything beside and in the folder: leftovers would show. */
function everything(): Record<string, string> {
  const files = readdirSync(parent, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(parent, file)).isFile());
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(parent, file), 'utf8')]));
}

function files(content: Record<string, string>): Map<string, string> {
  return new Map(Object.entries(content));
}

describe('replacing', () => {
  test('a folder that is not there makes it, with the folders below it', () => {
    replaceFolder(dist, files({ '10-a.k8s.yaml': 'a', 'tutorial/10-a.k8s.yaml': 'b' }));
    expect(everything()).toEqual({ 'dist/10-a.k8s.yaml': 'a', 'dist/tutorial/10-a.k8s.yaml': 'b' });
  });

  test('files that are no longer written are gone, and so are their folders', () => {
    put({ '10-a.k8s.yaml': 'old', '20-b.k8s.yaml': 'b', 'staging/10-a.k8s.yaml': 'c' });
    replaceFolder(dist, files({ '10-a.k8s.yaml': 'new' }));
    expect(everything()).toEqual({ 'dist/10-a.k8s.yaml': 'new' });
    expect(readdirSync(dist)).toEqual(['10-a.k8s.yaml']);
  });

  test('a file that cannot be written leaves the old folder whole, and nothing beside it', () => {
    put({ '10-a.k8s.yaml': 'old', '20-b.k8s.yaml': 'b' });
    // A file cannot be a folder as well: the second write fails after the first has succeeded.
    const impossible = files({ '10-a.k8s.yaml': 'new', '10-a.k8s.yaml/below.k8s.yaml': 'never' });
    expect(() => replaceFolder(dist, impossible)).toThrow();
    expect(everything()).toEqual({ 'dist/10-a.k8s.yaml': 'old', 'dist/20-b.k8s.yaml': 'b' });
  });

  test('a swap that fails puts the old folder back', () => {
    put({ '10-a.k8s.yaml': 'old' });
    // Nothing was written, so there is no folder to swap in.
    expect(() => replaceFolder(dist, new Map())).toThrow('ENOENT');
    expect(everything()).toEqual({ 'dist/10-a.k8s.yaml': 'old' });
    expect(readdirSync(parent)).toEqual(['dist']);
  });

  test.each(['README.md', 'tutorial/notes.txt', 'kustomization.yaml'])('a foreign file is never deleted: %s', (foreign) => {
    put({ '10-a.k8s.yaml': 'old', [foreign]: 'mine' });
    expect(() => replaceFolder(dist, files({ '10-a.k8s.yaml': 'new' }))).toThrow(
      `${dist}/: must have only files of synth; got ${foreign}. Move them to another folder.`,
    );
    expect(everything()).toEqual({ 'dist/10-a.k8s.yaml': 'old', [`dist/${foreign}`]: 'mine' });
  });
});

describe('comparing', () => {
  test('finds what differs, what is missing and what should not be there, in alphabetical order', () => {
    put({ 'same.k8s.yaml': 'a', 'other.k8s.yaml': 'b', 'tutorial/gone.k8s.yaml': 'c' });
    const wanted = files({ 'same.k8s.yaml': 'a', 'other.k8s.yaml': 'B', 'new.k8s.yaml': 'd' });
    expect(compareFolder(dist, wanted)).toEqual(['new.k8s.yaml', 'other.k8s.yaml', 'tutorial/gone.k8s.yaml']);
  });

  test('finds nothing after replacing', () => {
    const wanted = files({ 'a.k8s.yaml': 'ä\n', 'tutorial/b.k8s.yaml': '' });
    replaceFolder(dist, wanted);
    expect(compareFolder(dist, wanted)).toEqual([]);
  });

  test('a folder that is not there lacks everything', () => {
    expect(compareFolder(dist, files({ 'a.k8s.yaml': '' }))).toEqual(['a.k8s.yaml']);
  });
});
