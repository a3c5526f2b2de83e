// How people are at work: routing and presence, which have a version of their own.
import * as v from 'valibot';
import { personOf } from '../shared/directory/context.ts';
import { getWork, updateWork } from '../shared/directory/work.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { UserId } from '../shared/model/ids.ts';
import { Presence, PresencePatch } from '../shared/model/user/presence.ts';
import { Routing, RoutingPatch } from '../shared/model/user/routing.ts';

const params = { id: UserId };
const reading = { tag: 'Work', access: { permission: 'users:read' }, rate: 'read' } as const;
const writing = { tag: 'Work', access: { permission: 'users:write' }, rate: 'write' } as const;
const shared = 'Routing and presence share a version, which is the ETag here; they raise none of the record.';
const version = v.pipe(v.number(), v.integer());
const RoutingView = v.object({ ...Routing.entries, version });
const PresenceView = v.object({ ...Presence.entries, version });

const getRouting = endpoint('GET /v1/users/{id}/routing', {
  ...reading,
  summary: 'Get how work reaches a person',
  description: shared,
  params,
  answer: RoutingView,
  versioned: true,
  problems: ['not-home-org'],
  run: (ctx, { params }) => getWork(ctx, params.id, 'routing'),
});

const patchRouting = endpoint('PATCH /v1/users/{id}/routing', {
  ...writing,
  summary: 'Change how work reaches a person',
  description: shared,
  params,
  body: RoutingPatch,
  answer: RoutingView,
  versioned: true,
  problems: ['not-home-org'],
  run: (ctx, { params, body, version }) => updateWork(ctx, params.id, 'routing', body, version),
});

const getPresence = endpoint('GET /v1/users/{id}/presence', {
  ...reading,
  summary: 'Get whether and where a person is',
  description: shared,
  params,
  answer: PresenceView,
  versioned: true,
  problems: ['not-home-org'],
  run: (ctx, { params }) => getWork(ctx, params.id, 'presence'),
});

const patchPresence = endpoint('PATCH /v1/users/{id}/presence', {
  ...writing,
  summary: 'Change whether and where a person is',
  description: shared,
  params,
  body: PresencePatch,
  answer: PresenceView,
  versioned: true,
  problems: ['not-home-org'],
  run: (ctx, { params, body, version }) => updateWork(ctx, params.id, 'presence', body, version),
});

const patchOwnPresence = endpoint('PATCH /v1/me/presence', {
  tag: 'Me',
  summary: 'Say whether and where one is',
  description: shared,
  access: 'person',
  rate: 'write',
  body: PresencePatch,
  answer: PresenceView,
  versioned: true,
  problems: ['not-home-org'],
  run: (ctx, { body, version }) => updateWork(ctx, personOf(ctx).id, 'presence', body, version),
});

export const operations: readonly Operation[] = [
  getRouting,
  patchRouting,
  getPresence,
  patchPresence,
  patchOwnPresence,
];
