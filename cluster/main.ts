import { type Command, HELP } from './cli/help';
import { parseOptions } from './cli/options';
import { CommandProblem } from './problem';

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (!options) {
    process.stdout.write(HELP[process.argv[2] as Command]);
    return 0;
  }
  // Loaded here: --help and wrong options need nothing of it, and take half the time without.
  const { run } = await import('./cli/run');
  return run(options);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = error instanceof CommandProblem;
    const text = known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${text.trimEnd()}\n`);
    process.exit(known ? error.exitCode : 2);
  },
);
