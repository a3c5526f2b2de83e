// What the documents of this system hold: users, and the things that users are related to.

import { hereOf } from '../../../shared/dialect/dialect.ts';
import { toWire, type Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { orgOf } from '../../../shared/directory/context.ts';
import type { RoleView } from '../../../shared/model/role.ts';
import type { UnitView } from '../../../shared/model/structure.ts';
import type { User } from '../../../shared/model/user.ts';
import { API } from './manner.ts';
import { type Known, PLURALS, type Reference, type Relation, referencesOf, relations } from './relations.ts';
import { rows } from './rows.ts';

export interface Resource {
  type: string;
  id: number;
  attributes?: Wire;
  relationships?: Wire;
  links: { self: string };
  meta?: Wire;
}

/** What a reader chose to see: the names of members by type. */
export type Fields = ReadonlyMap<string, ReadonlySet<string>>;

export interface Shown {
  fields: Fields;
  known: Known;
  /** Of `provideAuthorizationMeta`: whether the caller may change people. */
  mayWrite?: boolean;
  /** Of `provideDataConnections`. */
  connections: boolean;
}

/** The address of a collection or resource, where the client called. */
export const addressOf = (ctx: Context, type: string, id?: number): string =>
  `${hereOf(ctx)}${API}/${PLURALS[type]}${id === undefined ? '' : `/${id}`}`;

const inverseOf = (ctx: Context, { type, inverse }: Relation, user: User): string =>
  `${addressOf(ctx, type)}?${new URLSearchParams({ [`filter[${inverse}][id]`]: String(user.number) })}`;

function relationship(ctx: Context, found: Relation, user: User, known: Known): Wire {
  if (found.linkOnly) return { links: { related: inverseOf(ctx, found, user) } };
  const data = referencesOf(found, user, known).map(({ type, id }) => ({ type, id }));
  if (found.many) {
    return { data, links: { related: inverseOf(ctx, found, user) }, meta: { count: data.length } };
  }
  const [one] = data;
  return one ? { data: one, links: { related: addressOf(ctx, one.type, one.id) } } : { data: null };
}

export function userResource(ctx: Context, user: User, { fields, known, mayWrite, connections }: Shown): Resource {
  const only = fields.get('user');
  const wanted = relations.filter(({ name }) => !only || only.has(name));
  const related = wanted.map((one) => [one.name, relationship(ctx, one, user, known)]);
  const meta = {
    // A member whose home is another org is changed there.
    ...(mayWrite !== undefined && { canWrite: mayWrite && user.orgId === orgOf(ctx) }),
    ...(connections && { dataConnections: [] }),
  };
  return {
    type: 'user',
    id: user.number,
    attributes: toWire(rows, user, only),
    relationships: Object.fromEntries(related),
    links: { self: addressOf(ctx, 'user', user.number) },
    ...(Object.keys(meta).length > 0 && { meta }),
  };
}

function plain(ctx: Context, type: string, id: number, attributes: Wire, fields: Fields): Resource {
  const only = fields.get(type);
  const shown = Object.entries(attributes).filter(([name]) => !only || only.has(name));
  return {
    type,
    id,
    attributes: Object.fromEntries(shown),
    relationships: {},
    links: { self: addressOf(ctx, type, id) },
  };
}

export const roleResource = (ctx: Context, role: RoleView, fields: Fields): Resource =>
  plain(
    ctx,
    'role',
    role.number,
    {
      name: role.name,
      externalId: null,
      createdAt: role.createdAt ?? null,
      updatedAt: role.updatedAt ?? null,
    },
    fields,
  );

export const teamResource = (ctx: Context, team: UnitView, fields: Fields): Resource =>
  plain(
    ctx,
    'team',
    team.number,
    { name: team.name, color: null, scimExternalId: null, createdAt: team.createdAt, updatedAt: team.updatedAt },
    fields,
  );

/** Types whose resources have a name there. */
const NAMED = new Set([
  'calendar',
  'contentCategory',
  'jobRole',
  'profile',
  'team',
  'outboundVoicemail',
  'voicemailPrompt',
]);

export const referenceResource = (ctx: Context, { type, id, name }: Reference, fields: Fields): Resource =>
  plain(ctx, type, id, NAMED.has(type) ? { name: name ?? null } : {}, fields);
