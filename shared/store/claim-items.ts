// Claims: unique values as items of their own. Each names its holder, so that a look-up by value is two reads.
import { numberOf, type OrgId, type UserId } from '../model/ids.ts';
import type { VendorId } from '../model/user/provisioning.ts';
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
export const claimVendorId = ({ authority, key }: VendorId, o: string, u: string) =>
  claim(keys.vendorIdClaim(o, authority, key), o, u, { code: 'vendor-id-taken' });
export const releaseVendorId = ({ authority, key }: VendorId, o: string, u: string) =>
  release(keys.vendorIdClaim(o, authority, key), u);

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

/** The members of a record that claims stand for. */
export interface Claimed {
  id: UserId;
  orgId: OrgId;
  email?: string;
  username?: string;
  externalId?: string;
  side?: { provisioning?: { externalIds?: VendorId[] | undefined } | undefined };
}

/** Claims follow the values they stand for. */
export function moveClaims(before: Claimed, after: Claimed): Write[] {
  const { orgId, id } = after;
  const sameName = before.username?.toLowerCase() === after.username?.toLowerCase();
  const vendorIds = ({ side }: Claimed) =>
    new Map((side?.provisioning?.externalIds ?? []).map((it) => [JSON.stringify([it.authority, it.key]), it]));
  const [olds, news] = [vendorIds(before), vendorIds(after)];
  return [
    ...moved(
      before.email,
      after.email,
      (v) => claimEmail(v, orgId, id),
      (v) => releaseEmail(v, id),
    ),
    ...(sameName
      ? []
      : moved(
          before.username,
          after.username,
          (v) => claimUsername(v, orgId, id),
          (v) => releaseUsername(v, id),
        )),
    ...moved(
      before.externalId,
      after.externalId,
      (v) => claimExternalId(v, orgId, id),
      (v) => releaseExternalId(v, orgId, id),
    ),
    ...[...news].filter(([name]) => !olds.has(name)).map(([, it]) => claimVendorId(it, orgId, id)),
    ...[...olds].filter(([name]) => !news.has(name)).map(([, it]) => releaseVendorId(it, orgId, id)),
  ];
}

function moved(
  was: string | undefined,
  is: string | undefined,
  claimIt: (value: string) => Write,
  releaseIt: (value: string) => Write,
): Write[] {
  return was === is ? [] : [...(is ? [claimIt(is)] : []), ...(was ? [releaseIt(was)] : [])];
}
