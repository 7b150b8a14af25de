/** An error that the user can fix. Only its message is printed, without a stack trace; the exit code is 2 unless another is given. */
export class CommandProblem extends Error {
  override readonly name = 'CommandProblem';

  constructor(
    message: string,
    readonly exitCode = 2,
  ) {
    super(message);
  }
}
