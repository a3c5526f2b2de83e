// The letters that carry an invite's link: the invite itself, and the activation for an invited person who asked for a
// password.
import type { Letter } from '../model/letter-content.ts';
import type { Instant } from '../model/text.ts';
import { displayNameOf } from '../model/user.ts';
import { type InviteRecord, readInviteItem } from '../store/invite-items.ts';
import { keys } from '../store/keys.ts';
import type { LetterRecord } from '../store/letter-items.ts';
import { equals, every } from '../store/table.ts';
import { readUserItem, type UserRecord } from '../store/user-items.ts';
import { codeLocatorOf, locatorOf } from './acceptance.ts';
import { type Context, instant, newNonce, newOpId, secondsFrom } from './context.ts';
import { greeting, localeOf, type NotDue, type Prepared, readAddressee, standingOf, wayIn } from './letter-parts.ts';

/** An invite that goes out late still gives its reader a day. */
const INVITE_MIN_SECONDS = 86_400;

export async function prepareInvite(ctx: Context, letter: LetterRecord): Promise<Prepared | NotDue> {
  const item = await ctx.table.get(keys.invite(letter.orgId ?? '', letter.inviteId ?? ''));
  const invite = item && readInviteItem(item);
  if (invite?.state !== 'pending' || invite.letterId !== letter.id) return 'voided';
  return inviteLetter(ctx, 'invite', invite);
}

/** The invite's letter, or for an invited person who asked for a password, the same way in as an activation. */
async function inviteLetter(
  ctx: Context,
  kind: 'invite' | 'activation',
  invite: InviteRecord,
): Promise<Prepared | NotDue> {
  const found = await readAddressee(ctx, invite.orgId, invite.userOrgId, invite.userId);
  if (!found) return 'voided';
  const own = invite.userOrgId === invite.orgId;
  // What another org wrote about somebody who never proved to be that person is no greeting of this one.
  const known = own || (found.user?.emailVerifiedAt && found.user.email === invite.email);
  const addressee = known ? found : { org: found.org, user: undefined };
  const { user } = addressee;
  if (own && (user?.state !== 'invited' || user.email !== invite.email || user.epoch !== invite.epoch)) return 'voided';
  // A bounce is tried again when an admin asks for it; a complaint is the reader's own word.
  if ((await standingOf(ctx, invite.email)) === 'complained') return 'suppressed';
  // Only the org's own letter gives more time: asking for a password must not keep an invite alive for ever.
  const expiresAt = kind === 'invite' ? await giveTime(ctx, invite) : invite.expiresAt;
  if (expiresAt === undefined) return 'voided';
  const way = wayIn(ctx, 'invite', locatorOf(invite), codeLocatorOf(invite), invite.nonce, localeOf(addressee, invite));
  const inviterName = await nameOfInviter(ctx, invite);
  const shown = { ...greeting(addressee, invite.email, invite), ...way, expiresAt: expiresAt as Instant };
  const letter: Letter =
    kind === 'invite'
      ? { kind, ...shown, ...(inviterName && { inviterName }), ...(invite.note && { note: invite.note }) }
      : { kind, ...shown };
  return { letter };
}

async function giveTime(ctx: Context, invite: InviteRecord): Promise<string | undefined> {
  const least = instant(secondsFrom(ctx.now, INVITE_MIN_SECONDS));
  if (invite.expiresAt >= least) return invite.expiresAt;
  const changed = await ctx.table.change(
    {
      update: keys.invite(invite.orgId, invite.id),
      set: { xp: least },
      when: every(equals('st', 'pending'), equals('n', invite.nonce), equals('xp', invite.expiresAt)),
    },
    newOpId(ctx),
  );
  if (changed.done) return least;
  // Two letters of the invite may go out at once: the other one gave it the time.
  const now = changed.existing && readInviteItem(changed.existing);
  const given = now?.state === 'pending' && now.nonce === invite.nonce && now.expiresAt >= least;
  return given ? now.expiresAt : undefined;
}

async function nameOfInviter(ctx: Context, { orgId, createdBy }: InviteRecord): Promise<string | undefined> {
  if (createdBy?.is !== 'person') return undefined;
  const item = await ctx.table.get(keys.user(orgId, createdBy.id), { eventual: true });
  return item && displayNameOf(readUserItem(item));
}

/** The way in of the pending invite. One that has run out stays so: only its org gives more time. */
export async function prepareActivation(ctx: Context, person: UserRecord): Promise<Prepared | NotDue> {
  const item = person.inviteId && (await ctx.table.get(keys.invite(person.orgId, person.inviteId)));
  const invite = item && readInviteItem(item);
  if (invite?.state !== 'pending' || invite.expiresAt <= instant(ctx.now)) return 'voided';
  const current = invite.epoch === person.epoch ? invite : await renewInvite(ctx, invite, person.epoch);
  return current ? inviteLetter(ctx, 'activation', current) : 'voided';
}

/** A link that ended with a deactivation stays dead: the activated person gets another. */
async function renewInvite(ctx: Context, invite: InviteRecord, epoch: number): Promise<InviteRecord | undefined> {
  const changed = await ctx.table.change(
    {
      update: keys.invite(invite.orgId, invite.id),
      set: { n: newNonce(ctx), ep: epoch },
      when: every(equals('st', 'pending'), equals('n', invite.nonce), equals('ep', invite.epoch)),
    },
    newOpId(ctx),
  );
  return changed.done ? readInviteItem(changed.item) : undefined;
}
