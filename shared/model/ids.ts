// Identifiers: UUIDv7 outside, and what is derived from them. Pure: the caller brings time and random bytes.
import * as v from 'valibot';

/** A UUIDv7 in lower case: the shape of every id. */
export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const uuid = <const Brand extends string>(brand: Brand) =>
  v.pipe(v.string(), v.regex(UUID_V7, 'must be a UUIDv7 in lower case'), v.brand(brand));

/** A person's id, the guid of every system that speaks to the directory. UUIDv7 (RFC 9562 §5.7), so it sorts by time. */
export const UserId = uuid('UserId');
export type UserId = v.InferOutput<typeof UserId>;
export const OrgId = uuid('OrgId');
export type OrgId = v.InferOutput<typeof OrgId>;
export const InviteId = uuid('InviteId');
export type InviteId = v.InferOutput<typeof InviteId>;
export const SessionId = uuid('SessionId');
export type SessionId = v.InferOutput<typeof SessionId>;
export const ClientId = uuid('ClientId');
export type ClientId = v.InferOutput<typeof ClientId>;
/** A link record's id: a reset or an address proof. The letter that carries the link bears the same id. */
export const LinkId = uuid('LinkId');
export type LinkId = v.InferOutput<typeof LinkId>;

export const TeamId = uuid('TeamId');
export type TeamId = v.InferOutput<typeof TeamId>;
export const GroupId = uuid('GroupId');
export type GroupId = v.InferOutput<typeof GroupId>;
export const DivisionId = uuid('DivisionId');
export type DivisionId = v.InferOutput<typeof DivisionId>;
export const LocationId = uuid('LocationId');
export type LocationId = v.InferOutput<typeof LocationId>;
/** A role of an org's own. The built-in ones have ids too, the same in every org. */
export const RoleId = uuid('RoleId');
export type RoleId = v.InferOutput<typeof RoleId>;
/** A schema of fields that an org keeps of its people. */
export const AttributeSchemaId = uuid('AttributeSchemaId');
export type AttributeSchemaId = v.InferOutput<typeof AttributeSchemaId>;
/** Work that outlives its request: an import, many invites, a change of many, an erasure. */
export const JobId = uuid('JobId');
export type JobId = v.InferOutput<typeof JobId>;

/** The org that owns platform clients and nothing else. It is no org of the directory and no token names it. */
export const PLATFORM_ORG = '00000000-0000-7000-8000-000000000000' as OrgId;

/** UUIDv7 of a moment (milliseconds since 1970) and 10 random bytes. */
export function uuidV7(ms: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(ms) << 16n);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytesToUuid(bytes);
}

export function uuidToBytes(id: string): Uint8Array {
  return Uint8Array.from(Buffer.from(id.replaceAll('-', ''), 'hex'));
}

export function bytesToUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [8, 12, 16, 20, 32].map((end, i, ends) => hex.slice(ends[i - 1] ?? 0, end)).join('-');
}

// In ASCII order, so that packed ids sort as the UUIDs do.
const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';

/** The two characters of each 12 bits, and back: ids are packed and unpacked for every item of a page. */
const PAIRS = Array.from({ length: 4096 }, (_, bits) => `${ALPHABET[bits >> 6]}${ALPHABET[bits & 63]}`);
const BITS = new Map(PAIRS.map((pair, bits) => [pair, bits.toString(16).padStart(3, '0')]));

/** 22 characters in ASCII order for a UUID's 128 bits: shorter keys, same order. */
export function packId(id: string): string {
  const hex = `0${id.replaceAll('-', '')}`;
  let packed = '';
  for (let i = 0; i < 33; i += 3) packed += PAIRS[Number.parseInt(hex.slice(i, i + 3), 16)];
  return packed;
}

export function unpackId(packed: string): string {
  let hex = '';
  for (let i = 0; i < 22; i += 2) hex += BITS.get(packed.slice(i, i + 2));
  return `${hex.slice(1, 9)}-${hex.slice(9, 13)}-${hex.slice(13, 17)}-${hex.slice(17, 21)}-${hex.slice(21)}`;
}

const NUMBER_EPOCH = Date.UTC(2024, 0, 1);

/**
 * The integer id for systems whose ids are integers: milliseconds since 2024-01-01 × 4096 + the UUID's 12 random bits.
 * Below 2^53 until 2093, in order of creation. A claim in the table makes it certain that nobody shares it.
 */
export function numberOf(id: string): number {
  const hex = id.replaceAll('-', '');
  return (Number.parseInt(hex.slice(0, 12), 16) - NUMBER_EPOCH) * 4096 + Number.parseInt(hex.slice(13, 16), 16);
}

/** 24 hex digits for systems that show document ids: eight of the creation second, sixteen of the number. */
export function legacyIdOf(number: number): string {
  const second = Math.floor((Math.floor(number / 4096) + NUMBER_EPOCH) / 1000);
  return second.toString(16).padStart(8, '0') + number.toString(16).padStart(16, '0');
}

/** The number behind a legacy id; undefined for what no number makes. */
export function legacyNumber(legacyId: string): number | undefined {
  const digits = legacyId.toLowerCase();
  if (!/^[0-9a-f]{24}$/.test(digits)) return undefined;
  const number = Number.parseInt(digits.slice(8), 16);
  return Number.isSafeInteger(number) && legacyIdOf(number) === digits ? number : undefined;
}

/** Milliseconds since 1970 in which a number was made. */
export const numberMs = (number: number): number => Math.floor(number / 4096) + NUMBER_EPOCH;

const LAST_MS = 2 ** 48 - 1;

/** The packed first and last id that a millisecond can make: bounds of the order of creation. */
export function idsOf(ms: number): [first: string, last: string] {
  const within = Math.min(Math.max(Math.floor(ms), 0), LAST_MS);
  return [packId(uuidV7(within, new Uint8Array(10))), packId(uuidV7(within, new Uint8Array(10).fill(0xff)))];
}
