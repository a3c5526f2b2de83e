// Users in lists: by page, by ids, by cursor.
import { STRIDE } from '../../../shared/dialect/paging.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { knownUsers } from '../../../shared/directory/search/known.ts';
import { listUsers, type UserListInput } from '../../../shared/directory/user-lists.ts';
import { getUser } from '../../../shared/directory/users.ts';
import type { Operation } from '../../../shared/http/endpoint.ts';
import { type UserId, UUID_V7 } from '../../../shared/model/ids.ts';
import type { Page } from '../../../shared/model/page.ts';
import { fail, hasCode } from '../../../shared/model/problem.ts';
import type { User } from '../../../shared/model/user.ts';
import { refuse } from './errors.ts';
import { expandIn, groupsFor, showUsers } from './expand.ts';
import { stateOf } from './fields.ts';
import { answer, genesys, listed } from './manner.ts';
import { envelope, isDescending, pageIn, seenIn, sliceOver, stateIn, totalIn, walksOf } from './paging.ts';

const read = { access: { permission: 'users:read' } } as const;

const BASE = '/api/v2/users';
/** Ids that one list may name. */
const MOST_IDS = 100;

/** In the order of family and given name. */
const sortIn = (query: URLSearchParams): string => `${isDescending(query.get('sortOrder')) ? '-' : ''}familyName`;

async function list(ctx: Context, query: URLSearchParams) {
  const [ids, expand, page, state] = [listed(query, 'id'), expandIn(query), pageIn(query), stateIn(query)];
  if (ids.length > 0) return byIds(ctx, ids, query);
  const jabberId = query.get('jabberId');
  const fields = groupsFor(expand).join(',');
  const same = { member: 'contact.jabberId', operator: 'eq', value: jabberId } as const;
  const filters = walksOf(state).map((filter) => (jabberId ? (filter ? { and: [filter, same] } : same) : filter));
  const slice = await sliceOver(ctx, { filters, sort: sortIn(query), fields }, page);
  const seen = seenIn(slice, page);
  const total = jabberId ? seen : await totalIn(ctx, state, seen);
  return answer(ctx, envelope(await showUsers(ctx, slice.users, expand), total, page, BASE, query));
}

async function byIds(ctx: Context, ids: readonly string[], query: URLSearchParams) {
  if (query.get('jabberId')) refuse('invalid.query.param.value', 'jabberId', 'cannot be given beside id');
  if (ids.length > MOST_IDS) refuse('max.user.ids', 'id', `must be at most ${MOST_IDS} ids`);
  const [expand, page, state] = [expandIn(query), pageIn(query), stateIn(query)];
  const sound = ids.filter((id) => UUID_V7.test(id));
  const living = await knownUsers(ctx, sound, groupsFor(expand));
  const missing = state === 'any' || state === 'deleted' ? sound.filter((id) => !living.has(id)) : [];
  const deleted = await Promise.all(missing.map((id) => findDeleted(ctx, id as UserId)));
  const all = [...living.values(), ...deleted.flatMap((user) => user ?? [])];
  const wanted = all.filter((user) => state === 'any' || stateOf(user) === state);
  const from = (page.pageNumber - 1) * page.pageSize;
  const shown = await showUsers(ctx, wanted.slice(from, from + page.pageSize), expand);
  return answer(ctx, envelope(shown, wanted.length, page, BASE, query));
}

const findDeleted = (ctx: Context, id: UserId): Promise<User | undefined> =>
  getUser(ctx, id, 'deleted').catch((error: unknown) => {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  });

/** As many as a page has room for, in as many calls of the list as that takes where everybody met is one of them. */
async function walkOn(ctx: Context, list: UserListInput, limit: number): Promise<Page<User>> {
  const items: User[] = [];
  let { cursor } = list;
  for (let calls = Math.ceil(limit / STRIDE); calls > 0 && items.length < limit; calls--) {
    const page = await listUsers(ctx, { ...list, cursor, limit: Math.min(STRIDE, limit - items.length) });
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  return { items, ...(cursor && { nextCursor: cursor }) };
}

/** A walk by cursor: the living first, and where everybody is asked for, the deleted behind them. */
async function byCursor(ctx: Context, query: URLSearchParams) {
  const [expand, state, { pageSize: limit }] = [expandIn(query), stateIn(query), pageIn(query)];
  const walks = walksOf(state);
  const [at = '0', given] = (query.get('cursor') ?? '').split(/:(.*)/s);
  const walk = at === '1' && walks.length > 1 ? 1 : 0;
  const filter = walks[walk];
  const cursor = given || undefined;
  if (query.get('cursor') && !cursor && walk === 0) fail('cursor-invalid');
  const fields = groupsFor(expand).join(',');
  const page = await walkOn(ctx, { filter, sort: sortIn(query), fields, cursor }, limit);
  const behind = walk + 1 < walks.length ? `${walk + 1}:` : undefined;
  const next = page.nextCursor ? `${walk}:${page.nextCursor}` : behind;
  const uri = (to: string | null | undefined) => {
    const there = new URLSearchParams([...query].filter(([name]) => name !== 'cursor'));
    if (to) there.set('cursor', to);
    return `${BASE}/query?${there}`;
  };
  const entities = await showUsers(ctx, page.items, expand);
  const more = next && { cursor: next, nextUri: uri(next) };
  return answer(ctx, { entities, results: entities.length, selfUri: uri(query.get('cursor')), ...more });
}

export const listOperations: readonly Operation[] = [
  genesys(`GET ${BASE}`, { summary: 'List users', ...read, run: (ctx, { query }) => list(ctx, query) }),
  genesys(`GET ${BASE}/query`, {
    summary: 'List users by cursor',
    ...read,
    run: (ctx, { query }) => byCursor(ctx, query),
  }),
];
