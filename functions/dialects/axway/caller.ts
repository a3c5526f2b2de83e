// Who asks, as far as this language has to know: some calls are for anyone signed in, and allow more to some.
import { type Context, principalOf } from '../../../shared/directory/context.ts';
import type { Permission } from '../../../shared/model/principal.ts';

/** By the token, as every plain read is judged. */
export const may = (ctx: Context, permission: Permission): boolean => principalOf(ctx).permissions.includes(permission);

export const isOwn = (ctx: Context, id: string): boolean => principalOf(ctx).id === id;
