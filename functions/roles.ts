// Roles: the built-in ones and those that an org makes for itself.
import * as v from 'valibot';
import { createRole, deleteRole, getRole, listRoles, updateRole } from '../shared/directory/structure/roles.ts';
import { endpoint, type Operation } from '../shared/http/endpoint.ts';
import { RoleId } from '../shared/model/ids.ts';
import { MAX_OWN_ROLES, RoleCreate, RolePatch, RoleView } from '../shared/model/role.ts';

const params = { id: RoleId };
const reading = { tag: 'Roles', access: { permission: 'users:read' }, rate: 'read' } as const;
const writing = { tag: 'Roles', access: { permission: 'roles:write' }, rate: 'write' } as const;

const create = endpoint('POST /v1/roles', {
  ...writing,
  summary: 'Make a role',
  description: `Of permissions that the caller holds; at most ${MAX_OWN_ROLES} in an org. People have it by its id.`,
  body: RoleCreate,
  answer: RoleView,
  status: 201,
  versioned: true,
  location: (role) => `/v1/roles/${role.id}`,
  problems: ['name-taken', 'role-above-own', 'limit-reached'],
  run: (ctx, { body }) => createRole(ctx, body),
});

const list = endpoint('GET /v1/roles', {
  ...reading,
  summary: 'List the roles',
  description: 'The built-in ones, whose ids and numbers are the same in every org, then the own ones, oldest first.',
  answer: v.object({ items: v.array(RoleView) }),
  run: (ctx) => listRoles(ctx),
});

const get = endpoint('GET /v1/roles/{id}', {
  ...reading,
  summary: 'Get a role',
  params,
  answer: RoleView,
  versioned: true,
  run: (ctx, { params }) => getRole(ctx, params.id),
});

const patch = endpoint('PATCH /v1/roles/{id}', {
  ...writing,
  summary: 'Change an own role',
  description: 'Counts for every change from now on, and for plain reads when people get their next token.',
  params,
  body: RolePatch,
  answer: RoleView,
  versioned: true,
  problems: ['name-taken', 'role-above-own'],
  run: (ctx, { params, body, version }) => updateRole(ctx, params.id, body, version),
});

const remove = endpoint('DELETE /v1/roles/{id}', {
  ...writing,
  summary: 'Delete an own role',
  description: 'Refused while anybody has it.',
  params,
  versioned: true,
  problems: ['role-in-use', 'role-above-own'],
  run: (ctx, { params, version }) => deleteRole(ctx, params.id, version),
});

export const operations: readonly Operation[] = [create, list, get, patch, remove];
