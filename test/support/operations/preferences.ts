// Valid requests of the preferences operations. See ../operations.ts.
import type { Prepare } from '../operations.ts';

export const preferencesRequests: [string, Prepare][] = [];
