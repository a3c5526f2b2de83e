// Every key of the single table on one screen. Ids are packed to 22 characters in the same order; h() is SHA-256 of a
// canonical value, 32 characters. Whatever an org owns begins with the org. Secrets and sessions have partitions of
// their own (S, V), which functions that need none are denied by policy.
//
//  item                    pk                     sk                  indexes (lp: sc su sn se)
//  org                     O#o                    O                   ORGS#0: created
//  admins guard            O#o#G                  ADMINS              –
//  places, schemas counted O#o#G                  D  LOC  AS          –
//  user core, or guest     O#o#U#u                U                   O#o#U#0 (deleted: O#o#D#0): created updated name email
//  side groups, activity   O#o#U#u                U#p U#s U#a         –
//  membership elsewhere    O#home#U#u             M#o                 –
//  team, group member      O#o#U#u                T#t  G#g            O#o#TM#t#0  O#o#GM#g#0: created
//  routing and presence    O#o#U#u                U#r                 –
//  where a proof's id lies VL#id                  C                   –
//  credential              O#o#S#u                P                   –
//  security answers        O#o#S#u                F#qa                –
//  link, its pointer       O#o#S#u                L#purpose#id, L#purpose
//  session                 O#o#V#u                S#id                –
//  invite                  O#o#I#i                I                   O#o#I#0: created email
//  machine client          O#o#CL#c               CL                  O#o#CL#0: created
//  email, number claim     E#h(address)  N#n      C                   –
//  username claim          UN#h(name)             C                   –
//  number claim of an org  ON#n                   C                   –
//  claims within an org    O#o#C#kind#h(value)    C                   –   externalId, vendor id, names, numbers
//  role, division, place   O#o                    R#id D#id LOC#id    –
//  attribute schema        O#o                    AS#id               –
//  its versions            O#o#AS#id              V#version           –
//  team, group             O#o#T#t  O#o#GR#g      T  G                O#o#TL#0  O#o#GL#0: created name
//  search entry            O#o#X#field#bucket     value#u             –
//  ledger of a person      O#o#Y#u                Y                   –
//  counters per state      O#o#N                  0..7                –
//  how far reconciled      O#o#P                  live gone           –
//  who reconciles next     RECONCILE              R                   –
//  job                     O#o#J#j                J                   DUE#lane#0..7: updated, until ended and cleared
//  its rows                O#o#S#J#j              B#block             –
//  what became of them     O#o#J#j                R#row               –
//  jobs of an org          O#o#JL                 j                   –
//  import by an operator   O#o#IM#i               IM                  –
//  erasure of a person     O#o#ER#e               ER                  O#o#EL#0: created
//  letter                  OB#letter              L                   DUE#lane#0..7: updated (next attempt), until final
//  letter to a person      OB#P-u                 L#letter            as above
//  reset asked for         OB#A-h(address)        L#minute            as above
//  standing of an address  MS#h(address)          M                   –
//  limiter                 LM#what#h(key)#window  W                   –
//  idempotency record      IK#h(caller,key)       I                   –
//  used client assertion   JTI#h(client,jti)      C                   –
//  audit entry             O#o#A#day#shard        at#op               O#o#AU#u: created
//  public signing keys     JWKS                   J                   –
import { createHash } from 'node:crypto';
import { packId } from '../model/ids.ts';
import type { Key } from './table.ts';

