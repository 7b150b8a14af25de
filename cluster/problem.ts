/** What the person who runs a command can remedy: its message is all that is shown, and the command ends with code 2, or the one given. */
export class CommandProblem extends Error {
  override readonly name = 'CommandProblem';

  constructor(
    message: string,
    readonly exitCode = 2,
  ) {
    super(message);
  }
}
