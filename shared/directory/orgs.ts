// Orgs and machine clients. Orgs are made by the platform alone; what an org wants of the directory is its own to say.

import { isDeepStrictEqual } from 'node:util';
import type { ClientId, OrgId } from '../model/ids.ts';
import { PLATFORM_ORG } from '../model/ids.ts';
import type { Org, OrgSettings } from '../model/org.ts';
import { redirectAllowed } from '../model/org.ts';
import type { Page } from '../model/page.ts';
import { mergePatch } from '../model/patch.ts';
import { PERMISSIONS, type Permission, type Principal } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import { CLIENT_TOKEN_SECONDS } from '../security/access-token.ts';
import { clientSecret, provesClient } from '../security/client-secret.ts';
import { locate } from '../store/claim-items.ts';
import { keys, partitions } from '../store/keys.ts';
import {
  type ClientRecord,
  newClient,
  newOrg,
  type OrgRecord,
  putClient,
  putOrg,
  readClientItem,
  readOrgItem,
  toOrg,
} from '../store/org-items.ts';
import { commit, reapply } from './commit.ts';
import { type Context, instant, newId, principalOf } from './context.ts';
import { listPage, type PageInput } from './lists.ts';

export function createOrg(
  ctx: Context,
  input: { name: string; settings?: SettingsPatch | null | undefined },
): Promise<Org> {
  const now = instant(ctx.now);
  const settings = checkedSettings(patchSettings({}, input.settings ?? null));
  return reapply(async () => {
    const id = newId<OrgId>(ctx);
    const org: OrgRecord = { id, name: input.name, settings, version: 1, epoch: 1, createdAt: now, updatedAt: now };
    return commit(ctx, { type: 'org-created', orgId: id, version: 1 }, newOrg(org), toOrg(org));
  });
}

/** An org token sees its own org and no other; a platform token sees every one. */
function visible(ctx: Context, id: OrgId): OrgId {
  const principal = principalOf(ctx);
  const own = principal.is === 'platform' ? id !== PLATFORM_ORG : principal.orgId === id;
  return own ? id : fail('not-found');
}

async function readOrg(ctx: Context, id: OrgId): Promise<OrgRecord> {
  const item = await ctx.table.get(keys.org(visible(ctx, id)));
  return item ? readOrgItem(item) : fail('not-found');
}

export async function getOrg(ctx: Context, id: OrgId): Promise<Org> {
  return toOrg(await readOrg(ctx, id));
}

/** The id behind an integer id. Of any org: what the caller may do there is not said by it. */
export async function findOrgByNumber(ctx: Context, number: number): Promise<OrgId | undefined> {
  return (await ctx.table.get(keys.orgNumberClaim(number)))?.o as OrgId | undefined;
}

export function listOrgs(ctx: Context, input: PageInput): Promise<Page<Org>> {
  const query = { pk: partitions.orgs, index: 'byCreated' as const };
  return listPage(ctx, ['orgs'], input, query, async (items) => items.map((item) => toOrg(readOrgItem(item))));
}

/** Members to set, null to remove. */
export type SettingsPatch = { readonly [member: string]: NonNullable<unknown> | null | undefined };

export interface OrgPatchInput {
  name?: string | undefined;
  settings?: SettingsPatch | null | undefined;
}

/** A merge patch of name and settings. `settings` arrives with each member checked on its own, null to remove it. */
export function updateOrg(ctx: Context, id: OrgId, patch: OrgPatchInput, version?: number): Promise<Org> {
  return reapply(async () => {
    const before = await readOrg(ctx, id);
    if (version !== undefined && before.version !== version) fail('version-stale');
    const settings = patch.settings === undefined ? before.settings : patchSettings(before.settings, patch.settings);
    const name = patch.name ?? before.name;
    const changed = [...(name === before.name ? [] : ['name']), ...changedSettings(before.settings, settings)];
    if (changed.length === 0) return toOrg(before);
    const times = { version: before.version + 1, updatedAt: instant(ctx.now) };
    const after: OrgRecord = { ...before, name, settings: checkedSettings(settings), ...times };
    const write = putOrg(after, before.version, 'version-conflict');
    const event = { type: 'org-updated', orgId: id, changed, version: after.version } as const;
    return commit(ctx, event, [write], toOrg(after));
  });
}

function patchSettings(before: OrgSettings, patch: SettingsPatch | null): OrgSettings {
  return patch === null ? {} : (mergePatch(before, patch) as OrgSettings);
}

function changedSettings(before: OrgSettings, after: OrgSettings): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof OrgSettings)[];
  return names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

function checkedSettings(settings: OrgSettings): OrgSettings {
  const { defaultRedirectUrl } = settings;
  if (defaultRedirectUrl && !redirectAllowed(settings, defaultRedirectUrl)) fail('redirect-not-allowed');
  return settings;
}

export interface ClientView {
  clientId: ClientId;
  orgId?: OrgId;
  name: string;
  permissions: Permission[];
  /** Rises with every rotation. */
  secretVersion: number;
  createdAt: Instant;
}

export type ClientWithSecret = ClientView & { clientSecret: string };

const viewOf = ({ id, orgId, name, permissions, secretVersion, createdAt }: ClientRecord): ClientView => ({
  clientId: id,
  ...(orgId !== PLATFORM_ORG && { orgId }),
  name,
  permissions,
  secretVersion,
  createdAt: createdAt as Instant,
});

/** The secret follows from id and secret version, so that what is kept for a retry need not hold it. */
export function withSecret(ctx: Context, view: ClientView): ClientWithSecret {
  return { ...view, clientSecret: clientSecret(ctx.keys.clients, view.clientId, view.secretVersion) };
}

