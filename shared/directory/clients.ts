// Machine clients: made, changed, ended, and how one proves itself. Each has one way to: a secret that follows from its
// id, a secret that its maker chose, or a key. A new one ends the one before it, and the tokens made with that.
import { isDeepStrictEqual } from 'node:util';
import type { ClientCreate, ClientPatch, ClientView } from '../model/client.ts';
import { type ClientId, type OrgId, PLATFORM_ORG } from '../model/ids.ts';
import type { Page } from '../model/page.ts';
import { PERMISSIONS, type Permission, type Principal } from '../model/principal.ts';
import { fail } from '../model/problem.ts';
import type { Instant } from '../model/text.ts';
import { CLIENT_TOKEN_SECONDS } from '../security/access-token.ts';
import { readClientKey, verifyAssertion } from '../security/client-assertion.ts';
import {
  clientSecret,
  hashChosenSecret,
  isStrongSecret,
  MIN_CHOSEN_SECRET,
  provesChosenSecret,
  provesClient,
} from '../security/client-secret.ts';
import { locate } from '../store/claim-items.ts';
import { type ClientRecord, newClient, putClient, readClientItem, usedAssertion } from '../store/client-items.ts';
import { keys, partitions } from '../store/keys.ts';
import { type OrgRecord, readOrgItem } from '../store/org-items.ts';
import { absent } from '../store/table.ts';
import { commit, reapply, unchanged } from './commit.ts';
import { type Context, instant, newId, newOpId, principalOf } from './context.ts';
import { listPage, type PageInput } from './lists.ts';
import { readOrg, visibleOrg } from './orgs.ts';

export type ClientWithSecret = ClientView & { clientSecret?: string };

function toClient(client: ClientRecord): ClientView {
  const { id, orgId, name, description, tags, permissions, keyId, publicKey, secretVersion, version } = client;
  return {
    clientId: id,
    ...(orgId !== PLATFORM_ORG && { orgId }),
    name,
    ...(description && { description }),
    ...(tags && { tags }),
    permissions,
    ...(keyId && { keyId }),
    ...(publicKey && { publicKey }),
    secretVersion,
    version,
    createdAt: client.createdAt as Instant,
  };
}

/** The secret of ours: it follows from id and secret version, so that what is kept for a retry need not hold it. */
export const secretOf = (ctx: Context, { clientId, secretVersion }: ClientView): string =>
  clientSecret(ctx.keys.clients, clientId, secretVersion);

/** A client with a key has no secret to show. */
export const withSecret = (ctx: Context, view: ClientView): ClientWithSecret =>
  view.publicKey ? view : { ...view, clientSecret: secretOf(ctx, view) };

type Proof = Pick<ClientRecord, 'secretHash' | 'publicKey' | 'keyId'>;

/** What is kept of a chosen secret or a key; undefined where neither is given. Fails with `input-invalid` for a weak one. */
async function proofFrom(ctx: Context, id: ClientId, given: ClientPatch & ChosenSecret): Promise<Proof | undefined> {
  const { publicKey, secret } = given;
  if (publicKey !== undefined) {
    const message = 'must be a public key: RSA of 2,048 to 4,096 bits, or EC on P-256';
    const key =
      (await readClientKey(publicKey)) ?? fail({ code: 'input-invalid', issues: [{ pointer: '/publicKey', message }] });
    return { publicKey: key.pem, keyId: key.keyId };
  }
  if (secret === undefined) return undefined;
  const message = `must be at least ${MIN_CHOSEN_SECRET} visible characters of ASCII that cannot be guessed, such as a random UUID`;
  if (!isStrongSecret(secret)) fail({ code: 'input-invalid', issues: [{ pointer: '/secret', message }] });
  return { secretHash: hashChosenSecret(ctx.keys.clients, id, secret) };
}

/** A secret that the caller made, for systems whose callers do; it is never shown. */
export interface ChosenSecret {
  secret?: string | undefined;
}

const ordered = (permissions: readonly Permission[]) => PERMISSIONS.filter((it) => permissions.includes(it));

