// Claims: unique values as items of their own. Each names its holder, so that a look-up by value is two reads.
import { numberOf, type OrgId, type UserId } from '../model/ids.ts';
import { keys } from './keys.ts';
import { absent, equals, type Item, type Refusal, type Write } from './table.ts';

const claim = (key: ReturnType<typeof keys.emailClaim>, o: string, u: string, otherwise: Refusal): Write => ({
  put: { ...key, k: 'claim', o, u },
  when: absent,
  otherwise,
});

const release = (key: ReturnType<typeof keys.emailClaim>, u: string): Write => ({
  drop: key,
  when: { some: [{ is: 'absent' }, equals('u', u)] },
  otherwise: { code: 'version-conflict' },
});

export const claimEmail = (address: string, o: string, u: string, otherwise: Refusal = { code: 'email-taken' }) =>
  claim(keys.emailClaim(address), o, u, otherwise);
export const releaseEmail = (address: string, u: string) => release(keys.emailClaim(address), u);
export const claimUsername = (name: string, o: string, u: string) =>
  claim(keys.usernameClaim(name), o, u, { code: 'username-taken' });
export const releaseUsername = (name: string, u: string) => release(keys.usernameClaim(name), u);
export const claimExternalId = (value: string, o: string, u: string) =>
  claim(keys.externalIdClaim(o, value), o, u, { code: 'external-id-taken' });
export const releaseExternalId = (value: string, o: string, u: string) => release(keys.externalIdClaim(o, value), u);
/** Refused, another id is drawn: the number follows from the id. */
export const claimNumber = (o: string, u: string) =>
  claim(keys.numberClaim(numberOf(u)), o, u, { code: 'version-conflict' });

/** Claims of a record move to another org with it. */
export const repoint = (key: ReturnType<typeof keys.emailClaim>, u: string, o: string): Write => ({
  update: key,
  set: { o },
  when: equals('u', u),
  otherwise: { code: 'version-conflict' },
});

export interface Holder {
  orgId: OrgId;
  userId: UserId;
}

export function readClaim(item: Item | undefined): Holder | undefined {
  return item && { orgId: item.o as OrgId, userId: item.u as UserId };
}

/** Where something lies that is asked for by its id alone: read with `readClaim`. `ttl` where it ends by itself. */
export const locate = (id: string, o: string, holder: string, ttl?: number): Write => ({
  put: { ...keys.proofLocator(id), k: 'locator', o, u: holder, ttl },
  when: absent,
  otherwise: { code: 'version-conflict' },
});
