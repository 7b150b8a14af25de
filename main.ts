import { formatProblems } from './constructs/problem';
import { defaultEnvironment, environments } from './environments';
import * as synthesis from './synthesis';

/** Builds every environment of environments/. Nothing is written. */
export function synthesize(): synthesis.Synthesis {
  return synthesis.synthesize(environments, defaultEnvironment);
}

if (require.main === module) {
  // The cdk8s CLI says where to write by this variable, as it does to every App.
  const folder = process.env['CDK8S_OUTDIR'] ?? 'dist';
  const result = synthesize();
  if (result.problems.length > 0) {
    process.stderr.write(`nothing was written: ${result.problems.length} problem(s)\n\n${formatProblems(result.problems)}`);
    process.exitCode = 1;
  } else {
    synthesis.write(result, folder);
  }
}
