// What the home org has of a person who is erased: reports, places, keys, groups, secrets, letters, counters, claims.
import type { EmailAddress } from '../../model/email-address.ts';
import { noEvent } from '../../store/audit-items.ts';
import {
  readClaim,
  releaseEmail,
  releaseExternalId,
  releaseUsername,
  releaseVendorId,
} from '../../store/claim-items.ts';
import { tally } from '../../store/erasure-items.ts';
import { h, keys, partitions } from '../../store/keys.ts';
import { readLetterItem } from '../../store/letter-items.ts';
import { countersOf } from '../../store/limiter-items.ts';
import { readLinkItem } from '../../store/secret-items.ts';
import { leaveUnits } from '../../store/structure-items.ts';
import type { Item, Key, Write } from '../../store/table.ts';
import { readUserItem, replaceUser, sideWrites, type UserRecord } from '../../store/user-items.ts';
import { commit, reapply } from '../commit.ts';
import { type Context, instant } from '../context.ts';
import { LIMITS } from '../limits.ts';
import { eventOf, findRecord, stamped, stoneOf } from '../users.ts';
import { AT_ONCE, findErased, inParts, type Phase, remove, type Work } from './work.ts';

const otherwise = { code: 'version-conflict' } as const;

/** Somebody whose home moved away and who was invited again: what lies here now is a guest's. */
async function isBack(ctx: Context, { erasure, userId }: Work): Promise<boolean> {
  const item = await ctx.table.get(keys.user(erasure.orgId, userId));
  return item !== undefined && readUserItem(item).homeOrgId !== undefined;
}

/** Whoever names them as their manager has none from now on. */
export const reports: Phase = async (ctx, work, at) => {
  const { orgId } = work.erasure;
  if (await isBack(ctx, work)) return undefined;
  const pk = partitions.searchEntries(orgId, 'manager', work.userId);
  const page = await ctx.table.query({ pk, limit: AT_ONCE, ...(at && { after: { pk, sk: at } }) });
  for (const { u } of page.items) await reapply(() => withoutManager(ctx, work, String(u)));
  return page.last?.sk;
};

async function withoutManager(ctx: Context, { erasure, userId }: Work, reportId: string): Promise<void> {
  const item = await ctx.table.get(keys.user(erasure.orgId, reportId));
  const before = item && readUserItem(item);
  if (before?.profile?.managerId !== userId) return;
  const { profile: _profile, ...rest } = before;
  const { managerId: _manager, ...profile } = before.profile;
  const kept = Object.keys(profile).length > 0 && { profile };
  const after = stamped(ctx, { ...rest, ...kept }, before);
  const event = { ...eventOf(after, 'user-updated'), changed: ['profile'] };
  await commit(ctx, event, [replaceUser(after, before), tally(erasure, ['report'])], undefined);
}

/** Keys of other systems that one commit releases beside sixty places. */
const KEYS_AT_ONCE = 30;

/** Places in teams and groups, and keys of other systems: each stands on the record and on an item of its own. */
export const places: Phase = async (ctx, work) => {
  if (!(await findErased(ctx, work))) return undefined;
  const before = await findRecord(ctx, work.erasure.orgId, work.userId);
  if (before?.erasureId !== work.erasure.id) return undefined;
  const { teams = [], groups = [], ...rest } = before;
  const { externalIds = [], ...provisioning } = before.side?.provisioning ?? {};
  if (teams.length + groups.length + externalIds.length === 0) return undefined;
  const [gone, kept] = [externalIds.slice(0, KEYS_AT_ONCE), externalIds.slice(KEYS_AT_ONCE)];
  const side = { ...before.side, provisioning: { ...provisioning, ...(kept.length > 0 && { externalIds: kept }) } };
  const after: UserRecord = { ...rest, side };
  const kinds = [...teams.map(() => 'team-member'), ...groups.map(() => 'group-member'), ...gone.map(() => 'claim')];
  const writes = [
    replaceUser(after, before),
    ...sideWrites(before, after),
    ...leaveUnits(before),
    ...gone.map((it) => releaseVendorId(it, before.orgId, before.id)),
    tally(work.erasure, kinds),
  ];
  await commit(ctx, noEvent('erasing'), writes, undefined);
  return 'more';
};

/**
 * All that lies beside the core: groups, activity, credential, links, sessions, letters. Of letters only the org's own: a
 * home that moved away has others.
 */
