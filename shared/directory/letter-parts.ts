// What letters of every kind are prepared from: the reader and their org, the language, the standing of the address, and
// the way in that a link letter carries.
import type { Letter } from '../model/letter-content.ts';
import type { Instant, Locale } from '../model/text.ts';
import { type Locator, linkCode, linkToken } from '../security/link-token.ts';
import type { AuditEvent } from '../store/audit-items.ts';
import type { InviteRecord } from '../store/invite-items.ts';
import { h, keys } from '../store/keys.ts';
import type { Limit } from '../store/limiter-items.ts';
import { type OrgRecord, readOrgItem } from '../store/org-items.ts';
import { type LinkRecord, linkItem, readLinkItem } from '../store/secret-items.ts';
import { equals, every } from '../store/table.ts';
import { readUserItem, type UserRecord } from '../store/user-items.ts';
import { type Context, newOpId } from './context.ts';
import { count } from './limits.ts';

export interface Prepared {
  letter: Letter;
  /** The link record whose pointer moves forward once the letter is sent. */
  link?: LinkRecord;
  /** The audit entry that waited until the person was known. */
  event?: AuditEvent;
}

/** Why there is nothing to send. */
export type NotDue = 'voided' | 'suppressed';

export interface Addressee {
  user: UserRecord | undefined;
  org: OrgRecord;
}

export async function readAddressee(
  ctx: Context,
  orgId: string,
  userOrgId: string,
  userId: string,
): Promise<Addressee | undefined> {
  const [org, user] = await ctx.table.getMany([keys.org(orgId), keys.user(userOrgId, userId)]);
  return org && { org: readOrgItem(org), user: user && readUserItem(user) };
}

/** Letter's language: the person's, else the invite's, else the org's. */
export function localeOf({ user, org }: Addressee, invite?: InviteRecord): Locale {
  return user?.preferences?.locale ?? invite?.locale ?? org.settings.defaultLocale ?? 'en-US';
}

export function greeting({ user, org }: Addressee, to: string, invite?: InviteRecord) {
  const givenName = user?.profile?.givenName ?? invite?.profile?.givenName;
  return { to, orgName: org.name, locale: localeOf({ user, org }, invite), ...(givenName && { givenName }) };
}

type StandingOfAddress = 'good' | 'bounced' | 'complained';

export async function standingOf(ctx: Context, address: string): Promise<StandingOfAddress> {
  const item = await ctx.table.get(keys.addressStanding(h(address)));
  return (item?.st as StandingOfAddress | undefined) ?? 'good';
}

const PAGES = { invite: 'accept-invite', reset: 'reset-password', 'validate-email': 'verify-email' } as const;

export function wayIn(
  ctx: Context,
  purpose: keyof typeof PAGES,
  locator: Locator,
  codeLocator: Locator,
  nonce: string,
  lang: string,
) {
  const token = linkToken(ctx.keys.links, purpose, locator, nonce);
  const link = `${ctx.baseUrl}/${PAGES[purpose]}?token=${token}&lang=${lang}`;
  return { link, code: linkCode(ctx.keys.links, purpose, codeLocator, nonce) };
}

/**
 * Raises the counters of an address, hour before day, and says whether it may have one more letter. What the hour
 * refuses is no letter of the day: else a stranger could use up a day's letters in twenty minutes.
 */
export async function withinLimits(ctx: Context, limits: Limit[], address: string): Promise<boolean> {
  for (const limit of limits) {
    if ((await count(ctx, limit, address)) > limit.max * ctx.limitScale) return false;
  }
  return true;
}

/** Its life counts from this sending; a used or cancelled link is not revived. */
export async function renewLink(
  ctx: Context,
  link: LinkRecord,
  now: { expiresAt?: string },
): Promise<LinkRecord | undefined> {
  const { ttl } = linkItem({ ...link, ...now });
  const changed = await ctx.table.change(
    {
      update: keys.link(link.orgId, link.userId, link.purpose, link.id),
      set: { xp: now.expiresAt, ttl },
      when: every(
        equals('n', link.nonce),
        equals('ep', link.epoch),
        equals('used', undefined),
        equals('off', undefined),
      ),
    },
    newOpId(ctx),
  );
  return changed.done ? readLinkItem(changed.item) : undefined;
}

const withoutName = (user: UserRecord | undefined) => user && { ...user, profile: {} };

export function withLink(
  ctx: Context,
  link: LinkRecord,
  addressee: Addressee,
  kind: 'password-reset' | 'address-proof',
): Prepared {
  const locator = [link.orgId, link.userId, link.id];
  const way = wayIn(ctx, link.purpose, locator, locator, link.nonce, localeOf(addressee));
  const own = link.email === addressee.user?.email;
  // A stranger's inbox is not told a name that the sender of the letter chose.
  const reader = own ? addressee : { ...addressee, user: withoutName(addressee.user) };
  const letter: Letter = { kind, ...greeting(reader, link.email), ...way, expiresAt: link.expiresAt as Instant };
  return { letter, link };
}