/** A client with permissions that its maker holds; a platform token may give any to a client of any org. */
export async function createClient(
  ctx: Context,
  orgId: OrgId,
  input: { name: string; permissions: Permission[] },
): Promise<ClientWithSecret> {
  const [org, { permissions }] = await Promise.all([readOrg(ctx, orgId), ctx.standing()]);
  const wanted = PERMISSIONS.filter((permission) => input.permissions.includes(permission));
  if (principalOf(ctx).is !== 'platform' && !wanted.every((p) => permissions.includes(p))) fail('role-above-own');
  return makeClient(ctx, org.id, input.name, wanted);
}

export function makeClient(
  ctx: Context,
  orgId: OrgId,
  name: string,
  permissions: Permission[],
): Promise<ClientWithSecret> {
  const id = newId<ClientId>(ctx);
  const client: ClientRecord = {
    id,
    orgId,
    name,
    permissions,
    secretVersion: 1,
    epoch: 1,
    createdAt: instant(ctx.now),
  };
  const event = { type: 'client-created', orgId, subjectId: id, changed: permissions } as const;
  return commit(ctx, event, [newClient(client), locate(id, orgId, id)], withSecret(ctx, viewOf(client)));
}

export function listClients(ctx: Context, orgId: OrgId, input: PageInput): Promise<Page<ClientView>> {
  const query = {
    pk: partitions.clients(visible(ctx, orgId)),
    index: 'byCreated' as const,
    where: { attribute: 'ra', equals: undefined },
  };
  return listPage(ctx, ['clients', orgId], input, query, async (items) =>
    items.map((item) => viewOf(readClientItem(item))),
  );
}

/** A client and its org. Which org that is its id does not say, and a token request names nothing else. */
async function findClient(ctx: Context, id: ClientId): Promise<{ client?: ClientRecord; org?: OrgRecord }> {
  const locator = await ctx.table.get(keys.proofLocator(id));
  const orgId = (locator?.o as string | undefined) ?? newId(ctx);
  const [client, org] = await ctx.table.getMany([keys.client(orgId, id), keys.org(orgId)]);
  return { ...(client && { client: readClientItem(client) }), ...(org && { org: readOrgItem(org) }) };
}

/** A client of the caller's org; for the platform, of any. */
async function readOwnClient(ctx: Context, id: ClientId): Promise<ClientRecord> {
  const principal = principalOf(ctx);
  const own = async (orgId: OrgId) => {
    const item = await ctx.table.get(keys.client(orgId, id));
    return item && readClientItem(item);
  };
  const client = principal.is === 'platform' ? (await findClient(ctx, id)).client : await own(principal.orgId);
  return client && !client.revokedAt ? client : fail('not-found');
}

/** A machine client of the caller's org, without its secret. */
export const getClient = async (ctx: Context, id: ClientId): Promise<ClientView> =>
  viewOf(await readOwnClient(ctx, id));

/** A new secret; the old one and every token made with it end in this commit. */
export function rotateClient(ctx: Context, id: ClientId): Promise<ClientWithSecret> {
  return reapply(async () => {
    const [before, { permissions }] = await Promise.all([readOwnClient(ctx, id), ctx.standing()]);
    if (principalOf(ctx).is !== 'platform' && !before.permissions.every((p) => permissions.includes(p)))
      fail('role-above-own');
    const after: ClientRecord = { ...before, secretVersion: before.secretVersion + 1, epoch: before.epoch + 1 };
    const event = { type: 'client-rotated', orgId: before.orgId, subjectId: id } as const;
    return commit(ctx, event, [putClient(after, before)], withSecret(ctx, viewOf(after)));
  });
}

export function revokeClient(ctx: Context, id: ClientId): Promise<void> {
  return reapply(async () => {
    const before = await readOwnClient(ctx, id);
    const after: ClientRecord = { ...before, epoch: before.epoch + 1, revokedAt: instant(ctx.now) };
    const event = { type: 'client-revoked', orgId: before.orgId, subjectId: id } as const;
    await commit(ctx, event, [putClient(after, before)], undefined);
  });
}

export interface ClientToken {
  accessToken: string;
  expiresIn: number;
  permissions: readonly Permission[];
}

/**
 * The machine client behind an id and its secret. A scope asks for fewer permissions than the client has, never for more.
 * Fails with `client-invalid`, the same for unknown and revoked ones.
 */
export async function provenClient(
  ctx: Context,
  id: ClientId,
  secret: string,
  scope?: Permission[],
): Promise<Principal> {
  const { client, org } = await findClient(ctx, id);
  // The secret is derived and compared for unknown clients too.
  const proven = provesClient(ctx.keys.clients, id, client?.secretVersion ?? 1, secret);
  if (!client || !proven || client.revokedAt) fail('client-invalid');
  const permissions = scope
    ? client.permissions.filter((permission) => scope.includes(permission))
    : client.permissions;
  const token = { id, permissions, epoch: client.epoch, issuedAt: Math.floor(ctx.now.getTime() / 1000) };
  const platform = client.orgId === PLATFORM_ORG;
  if (!platform && !org) fail('client-invalid');
  const orgEpoch = org?.epoch ?? 0;
  return platform ? { is: 'platform', ...token, orgEpoch } : { is: 'client', orgId: client.orgId, ...token, orgEpoch };
}

/** Client credentials (RFC 6749 §4.4). */
export async function issueClientToken(
  ctx: Context,
  id: ClientId,
  secret: string,
  scope?: Permission[],
): Promise<ClientToken> {
  const principal = await provenClient(ctx, id, secret, scope);
  const issued = await ctx.issueAccessToken(principal, ctx.now, newId(ctx));
  return { accessToken: issued.accessToken, expiresIn: CLIENT_TOKEN_SECONDS, permissions: principal.permissions };
}
