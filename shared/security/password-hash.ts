// Passwords turned into PHC strings with argon2id from Node's own crypto. OWASP parameters; those of other parameters,
// and those that other systems made, verify and say that they are old.
import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { provesHash, readHash, type StoredHash } from './foreign-hash.ts';

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 };
const TAG_BYTES = 32;

const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '');

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag`: about 40 ms and 19 MiB. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const message = Buffer.from(prepared(password), 'utf8');
  const tag = await derive('argon2id', { message, nonce, tagLength: TAG_BYTES, ...PARAMETERS });
  const { memory, passes, parallelism } = PARAMETERS;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

/** What a person without a password is compared with: the same work, never the same answer. */
const NOBODY: StoredHash = {
  kind: 'argon2',
  variant: 'argon2id',
  ...PARAMETERS,
  salt: Buffer.alloc(16),
  tag: Buffer.alloc(TAG_BYTES),
};

export interface Verdict {
  matches: boolean;
  /** Made with other parameters than today's, or elsewhere: hash it again while the password is at hand. */
  outdated: boolean;
}

/** Compares with a stored hash. Without one it does the same work and says no. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<Verdict> {
  const hash = stored === undefined ? undefined : readHash(stored);
  const spellings = [prepared(password)];
  // Other systems hash what was typed, as it was typed.
  if (hash && !isOfToday(hash) && password !== prepared(password)) spellings.push(password);
  let matches = false;
  for (const spelling of spellings) {
    const proves = await provesHash(Buffer.from(spelling, 'utf8'), hash ?? NOBODY);
    matches ||= proves && hash !== undefined;
  }
  return { matches, outdated: matches && hash !== undefined && !isOfToday(hash) };
}

function isOfToday(hash: StoredHash): boolean {
  if (hash.kind !== 'argon2' || hash.variant !== 'argon2id') return false;
  const { memory, passes, parallelism } = hash;
  return memory === PARAMETERS.memory && passes === PARAMETERS.passes && parallelism === PARAMETERS.parallelism;
}

/** NFC (NIST SP 800-63B §3.1.1.2): the same characters typed on two keyboards are the same password. */
const prepared = (password: string): string => password.normalize('NFC');
