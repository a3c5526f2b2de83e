// Erasing people for good, with a grace period and a receipt.

import * as v from 'valibot';
import { askErase, getErasure, getErasureOf, listErasures } from '../shared/directory/erase/erasures.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { Erasure } from '../shared/model/erasure.ts';
import { JobId, UserId } from '../shared/model/ids.ts';
import { pageOf, pageQuery } from '../shared/model/page.ts';

const tag = 'Erasures';

const ask = endpoint('POST /v1/users/{id}/erase', {
  tag,
  summary: 'Erase a deleted person for good',
  description: [
    'Waits for the grace period of the org (`eraseGraceSeconds`, 30 days unless told), in which a restore cancels it; then',
    'every trace of the person goes but ids, moments and event types. Asked again, answers the erasure there is.',
  ].join(' '),
  access: { permission: 'users:delete' },
  rate: 'write',
  params: { id: UserId },
  answer: Erasure,
  status: 202,
  problems: ['state-not-allowed', 'not-home-org', 'role-above-own'],
  run: (ctx, { params }) => askErase(ctx, params.id),
});

const ofUser = endpoint('GET /v1/users/{id}/erasure', {
  tag,
  summary: 'Get the erasure of a person',
  access: { permission: 'users:delete' },
  rate: 'read',
  params: { id: UserId },
  answer: Erasure,
  run: (ctx, { params }) => getErasureOf(ctx, params.id),
});

const list = endpoint('GET /v1/erasures', {
  tag,
  summary: 'List erasures',
  description: 'Newest first. Receipts stay for good: they hold no personal data.',
  access: { permission: 'events:read' },
  rate: 'read',
  query: v.strictObject(pageQuery),
  answer: pageOf(Erasure),
  problems: ['cursor-invalid'],
  run: (ctx, { query }) => listErasures(ctx, query),
});

const get = endpoint('GET /v1/erasures/{id}', {
  tag,
  summary: 'Get an erasure and its receipt',
  description: 'Once done: what was removed, by kind, and a checksum over all of it.',
  access: { permission: 'events:read' },
  rate: 'read',
  params: { id: JobId },
  answer: Erasure,
  run: (ctx, { params }) => getErasure(ctx, params.id),
});

export const operations: readonly Operation[] = [ask, ofUser, list, get];
