/** Prints a text and returns the exit code of the command. */
export function print(stream: NodeJS.WriteStream, text: string, code: number): number {
  stream.write(text);
  return code;
}
