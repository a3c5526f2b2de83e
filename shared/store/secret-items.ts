// What lies in a person's secret partition: the credential and the link records. Only functions that need them may
// read here, and no index shows them.
import type { LinkId, OrgId, UserId } from '../model/ids.ts';
import type { Instant } from '../model/text.ts';
import type { LinkPurpose } from '../security/link-token.ts';
import { type Names, pack, unpack } from './attributes.ts';
import { keys } from './keys.ts';
import { equals, every, type Item, some, type Write } from './table.ts';

export interface Credential {
  /** PHC string. */
  hash: string;
  /** The same as the person's `passwordUpdatedAt`: a reader of both can tell that they belong together. */
  setAt: string;
}

export const credentialItem = (o: string, u: string, { hash, setAt }: Credential): Item => ({
  ...keys.credential(o, u),
  k: 'credential',
  hash,
  at: setAt,
});

export const putCredential = (o: string, u: string, credential: Credential): Write => ({
  put: credentialItem(o, u, credential),
  otherwise: { code: 'version-conflict' },
});

export function readCredential(item: Item | undefined): Credential | undefined {
  return item && { hash: item.hash as string, setAt: item.at as string };
}

/** PHC strings of the answers by the places of their questions. */
export const putAnswers = (o: string, u: string, hashes: Record<string, string>, before: Item | undefined): Write => ({
  put: { ...keys.answers(o, u), k: 'answers', hashes },
  when: equals('op', before?.op),
  otherwise: { code: 'version-conflict' },
});

export const dropAnswers = (o: string, u: string): Write => ({
  drop: keys.answers(o, u),
  otherwise: { code: 'version-conflict' },
});

export const readAnswers = (item: Item | undefined): Record<string, string> =>
  (item?.hashes as Record<string, string> | undefined) ?? {};

/** A link that was sent, or is about to be. It dies with the epoch, its expiry, its use, or a newer letter. */
export interface LinkRecord {
  purpose: Exclude<LinkPurpose, 'invite'>;
  orgId: OrgId;
  userId: UserId;
  id: LinkId;
  nonce: string;
  /** Token epoch of the person when the letter was made: any end of sessions ends the link. */
  epoch: number;
  /** The address the letter goes to: for an address proof, the one to prove. */
  email: string;
  /** The address the person had when a proof was asked for; once they have another, the proof is void. */
  from?: string;
  /** When the letter was made: the order in which links replace each other. */
  createdAt: string;
  /** Who asked for the letter; absent where that was the person, unseen. */
  createdBy?: string;
  /** Counted from sending; absent until the first letter goes out. */
  expiresAt?: string;
  usedAt?: string;
  cancelledAt?: string;
  cancelledBy?: string;
  letterId?: string;
}

const NAMES: Names<LinkRecord> = {
  purpose: 'p',
  orgId: 'o',
  userId: 'u',
  id: 'id',
  nonce: 'n',
  epoch: 'ep',
  email: 'em',
  from: 'fr',
  createdAt: 'ca',
  createdBy: 'cb',
  expiresAt: 'xp',
  usedAt: 'used',
  cancelledAt: 'off',
  cancelledBy: 'ob',
  letterId: 'lid',
};

const KEPT_SECONDS = 2 * 86_400;

export function linkItem(link: LinkRecord): Item {
  return {
    ...pack(link, NAMES),
    ...keys.link(link.orgId, link.userId, link.purpose, link.id),
    k: 'link',
    ttl: Math.floor(Date.parse(link.expiresAt ?? link.createdAt) / 1000) + KEPT_SECONDS,
  };
}

export const readLinkItem = (item: Item): LinkRecord => unpack(item, NAMES);

/** Newer letters have a greater order; the pointer to the current link only ever moves up it. */
export const linkOrder = (link: Pick<LinkRecord, 'createdAt' | 'id'>): string => `${link.createdAt}#${link.id}`;

/** Whether the pointer has moved beyond this link. */
export const isSuperseded = (link: LinkRecord, pointer: Item | undefined): boolean =>
  String(pointer?.cur ?? '') > linkOrder(link);

/** No newer letter has been sent: the pointer is absent, older, or at this link. */
export const isCurrent = (link: LinkRecord): Write => ({
  update: keys.currentLink(link.orgId, link.userId, link.purpose),
  set: { k: 'current', cur: linkOrder(link), id: link.id },
  when: some(
    { attribute: 'cur', equals: undefined },
    { attribute: 'cur', below: linkOrder(link) },
    { attribute: 'cur', equals: linkOrder(link) },
  ),
  otherwise: { code: 'link-not-usable' },
});

/** A link's record, where there is none of its id yet. */
export const putLink = (link: LinkRecord): Write => ({
  put: linkItem(link),
  when: { is: 'absent' },
  otherwise: { code: 'version-conflict' },
});

/** Who made of it what it is, and when: whoever uses a link is the person it was sent to. */
export function tracesOf({ createdAt, createdBy, usedAt, cancelledAt, cancelledBy, userId }: LinkRecord): Traces {
  const made = { createdAt: createdAt as Instant, createdBy };
  if (usedAt) return { ...made, updatedAt: usedAt as Instant, updatedBy: userId };
  if (cancelledAt) return { ...made, updatedAt: cancelledAt as Instant, updatedBy: cancelledBy };
  return { ...made, updatedAt: made.createdAt, updatedBy: createdBy };
}

export interface Traces {
  createdAt: Instant;
  createdBy: string | undefined;
  updatedAt: Instant;
  updatedBy: string | undefined;
}

/** Ends a link that nobody used. */
export const cancelLink = (
  { orgId, userId, purpose, id }: LinkRecord,
  { at, by }: { at: string; by: string },
): Write => ({
  update: keys.link(orgId, userId, purpose, id),
  set: { off: at, ob: by },
  when: every({ is: 'present' }, { attribute: 'used', equals: undefined }),
  otherwise: { code: 'version-conflict' },
});

/** Spends a link: unused, not cancelled, not expired, same letter. Whoever comes second finds it dead. */
export const spendLink = (link: LinkRecord, now: string): Write => ({
  update: keys.link(link.orgId, link.userId, link.purpose, link.id),
  set: { used: now },
  when: every(
    { attribute: 'n', equals: link.nonce },
    { attribute: 'used', equals: undefined },
    { attribute: 'off', equals: undefined },
    { attribute: 'xp', above: now },
  ),
  otherwise: { code: 'link-not-usable' },
});
