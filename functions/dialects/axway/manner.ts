// What every operation of the Amplify Platform has in common, and the org that a call names: checked, never obeyed.
import * as v from 'valibot';
import { type Manner, speaking } from '../../../shared/dialect/dialect.ts';
import { type Context, orgOf } from '../../../shared/directory/context.ts';
import { getUser, getUserByNumber } from '../../../shared/directory/users.ts';
import { legacyNumber, numberOf, type OrgId, type UserId, UUID_V7 } from '../../../shared/model/ids.ts';
import { fail } from '../../../shared/model/problem.ts';
import type { User } from '../../../shared/model/user.ts';
import { fault, spell } from './errors.ts';

export const MOUNT = '/axway';
/** Of the platform's identity broker, behind the mount. */
export const TOKEN_PATH = '/auth/realms/Broker/protocol/openid-connect/token';

const manner: Manner = {
  tag: 'Axway Amplify',
  mount: MOUNT,
  media: 'application/json',
  consumes: 'json',
  spell,
  fault,
};

export const axway = speaking(manner);

/** An id of the wrong shape is an unknown one. */
export function idOf<S extends v.GenericSchema<unknown, string>>(schema: S, id: string | undefined): v.InferOutput<S> {
  const read = v.safeParse(schema, id);
  return read.success ? read.output : fail('not-found');
}

/** Number or guid of the token's own org; any other is unknown. */
export function checkOrg(ctx: Context, named: string | undefined): OrgId {
  const own = orgOf(ctx);
  const isOwn = named === undefined || named.toLowerCase() === own || named === String(numberOf(own));
  return isOwn ? own : fail('not-found');
}

/** The same person goes by three ids: guid, number, and the old one of 24 hex digits. */
export function findPerson(ctx: Context, id = ''): Promise<User> {
  const key = id.toLowerCase();
  if (UUID_V7.test(key)) return getUser(ctx, key as UserId);
  const number = /^\d{1,16}$/.test(key) ? Number(key) : legacyNumber(key);
  return number === undefined ? fail('not-found') : getUserByNumber(ctx, number);
}
