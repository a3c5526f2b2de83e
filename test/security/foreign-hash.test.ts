// Hashes that other systems made: vectors of the RFCs and of other implementations (the argon2 reference library, libxcrypt's
// bcrypt, Python's scrypt), and the bounds of what is taken.
import { hashSync } from 'bcryptjs';
import { describe, expect, it, test } from 'vitest';
import { hashIssue, provesHash, readHash } from '../../shared/security/foreign-hash.ts';
import { verifyPassword } from '../../shared/security/password-hash.ts';

const PASSWORD = 'correct horse battery staple';

/** Made elsewhere of `PASSWORD`. */
const ELSEWHERE = [
  '$argon2id$v=19$m=8192,t=3,p=2$c2l4dGVlbiBieXRlcyBvaw$EMSG8shhXD8ZhN8GxIhzp3CvH447zvMUe4aLa4eh/2o',
  '$argon2i$v=19$m=8192,t=3,p=2$c2l4dGVlbiBieXRlcyBvaw$G8TiSDB7c2m1nnYsX/4oYsKg9z8kcf80m4U+0x8LtTk',
  '$argon2d$v=19$m=8192,t=3,p=2$c2l4dGVlbiBieXRlcyBvaw$GRNOnD9btLSBaqROG/fvA+DcJPVMLcSZofW/PMUtFiE',
  '$scrypt$ln=14,r=8,p=1$c2l4dGVlbiBieXRlcyBvaw$v5kNBET/5cONeN0IfegeBC7yWfkzvBpBl8yBeQlYqig',
  '$scrypt$ln=13,r=8,p=3$c2l4dGVlbiBieXRlcyBvaw$sOrIfhOUlTlAdMXqnE8FGGtplkLo1SvGnipVHx99M57fS7vfiHhM4ZUUIJn1VoV0tBpUtBuC/XMSZacXXJ/jcg',
  '$2b$10$N9qo8uLOickgx2ZMRZoMyehtJ/whDdsI.d1w/JqKiOrDw8pCT0JLG',
  '$2a$08$N9qo8uLOickgx2ZMRZoMye.NSWye8iLgEqQoacenYlpsnbk3.8kJO',
  '$2y$09$N9qo8uLOickgx2ZMRZoMyekpztl9.3QkzLKF1Avc3JJzivamEDyk.',
];

const proves = async (password: string, text: string) => {
  const hash = readHash(text);
  return hash !== undefined && provesHash(Buffer.from(password), hash);
};

describe('a hash that another system made', () => {
  test.each(ELSEWHERE)('%s is taken, proves its password only, and is to be made anew', async (hash) => {
    expect(hashIssue(hash)).toBeUndefined();
    expect(await verifyPassword(PASSWORD, hash)).toEqual({ matches: true, outdated: true });
    for (const wrong of ['Correct horse battery staple', `${PASSWORD} `, '']) {
      expect(await verifyPassword(wrong, hash)).toEqual({ matches: false, outdated: false });
    }
  });

  it('is the one of RFC 7914 §12', async () => {
    const hash =
      '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw';
    expect(await proves('pleaseletmein', hash)).toBe(true);
    expect(await proves('pleaseletmeout', hash)).toBe(false);
  });

  it('of bcrypt is the one of the OpenBSD tests, and of UTF-8', async () => {
    const known = [
      ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
      ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
      ['pässwörd ünïcode', '$2b$08$N9qo8uLOickgx2ZMRZoMyeGFu9G.eiriY83wcw2tSvTDTC1XIs/Wy'],
    ] as const;
    for (const [password, hash] of known) expect(await proves(password, hash)).toBe(true);
  });

  it('of bcrypt knows 72 bytes of its password and no more', async () => {
    const hash = '$2b$08$N9qo8uLOickgx2ZMRZoMyemvk7DJJvqO8izmyx26BVrniDl2NQMcW';
    expect(await proves('x'.repeat(80), hash)).toBe(true);
    expect(await proves('x'.repeat(72), hash)).toBe(true);
    expect(await proves('x'.repeat(71), hash)).toBe(false);
  });

  it('proves a password in the composition in which it was made', async () => {
    for (const spelt of ['cafe\u0301 au lait', 'caf\u00e9 au lait']) {
      const hash = hashSync(spelt, 4);
      expect((await verifyPassword(spelt, hash)).matches).toBe(true);
    }
    // Who types the composed one proves no hash of the other: nobody can say in which form the other system stored.
    expect((await verifyPassword('caf\u00e9', hashSync('cafe\u0301', 4))).matches).toBe(false);
  });
});

