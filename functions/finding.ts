// Finding people: lists, counts, typeahead, what changed, who reports to whom. Reads only.
import * as v from 'valibot';
import { exportPage } from '../shared/directory/exports.ts';
import { countUsers } from '../shared/directory/search/count.ts';
import { listChanges, SETTLE_SECONDS } from '../shared/directory/search/delta.ts';
import { listManagers, listReports } from '../shared/directory/search/reports.ts';
import { typeahead } from '../shared/directory/search/typeahead.ts';
import { listUsers } from '../shared/directory/user-lists.ts';
import { endpoint, linkToNext, type Operation, parseQuery, rawEndpoint } from '../shared/http/endpoint.ts';
import { UserId } from '../shared/model/ids.ts';
import { pageOf, pageQuery } from '../shared/model/page.ts';
import { Flag, Instant } from '../shared/model/text.ts';
import { LIST_FIELDS, User, UserState } from '../shared/model/user.ts';
import { ndjsonLine } from '../shared/transfer/ndjson.ts';

const tag = 'Users';
const common = { tag, access: { permission: 'users:read' }, rate: 'read' } as const;
const count = v.pipe(v.number(), v.integer());

const Filter = v.pipe(
  v.string(),
  v.description(
    'SCIM grammar (RFC 7644 §3.4.2.2) over full member paths: `state eq "active" and profile.title co "engineer"`.',
  ),
);

const Explanation = v.object({
  by: v.string(),
  on: v.optional(v.string()),
  order: v.picklist(['index', 'collected']),
  evaluated: count,
  matched: count,
  budgetSpent: v.boolean(),
  calls: count,
  readUnits: v.number(),
});

/** What `fields` chooses is the caller's: of a selection any member may be missing. */
const Listed = v.object({ ...v.partial(User).entries, id: UserId });

const list = endpoint('GET /v1/users', {
  ...common,
  summary: 'List people',
  description: [
    'Items carry the core of the record; `fields` adds groups or selects members. In order of creation a walk meets',
    'everyone who exists throughout exactly once; in another order, everyone whose sort value does not change meanwhile.',
    'A filter on a claimed value (email, username, externalId, number, id) shows a write at once, any other list within',
    'a second. A call looks at no more than 1,000 people: a page may hold fewer items than asked for and still have a',
    'next one. Orders other than createdAt, updatedAt, email and familyName are made of up to 5,000 people, then refused.',
    'Deleted people are listed by `state eq "deleted"`, alone or joined by `and`.',
  ].join(' '),
  query: v.strictObject({
    ...pageQuery,
    sort: v.optional(
      v.pipe(
        v.string(),
        v.maxLength(100),
        v.description(
          'Up to four members by commas, `-` before one for descending; `state=inactive` puts those of one value last. ' +
            'createdAt unless told.',
        ),
      ),
    ),
    filter: v.optional(Filter),
    fields: v.optional(
      v.pipe(
        v.string(),
        v.maxLength(1000),
        v.description(
          `Groups to add, by commas: ${LIST_FIELDS.join(', ')}; or the members to show: email,profile.title.`,
        ),
      ),
    ),
    explain: v.optional(v.pipe(Flag, v.description('Adds how the page was found and what it cost.'))),
  }),
  answer: v.object({ ...pageOf(Listed).entries, explain: v.optional(Explanation) }),
  problems: ['cursor-invalid', 'filter-invalid', 'sort-too-large'],
  run: (ctx, { query }) => listUsers(ctx, query),
});

const counting = endpoint('GET /v1/users/count', {
  ...common,
  summary: 'Count people',
  description: [
    'Without a filter, or with one on the state alone, exact and at most a second behind. Any other filter looks at up to',
    '5,000 people; `complete` is false when there may be more.',
  ].join(' '),
  query: v.strictObject({ filter: v.optional(Filter) }),
  answer: v.object({
    count,
    complete: v.boolean(),
    byState: v.optional(v.object({ staged: count, invited: count, active: count, inactive: count, deleted: count })),
  }),
  problems: ['filter-invalid'],
  run: (ctx, { query }) => countUsers(ctx, query.filter),
});

