// The org in this service's words: the token's own, the only one that a caller knows.
import type { Wire } from '../../../shared/dialect/fields.ts';
import { type Context, orgOf } from '../../../shared/directory/context.ts';
import { getOrg, updateOrg } from '../../../shared/directory/orgs.ts';
import { parse } from '../../../shared/http/endpoint.ts';
import { numberOf, type OrgId } from '../../../shared/model/ids.ts';
import { type Org, OrgName } from '../../../shared/model/org.ts';
import { patchOf } from '../../../shared/model/patch.ts';
import { fail } from '../../../shared/model/problem.ts';
import { SharedPreferences } from '../../../shared/model/user/preferences.ts';
import type { Values } from './arguments.ts';
import { refuse } from './errors.ts';
import { mapFrom, type Pair, pairs, present } from './fields.ts';

/** As Org (K). */
export const orgKey = (id: OrgId) => ({ internalId: id, externalId: String(numberOf(id)) });

/** An org that an argument names is checked against the token's, never obeyed: another is one that does not exist. */
export function checkOrg(ctx: Context, given: unknown): void {
  if (given === undefined) return;
  const own = orgKey(orgOf(ctx));
  const { internalId = own.internalId, externalId = own.externalId } = given as Values;
  if (internalId !== own.internalId || externalId !== own.externalId) fail('not-found');
}

const toOrg = ({ id, name, settings, createdAt, updatedAt }: Org): Wire =>
  present({
    ...orgKey(id),
    type: 'Enterprise',
    preferences: pairs(settings.preferences?.map ?? {}),
    attributes: pairs({ enabled: true, applicationName: name }),
    createdDate: createdAt,
    updatedDate: updatedAt,
  });

export const showOrg = async (ctx: Context): Promise<Wire> => toOrg(await getOrg(ctx, orgOf(ctx)));

/** The own org, if it equals the sample in all that it says and the parent is none: it has none here. */
export async function listOwn(ctx: Context, parent: unknown, sample: Values): Promise<Wire[]> {
  checkOrg(ctx, parent);
  const own = await showOrg(ctx);
  const same = ([name, value]: [string, unknown]): boolean => {
    if (!Array.isArray(value)) return JSON.stringify(own[name]) === JSON.stringify(value);
    const has = (own[name] ?? []) as Pair[];
    return (value as Pair[]).every((pair) => has.some((one) => one.name === pair.name && one.value === pair.value));
  };
  return parent === undefined && Object.entries(sample).every(same) ? [own] : [];
}

/** Name and preferences of the org change, as far as they are supplied. What comes back as it is shown is no change. */
export async function changeOrg(ctx: Context, given: Values): Promise<Wire> {
  const { internalId, externalId, attributes = [], preferences, type, parent } = given;
  checkOrg(ctx, { internalId, externalId });
  const own = await getOrg(ctx, orgOf(ctx));
  if (parent !== undefined) refuse('ARG_INVALID_DATA', 'parent', 'cannot be changed');
  if (type !== undefined && type !== toOrg(own).type) refuse('ARG_INVALID_DATA', 'type', 'cannot be changed');
  let name: string | undefined;
  for (const { name: attribute, value } of attributes as Pair[]) {
    if (attribute === 'applicationName') name = parse(OrgName, value ?? '', '/applicationName');
    else if (attribute !== 'enabled') {
      refuse('ARG_INVALID_DATA', 'attributes', `there is no attribute ${String(attribute).slice(0, 100)}`);
    } else if (value !== 'true') refuse('ARG_INVALID_DATA', 'enabled', 'cannot be changed');
  }
  const map = preferences === undefined ? undefined : { map: mapFrom(preferences as Pair[]) };
  const settings = map && { preferences: parse(patchOf(SharedPreferences), map, '/preferences') };
  return toOrg(await updateOrg(ctx, own.id, { ...(name !== undefined && { name }), ...(settings && { settings }) }));
}
