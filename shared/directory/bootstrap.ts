// The first org and its first clients, where no token can exist yet. Used by the local seed and the operator's first
// command; no operation reaches it.

import * as v from 'valibot';
import { EmailAddress } from '../model/email-address.ts';
import type { ClientId, OrgId, UserId } from '../model/ids.ts';
import { PLATFORM_ORG } from '../model/ids.ts';
import type { Invite } from '../model/invite.ts';
import { OrgName } from '../model/org.ts';
import { PERMISSIONS } from '../model/principal.ts';
import { hashPassword } from '../security/password-hash.ts';
import { guardWrites } from '../store/admin-items.ts';
import { claimEmail, claimNumber } from '../store/claim-items.ts';
import { newOrg, type OrgRecord } from '../store/org-items.ts';
import { putCredential } from '../store/secret-items.ts';
import { newUser, type UserRecord } from '../store/user-items.ts';
import { makeClient, secretOf } from './clients.ts';
import { commit } from './commit.ts';
import { type Context, instant, newId } from './context.ts';
import { createInvite } from './invites.ts';

export interface Bootstrapped {
  orgId: OrgId;
  clientId: ClientId;
  clientSecret: string;
  platformClientId: ClientId;
  platformClientSecret: string;
}

/** An org with an active owner, a client with an owner's permissions, and a platform client. */
export async function bootstrap(
  ctx: Context,
  input: { orgName: string; adminEmail: string; adminPassword: string },
): Promise<Bootstrapped> {
  const now = instant(ctx.now);
  const orgId = newId<OrgId>(ctx);
  const times = { createdAt: now, updatedAt: now };
  const settings = { adminMaySetPasswords: true };
  const org: OrgRecord = { id: orgId, name: input.orgName, settings, version: 1, epoch: 1, ...times };
  const owner: UserRecord = {
    id: newId<UserId>(ctx),
    orgId,
    email: v.parse(EmailAddress, input.adminEmail),
    state: 'active',
    version: 1,
    epoch: 1,
    roles: ['owner'],
    activatedAt: now,
    emailVerifiedAt: now,
    passwordUpdatedAt: now,
    ...times,
  };
  const credential = { hash: await hashPassword(input.adminPassword), setAt: now };
  await commit(
    ctx,
    { type: 'org-created', orgId, userId: owner.id, version: 1 },
    [
      ...newOrg(org),
      newUser(owner),
      claimEmail(owner.email ?? '', orgId, owner.id),
      claimNumber(orgId, owner.id),
      putCredential(orgId, owner.id, credential),
      ...guardWrites(undefined, owner),
    ],
    undefined,
  );
  return firstClients(ctx, orgId);
}

async function firstClients(ctx: Context, orgId: OrgId): Promise<Bootstrapped> {
  const client = await makeClient(ctx, orgId, { name: 'first client', permissions: [...PERMISSIONS] });
  const platform = await makeClient(ctx, PLATFORM_ORG, { name: 'platform', permissions: [] });
  return {
    orgId,
    clientId: client.clientId,
    clientSecret: secretOf(ctx, client),
    platformClientId: platform.clientId,
    platformClientSecret: secretOf(ctx, platform),
  };
}

/** The same for a deployed stage: the owner is invited, so that nobody but them ever knows their password. */
export async function bootstrapByInvite(
  ctx: Context,
  input: { orgName: string; adminEmail: string },
): Promise<Bootstrapped & { invite: Invite }> {
  const now = instant(ctx.now);
  const orgId = newId<OrgId>(ctx);
  const org: OrgRecord = {
    id: orgId,
    name: v.parse(OrgName, input.orgName),
    settings: {},
    version: 1,
    epoch: 1,
    createdAt: now,
    updatedAt: now,
  };
  await commit(ctx, { type: 'org-created', orgId, version: 1 }, newOrg(org), undefined);
  const made = await firstClients(ctx, orgId);
  const issuedAt = Math.floor(ctx.now.getTime() / 1000);
  const inviter: Context = {
    ...ctx,
    principal: { is: 'client', id: made.clientId, orgId, permissions: PERMISSIONS, epoch: 1, orgEpoch: 1, issuedAt },
    standing: async () => ({ permissions: PERMISSIONS, org }),
  };
  const email = v.parse(EmailAddress, input.adminEmail);
  return { ...made, invite: await createInvite(inviter, { email, roles: ['owner'] }) };
}
