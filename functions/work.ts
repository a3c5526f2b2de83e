// work
import type { Operation } from '../shared/http/endpoint.ts';

export const operations: readonly Operation[] = [];