/** SHA-256 of a canonical value, 32 base64url characters (192 bits): equal values meet, nothing can be read back. */
export const h = (...parts: string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('base64url').slice(0, 32);

// Nearly all keys of a call are of one org: it is packed once.
let lastOrg = { id: '', key: '' };
function org(o: string): string {
  if (lastOrg.id !== o) lastOrg = { id: o, key: `O#${packId(o)}` };
  return lastOrg.key;
}
const user = (o: string, u: string) => `${org(o)}#U#${packId(u)}`;
const secret = (o: string, u: string) => `${org(o)}#S#${packId(u)}`;
/** Numbers as text in their own order, up to ten million. */
const digits = (n: number) => String(n).padStart(7, '0');

export const keys = {
  org: (o: string): Key => ({ pk: org(o), sk: 'O' }),
  admins: (o: string): Key => ({ pk: `${org(o)}#G`, sk: 'ADMINS' }),
  placeCount: (o: string, kind: 'division' | 'location'): Key => ({
    pk: `${org(o)}#G`,
    sk: kind === 'division' ? 'D' : 'LOC',
  }),
  attributeSchemaCount: (o: string): Key => ({ pk: `${org(o)}#G`, sk: 'AS' }),
  user: (o: string, u: string): Key => ({ pk: user(o, u), sk: 'U' }),
  work: (o: string, u: string): Key => ({ pk: user(o, u), sk: 'U#r' }),
  side: (o: string, u: string, part: 'p' | 's'): Key => ({ pk: user(o, u), sk: `U#${part}` }),
  activity: (o: string, u: string): Key => ({ pk: user(o, u), sk: 'U#a' }),
  membership: (home: string, u: string, o: string): Key => ({ pk: user(home, u), sk: `M#${packId(o)}` }),
  credential: (o: string, u: string): Key => ({ pk: secret(o, u), sk: 'P' }),
  answers: (o: string, u: string): Key => ({ pk: secret(o, u), sk: 'F#qa' }),
  link: (o: string, u: string, purpose: string, id: string): Key => ({
    pk: secret(o, u),
    sk: `L#${purpose}#${packId(id)}`,
  }),
  currentLink: (o: string, u: string, purpose: string): Key => ({ pk: secret(o, u), sk: `L#${purpose}` }),
  session: (o: string, u: string, id: string): Key => ({ pk: `${org(o)}#V#${packId(u)}`, sk: `S#${packId(id)}` }),
  invite: (o: string, i: string): Key => ({ pk: `${org(o)}#I#${packId(i)}`, sk: 'I' }),
  client: (o: string, c: string): Key => ({ pk: `${org(o)}#CL#${packId(c)}`, sk: 'CL' }),
  emailClaim: (address: string): Key => ({ pk: `E#${h(address)}`, sk: 'C' }),
  emailClaimByHash: (hash: string): Key => ({ pk: `E#${hash}`, sk: 'C' }),
  proofLocator: (id: string): Key => ({ pk: `VL#${packId(id)}`, sk: 'C' }),
  numberClaim: (n: number): Key => ({ pk: `N#${n}`, sk: 'C' }),
  orgNumberClaim: (n: number): Key => ({ pk: `ON#${n}`, sk: 'C' }),
  usernameClaim: (name: string): Key => ({ pk: `UN#${h(name.toLowerCase())}`, sk: 'C' }),
  externalIdClaim: (o: string, value: string): Key => ({ pk: `${org(o)}#C#ext#${h(value)}`, sk: 'C' }),
  /** `authority` and `key` are compared letter by letter. */
  vendorIdClaim: (o: string, authority: string, key: string): Key => ({
    pk: `${org(o)}#C#vendor#${h(authority, key)}`,
    sk: 'C',
  }),
  /** A name within its kind, whatever its case and accents. */
  nameClaim: (o: string, kind: NamedKind, name: string): Key => ({
    pk: `${org(o)}#C#${kind}#${h(fold(name))}`,
    sk: 'C',
  }),
  /** The integer id of a team, group, division, location or role of the org. */
  unitNumberClaim: (o: string, n: number): Key => ({ pk: `${org(o)}#C#number#${n}`, sk: 'C' }),
  role: (o: string, id: string): Key => ({ pk: org(o), sk: `R#${packId(id)}` }),
  division: (o: string, id: string): Key => ({ pk: org(o), sk: `D#${packId(id)}` }),
  location: (o: string, id: string): Key => ({ pk: org(o), sk: `LOC#${packId(id)}` }),
  attributeSchema: (o: string, id: string): Key => ({ pk: org(o), sk: `AS#${packId(id)}` }),
  attributeSchemaVersion: (o: string, id: string, version: number): Key => ({
    pk: partitions.attributeSchemaVersions(o, id),
    sk: `V#${digits(version)}`,
  }),
  unit: (o: string, kind: Unit, id: string): Key => ({
    pk: `${org(o)}#${kind === 'team' ? 'T' : 'GR'}#${packId(id)}`,
    sk: kind === 'team' ? 'T' : 'G',
  }),
  unitMember: (o: string, u: string, kind: Unit, id: string): Key => ({
    pk: user(o, u),
    sk: `${kind === 'team' ? 'T' : 'G'}#${packId(id)}`,
  }),
  searchEntry: (o: string, field: string, bucket: string, value: string, u: string): Key => ({
    pk: `${org(o)}#X#${field}#${bucket}`,
    sk: `${value}#${packId(u)}`,
  }),
  ledger: (o: string, u: string): Key => ({ pk: `${org(o)}#Y#${packId(u)}`, sk: 'Y' }),
  counter: (o: string, shard: number): Key => ({ pk: `${org(o)}#N`, sk: String(shard) }),
  reconciled: (o: string, part: 'live' | 'gone'): Key => ({ pk: partitions.reconciled(o), sk: part }),
  reconciler: { pk: 'RECONCILE', sk: 'R' } satisfies Key,
  job: (o: string, j: string): Key => ({ pk: `${org(o)}#J#${packId(j)}`, sk: 'J' }),
  jobBlock: (o: string, j: string, block: number): Key => ({
    pk: `${org(o)}#S#J#${packId(j)}`,
    sk: `B#${digits(block)}`,
  }),
  jobRow: (o: string, j: string, row: number): Key => ({ pk: keys.job(o, j).pk, sk: `R#${digits(row)}` }),
  packedJob: (o: string, packed: string): Key => ({ pk: `${org(o)}#J#${packed}`, sk: 'J' }),
  listedJob: (o: string, j: string): Key => ({ pk: partitions.jobs(o), sk: packId(j) }),
  import: (o: string, i: string): Key => ({ pk: `${org(o)}#IM#${packId(i)}`, sk: 'IM' }),
  erasure: (o: string, e: string): Key => ({ pk: `${org(o)}#ER#${packId(e)}`, sk: 'ER' }),
  /** An id that names a person or an address leads to a partition with all letters of them: what erases them finds them. */
  letter: (id: string): Key => {
    const [, whose, rest] = /^(P-.{22}|A-.{32})-(.+)$/.exec(id) ?? [];
    return whose ? { pk: `OB#${whose}`, sk: `L#${rest}` } : { pk: `OB#${id}`, sk: 'L' };
  },
  addressStanding: (addressHash: string): Key => ({ pk: `MS#${addressHash}`, sk: 'M' }),
  limiter: (what: string, key: string, window: string): Key => ({ pk: `LM#${what}#${h(key)}#${window}`, sk: 'W' }),
  usedAssertion: (client: string, jti: string): Key => ({ pk: `JTI#${h(client, jti)}`, sk: 'C' }),
  idempotency: (caller: string, key: string): Key => ({ pk: `IK#${h(caller, key)}`, sk: 'I' }),
  audit: (o: string, day: string, at: string, opId: string): Key => ({
    pk: partitions.audit(o, day, shardOf(opId, AUDIT_SHARDS)),
    sk: `${at}#${opId}`,
  }),
  jwks: { pk: 'JWKS', sk: 'J' } satisfies Key,
};

/** Ids of letters that are known by whom they are about. */
export const letterIds = {
  ofPerson: (u: string, letter: string) => `P-${packId(u)}-${packId(letter)}`,
  ofAsk: (addressHash: string, minute: number) => `A-${addressHash}-${minute}`,
};

/** The partitions that indexes browse. */
export const partitions = {
  orgs: 'ORGS#0',
  users: (o: string) => `${org(o)}#U#0`,
  deletedUsers: (o: string) => `${org(o)}#D#0`,
  invites: (o: string) => `${org(o)}#I#0`,
  clients: (o: string) => `${org(o)}#CL#0`,
  auditOfUser: (o: string, u: string) => `${org(o)}#AU#${packId(u)}`,
  audit: (o: string, day: string, shard: number) => `${org(o)}#A#${day}#${shard}`,
  roles: (o: string) => ({ pk: org(o), begins: 'R#' }),
  divisions: (o: string) => ({ pk: org(o), begins: 'D#' }),
  locations: (o: string) => ({ pk: org(o), begins: 'LOC#' }),
  attributeSchemas: (o: string) => ({ pk: org(o), begins: 'AS#' }),
  attributeSchemaVersions: (o: string, id: string) => `${org(o)}#AS#${packId(id)}`,
  units: (o: string, kind: Unit) => `${org(o)}#${kind === 'team' ? 'TL' : 'GL'}#0`,
  unitMembers: (o: string, kind: Unit, id: string) => `${org(o)}#${kind === 'team' ? 'TM' : 'GM'}#${packId(id)}#0`,
  searchEntries: (o: string, field: string, bucket: string) => `${org(o)}#X#${field}#${bucket}`,
  counters: (o: string) => `${org(o)}#N`,
  jobs: (o: string) => `${org(o)}#JL`,
  reconciled: (o: string) => `${org(o)}#P`,
  due: (lane: DueLane, shard: number) => `DUE#${lane}#${shard}`,
  sessions: (o: string, u: string) => `${org(o)}#V#${packId(u)}`,
  secrets: (o: string, u: string) => secret(o, u),
  userItems: (o: string, u: string) => user(o, u),
  lettersTo: (u: string) => `OB#P-${packId(u)}`,
  resetsAsked: (address: string) => `OB#A-${h(address)}`,
  erasures: (o: string) => `${org(o)}#EL#0`,
};

/** What people are put together in. */
export type Unit = 'team' | 'group';
/** What has a name that is unique among its kind in the org. */
export type NamedKind = Unit | 'division' | 'location' | 'role' | 'attribute-schema';

/**
 * Letters a person waits for go in `reset`, all others in `bulk`: a thousand invites delay no reset.
 */
export type Lane = 'reset' | 'bulk';
/** Jobs that somebody asked for, and those that follow from something else: thousands of erases delay no import. */
export type JobLane = 'job' | 'background';
export type DueLane = Lane | JobLane;
export const DUE_SHARDS = 8;

/** Partitions that the entries of one org and day are spread over: 4,000 changes a second. */
export const AUDIT_SHARDS = 4;

/** One of so many partitions (256 at most), by what is to lie there: always the same one. */
export const shardOf = (id: string, of: number): number => (createHash('sha256').update(id).digest()[0] ?? 0) % of;

export const COUNTER_SHARDS = 8;

/** Sort values fold case and accents away, so that É stands beside E. A sigma is the same at the end of a word. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ς', 'σ');
}
