// Valid requests of the events operations. See ../operations.ts.
import type { Prepare } from '../operations.ts';

export const eventsRequests: [string, Prepare][] = [];
