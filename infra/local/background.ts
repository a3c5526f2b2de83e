// What goes on without a request: the stream feeds its workers, the schedules run theirs.
import { join } from 'node:path';
import type { StreamSurface } from '../../functions/surfaces/shape.ts';
import { workerSurfaces } from '../../functions/surfaces/workers.ts';
import type { LocalClock } from './clock.ts';
import type { DataFolder } from './data-folder.ts';
import { localAws } from './emulators.ts';
import type { Handlers } from './handlers.ts';
import type { Dynamo } from './local-dynamo.ts';
import { TRIM_AT_ONCE, trimStreamRecords } from './local-table.ts';
import { matchesFilter } from './stream-record.ts';
import { pollStream } from './streams.ts';
import { newSweeper } from './sweep.ts';

export interface Background {
  /** Says that something was committed: the stream is looked at without waiting for its turn. */
  poke(): void;
  /** Waits until everything committed before the call has been handed to the workers of the stream. */
  settle(): Promise<void>;
  /** Does what is due by the clock. */
  runDue(): Promise<void>;
  stop(): Promise<void>;
}

export interface BackgroundParts {
  handlers: Handlers;
  dynamo: Dynamo;
  folder: DataFolder;
  clock: LocalClock;
  onFault(message: string, error: unknown): void;
}

export function startBackground({ handlers, dynamo, folder, clock, onFault }: BackgroundParts): Background {
  const rung = workerSurfaces.filter((surface) => surface.kind === 'stream');
  const onProgress = trimmer(dynamo, rung);
  const pollers = rung.map(({ name, reads }) =>
    pollStream({
      client: localAws(dynamo.endpoint),
      tableName: dynamo.tableName,
      positionFile: join(folder.table, name === 'mailer' ? 'stream.json' : `stream-${name}.json`),
      filter: matchesFilter(reads),
      worker: (event) => handlers.work(name, event),
      deadLetter: (records, error) => onFault(`${name} gave up on ${records.length} stream record`, error),
      onProgress: (last) => onProgress(name, last),
      onFault: (error) => onFault(`stream of ${name}`, error),
    }),
  );
  const scheduled = workerSurfaces.filter((surface) => surface.kind === 'schedule');
  const schedules = scheduled.map(({ name }) =>
    newSweeper(
      () => handlers.work(name, scheduledEvent(clock.now())),
      (error) => onFault(name, error),
    ),
  );
  const each = <T>(all: readonly T[], call: (one: T) => Promise<void>) =>
    Promise.all(all.map(call)).then(() => undefined);
  return {
    poke() {
      for (const { poke } of pollers) poke();
    },
    settle: () => each(pollers, (poller) => poller.drained()),
    runDue: () => each(schedules, (schedule) => schedule.untilDone()),
    async stop() {
      await Promise.all([...pollers, ...schedules].map((one) => one.stop()));
    },
  };
}

/** Forgets stream records that every worker has dealt with, a few hundred at a time. */
function trimmer(
  { dbPath, tableName }: Dynamo,
  readers: readonly StreamSurface[],
): (reader: string, sequenceNumber: string) => void {
  const reached = new Map(readers.map(({ name }) => [name, '0']));
  let trimmed = 0;
  return (reader, sequenceNumber) => {
    reached.set(reader, sequenceNumber);
    const slowest = [...reached.values()].reduce((a, b) => (Number(a) < Number(b) ? a : b));
    if (!dbPath || Number(slowest) - trimmed < TRIM_AT_ONCE) return;
    const all = trimStreamRecords(dbPath, tableName, slowest) < TRIM_AT_ONCE;
    trimmed = all ? Number(slowest) : trimmed + TRIM_AT_ONCE;
  };
}

/** As EventBridge sends it. */
const scheduledEvent = (now: Date) => ({
  version: '0',
  source: 'aws.events',
  'detail-type': 'Scheduled Event',
  time: now.toISOString(),
  resources: [],
  detail: {},
});
