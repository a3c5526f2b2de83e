// Passwords turned into PHC strings with argon2id from Node's own crypto. OWASP parameters; old ones verify and say
// that they are old.
import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { sameBytes } from './key-ring.ts';

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet: m = 19 MiB, t = 2, p = 1. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 };
const TAG_BYTES = 32;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '');

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag`: about 40 ms and 19 MiB. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: prepared(password), nonce, tagLength: TAG_BYTES, ...PARAMETERS });
  const { memory, passes, parallelism } = PARAMETERS;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

/** What a person without a password is compared with: the same work, never the same answer. */
const NOBODY = `$argon2id$v=19$m=19456,t=2,p=1$${unpadded(Buffer.alloc(16))}$${unpadded(Buffer.alloc(TAG_BYTES))}`;

export interface Verdict {
  matches: boolean;
  /** Made with other parameters than today's: hash it again while the password is at hand. */
  outdated: boolean;
}

/** Compares with a stored PHC string. Without one it does the same work and says no. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<Verdict> {
  const match = PHC.exec(stored ?? NOBODY) ?? PHC.exec(NOBODY);
  const [memory = 0, passes = 0, parallelism = 0] = (match ?? []).slice(1, 4).map(Number);
  const [nonce, tag] = (match ?? []).slice(4).map((part) => Buffer.from(part, 'base64'));
  if (!nonce || !tag) return { matches: false, outdated: false };
  const options = { message: prepared(password), nonce, tagLength: tag.length, memory, passes, parallelism };
  const matches = sameBytes(await derive('argon2id', options), tag) && stored !== undefined && PHC.test(stored);
  const today = memory === PARAMETERS.memory && passes === PARAMETERS.passes && parallelism === PARAMETERS.parallelism;
  return { matches, outdated: matches && !today };
}

/** NFC (NIST SP 800-63B §3.1.1.2): the same characters typed on two keyboards are the same password. */
function prepared(password: string): Buffer {
  return Buffer.from(password.normalize('NFC'), 'utf8');
}