const Card = v.object({
  id: UserId,
  number: count,
  displayName: v.string(),
  email: v.optional(v.string()),
  username: v.optional(v.string()),
  state: UserState,
});

const typing = endpoint('GET /v1/users/typeahead', {
  ...common,
  summary: 'Find people while somebody types',
  description: [
    'People with a word of their names, username or address that begins so; case and accents do not matter. Words of at',
    'least two characters, one in scripts that write words with one. One query, whatever the size of the org.',
  ].join(' '),
  query: v.strictObject({
    q: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
    limit: v.optional(
      v.pipe(v.string(), v.regex(/^([1-9]|1\d|20)$/, 'must be a whole number from 1 to 20'), v.transform(Number)),
    ),
  }),
  answer: v.object({ items: v.array(Card) }),
  run: (ctx, { query: { q, limit = 10 } }) => typeahead(ctx, { q, limit }),
});

const Change = v.variant('kind', [
  v.object({ kind: v.literal('changed'), user: User }),
  v.object({ kind: v.literal('gone'), id: v.string(), state: v.picklist(['deleted', 'erased']), at: Instant }),
]);

const delta = endpoint('GET /v1/users/delta', {
  ...common,
  summary: 'What changed since',
  description: [
    'Without a cursor: one to begin with, and no items. With one: who changed since, as they are now, and who is gone,',
    `oldest first; at least once, never left out. A change shows after ${SETTLE_SECONDS} seconds. \`more\` says whether to`,
    'ask again at once; keep the last `nextCursor` for the next time. It does not age.',
  ].join(' '),
  query: v.strictObject(pageQuery),
  answer: v.object({ items: v.array(Change), nextCursor: v.string(), more: v.boolean() }),
  problems: ['cursor-invalid'],
  run: (ctx, { query }) => listChanges(ctx, query),
});

const reports = endpoint('GET /v1/users/{id}/reports', {
  ...common,
  summary: 'List who reports to a person',
  params: { id: UserId },
  query: v.strictObject(pageQuery),
  answer: pageOf(Listed),
  problems: ['cursor-invalid'],
  run: (ctx, { params, query }) => listReports(ctx, params.id, query),
});

const managers = endpoint('GET /v1/users/{id}/managers', {
  ...common,
  summary: 'List the managers above a person',
  description: 'Nearest first, at most 20.',
  params: { id: UserId },
  answer: v.object({ items: v.array(User) }),
  run: (ctx, { params }) => listManagers(ctx, params.id),
});

const NDJSON = 'application/x-ndjson';
const ExportQuery = v.strictObject({ cursor: pageQuery.cursor, filter: v.optional(Filter) });

const exporting = rawEndpoint('GET /v1/users/export', {
  ...common,
  summary: 'Export people',
  description: [
    'Whole records, one JSON value a line, in order of creation: each is a row that an import takes again. Guests, whose',
    'home is another org, are left out, and so are passwords. A page ends at 1,000 people or 4 MB; `Link: rel="next"` and',
    '`X-Next-Cursor` say where it goes on, and their absence that this was the last. A page may be empty and still have a',
    'next one. Like a list, a walk meets everyone who exists throughout it exactly once.',
  ].join(' '),
  media: NDJSON,
  query: ExportQuery,
  answer: v.object(User.entries),
  problems: ['cursor-invalid', 'filter-invalid', 'input-invalid'],
  async run(ctx, request) {
    const query = parseQuery(ExportQuery, request.query);
    const line = (person: User) => ndjsonLine(v.parse(User, person));
    const { lines, nextCursor } = await exportPage(ctx, { ...query, line });
    const next = nextCursor && { ...linkToNext(request, { nextCursor }), 'x-next-cursor': nextCursor };
    return { status: 200, headers: { 'content-type': NDJSON, ...next }, body: lines.join('') };
  },
});

export const operations: readonly Operation[] = [list, counting, typing, delta, exporting, reports, managers];
