// Roles as an org sees and makes them: the built-in ones and its own.
import * as v from 'valibot';
import { RoleId } from './ids.ts';
import { group } from './patch.ts';
import { BuiltInRole, Permission } from './principal.ts';
import { Instant, personName, text } from './text.ts';

const name = v.pipe(personName(100), v.minLength(1));
const description = text(500);
const permissions = v.pipe(
  v.array(Permission),
  v.maxLength(50),
  v.check((all) => new Set(all).size === all.length, 'must not name a permission twice'),
);

export const RoleCreate = group({ name, description: v.nullish(description), permissions });
export type RoleCreate = v.InferOutput<typeof RoleCreate>;

export const RolePatch = group({
  name: v.optional(name),
  description: v.nullish(description),
  permissions: v.optional(permissions),
});
export type RolePatch = v.InferOutput<typeof RolePatch>;

/** `key` is how records name a built-in role; an org's own roles go by their id. */
export const RoleView = v.object({
  id: RoleId,
  key: v.optional(BuiltInRole),
  number: v.pipe(v.number(), v.integer()),
  name: v.string(),
  description: v.optional(v.string()),
  permissions: v.array(Permission),
  builtIn: v.boolean(),
  version: v.pipe(v.number(), v.integer()),
  createdAt: v.optional(Instant),
  updatedAt: v.optional(Instant),
});
export type RoleView = v.InferOutput<typeof RoleView>;

/** Roles that one org may have of its own. */
export const MAX_OWN_ROLES = 50;
