// Valid requests of the work operations. See ../operations.ts.
import type { Prepare } from '../operations.ts';

export const workRequests: [string, Prepare][] = [];
