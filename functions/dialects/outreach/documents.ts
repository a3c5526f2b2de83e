// Documents about people: one of them, or a page of them with its links and counts.

import { sliceOf } from '../../../shared/dialect/paging.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { countUsers } from '../../../shared/directory/search/count.ts';
import { listUsers } from '../../../shared/directory/user-lists.ts';
import type { HttpReply } from '../../../shared/http/request.ts';
import type { Filter } from '../../../shared/model/filter.ts';
import type { User } from '../../../shared/model/user.ts';
import { readFilters } from './filters.ts';
import { checkInclude, groupsFor, includedIn, makersOf } from './includes.ts';
import { reply } from './manner.ts';
import { type Asked, refuse } from './query.ts';
import { addressOf, type Shown, userResource } from './resources.ts';

/** Calls that one page may take where few of those looked at pass. It then comes short, with a link to go on. */
const MOST_CALLS = 25;
/** Bytes of an answer, below the 6 MB that a function may answer with. */
const MOST_BYTES = 5_500_000;

async function shownTo(ctx: Context, users: readonly User[], asked: Asked, include: string[][]): Promise<Shown> {
  const { fields, connections, authorization } = asked;
  const [known, standing] = await Promise.all([
    makersOf(ctx, users, fields, include),
    authorization ? ctx.standing() : undefined,
  ]);
  const may = standing && { mayWrite: standing.permissions.includes('users:write') };
  return { fields, connections, known, ...may };
}

/** One person. `include` is of no effect after a change. */
export async function userDocument(
  ctx: Context,
  user: User,
  asked: Asked,
  { status = 200, include = [] }: { status?: number; include?: string[][] } = {},
): Promise<HttpReply> {
  checkInclude(include);
  const shown = await shownTo(ctx, [user], asked, include);
  const included = include.length > 0 && { included: await includedIn(ctx, [user], include, shown) };
  const created = status === 201 && { location: addressOf(ctx, 'user', user.number) };
  return reply(status, { data: userResource(ctx, user, shown), ...included }, { ...created });
}

interface Found {
  users: User[];
  next?: Record<string, string> | undefined;
  prev?: Record<string, string> | undefined;
}

interface Search {
  filter?: Filter;
  sort?: string;
  fields?: string;
}

export async function listDocument(ctx: Context, query: URLSearchParams, asked: Asked): Promise<HttpReply> {
  checkInclude(asked.include);
  const { paging, include, sort } = asked;
  const filter = await readFilters(ctx, asked);
  const fields = groupsFor(asked.fields).join(',');
  const search: Search = { ...(filter && { filter }), ...(sort && { sort }), ...(fields && { fields }) };
  const counting = asked.count || paging.by === 'offset' ? countUsers(ctx, filter) : undefined;
  const [found, counted] = await Promise.all([pageOf(ctx, search, asked), counting]);
  const shown = await shownTo(ctx, found.users, asked, include);
  const body = {
    data: found.users.map((user) => userResource(ctx, user, shown)),
    ...(include.length > 0 && { included: await includedIn(ctx, found.users, include, shown) }),
    links: linksOf(ctx, query, found, asked, counted?.complete ? counted.count : undefined),
    ...(asked.count && counted && { meta: { count: counted.count, count_truncated: !counted.complete } }),
  };
  const answer = reply(200, body);
  return answer.body.length > MOST_BYTES ? smaller(ctx, query, asked) : answer;
}

/** A page that is too large to be sent: fewer people of it by cursor, since the link leads on; a refusal by offset. */
function smaller(ctx: Context, query: URLSearchParams, asked: Asked): Promise<HttpReply> {
  const { paging } = asked;
  if (paging.by === 'offset') return refuse('page[limit]', 'asks for more than one answer can carry');
  return listDocument(ctx, query, { ...asked, paging: { ...paging, size: Math.floor(paging.size / 2) } });
}

function pageOf(ctx: Context, search: Search, { paging }: Asked): Promise<Found> {
  return paging.by === 'offset' ? byOffset(ctx, search, paging) : byCursor(ctx, search, paging);
}

async function byOffset(
  ctx: Context,
  search: Search,
  { offset, limit }: { offset: number; limit: number },
): Promise<Found> {
  const { users, more } = await sliceOf(ctx, search, offset, limit);
  const at = (start: number) => ({ 'page[offset]': String(start), 'page[limit]': String(limit) });
  return {
    users,
    ...(more && offset + limit <= 10_000 && { next: at(offset + limit) }),
    ...(offset > 0 && { prev: at(Math.max(0, offset - limit)) }),
  };
}

/** `before` walks the other way from its cursor and gives the people in the order of the list. */
async function byCursor(
  ctx: Context,
  search: Search,
  { size, after, before }: { size: number; after?: string; before?: string },
): Promise<Found> {
  const back = before !== undefined;
  const start = before ?? after;
  let users: User[] = [];
  let cursor = start;
  // Where the page ends towards the side that the walk came from: known from the first call that found somebody.
  let near: string | undefined;
  for (let calls = 1; ; calls++) {
    const page = await listUsers(ctx, { ...search, limit: size - users.length, cursor, back });
    const [far, behind] = back ? [page.previousCursor, page.nextCursor] : [page.nextCursor, page.previousCursor];
    if (start !== undefined && users.length === 0) near = behind;
    users = back ? [...page.items, ...users] : [...users, ...page.items];
    cursor = far;
    if (far === undefined || users.length >= size || calls >= MOST_CALLS) break;
  }
  if (back && cursor !== undefined && !(await isAnybody(ctx, search, cursor))) cursor = undefined;
  const [next, prev] = back ? [near, cursor] : [cursor, near];
  return {
    users,
    ...(next && { next: { 'page[after]': next } }),
    ...(prev && { prev: { 'page[before]': prev } }),
  };
}

/** A page that is just full does not know whether it is the first one. */
async function isAnybody(ctx: Context, search: Search, cursor: string): Promise<boolean> {
  const { items, previousCursor } = await listUsers(ctx, { ...search, limit: 1, cursor, back: true });
  return items.length > 0 || previousCursor !== undefined;
}

/** The same list at other places. */
function linksOf(
  ctx: Context,
  query: URLSearchParams,
  { next, prev }: Found,
  { paging }: Asked,
  count: number | undefined,
): Record<string, string> {
  const kept = [...query].filter(([name]) => !/^page\[(after|before|offset|limit)\]$/.test(name));
  const to = (place: Record<string, string>) =>
    `${addressOf(ctx, 'user')}?${new URLSearchParams([...kept, ...Object.entries(place)])}`.replace(/\?$/, '');
  const links = { ...(next && { next: to(next) }), ...(prev && { prev: to(prev) }) };
  if (paging.by === 'cursor') return { first: to({}), ...links };
  const { limit } = paging;
  const at = (offset: number) => to({ 'page[offset]': String(offset), 'page[limit]': String(limit) });
  const last = count !== undefined && Math.floor(Math.max(count - 1, 0) / limit) * limit;
  return { first: at(0), ...links, ...(last !== false && last <= 10_000 && { last: at(last) }) };
}
