// What accepting an invite is made of: the typed input, the invite with its org and whoever holds the address now, and
// the parts that every way of accepting shares.
import type { EmailAddress } from '../model/email-address.ts';
import type { UserId } from '../model/ids.ts';
import type { Role } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import type { Instant, Locale } from '../model/text.ts';
import type { ProfilePatch } from '../model/user/profile.ts';
import type { User } from '../model/user.ts';
import type { Locator } from '../security/link-token.ts';
import { type InviteRecord, putInvite } from '../store/invite-items.ts';
import type { OrgRecord } from '../store/org-items.ts';
import type { Write } from '../store/table.ts';
import { toUser, type UserRecord } from '../store/user-items.ts';
import { type Context, instant, newId } from './context.ts';

export interface AcceptInput {
  proof: { token: string } | { email: EmailAddress; code: string };
  password?: string | undefined;
  profile?: ProfilePatch | null | undefined;
  locale?: Locale | null | undefined;
  acceptTerms?: boolean | null | undefined;
}

/** The person as the inviting org now sees them, and what the page that thanks them says. */
export type Accepted = User & { orgName: string; continueUrl?: string };

/** What accepting one invite means for the one who holds the address. */
export interface Acceptance {
  invite: InviteRecord;
  org: OrgRecord;
  holder: UserRecord | undefined;
}

export const dead = (): never => fail('link-not-usable');

/** Where a token of the invite leads. The person's place in it saves a read; it is a hint, checked against the invite. */
export const locatorOf = ({ orgId, id, userOrgId, userId }: InviteRecord): Locator => [orgId, id, userOrgId, userId];
/** What a code is made over: the part of the locator that never changes. */
export const codeLocatorOf = ({ orgId, id }: InviteRecord): Locator => [orgId, id];

export const acceptedInvite = (after: InviteRecord, before: InviteRecord, now: Instant): Write =>
  putInvite({ ...after, state: 'accepted', acceptedAt: now }, before, { code: 'version-conflict' });

export function welcome(user: UserRecord, { redirectUrl }: InviteRecord, org: OrgRecord): Accepted {
  const continueUrl = redirectUrl ?? org.settings.defaultRedirectUrl;
  return { ...toUser(user), orgName: org.name, ...(continueUrl && { continueUrl }) };
}

/** A person of the inviting org has the roles that it gave them last; anybody else gets those of the invite. */
export const rolesOf = (invite: InviteRecord, holder: UserRecord | undefined): Role[] =>
  holder?.orgId === invite.orgId && holder.inviteId === invite.id ? holder.roles : invite.roles;

/** Somebody new in the inviting org, as the invite describes them. */
export function freshRecord(ctx: Context, invite: InviteRecord): UserRecord {
  const now = instant(ctx.now);
  const id = newId<UserId>(ctx);
  return {
    id,
    orgId: invite.orgId,
    email: invite.email,
    state: 'invited',
    version: 0,
    epoch: 1,
    roles: invite.roles,
    createdAt: now,
    updatedAt: now,
    invitedAt: invite.createdAt,
    ...(invite.profile && { profile: invite.profile }),
  };
}
