// Orgs. They are made by the platform alone; what an org wants of the directory is its own to say.

import { isDeepStrictEqual } from 'node:util';
import type { OrgId } from '../model/ids.ts';
import { PLATFORM_ORG } from '../model/ids.ts';
import type { Org, OrgSettings } from '../model/org.ts';
import { redirectAllowed } from '../model/org.ts';
import type { Page } from '../model/page.ts';
import { mergePatch } from '../model/patch.ts';
import { fail } from '../model/problem.ts';
import { keys, partitions } from '../store/keys.ts';
import { newOrg, type OrgRecord, putOrg, readOrgItem, toOrg } from '../store/org-items.ts';
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
export function visibleOrg(ctx: Context, id: OrgId): OrgId {
  const principal = principalOf(ctx);
  const own = principal.is === 'platform' ? id !== PLATFORM_ORG : principal.orgId === id;
  return own ? id : fail('not-found');
}

export async function readOrg(ctx: Context, id: OrgId): Promise<OrgRecord> {
  const item = await ctx.table.get(keys.org(visibleOrg(ctx, id)));
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
