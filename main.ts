import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Yaml } from 'cdk8s';
import { check } from './checks';
import { Platform } from './constructs/platform';
import type { Environment } from './constructs/platform';
import type { Problem } from './constructs/problem';
import { formatProblems, reportedProblems } from './constructs/problem';
import { defaultEnvironment, environments } from './environments';

export interface Synthesis {
  /** What there is to write: the path of each file below the output folder, and its content. */
  readonly files: ReadonlyMap<string, string>;
  /** Everything that is wrong with any environment. If there is anything, nothing may be written. */
  readonly problems: readonly Problem[];
}

/** Builds every environment. Nothing is written: see `write`. */
export function synthesize(all: Readonly<Record<string, Environment>> = environments): Synthesis {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [name, environment] of Object.entries(all)) {
    const platform = new Platform(name, environment);
    const stages = platform.stages();
    problems.push(...reportedProblems(platform).map((problem) => ({ environment: name, ...problem })));
    for (const { object, field, message, remedy } of check(stages)) {
      problems.push({ environment: name, path: object.path, field, message, remedy });
    }
    const folder = name === defaultEnvironment ? '' : name;
    for (const stage of stages) {
      // The document marker comes first, so that files can be joined: `cdk8s synth --stdout` does, and puts nothing in between.
      const header = `# Written by \`npm run synth\` from environments/${name}.ts: change that, not this.\n---\n`;
      files.set(join(folder, `${stage.name}.k8s.yaml`), header + Yaml.stringify(...stage.objects.map((object) => object.manifest)));
    }
  }
  return { files, problems };
}

/** Writes what was synthesized into a folder. */
export function write({ files }: Synthesis, folder: string): void {
  for (const [file, content] of files) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

if (require.main === module) {
  // The cdk8s CLI says where to write by this variable, as it does to every App.
  const folder = process.env['CDK8S_OUTDIR'] ?? 'dist';
  const synthesis = synthesize();
  if (synthesis.problems.length > 0) {
    process.stderr.write(`nothing was written: ${synthesis.problems.length} problem(s)\n\n${formatProblems(synthesis.problems)}`);
    process.exitCode = 1;
  } else {
    write(synthesis, folder);
  }
}
