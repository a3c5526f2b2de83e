// The services of a function that has no business with the table, the keys or the mail: its clock and its log. Kept
// apart from services.ts, so that no SDK comes along.
import { randomBytes, randomUUID } from 'node:crypto';
import { readConfig } from './config.ts';
import { stdoutLog } from './log.ts';
import type { Services } from './services.ts';
import type { Table } from './store/table.ts';

const notGiven = (): never => {
  throw new Error('this function was given neither table nor keys');
};

const table: Table = {
  get: notGiven,
  getMany: notGiven,
  query: notGiven,
  change: notGiven,
  put: notGiven,
  commit: notGiven,
};

const keys = {
  get links() {
    return notGiven();
  },
  get clients() {
    return notGiven();
  },
  get cursors() {
    return notGiven();
  },
  get signing() {
    return notGiven();
  },
};

export async function bareServices(): Promise<Services> {
  const config = readConfig();
  const { baseUrl, limitScale } = config;
  return {
    config,
    clock: () => new Date(),
    log: stdoutLog,
    newRequestId: randomUUID,
    verifyAccessToken: async () => undefined,
    sendLetter: notGiven,
    directory: { table, keys, baseUrl, limitScale, preferences: {}, issueAccessToken: notGiven, randomBytes },
  };
}
