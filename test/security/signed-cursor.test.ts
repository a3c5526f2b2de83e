// Signed cursors: bound to what they were made for.
import { describe, expect, it } from 'vitest';
import { problemOf } from '../../shared/model/problem.ts';
import { currentMac, readKeyRing } from '../../shared/security/key-ring.ts';
import { openCursor, signCursor } from '../../shared/security/signed-cursor.ts';

const ring = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32) }));
const rotated = readKeyRing(JSON.stringify({ 1: 'a'.repeat(32), 2: 'b'.repeat(32) }));
const scope = ['org-1', 'users', 'sort=email'];
const cursor = signCursor(ring, scope, ['pk', 'sk é', '']);

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return problemOf(error)?.code;
  }
  return undefined;
}

describe('a cursor', () => {
  it('opens to the position it was made for', () => {
    expect(openCursor(ring, scope, cursor)).toEqual(['pk', 'sk é', '']);
    expect(openCursor(rotated, scope, cursor)).toEqual(['pk', 'sk é', '']);
  });

  it('opens in its own scope only', () => {
    for (const other of [
      ['org-2', 'users', 'sort=email'],
      ['org-1', 'invites', 'sort=email'],
      ['org-1', 'users', 'sort=-email'],
      ['org-1', 'users'],
      ['org-1', 'userssort=email'],
      [...scope, ''],
    ]) {
      expect(codeOf(() => openCursor(ring, other, cursor))).toBe('cursor-invalid');
    }
  });

  it('does not open when it is edited, cut, junk, made elsewhere or too long', () => {
    const bytes = Buffer.from(cursor, 'base64url');
    const edited = [...bytes.keys()].map((at) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy.toString('base64url');
    });
    const raw = Buffer.from(JSON.stringify({ pk: 'O#x', sk: 'U' })).toString('base64url');
    const foreign = signCursor(readKeyRing(JSON.stringify({ 1: 'c'.repeat(32) })), scope, ['pk']);
    const short = Buffer.concat([Buffer.of(1), currentMac(ring, 'cursor', ...scope, '').subarray(0, 16)]);
    const junk = [
      '',
      'A',
      'x'.repeat(2000),
      cursor.slice(0, -2),
      `${cursor}=`,
      raw,
      foreign,
      short.toString('base64url'),
    ];
    for (const other of [...edited, ...junk]) {
      expect(codeOf(() => openCursor(ring, scope, other))).toBe('cursor-invalid');
    }
  });
});
