// Search: asked by POST, its pages turned by what an answer gave.
import type { Context } from '../../../shared/directory/context.ts';
import { countUsers } from '../../../shared/directory/search/count.ts';
import type { Operation } from '../../../shared/http/endpoint.ts';
import type { HttpReply } from '../../../shared/http/request.ts';
import type { Filter } from '../../../shared/model/filter.ts';
import { readCriteria, walksFor } from './criteria.ts';
import { refuse } from './errors.ts';
import { expandIn, groupsFor, readExpand, showUsers } from './expand.ts';
import { answer, genesys, listIn, objectIn } from './manner.ts';
import { isDescending, type PageWanted, pageOf, seenIn, sliceOver } from './paging.ts';

const SORTS = new Map([
  ['name', 'familyName'],
  ['email', 'email'],
  ['title', 'profile.title'],
  ['department', 'profile.department'],
  ['username', 'username'],
  ['id', 'createdAt'],
]);

function sortOf({ sortBy, sortOrder, sort }: Record<string, unknown>): string {
  const all = listIn(sort ?? [], 4).map(objectIn);
  const wanted = all.length > 0 ? all : [{ sortBy, sortOrder }];
  return wanted
    .map(({ sortBy: by, sortOrder: order }) => {
      const member = SORTS.get(String(by ?? 'name'));
      if (!member) refuse('invalid.value', 'sortBy', `must be one of ${[...SORTS.keys()].join(', ')}`);
      return `${isDescending(order) ? '-' : ''}${member}`;
    })
    .join(',');
}

/** A search as the address of its replay carries it: nothing in it but what the caller sent. */
const packed = (request: Record<string, unknown>, pageNumber: number): string =>
  Buffer.from(JSON.stringify({ ...request, pageNumber })).toString('base64url');

function unpacked(q64: string | null): Record<string, unknown> {
  try {
    return objectIn(JSON.parse(Buffer.from(q64 ?? '', 'base64url').toString('utf8')));
  } catch {
    return refuse('invalid.query.param.value', 'q64', 'is not one that a search gave');
  }
}

async function search(ctx: Context, request: Record<string, unknown>, expand: readonly unknown[]): Promise<HttpReply> {
  const [page, shown] = [pageOf(request), readExpand(expand)];
  const filters = walksFor(readCriteria(request.query));
  const fields = groupsFor(shown).join(',');
  const slice = await sliceOver(ctx, { filters, sort: sortOf(request), fields }, page);
  const total = Math.max(await countAll(ctx, filters), seenIn(slice, page));
  return answer(ctx, {
    results: await showUsers(ctx, slice.users, shown),
    ...pages(request, page, total),
    types: ['users'],
  });
}

async function countAll(ctx: Context, filters: readonly (Filter | undefined)[]): Promise<number> {
  const counts = await Promise.all(filters.map((filter) => countUsers(ctx, filter)));
  return counts.reduce((sum, { count }) => sum + count, 0);
}

function pages(request: Record<string, unknown>, { pageSize, pageNumber }: PageWanted, total: number): object {
  const pageCount = Math.ceil(total / pageSize);
  return {
    ...{ total, pageCount, pageSize, pageNumber },
    ...(pageNumber > 1 && { previousPage: packed(request, pageNumber - 1) }),
    currentPage: packed(request, pageNumber),
    ...(pageNumber < pageCount && { nextPage: packed(request, pageNumber + 1) }),
  };
}

const path = '/api/v2/users/search';

export const searchOperations: readonly Operation[] = [
  genesys(`POST ${path}`, {
    summary: 'Search users',
    access: { permission: 'users:read' },
    rate: 'read',
    takesBody: true,
    run: (ctx, { body }) => {
      const request = objectIn(body);
      return search(ctx, request, listIn(request.expand ?? [], 50));
    },
  }),
  genesys(`GET ${path}`, {
    summary: 'Turn to a page of a search',
    access: { permission: 'users:read' },
    run: (ctx, { query }) => {
      const request = unpacked(query.get('q64'));
      const asked = expandIn(query);
      return search(ctx, request, asked.size > 0 ? [...asked] : listIn(request.expand ?? [], 50));
    },
  }),
];
