// People of an org to a file and back: whole or not at all, described, gone on with after a stop, and equal when another
// org of another deployment takes them in.
import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportToFile, manifestOf } from '../../infra/operate/export-file.ts';
import { importFile } from '../../infra/operate/import-file.ts';
import { USER_COLUMNS } from '../../shared/transfer/columns.ts';
import { folder, linesOf, openedBy } from '../support/files.ts';
import { full } from '../support/full-person.ts';
import { BCRYPT, HASHED, importing } from '../support/importing.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type Json, type TestService, testService } from '../support/service.ts';

const row = (i: number) => ({
  email: `p${i}@moved.test`,
  externalId: `x-${i}`,
  profile: { givenName: `P${i}`, familyName: 'Müller, "Ödön"', skills: ['a;b', '=c'], duties: [{ on: null }] },
  contact: { addresses: [{ mediaType: 'PHONE', type: 'WORK', address: '+49 30 555' }] },
  custom: { custom1: '=1+1', custom2: "'quoted", custom3: '' },
  telephony: { voicemail: { customText: 'two\r\nlines' }, recordCalls: false },
  preferences: { locale: 'de-DE', map: { '=theme': 'dark' } },
  routing: { autoAnswer: true, tags: ['night'] },
  security: { mustChangePassword: i % 2 === 0, questions: [{ id: 'q1', text: 'First pet?' }] },
  savedViews: { calls: -7 },
  customAttributes: { '0192f0c1-0000-7000-8000-00000000a5a5': { level: i, tags: ['=a', 'b;c'], note: 'two\nlines' } },
});

async function filled(n: number): Promise<TestService> {
  const service = await testService();
  for (let from = 0; from < n; from += 100) {
    const part = Array.from({ length: Math.min(100, n - from) }, (_, i) => row(from + i));
    await importing(service, part, {
      importId: `0192f0c1-0000-7000-8000-0000000000${10 + from / 100}`,
      span: 100_000 - from,
    });
  }
  await importing(service, [{ email: 'full@moved.test', ...full }], {
    importId: '0192f0c1-0000-7000-8000-000000000009',
  });
  await importing(service, [
    {
      email: 'known@moved.test',
      passwordHash: BCRYPT,
      emailVerified: true,
      createdAt: '2024-05-05T05:05:05Z',
      username: 'known',
    },
    {
      ...{ email: 'off@moved.test', state: 'inactive', passwordHash: BCRYPT },
      ...{ stateReason: 'seasonal', stateChangedAt: '2025-05-05T00:00:00.000Z' },
    },
    {
      email: 'held@moved.test',
      emailVerified: true,
      security: { locked: { at: '2025-01-01T00:00:00Z', reason: 'leave' } },
    },
  ]);
  await service.project();
  return service;
}

/** What is of the directory that keeps somebody, not of the person. */
const moved = ({ orgId: _o, version: _v, createdBy: _c, updatedAt: _a, updatedBy: _u, ...person }: Json) => person;
const others = (people: Json[]) => people.filter(({ email }) => String(email).endsWith('@moved.test')).map(moved);

describe.each(['ndjson', 'csv'] as const)('%s', (format) => {
  test('goes out, comes in elsewhere, and goes out the same: ids, moments and passwords too', async () => {
    const service = await filled(30);
    const out = join(folder(), `people.${format}`);
    const manifest = await exportToFile(openedBy(service), { out, format, passwords: true });
    expect(manifest.people).toBe(35);
    const elsewhere = await testService();
    // Nobody is of the future there.
    elsewhere.advance(3_600_000);
    const { outcomes } = await importFile(openedBy(elsewhere), { file: out, format });
    // The owner has the address that the other owner has.
    expect(outcomes).toEqual({ created: 34, skipped: 1 });
    const [before, after] = [join(folder(), 'before.ndjson'), join(folder(), 'after.ndjson')];
    await exportToFile(openedBy(service), { out: before, format: 'ndjson', passwords: true });
    await exportToFile(openedBy(elsewhere), { out: after, format: 'ndjson', passwords: true });
    const [then, now] = [others(await linesOf(before)), others(await linesOf(after))];
    expect(now).toEqual(then);
    expect(now.find(({ email }) => email === 'full@moved.test')).toMatchObject(full);
    await elsewhere.signIn('known@moved.test', HASHED);
    expect(brokenInvariants(await elsewhere.dump(), elsewhere.clock.now())).toEqual([]);
  });

  test('goes on after a stop at any step, and is the file that it would have been', async () => {
    const service = await filled(250);
    const options = { format, filter: 'email co "moved"' } as const;
    const whole = join(folder(), 'whole');
    const { sha256, people } = await exportToFile(openedBy(service), { ...options, out: whole });
    expect(people).toBe(254);
    const out = join(folder(), 'people');
    for (let steps = 1; ; steps++) {
      let step = 0;
      const stop = () => {
        if (++step === 1) throw new Error('stopped');
      };
      const done = await exportToFile(openedBy(service), { ...options, out }, stop).catch(() => undefined);
      if (done) break;
      expect(await readdir(dirname(out))).not.toContain(basename(out));
      // What was written since the last step that counts.
      await appendFile(`${out}.part`, 'half a li');
      expect(steps).toBeLessThan(10);
    }
    const manifest = JSON.parse(await readFile(manifestOf(out), 'utf8'));
    expect(manifest).toMatchObject({ sha256, people });
    expect(await readFile(out, 'utf8')).toBe(await readFile(whole, 'utf8'));
    expect((await readdir(dirname(out))).sort()).toEqual([basename(out), basename(manifestOf(out))]);
  });
});

test('a manifest says what the file is', async () => {
  const service = await filled(3);
  const out = join(folder(), 'people.csv');
  const manifest = await exportToFile(openedBy(service), { out, format: 'csv', filter: 'state eq "staged"' });
  const bytes = await readFile(out);
  expect(JSON.parse(await readFile(manifestOf(out), 'utf8'))).toEqual(manifest);
  expect(manifest).toMatchObject({
    file: 'people.csv',
    org: service.seed.orgId,
    format: 'csv',
    columns: USER_COLUMNS.map(({ path }) => path),
    filter: 'state eq "staged"',
    passwords: false,
    people: 4,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  expect(bytes.toString()).not.toMatch(/\$2b\$/);
});

test('another filter than that of the export that was stopped begins anew', async () => {
  const service = await filled(3);
  const out = join(folder(), 'people.ndjson');
  const stop = () => {
    throw new Error('stopped');
  };
  await expect(exportToFile(openedBy(service), { out, format: 'ndjson' }, stop)).rejects.toThrow('stopped');
  const { people } = await exportToFile(openedBy(service), { out, format: 'ndjson', filter: 'state eq "active"' });
  expect(people).toBe(3);
});
