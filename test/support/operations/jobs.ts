// Valid requests of the jobs operations. See ../operations.ts.
import type { Prepare } from '../operations.ts';

export const jobsRequests: [string, Prepare][] = [];
