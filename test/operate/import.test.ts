// A file of people into an org: what is reported, and that no stop loses a row or does one twice.
import { readFile, rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type ImportOptions, importFile, reportOf, type Step } from '../../infra/operate/import-file.ts';
import { readMapping } from '../../shared/transfer/columns.ts';
import { fileOf, linesOf, openedBy } from '../support/files.ts';
import { BCRYPT, HASHED } from '../support/importing.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type TestService, testService } from '../support/service.ts';

const csv = (rows: number) =>
  `Mail,profile.givenName,profile.familyName\n${Array.from({ length: rows }, (_, i) => `p${i}@moved.test,P${i},Moved\n`).join('')}`;
const mapping = readMapping('Mail=email');

async function eachOnce(service: TestService, rows: number): Promise<void> {
  const all = await service.dump();
  const emails = all.flatMap(({ k, em }) => (k === 'user' && String(em).endsWith('@moved.test') ? [em] : []));
  expect(emails).toHaveLength(rows);
  expect(new Set(emails).size).toBe(rows);
  expect(brokenInvariants(all, service.clock.now())).toEqual([]);
}

test('a file of some hundred people comes in, batch by batch, and tells how far it is', async () => {
  const service = await testService();
  const file = fileOf('people.csv', csv(350));
  const steps: Step[] = [];
  const summary = await importFile(openedBy(service), { file, format: 'csv', mapping }, (step) => steps.push(step));
  expect(summary).toMatchObject({ rows: 350, outcomes: { created: 350 } });
  expect(steps.at(-1)).toEqual({ done: 350, share: 1, failed: 0 });
  expect(steps.map(({ done }) => done)).toEqual([100, 200, 300, 350]);
  expect(await linesOf(summary.report)).toEqual([{ summary }]);
  await eachOnce(service, 350);
});

test('the report names each row that did not go well: by number, line, code and words', async () => {
  const service = await testService();
  const other = await service.secondOrg();
  const token = await service.tokenFor();
  const known = (await service.call('POST', '/v1/users', { token, body: { email: 'known@moved.test' } })).json.id;
  const file = fileOf(
    'people.csv',
    [
      'email,profile.biography.biography,passwordHash,emailVerified',
      'a@moved.test,"two\nlines",,',
      'b@moved.test,too few',
      `known@moved.test,,,`,
      `A@moved.test,,,`,
      `${other.adminEmail},,,`,
      'nobody,,,',
      'c@moved.test,,plain text,',
      `d@moved.test,,${BCRYPT},yes`,
      '',
    ].join('\r\n'),
  );
  const options = { file, format: 'csv', onExisting: 'fail' } as const;
  const { outcomes, report } = await importFile(openedBy(service), options);
  expect(outcomes).toEqual({ created: 2, skipped: 1, failed: 5 });
  const told = (await linesOf(report)).slice(0, -1);
  expect(told.map(({ row, line, code }) => [row, line, code])).toEqual([
    [2, 4, 'input-invalid'],
    [3, 5, 'email-taken'],
    [4, 6, 'duplicate-in-file'],
    [5, 7, 'email-taken'],
    [6, 8, 'email-unsupported'],
    [7, 9, 'input-invalid'],
  ]);
  expect(told.map(({ userId, sameAsRow }) => userId ?? sameAsRow)).toEqual([
    undefined,
    known,
    1,
    undefined,
    undefined,
    undefined,
  ]);
  expect(told[0].message).toBe('the record has 2 cells, the header 4');
  expect(told[5].message).toMatch(/^\/passwordHash must be/);
  await service.signIn('d@moved.test', HASHED);
});

test('a dry run says what would come of each row and changes nothing', async () => {
  const service = await testService();
  const token = await service.tokenFor();
  await service.call('POST', '/v1/users', { token, body: { email: 'x@else.test', username: 'taken' } });
  const rows = [
    { email: 'a@moved.test' },
    { email: 'b@moved.test', username: 'taken' },
    { email: 'c@moved.test', state: 'active' },
  ];
  const file = fileOf('people.ndjson', rows.map((row) => JSON.stringify(row)).join('\n'));
  const before = await service.dump();
  const { outcomes, report } = await importFile(openedBy(service), { file, format: 'ndjson', dryRun: true });
  expect(outcomes).toEqual({ created: 1, failed: 2 });
  expect(report).toBe(`${file}.dry-run.ndjson`);
  expect((await linesOf(report)).map(({ row, code }) => [row, code])).toEqual([
    [2, 'username-taken'],
    [3, 'input-invalid'],
    [undefined, undefined],
  ]);
  expect(await service.dump()).toEqual(before);
});

