import { formatProblems } from './constructs/problem';
import { defaultEnvironment, environments } from './environments';
import { runScript } from './scripts/run-script';
import * as synthesis from './synthesis';

/** Builds every environment of environments/. Nothing is written. */
export function synthesize(): synthesis.Synthesis {
  return synthesis.synthesize(environments, defaultEnvironment);
}

function main(): number {
  // The cdk8s CLI says where to write by this variable, as it does to every App.
  const folder = process.env['CDK8S_OUTDIR'] ?? 'dist';
  const result = synthesize();
  if (result.problems.length > 0) {
    process.stderr.write(`nothing was written: ${result.problems.length} problem(s)\n\n${formatProblems(result.problems)}`);
    return 1;
  }
  synthesis.write(result, folder);
  return 0;
}

if (require.main === module) runScript(main);
