// Lists of people: four orders, equality filters, pages that lose and repeat nobody.
import { canonicalAddress } from '../model/email-address.ts';
import { type Comparison, parseFilter } from '../model/filter.ts';
import { numberOf, type UserId } from '../model/ids.ts';
import type { Page } from '../model/page.ts';
import { fail } from '../model/problem.ts';
import { type ListField, SIDE_GROUPS, type User, UserState } from '../model/user.ts';
import { readActivity, readWork } from '../store/beside-items.ts';
import { readClaim } from '../store/claim-items.ts';
import { keys, partitions } from '../store/keys.ts';
import type { Condition, IndexName, Item, Key } from '../store/table.ts';
import { readUserItem, toUser, type UserRecord, withSide } from '../store/user-items.ts';
import { type Context, newId, orgOf } from './context.ts';
import { listPage, type PageInput } from './lists.ts';

export const SORTS = ['createdAt', '-createdAt', 'email', '-email', 'familyName', '-familyName'] as const;
export type Sort = (typeof SORTS)[number];

export const FILTER_MEMBERS = ['email', 'username', 'externalId', 'number', 'state'] as const;

export interface UserListInput extends PageInput {
  sort?: Sort | undefined;
  filter?: string | undefined;
  fields?: ListField[] | undefined;
}

const INDEXES: Record<string, IndexName> = { createdAt: 'byCreated', email: 'byEmail', familyName: 'byName' };

export async function listUsers(ctx: Context, input: UserListInput): Promise<Page<User>> {
  const orgId = orgOf(ctx);
  const { sort = 'createdAt', filter, fields = [] } = input;
  const comparisons = filter === undefined ? [] : parseFilter(filter, FILTER_MEMBERS);
  for (const comparison of comparisons) checkValue(comparison);
  const [state, ...otherStates] = statesOf(comparisons);
  const claimed = comparisons.find(({ member }) => member !== 'state');
  if (claimed) {
    // A claimed value belongs to one person at most: two strong reads, a write shows at once, and no cursor was given.
    if (input.cursor !== undefined) fail('cursor-invalid');
    return { items: await shown(ctx, await byClaim(ctx, orgId, claimed, comparisons), fields) };
  }
  // Nobody is in two states, and an erased person is nobody.
  if (otherStates.length > 0 || state === 'erased') return { items: [] };
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

/** A value of another type than the member's is a mistake of the caller's, and so is a state that there is not. */
function checkValue({ member, value }: Comparison): void {
  const state = member === 'state' && !UserState.options.some((option) => option === value);
  if (state || typeof value !== (member === 'number' ? 'number' : 'string')) {
    fail({ code: 'filter-invalid', detail: `this is no ${member}` });
  }
}

function statesOf(comparisons: Comparison[]): string[] {
  return [...new Set(comparisons.filter(({ member }) => member === 'state').map(({ value }) => String(value)))];
}

/** The second read is made for a value that nobody holds, too: a person of another org costs what nobody costs. */
async function byClaim(ctx: Context, orgId: string, claimed: Comparison, all: Comparison[]): Promise<Item[]> {
  const key = claimKey(orgId, claimed);
  if (!key) return [];
  const holder = readClaim(await ctx.table.get(key));
  const item = await ctx.table.get(keys.user(orgId, holder?.userId ?? newId(ctx)));
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

type Part = 'p' | 's' | 'r' | 'a';
const PARTS: Partial<Record<ListField, Part>> = { profile: 'p', activity: 'a', routing: 'r', presence: 'r' };
const partOf = (field: ListField): Part => PARTS[field] ?? 's';
const MOST_AT_ONCE = 100;

/** What a list shows of each: the core, and the groups that were asked for. */
async function shown(ctx: Context, items: Item[], fields: ListField[]): Promise<User[]> {
  const records = items.map(readUserItem);
  const own = records.filter(({ homeOrgId }) => !homeOrgId);
  const parts = [...new Set(fields.map(partOf))];
  const found = await readParts(
    ctx,
    parts.flatMap((part) => own.map(({ orgId, id }) => keyOf(orgId, id, part))),
  );
  const unwanted = SIDE_GROUPS.filter((group) => !fields.includes(group));
  return records.map((record) => {
    const part = (name: Part) => found.get(nameOf(keyOf(record.orgId, record.id, name)));
    const whole = withSide(record, [part('p'), part('s')]);
    for (const group of unwanted) delete whole.side?.[group];
    if (!fields.includes('preferences')) whole.preferences = record.preferences;
    const work = readWork(part('r'));
    const wanted = work && { ...work };
    if (wanted && !fields.includes('routing')) delete wanted.routing;
    if (wanted && !fields.includes('presence')) delete wanted.presence;
    return toUser(whole, readActivity(part('a')), wanted);
  });
}

function keyOf(orgId: string, id: UserId, part: Part): Key {
  if (part === 'a') return keys.activity(orgId, id);
  return part === 'r' ? keys.work(orgId, id) : keys.side(orgId, id, part);
}
const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;

/** All at once, a hundred a call. */
async function readParts(ctx: Context, wanted: Key[]): Promise<Map<string, Item>> {
  const calls = Array.from({ length: Math.ceil(wanted.length / MOST_AT_ONCE) }, (_, i) =>
    ctx.table.getMany(wanted.slice(i * MOST_AT_ONCE, (i + 1) * MOST_AT_ONCE)),
  );
  const found = (await Promise.all(calls)).flat();
  return new Map(found.flatMap((item) => (item ? [[nameOf(item), item]] : [])));
}
