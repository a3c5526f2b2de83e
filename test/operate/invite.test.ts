// A file of addresses as a job of invites: asked for in somebody's name, watched, and told row by row.
import { expect, test } from 'vitest';
import { actingAs, followJob, inviteRows, notInvited, readInvites } from '../../infra/operate/invite-file.ts';
import type { Progress } from '../../infra/operate/progress.ts';
import { findActor } from '../../shared/directory/imports/operator.ts';
import { readMapping } from '../../shared/transfer/columns.ts';
import { fileOf, openedBy } from '../support/files.ts';
import { workOnce } from '../support/jobs.ts';
import { type TestService, testService } from '../support/service.ts';
import { activePerson } from '../support/world.ts';

const read = (name: string, text: string, more: object = {}) => {
  const format = name.endsWith('.csv') ? 'csv' : name.endsWith('.txt') ? 'lines' : 'ndjson';
  return readInvites({ file: fileOf(name, text), format, ...more });
};

async function as(service: TestService, named: string) {
  const directory = openedBy(service);
  return actingAs(directory, await findActor(directory.context(), directory.orgId, named));
}

const lines = async (told: AsyncGenerator<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const line of told) all.push(line);
  return all;
};

test('addresses come as lines, as a CSV with columns of people, or as NDJSON with all that an invite says', async () => {
  expect(await read('a.txt', 'a@x.test\n\n b@x.test \r\nc@x.test')).toMatchObject(
    ['a@x.test', ' b@x.test ', 'c@x.test'].map((email) => ({ input: { email } })),
  );
  const csv = 'Mail,roles,profile.givenName,Shoe size\na@x.test,member;viewer,Ada,39\n';
  expect(await read('a.csv', csv, { mapping: readMapping('Mail=email,Shoe size=') })).toMatchObject([
    { input: { email: 'a@x.test', roles: ['member', 'viewer'], profile: { givenName: 'Ada' } } },
  ]);
  expect(await read('a.ndjson', '{"email":"a@x.test","note":"Hello"}\nnot JSON\n')).toMatchObject([
    { input: { email: 'a@x.test', note: 'Hello' } },
    { problem: { code: 'input-invalid' } },
  ]);
  await expect(read('none.txt', '\n\n')).rejects.toThrow('has no rows');
  await expect(read('many.txt', 'a@x.test\n'.repeat(10_001))).rejects.toThrow('more than 10,000 rows');
});

test('an admin’s name carries the job, which is watched to its end and told by row', async () => {
  const service = await testService();
  const admin = await activePerson(service, service.seed.orgId, ['admin']);
  const acting = await as(service, admin.email);
  const rows = await read('a.csv', `email,roles\na@x.test,\n${admin.email},\nA@x.test,\nb@x.test,owner\nc@x.test,,,\n`);
  const { id } = await inviteRows(acting, rows, { defaults: { locale: 'de-DE' } });
  const seen: Progress[] = [];
  const job = await followJob(
    acting,
    id,
    (progress) => seen.push(progress),
    () => workOnce(service),
  );
  expect(job).toMatchObject({ state: 'done', createdBy: admin.id, outcomes: { invited: 1, failed: 3, skipped: 1 } });
  expect(seen).toEqual([
    { done: 0, share: 0, failed: 0 },
    { done: 5, share: 1, failed: 3 },
  ]);
  expect(await lines(notInvited(acting, id, rows))).toEqual([
    `row 2  ${admin.email}  already-member`,
    'row 4  b@x.test  role-above-own',
    'row 5  input-invalid  the record has 4 cells, the header 2',
    'row 3  A@x.test  same as row 1',
  ]);
  const invites = (await service.dump()).filter(({ k }) => k === 'invite');
  expect(invites).toMatchObject([{ em: 'a@x.test', loc: 'de-DE', cb: { is: 'person', id: admin.id } }]);
});

test('nobody’s name carries what they may not do themselves', async () => {
  const service = await testService();
  const member = await activePerson(service, service.seed.orgId);
  const rows = await read('a.txt', 'a@x.test\n');
  await expect(inviteRows(await as(service, member.email), rows, {})).rejects.toThrow('permission-missing');
  await expect(as(service, 'nobody@x.test')).rejects.toThrow('not-found');
  const theirs = await service.secondOrg();
  await expect(inviteRows(await as(service, theirs.adminEmail), rows, {})).rejects.toThrow('permission-missing');
});

test('all rows that failed are told, however many, and a table that is away for a while is waited for', async () => {
  const service = await testService();
  const acting = await as(service, service.seed.adminEmail);
  const rows = await read('a.txt', Array.from({ length: 430 }, (_, n) => `no address ${n}\n`).join(''));
  const { id } = await inviteRows(acting, rows, { dryRun: true });
  service.faults.add({ service: 'dynamodb', operation: 'GetItem', mode: 'fail-before', times: 1 });
  const job = await followJob(acting, id, undefined, () => workOnce(service));
  expect(job).toMatchObject({ state: 'done', dryRun: true, outcomes: { failed: 430 } });
  expect(await lines(notInvited(acting, id, rows))).toHaveLength(430);
});
