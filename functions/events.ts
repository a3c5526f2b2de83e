// What happened, for those who may look: in the org, to a person, to oneself. Nothing here changes an entry, and nothing
// anywhere does.
import * as v from 'valibot';
import { listEvents, listOwnEvents, listUserEvents } from '../shared/directory/events.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { Event, ToldType } from '../shared/model/event.ts';
import { UserId } from '../shared/model/ids.ts';
import { pageOf, pageQuery } from '../shared/model/page.ts';
import { Instant } from '../shared/model/text.ts';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(100));
const common = {
  tag: 'Events',
  rate: 'read',
  query: v.strictObject({
    ...pageQuery,
    from: v.optional(Instant),
    to: v.optional(Instant),
    type: v.optional(ToldType),
    actor: v.optional(v.pipe(id, v.description('Id of the person or client who did it.'))),
    subject: v.optional(v.pipe(id, v.description('Id of the person or thing it happened to.'))),
  }),
  answer: pageOf(Event),
  problems: ['cursor-invalid'],
} as const;

const list = endpoint('GET /v1/events', {
  ...common,
  summary: 'List what happened in the org',
  description: [
    'Newest first. A page may hold fewer items than asked for and still have a next one: a call looks at 1,000 entries and',
    '31 days at most. Entries are kept 400 days. Sign-ins are told with each person.',
  ].join(' '),
  access: { permission: 'events:read' },
  run: (ctx, { query }) => listEvents(ctx, query),
});

const ofUser = endpoint('GET /v1/users/{id}/events', {
  ...common,
  summary: 'List what happened to a person',
  description: 'Newest first. With their sign-ins of the last month where this org is their home.',
  access: { permission: 'events:read' },
  params: { id: UserId },
  run: (ctx, { params, query }) => listUserEvents(ctx, params.id, query),
});

const own = endpoint('GET /v1/me/events', {
  ...common,
  summary: 'List what happened to oneself',
  access: 'person',
  run: (ctx, { query }) => listOwnEvents(ctx, query),
});

export const operations: readonly Operation[] = [list, ofUser, own];
