// Valid requests of the finding operations. See ../operations.ts.
import type { Prepare } from '../operations.ts';

export const findingRequests: [string, Prepare][] = [];
