// Password hashes as other systems keep them: argon2, bcrypt, scrypt. Read, bounded and compared here; none is ever made.
import { argon2, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { compare } from 'bcryptjs';
import { sameBytes } from './key-ring.ts';

const deriveArgon2 = promisify(argon2);

interface Argon2 {
  kind: 'argon2';
  variant: 'argon2id' | 'argon2i' | 'argon2d';
  memory: number;
  passes: number;
  parallelism: number;
  salt: Buffer;
  tag: Buffer;
}
interface Scrypt {
  kind: 'scrypt';
  /** log2 of N. */
  ln: number;
  r: number;
  p: number;
  salt: Buffer;
  tag: Buffer;
}
interface Bcrypt {
  kind: 'bcrypt';
  cost: number;
  text: string;
}
export type StoredHash = Argon2 | Scrypt | Bcrypt;

const ARGON2 = /^\$(argon2(?:id|i|d))\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,9})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const SCRYPT = /^\$scrypt\$ln=(\d{1,3}),r=(\d{1,5}),p=(\d{1,5})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** 22 characters of salt, 31 of hash. `$2x$` is left out: it marks hashes of a broken implementation. */
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Of text only: a hash may be 512 characters long. */
const MAX_TEXT = 512;
const MIB = 1024;

/**
 * What sign-in computes at most, so that no stored hash starves it (1,769 MB, 20 s; one at a time): argon2 256 MiB,
 * 10 passes, 1 GiB in all passes; scrypt 256 MiB, 1 GiB over all lanes; bcrypt cost 14. Each about two seconds.
 */
const MOST = { memoryKib: 256 * MIB, passes: 10, workKib: 1024 * MIB, lanes: 16, bcrypt: 14, ln: 18 };
/** What is still worth importing: argon2 and scrypt over 8 MiB, bcrypt of cost 8, salts of 8 bytes, tags of 16. */
const LEAST = { memoryKib: 8 * MIB, bcrypt: 8, ln: 13, salt: 8, tag: 16 };

/** Reads a hash that sign-in may compute; undefined for any other text. */
export function readHash(text: string): StoredHash | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const hash = readArgon2(text) ?? readScrypt(text) ?? readBcrypt(text);
  return hash && isAffordable(hash) ? hash : undefined;
}

function readArgon2(text: string): Argon2 | undefined {
  const [, variant, m, t, p, salt = '', tag = ''] = ARGON2.exec(text) ?? [];
  if (!variant) return undefined;
  const costs = { memory: Number(m), passes: Number(t), parallelism: Number(p) };
  return { kind: 'argon2', variant: variant as Argon2['variant'], ...costs, salt: bytes(salt), tag: bytes(tag) };
}

function readScrypt(text: string): Scrypt | undefined {
  const [, ln, r, p, salt = '', tag = ''] = SCRYPT.exec(text) ?? [];
  if (!ln) return undefined;
  return { kind: 'scrypt', ln: Number(ln), r: Number(r), p: Number(p), salt: bytes(salt), tag: bytes(tag) };
}

function readBcrypt(text: string): Bcrypt | undefined {
  const cost = BCRYPT.exec(text)?.[1];
  return cost === undefined ? undefined : { kind: 'bcrypt', cost: Number(cost), text };
}

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
const scryptKib = ({ ln, r }: Scrypt): number => (128 * 2 ** ln * r) / 1024;
const within = (value: number, from: number, to: number): boolean => value >= from && value <= to;

/** Also what the algorithms themselves demand, so that none of them throws. */
function isAffordable(hash: StoredHash): boolean {
  if (hash.kind === 'bcrypt') return within(hash.cost, 4, MOST.bcrypt);
  if (hash.kind === 'scrypt') {
    const { ln, r, p, tag } = hash;
    const memory = scryptKib(hash);
    const sized = within(ln, 1, MOST.ln) && within(r, 1, 64) && within(p, 1, MOST.lanes) && tag.length >= LEAST.tag;
    return sized && memory <= MOST.memoryKib && memory * p <= MOST.workKib;
  }
  const { memory, passes, parallelism, salt, tag } = hash;
  const sized = within(parallelism, 1, MOST.lanes) && within(passes, 1, MOST.passes);
  const fits = within(memory, 8 * parallelism, MOST.memoryKib) && memory * passes <= MOST.workKib;
  return sized && fits && salt.length >= LEAST.salt && tag.length >= 4;
}

/**
 * Why a hash of another system is not taken: its form, or a cost out of bounds. Undefined for one that is taken. What
 * `readHash` allows is wider: hashes made here long ago stay good.
 */
export function hashIssue(text: string): string | undefined {
  const hash = readHash(text);
  if (!hash) {
    return 'must be an argon2 (v=19), bcrypt ($2a$, $2b$, $2y$) or scrypt hash in PHC form within the bounds of cost';
  }
  if (hash.kind === 'bcrypt')
    return hash.cost < LEAST.bcrypt ? `must have a cost of at least ${LEAST.bcrypt}` : undefined;
  const memory = hash.kind === 'scrypt' ? scryptKib(hash) : hash.memory;
  if (memory < LEAST.memoryKib || (hash.kind === 'scrypt' && hash.ln < LEAST.ln)) return 'must use at least 8 MiB';
  const short = hash.salt.length < LEAST.salt || hash.tag.length < LEAST.tag;
  return short ? 'must have a salt of at least 8 bytes and a hash of at least 16' : undefined;
}

/** Whether the password makes the hash. bcrypt sees its first 72 bytes and no more: that is how it is defined. */
export async function provesHash(password: Buffer, hash: StoredHash): Promise<boolean> {
  if (hash.kind === 'bcrypt') return compare(password.toString('utf8'), hash.text);
  if (hash.kind === 'scrypt') return sameBytes(await deriveScrypt(password, hash), hash.tag);
  const { variant, memory, passes, parallelism, salt, tag } = hash;
  const options = { message: password, nonce: salt, tagLength: tag.length, memory, passes, parallelism };
  return sameBytes(await deriveArgon2(variant, options), tag);
}

function deriveScrypt(password: Buffer, hash: Scrypt): Promise<Buffer> {
  const { ln, r, p, salt, tag } = hash;
  // OpenSSL counts its own blocks too.
  const options = { N: 2 ** ln, r, p, maxmem: scryptKib(hash) * 1024 + 128 * r * p + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, tag.length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
