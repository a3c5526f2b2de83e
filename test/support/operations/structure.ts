// Valid requests of the structure operations. See ../operations.ts.
import type { Prepare } from '../operations.ts';

export const structureRequests: [string, Prepare][] = [];
