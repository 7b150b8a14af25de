/** As the shell says it of a program that SIGPIPE has ended. Node ignores that signal. */
const BROKEN_PIPE = 141;

/** Ends quietly when nobody reads on: `npm run status | head -1`. */
export function endWithReader(stream: NodeJS.EventEmitter, exit: (code: number) => void): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    exit(BROKEN_PIPE);
  });
}
