// Makes argon2id cheap on demand, for service and floor alike: 40 ms of hashing would hide everything else. Must be
// loaded before anything that takes `argon2` from node:crypto.
import crypto, { createHash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const real = crypto.argon2;
let stubbed = false;

const switched = ((name: string, options: Parameters<typeof real>[1], done: (e: null, tag: Buffer) => void) => {
  if (!stubbed) return real(name as 'argon2id', options, done as Parameters<typeof real>[2]);
  const { message, nonce } = options;
  const tag = createHash('sha256')
    .update(message as Buffer)
    .update(nonce as Buffer)
    .digest();
  setImmediate(done, null, tag);
}) as typeof real;

crypto.argon2 = switched;
syncBuiltinESMExports();

/** From now on hashes are SHA-256, or argon2id again. What one made, the other does not verify. */
export function stubHashing(on: boolean): void {
  stubbed = on;
}
