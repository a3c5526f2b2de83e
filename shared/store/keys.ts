// Every key of the single table on one screen. Ids are packed to 22 characters in the same order; h() is SHA-256 of a
// canonical value, 32 characters. Whatever an org owns begins with the org. Secrets and sessions have partitions of
// their own (S, V), which functions that need none are denied by policy.
//
//  item                    pk                     sk                  indexes (lp: sc su sn se)
//  org                     O#o                    O                   ORGS#0: created
//  admins guard            O#o#G                  ADMINS              –
//  user core, or guest     O#o#U#u                U                   O#o#U#0 (deleted: O#o#D#0): created updated name email
//  side groups, activity   O#o#U#u                U#p U#s U#a         –
//  membership elsewhere    O#home#U#u             M#o                 –
//  where a proof's id lies VL#id                  C                   –
//  credential              O#o#S#u                P                   –
//  link, its pointer       O#o#S#u                L#purpose#id, L#purpose
//  session                 O#o#V#u                S#id                –
//  invite                  O#o#I#i                I                   O#o#I#0: created email
//  machine client          O#o#CL#c               CL                  O#o#CL#0: created
//  email, number claim     E#h(address)  N#n      C                   –
//  username claim          UN#h(name)             C                   –
//  number claim of an org  ON#n                   C                   –
//  externalId claim        O#o#C#ext#h(value)     C                   –
//  letter                  OB#letter              L                   DUE#lane#0..7: updated (next attempt), until final
//  standing of an address  MS#h(address)          M                   –
//  limiter                 LM#what#h(key)#window  W                   –
//  idempotency record      IK#h(caller,key)       I                   –
//  audit entry             O#o#A#day#shard        at#op               O#o#AU#u: created
//  public signing keys     JWKS                   J                   –
import { createHash } from 'node:crypto';
import { packId } from '../model/ids.ts';
import type { Key } from './table.ts';

/** SHA-256 of a canonical value, 32 base64url characters (192 bits): equal values meet, nothing can be read back. */
export const h = (...parts: string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('base64url').slice(0, 32);

const org = (o: string) => `O#${packId(o)}`;
const user = (o: string, u: string) => `${org(o)}#U#${packId(u)}`;
const secret = (o: string, u: string) => `${org(o)}#S#${packId(u)}`;

export const keys = {
  org: (o: string): Key => ({ pk: org(o), sk: 'O' }),
  admins: (o: string): Key => ({ pk: `${org(o)}#G`, sk: 'ADMINS' }),
  user: (o: string, u: string): Key => ({ pk: user(o, u), sk: 'U' }),
  side: (o: string, u: string, part: 'p' | 's'): Key => ({ pk: user(o, u), sk: `U#${part}` }),
  activity: (o: string, u: string): Key => ({ pk: user(o, u), sk: 'U#a' }),
  membership: (home: string, u: string, o: string): Key => ({ pk: user(home, u), sk: `M#${packId(o)}` }),
  credential: (o: string, u: string): Key => ({ pk: secret(o, u), sk: 'P' }),
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
  letter: (id: string): Key => ({ pk: `OB#${id}`, sk: 'L' }),
  addressStanding: (addressHash: string): Key => ({ pk: `MS#${addressHash}`, sk: 'M' }),
  limiter: (what: string, key: string, window: string): Key => ({ pk: `LM#${what}#${h(key)}#${window}`, sk: 'W' }),
  idempotency: (caller: string, key: string): Key => ({ pk: `IK#${h(caller, key)}`, sk: 'I' }),
  audit: (o: string, day: string, at: string, opId: string): Key => ({
    pk: `${org(o)}#A#${day}#0`,
    sk: `${at}#${opId}`,
  }),
  jwks: { pk: 'JWKS', sk: 'J' } satisfies Key,
};

/** The partitions that indexes browse. */
export const partitions = {
  orgs: 'ORGS#0',
  users: (o: string) => `${org(o)}#U#0`,
  deletedUsers: (o: string) => `${org(o)}#D#0`,
  invites: (o: string) => `${org(o)}#I#0`,
  clients: (o: string) => `${org(o)}#CL#0`,
  auditOfUser: (o: string, u: string) => `${org(o)}#AU#${packId(u)}`,
  due: (lane: Lane, shard: number) => `DUE#${lane}#${shard}`,
  sessions: (o: string, u: string) => `${org(o)}#V#${packId(u)}`,
  secrets: (o: string, u: string) => secret(o, u),
  userItems: (o: string, u: string) => user(o, u),
};

/** Letters a person waits for go in `reset`, all others in `bulk`: a thousand invites delay no reset. */
export type Lane = 'reset' | 'bulk';
export const DUE_SHARDS = 8;

/** Sort values fold case and accents away, so that É stands beside E. */
export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
