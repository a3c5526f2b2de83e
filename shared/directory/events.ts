// What happened: in an org, and to one person. Newest first, merged from the places where it lies.
import type { Event, ToldType } from '../model/event.ts';
import { idsOf, type OrgId, type UserId } from '../model/ids.ts';
import { DEFAULT_LIMIT, type Page } from '../model/page.ts';
import { fail } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import { openCursor, signCursor } from '../security/signed-cursor.ts';
import { auditDay, readEvent } from '../store/audit-items.ts';
import { keys, partitions } from '../store/keys.ts';
import { readSessionItem } from '../store/session-items.ts';
import type { Item } from '../store/table.ts';
import { type Context, instant, orgOf, personOf, secondsFrom } from './context.ts';
import type { PageInput } from './lists.ts';

export interface EventsInput extends PageInput {
  /** Bounds of `at`, inclusive. */
  from?: Instant | undefined;
  to?: Instant | undefined;
  type?: ToldType | undefined;
  /** Id of the person or client who did it. */
  actor?: string | undefined;
  /** Id of the person, or of the thing, that it happened to. */
  subject?: string | undefined;
}

/** Entries that one call looks at, and days that it goes back; past either the page ends early, with a cursor. */
const BUDGET = 1000;
const MOST_DAYS = 31;
/** Days that entries are kept, and one for the clock. */
const KEPT_DAYS = 401;
const DAY_MS = 86_400_000;

/** `key` is the place in time: the moment, and what tells two of one moment apart. */
interface Told {
  key: string;
  event: Event;
}

/** Events before a key, newest first, at most so many. */
type Source = (before: string, count: number) => Promise<{ told: Told[]; more: boolean }>;

/**
 * The next events of several sources together. Of a source with more to come only what lies above its last one is
 * certain to be next.
 */
async function merged(
  sources: readonly Source[],
  before: string,
  count: number,
): Promise<{ told: Told[]; more: boolean }> {
  const parts = await Promise.all(sources.map((source) => source(before, count)));
  const frontier = parts.reduce((top, { told, more }) => (more ? later(top, told.at(-1)?.key ?? '') : top), '');
  const told = parts.flatMap((part) => part.told).filter(({ key }) => key >= frontier);
  return { told: told.sort((a, b) => (a.key < b.key ? 1 : -1)), more: parts.some(({ more }) => more) };
}

const later = (a: string, b: string): string => (a > b ? a : b);

/** Items of a partition in the order of their sort key, as a source. */
const itemSource =
  (
    ctx: Context,
    pk: string,
    toTold: (item: Item) => Told | undefined,
    by: 'sk' | 'sc',
    key: (before: string) => string,
  ): Source =>
  async (before, count) => {
    const page = await ctx.table.query({
      pk,
      ...(by === 'sc' && { index: 'byCreated' as const }),
      to: key(before),
      descending: true,
      limit: count + 1,
    });
    const told = page.items.flatMap((item) => toTold(item) ?? []).filter((one) => one.key < before);
    return { told, more: page.last !== undefined };
  };

const entry = (item: Item): Told => ({ key: item.sk, event: readEvent(item) });
/** Of the index: who is concerned stands in the order of the moment, too. */
const asIs = (before: string) => before;

function wanted(input: EventsInput, { at, type, actor, userId, subjectId }: Event): boolean {
  if (input.type && input.type !== type) return false;
  if (input.actor && input.actor !== actor.id) return false;
  if (input.subject && input.subject !== userId && input.subject !== subjectId) return false;
  return (!input.from || at >= moment(input.from)) && (!input.to || at <= moment(input.to));
}

/** As entries spell it, with milliseconds. */
const moment = (text: Instant): string => new Date(text).toISOString();

const scopeOf = (route: string, orgId: OrgId, { from, to, type, actor, subject }: EventsInput): string[] => [
  ...['events', route, orgId],
  ...[from, to, type, actor, subject].map((part) => part ?? ''),
];

