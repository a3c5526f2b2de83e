// On whose behalf an operator imports: the import's own, or that of somebody whom entries shall name.
import * as v from 'valibot';
import { EmailAddress } from '../../model/email-address.ts';
import { ClientId, type OrgId } from '../../model/ids.ts';
import { PERMISSIONS, type Principal } from '../../model/principal.ts';
import { fail } from '../../model/problem.ts';
import { readClaim } from '../../store/claim-items.ts';
import { dryTable } from '../../store/dry-table.ts';
import { keys } from '../../store/keys.ts';
import { readOrgItem } from '../../store/org-items.ts';
import type { Context } from '../context.ts';
import { type Actor, actorStanding } from '../standing.ts';

export type As = Pick<Actor, 'is' | 'id' | 'homeOrgId'>;

/** The person with this address, or the client with this id. Fails with `not-found` for what is neither. */
export async function findActor(ctx: Context, orgId: OrgId, named: string): Promise<As> {
  const client = v.safeParse(ClientId, named);
  if (client.success) {
    const item = await ctx.table.get(keys.client(orgId, client.output));
    return item ? { is: 'client', id: client.output } : fail('not-found');
  }
  const address = v.safeParse(EmailAddress, named);
  const holder = address.success ? readClaim(await ctx.table.get(keys.emailClaim(address.output))) : undefined;
  return holder ? { is: 'person', id: holder.userId, homeOrgId: holder.orgId } : fail('not-found');
}

export interface Acting {
  /** Whom entries name: it may do what they may now. Else the import itself, as a client that may do everything. */
  as?: As | undefined;
  /** Every write is tried and none is made. */
  dry?: boolean | undefined;
}

/** The context of a part of an import. */
export function operatorContext(ctx: Context, orgId: OrgId, importId: string, { as, dry }: Acting = {}): Context {
  const principal = principalFor(orgId, importId, as);
  let standing: ReturnType<Context['standing']> | undefined;
  return {
    ...ctx,
    ...(dry && { table: dryTable(ctx.table) }),
    requestId: importId,
    principal,
    standing() {
      standing ??= as
        ? actorStanding(ctx, orgId, { ...as, permissions: PERMISSIONS })
        : ctx.table.get(keys.org(orgId)).then((item) => ({
            permissions: PERMISSIONS,
            org: item ? readOrgItem(item) : fail({ code: 'not-found', detail: 'there is no such org' }),
          }));
      return standing;
    },
  };
}

function principalFor(orgId: OrgId, importId: string, as: As | undefined): Principal {
  const token = { orgId, permissions: PERMISSIONS, epoch: 0, orgEpoch: 0, issuedAt: 0 };
  if (as?.is !== 'person') return { ...token, is: 'client', id: (as?.id ?? importId) as ClientId };
  const person = { homeOrgId: as.homeOrgId ?? orgId, sessionId: importId, authenticatedAt: 0 };
  return { ...token, is: 'person', id: as.id as never, ...person };
}