const argon2 = (m: number, t: number, p: number, salt = 'c2l4dGVlbiBieXRlcyBvaw', tag = 'A'.repeat(43)) =>
  `$argon2id$v=19$m=${m},t=${t},p=${p}$${salt}$${tag}`;
const scrypt = (ln: number, r: number, p: number, tag = 'A'.repeat(43)) =>
  `$scrypt$ln=${ln},r=${r},p=${p}$c2l4dGVlbiBieXRlcyBvaw$${tag}`;
const bcrypt = (cost: string, version = '2b') =>
  `$${version}$${cost}$N9qo8uLOickgx2ZMRZoMyehtJ/whDdsI.d1w/JqKiOrDw8pCT0JLG`;

describe('the bounds of what is taken', () => {
  test.each([
    ['argon2 at the least', argon2(8192, 1, 1)],
    ['argon2 over the most memory', argon2(262_144, 4, 1)],
    ['argon2 with the most passes', argon2(65_536, 10, 16)],
    ['scrypt at the least', scrypt(13, 8, 1)],
    ['scrypt at the most', scrypt(18, 8, 4)],
    ['bcrypt at the least', bcrypt('08')],
    ['bcrypt at the most', bcrypt('14', '2y')],
  ])('%s is taken', (_, hash) => {
    expect(hashIssue(hash)).toBeUndefined();
  });

  test.each([
    ['memory that would starve sign-in', argon2(262_145, 1, 1)],
    ['too many passes', argon2(8192, 11, 1)],
    ['too much work in all', argon2(262_144, 5, 1)],
    ['too many lanes', argon2(8192, 1, 17)],
    ['less memory than the lanes need', argon2(8, 1, 2)],
    ['scrypt over too much memory', scrypt(18, 9, 1)],
    ['scrypt with too large an N', scrypt(19, 1, 1)],
    ['scrypt with too much work in all', scrypt(18, 8, 5)],
    ['scrypt without parameters', scrypt(0, 0, 0)],
    ['bcrypt of too high a cost', bcrypt('15')],
  ])('%s: neither taken nor ever computed', async (_, hash) => {
    expect(hashIssue(hash)).toMatch(/bounds/);
    expect(readHash(hash)).toBeUndefined();
    expect(await verifyPassword(PASSWORD, hash)).toEqual({ matches: false, outdated: false });
  });

  test.each([
    ['argon2 over too little memory', argon2(8191, 3, 1)],
    ['scrypt with too small an N', scrypt(12, 16, 1)],
    ['scrypt over too little memory', scrypt(13, 7, 1)],
    ['bcrypt of too low a cost', bcrypt('07')],
    ['a short tag', argon2(8192, 1, 1, undefined, 'AAAAAAAAAA')],
  ])('%s is not taken', (_, hash) => {
    expect(hashIssue(hash)).toMatch(/at least/);
  });

  test.each([
    ['nothing', ''],
    ['a password', PASSWORD],
    ['a short salt', argon2(8192, 1, 1, 'c2hvcnQ')],
    ['another version', argon2(8192, 1, 1).replace('v=19', 'v=16')],
    ['no version', argon2(8192, 1, 1).replace('v=19$', '')],
    ['padding', `${argon2(8192, 1, 1)}=`],
    ['bcrypt of a broken implementation', bcrypt('10', '2x')],
    ['a cut bcrypt', bcrypt('10').slice(0, -1)],
    ['a line break', `${bcrypt('10')}\n`],
    ['an unsalted digest', '5f4dcc3b5aa765d61d8327deb882cf99'],
    ['endless text', argon2(8192, 1, 1, 'A'.repeat(600))],
    ['numbers beyond numbers', argon2(8192, 1, 1).replace('m=8192', 'm=99999999999999999999')],
  ])('%s is no hash', (_, text) => {
    expect(hashIssue(text)).toBeDefined();
    expect(readHash(text)).toBeUndefined();
  });
});
