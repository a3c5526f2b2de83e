// Outreach's API v2: JSON:API with rules of its own, over the same people.
import type { Operation } from '../../shared/http/endpoint.ts';
import { relatedOperations } from './outreach/related.ts';
import { userOperations } from './outreach/users.ts';

export const operations: readonly Operation[] = [...userOperations, ...relatedOperations];
