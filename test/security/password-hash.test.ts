// Password hashes: what proves, and which are old.
import { argon2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../shared/security/password-hash.ts';

const plain = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replaceAll('=', '');

function weaker(password: string, memory = 1024, passes = 1, parallelism = 1): string {
  const nonce = Buffer.from('sixteen bytes ok');
  const tag = argon2Sync('argon2id', { message: password, nonce, tagLength: 32, memory, passes, parallelism });
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${plain(nonce)}$${plain(tag)}`;
}

describe('a password hash', () => {
  it('is a PHC string with a salt of its own, and proves its password only', async () => {
    const [one, two] = await Promise.all([hashPassword('a secret'), hashPassword('a secret')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword('a secret', one)).toEqual({ matches: true, outdated: false });
    for (const wrong of ['a secreT', 'a secret ', '', 'a secret\u0000']) {
      expect(await verifyPassword(wrong, one)).toEqual({ matches: false, outdated: false });
    }
  });

  it('is the same for the same characters in another composition', async () => {
    const hash = await hashPassword('cafe\u0301');
    expect((await verifyPassword('caf\u00e9', hash)).matches).toBe(true);
    expect((await verifyPassword('cafe', hash)).matches).toBe(false);
  });

  it('does not cut long passwords', async () => {
    const hash = await hashPassword('x'.repeat(128));
    expect((await verifyPassword('x'.repeat(127), hash)).matches).toBe(false);
    expect((await verifyPassword(`${'x'.repeat(128)}y`, hash)).matches).toBe(false);
  });

  it('of other parameters proves as well and says that it is old, but only once it has proven', async () => {
    for (const stored of [weaker('a secret'), weaker('a secret', 19_456, 1), weaker('a secret', 19_456, 2, 2)]) {
      expect(await verifyPassword('a secret', stored)).toEqual({ matches: true, outdated: true });
      expect(await verifyPassword('another', stored)).toEqual({ matches: false, outdated: false });
    }
  });

  it('that is missing or broken proves nothing', async () => {
    const stored = weaker('a secret');
    const broken = [
      undefined,
      '',
      'a secret',
      stored.replace('argon2id', 'argon2i'),
      stored.replace('v=19', 'v=16'),
      stored.slice(0, -1),
      `${stored}x`,
      '$2b$10$abcdefghijklmnopqrstuv',
    ];
    for (const hash of broken) expect((await verifyPassword('a secret', hash)).matches).toBe(false);
  });
});
