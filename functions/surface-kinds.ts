// What there is to say of a function: what it answers or is rung by, what it may touch, and the sizes and grants that
// several share.
export type KeyRing = 'signing' | 'links' | 'clients' | 'cursors';

interface Grants {
  memoryMb: number;
  timeoutSeconds: number;
  table: 'read' | 'write' | 'none';
  /**
   * May touch the partitions that hold credentials, links and sessions, or those of sessions alone; all others are denied
   * them by policy.
   */
  secretPartition: boolean | 'sessions';
  keyRings: readonly KeyRing[];
}

/** A limit of one route for the whole deployment, above normal use: it caps cost. Per-source limits are in the code. */
export interface Throttle {
  route: string;
  ratePerSecond: number;
  burst: number;
}

export interface HttpSurface extends Grants {
  kind: 'http';
  name: string;
  /** File under functions/ that exports `handler`. */
  entry: string;
  /** `/v1/users` means that path and everything under it; `POST /v1/me/password` is that route alone. */
  mounts: readonly string[];
  throttled?: readonly Throttle[];
  /**
   * Of a surface that speaks another system's language: where its paths begin. It also answers at the root of a host name
   * of its own. Its operations are documented in that system's terms, not in ours.
   */
  dialect?: string;
  reservedConcurrency?: 'sign-in';
}

/** What a worker is told of the table's stream: items of these kinds, when this happened to them. */
export interface StreamFilter {
  kinds: readonly string[];
  events: readonly ('INSERT' | 'MODIFY' | 'REMOVE')[];
}

interface WorkerFacts extends Grants {
  name: string;
  entry: string;
  sendsMail: boolean;
}

/** Rung by the table's stream. A stream has room for two of these. */
export interface StreamSurface extends WorkerFacts {
  kind: 'stream';
  reads: StreamFilter;
  /** Records handed over at once, at most. */
  batchSize: number;
}

export type WorkerSurface = StreamSurface | (WorkerFacts & { kind: 'schedule' | 'mail-feedback' });

export type Surface = HttpSurface | WorkerSurface;

export const plain = { memoryMb: 512, timeoutSeconds: 15 };
/** 1,769 MB is one whole vCPU: argon2id takes three times as long on a third of one. */
export const hashing = { memoryMb: 1769, timeoutSeconds: 20 };
export const withSecrets = { table: 'write', secretPartition: true } as const;
export const withoutSecrets = { table: 'write', secretPartition: false } as const;
export const oncePerPerson = { ratePerSecond: 50, burst: 100 };
