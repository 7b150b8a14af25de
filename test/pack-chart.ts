import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';

/** Writes a packaged chart with these files, as `helm package` lays them out. */
export function packChart(file: string, files: Readonly<Record<string, string | Buffer>>): string {
  const root = mkdtempSync(join(tmpdir(), 'chart-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, 'app', path)), { recursive: true });
    writeFileSync(join(root, 'app', path), content);
  }
  create({ file, cwd: root, gzip: true, sync: true, portable: true }, ['app']);
  rmSync(root, { recursive: true });
  return file;
}
