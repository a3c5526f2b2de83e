// The own password, compared once more by somebody who is signed in.
import { fail } from '../model/problem.ts';
import { keys } from '../store/keys.ts';
import { readCredential } from '../store/secret-items.ts';
import { readUserItem } from '../store/user-items.ts';
import { type Context, personOf } from './context.ts';
import { together } from './limits.ts';
import { checkOwnPassword } from './sign-in-check.ts';

/** Counted as a sign-in is. Fails with `sign-in-failed`, `sign-in-delayed`. */
export async function provePassword(ctx: Context, password: string): Promise<void> {
  const { homeOrgId, id } = personOf(ctx);
  const [[credential, core]] = await together([
    ctx.table.getMany([keys.credential(homeOrgId, id), keys.user(homeOrgId, id)]),
    ctx.standing(),
  ]);
  if (!core) fail('token-invalid');
  await checkOwnPassword(ctx, readUserItem(core).email ?? id, password, readCredential(credential)?.hash);
}
