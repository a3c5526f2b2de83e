// One JSON line per request or job. Secrets cannot get in: only the fields of LogLine can be written, and none of them
// holds a body, a query, a header or an address.

export interface LogLine {
  level: 'info' | 'warn' | 'error';
  message: string;
  requestId?: string;
  route?: string;
  status?: number;
  ms?: number;
  code?: string;
  principal?: string;
  orgId?: string;
  userId?: string;
  letterId?: string;
  letterKind?: string;
  jobId?: string;
  jobKind?: string;
  state?: string;
  count?: number;
  /** Name, message and stack of an unexpected error; request data must never be part of a message. */
  error?: { name: string; message: string; stack?: string };
}

export type Log = (line: LogLine) => void;

export const stdoutLog: Log = (line) => {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
};

export function describeError(error: unknown): NonNullable<LogLine['error']> {
  if (!(error instanceof Error)) return { name: typeof error, message: 'a value that is no Error was thrown' };
  const { name, message, stack } = error.cause instanceof Error ? error.cause : error;
  return { name, message, ...(stack && { stack }) };
}