export const beside: Phase = async (ctx, work, at = '0:') => {
  const { orgId } = work.erasure;
  if (await isBack(ctx, work)) return undefined;
  const walked = [
    partitions.userItems(orgId, work.userId),
    partitions.secrets(orgId, work.userId),
    partitions.sessions(orgId, work.userId),
    partitions.lettersTo(work.userId),
  ];
  const cut = at.indexOf(':');
  const [n, sk] = [Number(at.slice(0, cut)), at.slice(cut + 1)];
  const pk = walked[n];
  if (pk === undefined) return undefined;
  const page = await ctx.table.query({ pk, strong: true, limit: AT_ONCE, ...(sk && { after: { pk, sk } }) });
  const theirs = page.items.filter((item) => goes(item, orgId));
  for (const address of addressesOf(theirs)) await forgetAddress(ctx, work, address);
  if (theirs.length > 0) await remove(ctx, work, theirs, { writes: theirs.flatMap(locatorOf) });
  return page.last ? `${n}:${page.last.sk}` : `${n + 1}:`;
};

/** The core goes last, and as a stone; memberships and places go with what they hang on. */
function goes({ k, sk, o }: Item, orgId: string): boolean {
  if (k === 'letter') return o === orgId;
  return sk !== 'U' && !/^[MTG]#/.test(sk);
}

/** What finds a proof by its id alone. */
const locatorOf = (item: Item): Write[] =>
  item.k === 'link' ? [{ drop: keys.proofLocator(readLinkItem(item).id), otherwise }] : [];

/** Addresses that the items name, which may be ones the person has no more, or never got. */
function addressesOf(items: readonly Item[]): Set<string> {
  const named = items.flatMap((item) => {
    if (item.k === 'letter') return [readLetterItem(item).to];
    return item.k === 'link' ? [readLinkItem(item).email, readLinkItem(item).from] : [];
  });
  return new Set(named.filter((address) => address !== undefined));
}

export const knownAddress: Phase = async (ctx, work) => {
  const core = await findErased(ctx, work);
  if (core?.email) await forgetAddress(ctx, work, core.email);
  return undefined;
};

/**
 * Whatever lies under the hash of an address, unless it is somebody else's by now: standing, counters, resets asked for.
 * Counters of address and source together cannot be found; they are gone within two days.
 */
async function forgetAddress(ctx: Context, work: Work, address: string): Promise<void> {
  const holder = readClaim(await ctx.table.get(keys.emailClaim(address)));
  if (holder && holder.userId !== work.userId) return;
  const asked = await ctx.table.query({ pk: partitions.resetsAsked(address), strong: true, limit: LOOK_AT });
  const counters = await findItems(ctx, [
    keys.addressStanding(h(address)),
    ...PER_ADDRESS.flatMap((limit) => countersOf(limit, address, ctx.now)),
    ...PER_CALLER.flatMap(([limit, name]) => countersOf(limit, name(work.userId), ctx.now)),
  ]);
  for (const some of inParts([...asked.items, ...counters])) await remove(ctx, work, some);
  if (asked.last) await forgetAddress(ctx, work, address);
}

const PER_ADDRESS = [
  LIMITS.signInsPerAddress,
  LIMITS.wrongCodesPerAddress,
  LIMITS.resetsPerAddressHour,
  LIMITS.resetsPerAddressDay,
  LIMITS.lettersPerAddressDay,
  LIMITS.proofsPerAddressHour,
  LIMITS.proofsPerAddressDay,
];
const PER_CALLER = [
  [LIMITS.signInsPerAddress, (id: string) => `own ${id}`],
  [LIMITS.invitesPerInviter, (id: string) => id],
  [LIMITS.proofsPerCallerDay, (id: string) => id],
] as const;

/** As many items as a call reads. */
const LOOK_AT = 100;

async function findItems(ctx: Context, wanted: readonly Key[]): Promise<Item[]> {
  const found: Item[] = [];
  for (let n = 0; n < wanted.length; n += LOOK_AT) {
    const items = await ctx.table.getMany(wanted.slice(n, n + LOOK_AT));
    found.push(...items.flatMap((item) => item ?? []));
  }
  return found;
}

/** The last commit of the person: what made them unique is free, and a stone lies where they were. */
export const stone: Phase = async (ctx, work) => {
  const core = await findErased(ctx, work);
  if (!core) return undefined;
  const { orgId, id, email, username, externalId } = core;
  const claims = [
    ...(email ? [releaseEmail(email as EmailAddress, id)] : []),
    ...(username ? [releaseUsername(username, id)] : []),
    ...(externalId ? [releaseExternalId(externalId, orgId, id)] : []),
  ];
  const after: UserRecord = { ...stoneOf(ctx, core), erasureId: work.erasure.id };
  const kinds = ['user', ...claims.map(() => 'claim')];
  const writes = [replaceUser(after, core), ...claims, tally(work.erasure, kinds, { ea: instant(ctx.now) })];
  const erased = { ...eventOf(after, 'user-erased'), subjectId: work.erasure.id };
  await commit(ctx, erased, writes, undefined);
  return undefined;
};
