// Lists of people: four orders, equality filters, pages that lose and repeat nobody.
import { canonicalAddress } from '../model/email-address.ts';
import { type Comparison, parseFilter } from '../model/filter.ts';
import { numberOf, type UserId } from '../model/ids.ts';
import type { Page } from '../model/page.ts';
import { fail } from '../model/problem.ts';
import { SIDE_GROUPS, type SideGroup, type User, UserState } from '../model/user.ts';
import { keys, partitions } from '../store/keys.ts';
import type { Condition, IndexName, Item, Key } from '../store/table.ts';
import { readClaim, readUserItem, toUser, type UserRecord, withSide } from '../store/user-items.ts';
import { type Context, orgOf } from './context.ts';
import { listPage, type PageInput } from './lists.ts';

export const SORTS = ['createdAt', '-createdAt', 'email', '-email', 'familyName', '-familyName'] as const;
export type Sort = (typeof SORTS)[number];

export const FILTER_MEMBERS = ['email', 'username', 'externalId', 'number', 'state'] as const;

export interface UserListInput extends PageInput {
  sort?: Sort | undefined;
  filter?: string | undefined;
  fields?: SideGroup[] | undefined;
}

const INDEXES: Record<string, IndexName> = { createdAt: 'byCreated', email: 'byEmail', familyName: 'byName' };

export async function listUsers(ctx: Context, input: UserListInput): Promise<Page<User>> {
  const orgId = orgOf(ctx);
  const { sort = 'createdAt', filter, fields = [] } = input;
  const comparisons = filter === undefined ? [] : parseFilter(filter, FILTER_MEMBERS);
  const state = stateOf(comparisons);
  const claimed = comparisons.find(({ member }) => member !== 'state');
  // A claimed value belongs to one person at most: two strong reads, and a write shows at once.
  if (claimed) return { items: await shown(ctx, await byClaim(ctx, orgId, claimed, comparisons), fields) };
  const query = {
    pk: state === 'deleted' ? partitions.deletedUsers(orgId) : partitions.users(orgId),
    index: INDEXES[sort.replace('-', '')] ?? 'byCreated',
    descending: sort.startsWith('-'),
    ...(state && { where: { attribute: 'st', equals: state } satisfies Condition }),
  };
  return listPage(ctx, ['users', orgId, sort, filter ?? '', fields.join()], input, query, (items) =>
    shown(ctx, items, fields),
  );
}

function stateOf(comparisons: Comparison[]): UserState | undefined {
  const wanted = comparisons.filter(({ member }) => member === 'state').map(({ value }) => value);
  const [state] = wanted;
  if (state === undefined) return undefined;
  const known = UserState.options.find((option) => option === state);
  if (!known || new Set(wanted).size > 1) fail({ code: 'filter-invalid', detail: 'no such state' });
  return known;
}

async function byClaim(ctx: Context, orgId: string, claimed: Comparison, all: Comparison[]): Promise<Item[]> {
  const key = claimKey(orgId, claimed);
  const holder = key && readClaim(await ctx.table.get(key));
  const item = holder && (await ctx.table.get(keys.user(orgId, holder.userId)));
  if (!item) return [];
  const record = readUserItem(item);
  const asksDeleted = all.some(({ member, value }) => member === 'state' && value === 'deleted');
  const visible = record.state !== 'erased' && (record.state !== 'deleted' || asksDeleted);
  return visible && all.every((comparison) => matches(record, comparison)) ? [item] : [];
}

function claimKey(orgId: string, { member, value }: Comparison): Key | undefined {
  const text = String(value);
  switch (member) {
    case 'email': {
      const address = canonicalAddress(text);
      return address === undefined ? undefined : keys.emailClaim(address);
    }
    case 'username':
      return keys.usernameClaim(text);
    case 'externalId':
      return keys.externalIdClaim(orgId, text);
    default:
      return keys.numberClaim(Number(value));
  }
}

function matches(record: UserRecord, { member, value }: Comparison): boolean {
  switch (member) {
    case 'email':
      return record.email !== undefined && record.email === canonicalAddress(String(value));
    case 'username':
      return record.username?.toLowerCase() === String(value).toLowerCase();
    case 'externalId':
      return record.externalId === value;
    case 'number':
      return numberOf(record.id) === value;
    default:
      return record.state === value;
  }
}

/** What a list shows of each: the core, and the side groups that were asked for. */
async function shown(ctx: Context, items: Item[], fields: SideGroup[]): Promise<User[]> {
  const records = items.map(readUserItem);
  if (fields.length === 0) return records.map((record) => toUser(record));
  const own = records.filter((record) => !record.homeOrgId);
  const side = new Map<UserId, Item | undefined>();
  for (let i = 0; i < own.length; i += 100) {
    const part = own.slice(i, i + 100);
    const found = await ctx.table.getMany(part.map(({ orgId, id }) => keys.side(orgId, id, 's')));
    for (const [n, { id }] of part.entries()) side.set(id, found[n]);
  }
  const unwanted = SIDE_GROUPS.filter((group) => !fields.includes(group));
  return records.map((record) => {
    const whole = withSide(record, [side.get(record.id)]);
    for (const group of unwanted) delete whole.side?.[group];
    return toUser(whole);
  });
}