/** The org's events, newest first. Sign-ins are told of each person, not here: they are no entries. */
export async function listEvents(ctx: Context, input: EventsInput): Promise<Page<Event>> {
  const orgId = orgOf(ctx);
  const { limit = DEFAULT_LIMIT } = input;
  const scope = scopeOf('org', orgId, input);
  const end = input.to && moment(input.to) < instant(ctx.now) ? moment(input.to) : instant(secondsFrom(ctx.now, 60));
  const oldest = new Date(ctx.now.getTime() - KEPT_DAYS * DAY_MS).toISOString();
  const first = later(oldest, input.from ? moment(input.from) : oldest).slice(0, 10);
  const start = input.cursor === undefined ? [`${end}~`] : openCursor(ctx.keys.cursors, scope, input.cursor);
  let [before = fail('cursor-invalid')] = start;
  const items: Event[] = [];
  let looked = 0;
  for (let days = 0; before.slice(0, 10) >= first; ) {
    const sources = auditDay(orgId, before.slice(0, 10)).map((pk) => itemSource(ctx, pk, entry, 'sk', asIs));
    const { told, more } = await merged(sources, before, Math.min(limit, BUDGET - looked));
    for (const { key, event } of told) {
      before = key;
      if (wanted(input, event)) items.push(event);
      if (items.length === limit) return { items, nextCursor: signCursor(ctx.keys.cursors, scope, [before]) };
    }
    looked += told.length;
    if (!more) {
      // The tilde stands behind every moment of the day before.
      before = `${new Date(Date.parse(before.slice(0, 10)) - DAY_MS).toISOString().slice(0, 10)}~`;
      days++;
    }
    if (looked >= BUDGET || days >= MOST_DAYS) {
      const on = before.slice(0, 10) >= first;
      return { items, ...(on && { nextCursor: signCursor(ctx.keys.cursors, scope, [before]) }) };
    }
  }
  return { items };
}

/** What happened to a person in the caller's org, with their sign-ins where it is their home. */
export async function listUserEvents(ctx: Context, id: UserId, input: EventsInput): Promise<Page<Event>> {
  const orgId = orgOf(ctx);
  const core = (await ctx.table.get(keys.user(orgId, id), { eventual: true })) ?? fail('not-found');
  const { limit = DEFAULT_LIMIT } = input;
  const scope = [...scopeOf('user', orgId, input), id];
  const sources = [
    itemSource(
      ctx,
      partitions.auditOfUser(orgId, id),
      (item) => ({ ...entry(item), key: String(item.sc) }),
      'sc',
      asIs,
    ),
    ...(core.home === undefined
      ? [itemSource(ctx, partitions.sessions(orgId, id), signedIn, 'sk', sessionsBefore)]
      : []),
  ];
  const end = input.to ? moment(input.to) : instant(secondsFrom(ctx.now, 60));
  const start = input.cursor === undefined ? [`${end}~`] : openCursor(ctx.keys.cursors, scope, input.cursor);
  let [before = fail('cursor-invalid')] = start;
  const items: Event[] = [];
  for (let looked = 0; ; ) {
    const { told, more } = await merged(sources, before, Math.min(limit, BUDGET - looked));
    for (const { key, event } of told) {
      if (input.from && event.at < moment(input.from)) return { items };
      before = key;
      if (wanted(input, event)) items.push(event);
      if (items.length === limit) return { items, nextCursor: signCursor(ctx.keys.cursors, scope, [before]) };
    }
    looked += told.length;
    if (!more) return { items };
    if (looked >= BUDGET) return { items, nextCursor: signCursor(ctx.keys.cursors, scope, [before]) };
  }
}

/** The caller's own. */
export const listOwnEvents = (ctx: Context, input: EventsInput): Promise<Page<Event>> =>
  listUserEvents(ctx, personOf(ctx).id, input);

/** Sessions lie in the order of their ids, whose first part is the moment of the sign-in. */
const sessionsBefore = (before: string): string => {
  const until = Date.parse(before.split(/[#~]/)[0] ?? '');
  return `S#${idsOf(Number.isNaN(until) ? 0 : until)[1]}`;
};

function signedIn(item: Item): Told {
  const { id, userId, createdAt } = readSessionItem(item);
  const at = createdAt as Instant;
  const key = `${createdAt}#${id}`;
  return { key, event: { id: key, at, type: 'signed-in', actor: { is: 'person', id: userId }, userId, subjectId: id } };
}
