// Pages by number with relative addresses, and whom a page is of: the living in one walk, the deleted in another.
import { MAX_OFFSET, type Slice, sliceOf } from '../../../shared/dialect/paging.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { countUsers } from '../../../shared/directory/search/count.ts';
import type { Filter } from '../../../shared/model/filter.ts';
import { refuse } from './errors.ts';

export interface PageWanted {
  pageSize: number;
  pageNumber: number;
}

const MOST = 500;

function whole(value: unknown, name: string, usual: number, most: number): number {
  if (value === undefined || value === null || value === '') return usual;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  const fits = typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= most;
  return fits ? number : refuse('invalid.value', name, `must be a whole number from 1 to ${most}`);
}

/** At most 500 a page, and 10,000 people before it. */
export function pageOf({ pageSize, pageNumber }: { pageSize?: unknown; pageNumber?: unknown }): PageWanted {
  const page = {
    pageSize: whole(pageSize, 'pageSize', 25, MOST),
    pageNumber: whole(pageNumber, 'pageNumber', 1, 100_000_000),
  };
  if (offsetOf(page) <= MAX_OFFSET) return page;
  return refuse('too.many.requested.results', 'pageNumber', `must leave at most ${MAX_OFFSET} results before the page`);
}

export const pageIn = (query: URLSearchParams): PageWanted =>
  pageOf({ pageSize: query.get('pageSize'), pageNumber: query.get('pageNumber') });

export const offsetOf = ({ pageSize, pageNumber }: PageWanted): number => (pageNumber - 1) * pageSize;

/** Ascending unless it says otherwise: four spellings, any case. */
export function isDescending(value: unknown): boolean {
  const order = String(value || 'ASC').toLowerCase();
  if (['desc', 'descending'].includes(order)) return true;
  return ['asc', 'ascending', 'score'].includes(order) ? false : refuse('invalid.value', 'sortOrder', 'is unknown');
}

/** The envelope. Addresses are relative and keep every other parameter. */
export function envelope<T>(
  entities: readonly T[],
  total: number,
  { pageSize, pageNumber }: PageWanted,
  path: string,
  query: URLSearchParams,
): object {
  const pageCount = Math.ceil(total / pageSize);
  const at = (number: number): string => {
    const there = new URLSearchParams(query);
    there.set('pageSize', String(pageSize));
    there.set('pageNumber', String(number));
    return `${path}?${there}`;
  };
  return {
    entities,
    pageSize,
    pageNumber,
    total,
    firstUri: at(1),
    ...(pageNumber < pageCount && { nextUri: at(pageNumber + 1) }),
    ...(pageNumber > 1 && { previousUri: at(pageNumber - 1) }),
    lastUri: at(Math.max(pageCount, 1)),
    selfUri: at(pageNumber),
    pageCount,
  };
}

/** A page of a short list that is at hand. */
export function pageFrom<T>(all: readonly T[], page: PageWanted, path: string, query: URLSearchParams): object {
  const offset = offsetOf(page);
  return envelope(all.slice(offset, offset + page.pageSize), all.length, page, path, query);
}

const is = (operator: 'eq' | 'ne', value: string): Filter => ({ member: 'state', operator, value });
export const DELETED = is('eq', 'deleted');
export const INACTIVE = is('eq', 'inactive');
/** Of the living, all but the inactive. */
export const ACTIVE = is('ne', 'inactive');

export type WantedState = 'active' | 'inactive' | 'deleted' | 'any';

/** The walks that lead to people of this state, one after the other; no filter: everybody who lives. */
const WALKS: Record<WantedState, readonly (Filter | undefined)[]> = {
  active: [ACTIVE],
  inactive: [INACTIVE],
  deleted: [DELETED],
  any: [undefined, DELETED],
};

export function stateIn(query: URLSearchParams): WantedState {
  const state = query.get('state') || 'active';
  return Object.hasOwn(WALKS, state)
    ? (state as WantedState)
    : refuse('invalid.query.param.value', 'state', 'is unknown');
}

export interface Looking {
  filters: readonly (Filter | undefined)[];
  sort: string;
  fields: string;
}

export const walksOf = (state: WantedState): Looking['filters'] => WALKS[state];

/** The people of a page over several walks, one behind the other. */
export async function sliceOver(ctx: Context, { filters, sort, fields }: Looking, page: PageWanted): Promise<Slice> {
  const users: Slice['users'] = [];
  let left = offsetOf(page);
  let passed = 0;
  for (const [i, filter] of filters.entries()) {
    const slice = await sliceOf(ctx, { filter, sort, fields }, left, page.pageSize - users.length);
    users.push(...slice.users);
    passed += slice.passed;
    left = Math.max(0, left - slice.passed);
    const full = users.length === page.pageSize;
    if (full) return { users, more: slice.more || i < filters.length - 1, passed };
  }
  return { users, more: false, passed };
}

/** How many there are in a state: as the counters have it, and never fewer than were seen. */
export async function totalIn(ctx: Context, state: WantedState, seen: number): Promise<number> {
  const { byState } = await countUsers(ctx);
  const { staged = 0, invited = 0, active = 0, inactive = 0, deleted = 0 } = byState ?? {};
  const living = staged + invited + active;
  const totals = { active: living, inactive, deleted, any: living + inactive + deleted };
  return Math.max(totals[state], seen);
}

/** The people who are known to be there by looking at a page of them. */
export const seenIn = ({ users, more }: Slice, page: PageWanted): number =>
  users.length === 0 ? 0 : offsetOf(page) + users.length + (more ? 1 : 0);
