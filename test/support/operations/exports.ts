// Valid requests of the exports operations. See ../operations.ts.
import type { Prepare } from '../operations.ts';

export const exportsRequests: [string, Prepare][] = [];
