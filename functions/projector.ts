// Keeps what is derived from people: search entries and counters.
import type { Worker } from '../shared/worker.ts';

export const worker: Worker = async () => ({ batchItemFailures: [] });
