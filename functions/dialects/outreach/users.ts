// Users: list, read, create (which invites, unless locked), change. There is no way to delete one there.
import * as v from 'valibot';
import { fromWire, type Wire } from '../../../shared/dialect/fields.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { createUser } from '../../../shared/directory/new-users.ts';
import { getUserByNumber } from '../../../shared/directory/users.ts';
import { changeWhole } from '../../../shared/directory/whole-changes.ts';
import { type Operation, parse } from '../../../shared/http/endpoint.ts';
import { fail, type Issue } from '../../../shared/model/problem.ts';
import { type User, UserCreate, UserPatch } from '../../../shared/model/user.ts';
import { listDocument, userDocument } from './documents.ts';
import { API, operation } from './manner.ts';
import { readQuery } from './query.ts';
import { type Related, readRelationships } from './relations.ts';
import { rows } from './rows.ts';

/** An id of any other shape is unknown. */
export const numberIn = (text = ''): number => (/^\d{1,16}$/.test(text) ? Number(text) : fail('not-found'));

const list = operation(`GET ${API}/users`, {
  summary: 'Get a collection of users',
  access: { permission: 'users:read' },
  run: (ctx, { query }) => listDocument(ctx, query, readQuery(query)),
});

const get = operation(`GET ${API}/users/{id}`, {
  summary: 'Get a user by id',
  access: { permission: 'users:read' },
  async run(ctx, { params, query }) {
    const asked = readQuery(query, 'one');
    const user = await getUserByNumber(ctx, numberIn(params.id));
    return userDocument(ctx, user, asked, { include: asked.include });
  },
});

const Part = v.optional(v.record(v.string(), v.unknown()), {});
/** What comes back of an earlier answer is no part of a change. */
const Document = v.object({
  data: v.strictObject({
    type: v.picklist(['user', 'users'], 'must be "user"'),
    id: v.optional(v.union([v.number(), v.string()])),
    attributes: Part,
    relationships: Part,
    links: v.optional(v.unknown()),
    meta: v.optional(v.unknown()),
  }),
});

interface Given extends Related {
  patch: Wire;
  locked?: boolean;
}

/** Reads a document about somebody. Fails with `input-invalid`, every broken rule with its pointer. */
async function readUser(ctx: Context, body: unknown, before?: User): Promise<Given> {
  const { data } = parse(Document, body);
  const issues: Issue[] = [];
  // What strangers name is not repeated at length.
  const wrong = (pointer: string, message: string) =>
    void issues.push({ pointer: `/data/${pointer}`.slice(0, 120), message });
  if (before && String(data.id) !== String(before.number)) wrong('id', 'must be the id of the address');
  if (!before && data.id !== undefined) wrong('id', 'cannot be chosen');
  const { locked } = data.attributes;
  if (locked !== undefined && typeof locked !== 'boolean') wrong('attributes/locked', 'must be true or false');
  const taken = fromWire(rows, data.attributes, before);
  for (const { wire, message } of taken.wrong) wrong(`attributes/${wire}`, message);
  const related = await readRelationships(ctx, data.relationships, before);
  const all = [...issues, ...related.issues];
  if (all.length > 0) fail({ code: 'input-invalid', issues: all.slice(0, 20) });
  const references = Object.keys(related.references).length > 0 && { relations: related.references };
  const patch = { ...(taken.patch as Wire), ...references };
  return { ...related, patch, ...(typeof locked === 'boolean' && { locked }) };
}

const create = operation(`POST ${API}/users`, {
  summary: 'Create a user, which invites them unless they are locked',
  access: { permission: 'users:write' },
  takesBody: true,
  async run(ctx, { query, body }) {
    const asked = readQuery(query, 'one');
    const { patch, locked = false, roles, teams } = await readUser(ctx, body);
    const input = parse(UserCreate, { ...patch, invite: !locked, ...(roles && { roles }) });
    const user = await createUser(ctx, input, { inactive: locked, ...(teams && { teams }) });
    return userDocument(ctx, user, asked, { status: 201 });
  },
});

const update = operation(`PATCH ${API}/users/{id}`, {
  summary: 'Change a user',
  access: { permission: 'users:write' },
  takesBody: true,
  async run(ctx, { params, query, body }) {
    const asked = readQuery(query, 'one');
    const before = await getUserByNumber(ctx, numberIn(params.id));
    const { patch, locked, roles, teams } = await readUser(ctx, body, before);
    const user = await changeWhole(ctx, before.id, {
      ...(Object.keys(patch).length > 0 && { patch: parse(UserPatch, patch) }),
      ...(locked !== undefined && { inactive: locked }),
      ...(roles && { roles }),
      ...(teams && { teams }),
    });
    return userDocument(ctx, user, asked);
  },
});

export const userOperations: readonly Operation[] = [list, get, create, update];
