// A child process that cannot outlive this one, however this one ends: a shell between the two waits for its standard
// input to close, which the kernel does even for a parent that was killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface Child {
  /** Resolves when the process has ended, to its exit code. */
  ended: Promise<number | null>;
  /** What it wrote to standard error, its last few thousand characters. */
  complaint(): string;
  stop(): Promise<void>;
}

// Job control is off, so a process in the background reads /dev/null unless its input is named. The shell may want to
// complain about a killed child to a parent that is gone.
const GUARD = `
trap '' PIPE
remove=$1; shift
exec 3<&0
"$@" 3<&- & child=$!
( cat <&3 >/dev/null 2>&1; kill -9 $child 2>/dev/null ) & watcher=$!
wait $child; code=$?
kill $watcher 2>/dev/null
[ -n "$remove" ] && rm -rf -- "$remove"
exit $code
`;

/** Starts a command under guard. `remove` is a folder to delete once it has ended. */
export function guardedChild(command: string, args: readonly string[], remove = ''): Child {
  const shell = spawn('/bin/sh', ['-c', GUARD, 'guard', remove, command, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // Out of the terminal's process group: Ctrl-C is for this process, which then ends the child in its own order.
    detached: true,
  });
  let complaint = '';
  shell.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-4000);
  });
  const ended = once(shell, 'exit').then(([code]) => code as number | null);
  // Neither keeps the event loop alive.
  shell.unref();
  unref(shell.stdin);
  unref(shell.stderr);
  shell.stdin.on('error', () => undefined);
  return {
    ended,
    complaint: () => complaint.trim(),
    async stop() {
      shell.ref();
      shell.stdin.destroy();
      await ended;
    },
  };
}

const unref = (stream: object) => (stream as { unref?(): void }).unref?.();
