// The commands themselves, as an operator runs them.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fileOf, folder, linesOf } from '../support/files.ts';
import { type TestService, testService } from '../support/service.ts';

const run = promisify(execFile);

async function command(service: TestService, name: string, args: string[]) {
  const { endpoint, tableName } = service.table;
  const aws = { AWS_REGION: 'local', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const env = { ...process.env, ...aws, AWS_ENDPOINT_URL_DYNAMODB: endpoint };
  const given = [`infra/operate/${name}.ts`, '--table', tableName, '--org', service.seed.orgId, ...args];
  try {
    return { code: 0, ...(await run(process.execPath, given, { env })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

test('people go in by one command and out by another', async () => {
  const service = await testService();
  const file = fileOf('people.csv', 'Mail;Given\na@moved.test;Ada\nb@moved.test;Bo\n');
  const map = ['--map', 'Mail=email,Given=profile.givenName', '--delimiter', ';'];
  const dry = await command(service, 'import', ['--file', file, ...map, '--dry-run']);
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 rows, nothing changed\n {2}created {3}2\n/) });
  const wet = await command(service, 'import', ['--file', file, ...map, '--as', service.seed.adminEmail, '--invite']);
  expect(wet).toMatchObject({ code: 0, stdout: expect.stringMatching(/^2 rows\n {2}invited {3}2\n/) });
  const out = join(folder(), 'people.ndjson');
  const exported = await command(service, 'export', ['--out', out, '--passwords']);
  expect(exported).toMatchObject({ code: 0, stdout: expect.stringContaining('3 people in') });
  expect(exported.stderr).toContain('password hashes');
  expect((await linesOf(out)).map(({ email }) => email).sort()).toEqual([
    'a@moved.test',
    'b@moved.test',
    service.seed.adminEmail,
  ]);
  expect(await readFile(out, 'utf8')).toMatch(/"passwordHash":"\$argon2id\$/);
});

test('what is wrong with a command is one line, and nothing is done', async () => {
  const service = await testService();
  const file = fileOf('people.csv', 'Mail,Shoe size\na@moved.test,38\n');
  const before = (await service.dump()).filter(({ k }) => k === 'user');
  const wrong = [
    [['--file', file], '/columns/Shoe size is no member of a person'],
    [['--file', `${file}.not`], 'ENOENT'],
    [['--file', file, '--on-existing', 'perhaps'], '--on-existing is skip, update, fail'],
    [['--file', file, '--invite'], '--as'],
    [['--file', file, '--rate', 'fast'], '--rate'],
    [['--file', file, '--as', 'nobody@moved.test'], 'not-found'],
  ] as const;
  for (const [args, said] of wrong) {
    const { code, stderr } = await command(service, 'import', [...args]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
  }
  expect((await service.dump()).filter(({ k }) => k === 'user')).toEqual(before);
});

test('rows that fail end the command with 2', async () => {
  const service = await testService();
  const file = fileOf('people.csv', 'email\na@moved.test\nnobody\n');
  expect((await command(service, 'import', ['--file', file])).code).toBe(2);
});
