// What goes on without a request: the stream feeds the mailer, the schedule runs the sweeper.
import { join } from 'node:path';
import type { LocalClock } from './clock.ts';
import type { DataFolder } from './data-folder.ts';
import { localAws } from './emulators.ts';
import type { Handlers } from './handlers.ts';
import type { Dynamo } from './local-dynamo.ts';
import { TRIM_AT_ONCE, trimStreamRecords } from './local-table.ts';
import { isNewLetter } from './stream-record.ts';
import { pollStream } from './streams.ts';
import { newSweeper } from './sweep.ts';

export interface Background {
  /** Says that a letter was committed: the stream is looked at without waiting for its turn. */
  poke(): void;
  /** Waits until every letter committed before the call has been handed to the mailer. */
  settle(): Promise<void>;
  /** Sends what is due by the clock. */
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
  const poller = pollStream({
    client: localAws(dynamo.endpoint),
    tableName: dynamo.tableName,
    positionFile: join(folder.table, 'stream.json'),
    filter: isNewLetter,
    worker: (event) => handlers.work('mailer', event),
    deadLetter: (records, error) => onFault(`${records.length} stream record given up after the last try`, error),
    onProgress: trimmer(dynamo),
    onFault: (error) => onFault('stream', error),
  });
  const sweep = () => handlers.work('sweeper', scheduledEvent(clock.now()));
  const sweeper = newSweeper(sweep, (error) => onFault('sweeper', error));
  return {
    poke: poller.poke,
    settle: poller.drained,
    runDue: sweeper.untilDone,
    async stop() {
      await Promise.all([poller.stop(), sweeper.stop()]);
    },
  };
}

/** Forgets stream records that were dealt with, a few hundred at a time. */
function trimmer({ dbPath, tableName }: Dynamo): (sequenceNumber: string) => void {
  let trimmed = 0;
  return (sequenceNumber) => {
    if (!dbPath || Number(sequenceNumber) - trimmed < TRIM_AT_ONCE) return;
    const all = trimStreamRecords(dbPath, tableName, sequenceNumber) < TRIM_AT_ONCE;
    trimmed = all ? Number(sequenceNumber) : trimmed + TRIM_AT_ONCE;
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
