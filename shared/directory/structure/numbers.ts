// What an integer id stands for, for systems whose ids are integers.
import { BUILT_IN_ROLES, BuiltInRole, type Role } from '../../model/principal.ts';
import { keys } from '../../store/keys.ts';
import { type Context, orgOf } from '../context.ts';

/** The id of the team, group, division, location or own role of the caller's org that has this number. One read. */
export async function idOfNumber(ctx: Context, number: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(number) || number < 1) return undefined;
  const claim = await ctx.table.get(keys.unitNumberClaim(orgOf(ctx), number));
  return claim?.u as string | undefined;
}

/** The role behind a number: a built-in one without a read. */
export async function roleOfNumber(ctx: Context, number: number): Promise<Role | undefined> {
  const key = BuiltInRole.options.find((option) => BUILT_IN_ROLES[option].number === number);
  return key ?? ((await idOfNumber(ctx, number)) as Role | undefined);
}