/** Nobody gives a client more than they hold; a platform token may give any. Fails with `role-above-own`. */
async function checkHeld(ctx: Context, given: readonly Permission[]): Promise<void> {
  const { permissions } = await ctx.standing();
  if (principalOf(ctx).is !== 'platform' && !given.every((it) => permissions.includes(it))) fail('role-above-own');
}

/** A client with permissions that its maker holds; a platform token may give any to a client of any org. */
export async function createClient(
  ctx: Context,
  orgId: OrgId,
  input: ClientCreate & ChosenSecret,
): Promise<ClientWithSecret> {
  const [org] = await Promise.all([readOrg(ctx, orgId), checkHeld(ctx, input.permissions)]);
  return makeClient(ctx, org.id, input);
}

export async function makeClient(
  ctx: Context,
  orgId: OrgId,
  input: ClientCreate & ChosenSecret,
): Promise<ClientWithSecret> {
  const id = newId<ClientId>(ctx);
  const { name, description, tags } = input;
  const permissions = ordered(input.permissions);
  const proof = await proofFrom(ctx, id, input);
  const client: ClientRecord = {
    id,
    orgId,
    name,
    ...(description && { description }),
    ...(tags?.length && { tags }),
    permissions,
    secretVersion: 1,
    ...proof,
    epoch: 1,
    version: 1,
    createdAt: instant(ctx.now),
  };
  const event = { type: 'client-created', orgId, subjectId: id, changed: permissions } as const;
  const shown = toClient(client);
  const answer = proof ? shown : withSecret(ctx, shown);
  return commit(ctx, event, [newClient(client), locate(id, orgId, id)], answer);
}

