// One service per data folder: a file that names the process which has it open.
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pid } from 'node:process';

export interface Lock {
  release(): void;
}

/** Takes the lock, also from a process that is gone. Undefined while another one lives. */
export function takeLock(file: string): Lock | undefined {
  const own = `${file}.${pid}`;
  writeFileSync(own, JSON.stringify({ pid, born: bornAt(pid) }), { mode: 0o600 });
  try {
    // A link appears with its content: nobody can read a lock half written and think its holder gone.
    if (!linked(own, file)) {
      if (isHeld(file)) return undefined;
      rmSync(file, { force: true });
      if (!linked(own, file)) return undefined;
    }
    return { release: () => rmSync(file, { force: true }) };
  } finally {
    rmSync(own, { force: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isHeld(file: string): boolean {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; born: string };
    process.kill(holder.pid, 0);
    // The number alone may have gone to another process since.
    return bornAt(holder.pid) === holder.born;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The moment a process started, in ticks since boot; empty where the system does not say. */
function bornAt(process: number): string {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