test('the same file again finds everybody there; with another mapping it is another import', async () => {
  const service = await testService();
  const file = fileOf('people.csv', csv(120));
  const options: ImportOptions = { file, format: 'csv', mapping };
  const first = await importFile(openedBy(service), options);
  const again = await importFile(openedBy(service), options);
  expect(again).toEqual(first);
  const less = { ...options, mapping: readMapping('Mail=email,profile.familyName=') };
  const other = await importFile(openedBy(service), less);
  expect(other.importId).not.toBe(first.importId);
  expect(other.outcomes).toEqual({ skipped: 120 });
  await eachOnce(service, 120);
});

test('entries name whoever is named, and rows may do no more than they', async () => {
  const service = await testService();
  const token = await service.tokenFor();
  const { userId } = (
    await service.call('POST', '/v1/invites', { token, body: { email: 'admin@moved.test', roles: ['admin'] } })
  ).json;
  const link = (await service.deliver()).at(-1)?.token;
  await service.call('POST', '/v1/invites/accept', { body: { token: link, password: 'another long passphrase' } });
  const file = fileOf('people.csv', 'email,roles\na@moved.test,member\nb@moved.test,owner\n');
  const as = { is: 'person', id: userId, homeOrgId: service.seed.orgId } as const;
  const { outcomes, report, importId } = await importFile(openedBy(service), { file, format: 'csv', as });
  expect(outcomes).toEqual({ created: 1, failed: 1 });
  expect((await linesOf(report))[0]).toMatchObject({ row: 2, code: 'role-above-own' });
  const { items } = (await service.call('GET', '/v1/events?type=user-created&limit=1', { token })).json;
  expect(items[0]).toMatchObject({ actor: { is: 'person', id: userId }, requestId: importId });
});

describe('a stop', () => {
  const ROWS = 210;

  const stopped = async (service: TestService, options: ImportOptions) => {
    try {
      return await importFile(openedBy(service), { ...options, tries: 1 });
    } catch {
      return undefined;
    }
  };

  test.each(['fail-before', 'commit-then-fail'] as const)(
    'at any call of the table (%s) loses no row and does none twice',
    async (mode) => {
      let stops = 0;
      for (let nth = 1; ; nth++) {
        const service = await testService();
        const file = fileOf('people.csv', csv(ROWS));
        service.faults.add({ service: 'dynamodb', mode, nth, per: 'call' });
        const options: ImportOptions = { file, format: 'csv', mapping };
        const first = await stopped(service, options);
        service.faults.clear();
        if (first) break;
        stops++;
        const summary = await importFile(openedBy(service), options);
        expect(summary, `call ${nth}`).toMatchObject({ rows: ROWS, outcomes: { created: ROWS } });
        await eachOnce(service, ROWS);
      }
      expect(stops).toBeGreaterThan(10);
    },
    240_000,
  );

  test('of the machine itself, its disk lost too, is made good on another', async () => {
    const service = await testService();
    const text = `${csv(ROWS)}p1@moved.test,Twice,Moved\nbroken\n`;
    const file = fileOf('people.csv', text);
    service.faults.add({
      service: 'dynamodb',
      operation: 'TransactWriteItems',
      mode: 'fail-before',
      nth: 8,
      per: 'call',
    });
    expect(await stopped(service, { file, format: 'csv', mapping })).toBeUndefined();
    service.faults.clear();
    await rm(reportOf({ file, format: 'csv' }), { force: true });
    service.advance(86_400_000);
    const elsewhere = fileOf('copy.csv', text);
    const summary = await importFile(openedBy(service), { file: elsewhere, format: 'csv', mapping });
    expect(summary.outcomes).toEqual({ created: ROWS, skipped: 1, failed: 1 });
    await eachOnce(service, ROWS);
  });

  test('leaves a report in which each row stands once', async () => {
    const service = await testService();
    const text = Array.from({ length: ROWS }, (_, i) => (i % 10 === 3 ? 'broken\n' : `p${i}@moved.test,P,M\n`)).join(
      '',
    );
    const file = fileOf('people.csv', `email,profile.givenName,profile.familyName\n${text}`);
    const options: ImportOptions = { file, format: 'csv' };
    for (const nth of [3, 4, 5]) {
      service.faults.add({
        service: 'dynamodb',
        operation: 'TransactWriteItems',
        mode: 'fail-before',
        nth,
        per: 'call',
      });
      await stopped(service, options);
      service.faults.clear();
    }
    await importFile(openedBy(service), options);
    const rows = (await linesOf(reportOf(options))).flatMap(({ row }) => row ?? []);
    expect(rows).toEqual(Array.from({ length: 21 }, (_, i) => i * 10 + 4));
    expect(await readFile(reportOf(options), 'utf8')).toMatch(/\{"summary":.*\}\n$/);
  });
});

test('a table that says no for a while is asked again, and no row is given up', async () => {
  const service = await testService();
  const file = fileOf('people.csv', csv(120));
  service.faults.add({
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    mode: 'fail-before',
    nth: 2,
    per: 'call',
  });
  const summary = await importFile(openedBy(service), { file, format: 'csv', mapping });
  expect(summary.outcomes).toEqual({ created: 120 });
  await eachOnce(service, 120);
});