export function listClients(ctx: Context, orgId: OrgId, input: PageInput): Promise<Page<ClientView>> {
  const query = {
    pk: partitions.clients(visibleOrg(ctx, orgId)),
    index: 'byCreated' as const,
    where: { attribute: 'ra', equals: undefined },
  };
  return listPage(ctx, ['clients', orgId], input, query, async (items) =>
    items.map((item) => toClient(readClientItem(item))),
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
  toClient(await readOwnClient(ctx, id));

/** The client without what it proved itself by; every token made with that ends. */
function unproven({ secretHash: _hash, publicKey: _key, keyId: _id, ...client }: ClientRecord): ClientRecord {
  return { ...client, secretVersion: client.secretVersion + 1, epoch: client.epoch + 1 };
}

/** A key or secret that the client has already: a repeated call changes nothing. */
function provesAlready(ctx: Context, before: ClientRecord, given: Proof, { secret }: ChosenSecret): boolean {
  if (given.keyId) return given.keyId === before.keyId;
  const { secretHash } = before;
  return !!secret && !!secretHash && provesChosenSecret(ctx.keys.clients, before.id, secretHash, secret);
}

const MEMBERS = ['name', 'description', 'tags', 'permissions'] as const;

/**
 * A merge patch. Permissions that are added must be the caller's own; whoever gives a key or a secret could then act as
 * the client, so they must hold all that it may do. Fails with `version-stale` where `version` is not the present one.
 */
export function updateClient(
  ctx: Context,
  id: ClientId,
  patch: ClientPatch & ChosenSecret,
  version?: number,
): Promise<ClientView> {
  return reapply(async () => {
    const [before, given] = await Promise.all([readOwnClient(ctx, id), proofFrom(ctx, id, patch)]);
    const proof = given && !provesAlready(ctx, before, given, patch) ? given : undefined;
    if (version !== undefined && before.version !== version) fail('version-stale');
    const { description: wasDescription, tags: wasTags, ...rest } = proof ? { ...unproven(before), ...proof } : before;
    const { name = before.name, description = wasDescription, tags = wasTags } = patch;
    const wanted: ClientRecord = {
      ...rest,
      name,
      ...(description && { description }),
      ...(tags?.length && { tags }),
      permissions: patch.permissions ? ordered(patch.permissions) : before.permissions,
    };
    const added = wanted.permissions.filter((it) => !before.permissions.includes(it));
    await checkHeld(ctx, given ? [...before.permissions, ...added] : added);
    const changed: string[] = MEMBERS.filter((member) => !isDeepStrictEqual(before[member], wanted[member]));
    if (proof) changed.push(proof.publicKey ? 'publicKey' : 'secret');
    if (changed.length === 0) return unchanged(ctx, toClient(before));
    const after = { ...wanted, version: before.version + 1 };
    const event = { type: 'client-updated', orgId: before.orgId, subjectId: id, changed } as const;
    return commit(ctx, event, [putClient(after, before)], toClient(after));
  });
}

/** A new secret of ours; the secret or key before it and every token made with it end in this commit. */
export function rotateClient(ctx: Context, id: ClientId): Promise<ClientWithSecret> {
  return reapply(async () => {
    const before = await readOwnClient(ctx, id);
    await checkHeld(ctx, before.permissions);
    const after: ClientRecord = { ...unproven(before), version: before.version + 1 };
    const event = { type: 'client-rotated', orgId: before.orgId, subjectId: id } as const;
    return commit(ctx, event, [putClient(after, before)], withSecret(ctx, toClient(after)));
  });
}

export function revokeClient(ctx: Context, id: ClientId): Promise<void> {
  return reapply(async () => {
    const before = await readOwnClient(ctx, id);
    const ended = { epoch: before.epoch + 1, version: before.version + 1, revokedAt: instant(ctx.now) };
    const event = { type: 'client-revoked', orgId: before.orgId, subjectId: id } as const;
    await commit(ctx, event, [putClient({ ...before, ...ended }, before)], undefined);
  });
}

/** What a client shows for itself: its secret, or an assertion meant for one of our addresses. */
export type ClientProof = { secret: string } | { assertion: string; audiences: readonly string[] };

export interface ClientToken {
  accessToken: string;
  expiresIn: number;
  permissions: readonly Permission[];
}

/**
 * The machine client behind an id and its proof. A scope asks for fewer permissions than the client has, never for more.
 * Fails with `client-invalid`, the same for unknown and revoked ones.
 */
export async function provenClient(
  ctx: Context,
  id: ClientId,
  proof: ClientProof,
  scope?: Permission[],
): Promise<Principal> {
  const { client, org } = await findClient(ctx, id);
  const proven =
    'secret' in proof ? provesBySecret(ctx, id, client, proof.secret) : await provesByKey(ctx, client, proof);
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

/** A secret is derived and compared for unknown clients, and for those that have none, too. */
function provesBySecret(ctx: Context, id: ClientId, client: ClientRecord | undefined, secret: string): boolean {
  const ring = ctx.keys.clients;
  if (client?.secretHash) return provesChosenSecret(ring, id, client.secretHash, secret);
  return provesClient(ring, id, client?.secretVersion ?? 1, secret) && client?.publicKey === undefined;
}

/** An assertion is spent by the first call that brings it, whatever becomes of that call. */
async function provesByKey(
  ctx: Context,
  client: ClientRecord | undefined,
  { assertion, audiences }: Extract<ClientProof, { assertion: string }>,
): Promise<boolean> {
  if (!client?.publicKey || client.revokedAt) return false;
  const proven = await verifyAssertion(assertion, client.publicKey, client.id, audiences, ctx.now);
  if (!proven) return false;
  const used = await ctx.table.put(usedAssertion(client.id, proven.jti, proven.lastUse), absent, newOpId(ctx));
  return used.done;
}

/** Client credentials (RFC 6749 §4.4). */
export async function issueClientToken(
  ctx: Context,
  id: ClientId,
  proof: ClientProof,
  scope?: Permission[],
): Promise<ClientToken> {
  const principal = await provenClient(ctx, id, proof, scope);
  const issued = await ctx.issueAccessToken(principal, ctx.now, newId(ctx));
  return { accessToken: issued.accessToken, expiresIn: CLIENT_TOKEN_SECONDS, permissions: principal.permissions };
}
