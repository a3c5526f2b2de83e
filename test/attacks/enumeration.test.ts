// Whether an address has an account, and in which state, is told by no answer and by no call to the table.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Json, type Seed, type TestService, testService } from '../support/service.ts';
import { activePerson, newAddress, ok, PASSWORD } from '../support/world.ts';

let service: TestService;
/** An address of every class that somebody might want to tell apart. */
const addresses: Record<string, string> = {};
const CLASSES = [
  'known',
  'unverified',
  'unknown',
  'locked',
  'invited',
  'staged',
  'inactive',
  'deleted',
  'elsewhere',
] as const;
let otherOrg: Seed;
let sources = 0;
const source = () => `198.51.100.${++sources}`;

beforeAll(async () => {
  service = await testService({ still: true });
  const { orgId } = service.seed;
  const token = await service.tokenFor();
  const call = (method: string, path: string, body?: Json) => ok(service.call(method, path, { token, body }));
  const [known, unverified, locked, inactive, deleted] = await Promise.all(
    Array.from({ length: 5 }, () => activePerson(service, orgId)),
  );
  const [invited, staged] = [newAddress(), newAddress()];
  await call('POST', '/v1/users', { email: invited, invite: true });
  await call('POST', '/v1/users', { email: staged });
  await call('POST', `/v1/users/${locked?.id}/lock`, { reason: 'asked for' });
  await call('POST', `/v1/users/${inactive?.id}/deactivate`);
  await call('DELETE', `/v1/users/${deleted?.id}`);
  await call('PATCH', `/v1/users/${unverified?.id}`, { email: `set-${unverified?.email}` });
  otherOrg = await service.secondOrg();
  const elsewhere = await activePerson(service, otherOrg.orgId);
  Object.assign(addresses, {
    known: known?.email,
    unverified: `set-${unverified?.email}`,
    unknown: newAddress(),
    locked: locked?.email,
    invited,
    staged,
    inactive: inactive?.email,
    deleted: deleted?.email,
    elsewhere: elsewhere.email,
  });
  await service.deliver();
});
afterEach(() => service.faults.clear());

/** The answer without what names this one request. */
function told({ status, headers, body }: Answer) {
  const { 'x-request-id': id = '', ...rest } = headers;
  return { status, headers: rest, body: body.replaceAll(id, '') };
}

/** What a call asked of the table: operations in order, kinds of items, and what it cost. Not whose they are. */
async function traced(call: () => Promise<Answer>) {
  let answer: Answer | undefined;
  const calls = await service.trace(async () => {
    answer = await call();
  });
  const shape = calls.map(({ operation, keys, units, error }) => ({
    operation,
    items: keys.map(kindOf),
    units,
    error,
  }));
  // Calls that go out together end in any order.
  const text = shape.map((entry) => JSON.stringify(entry)).sort();
  return { ...told(answer as Answer), shape: text };
}

/** `O#…#S#… P` becomes `O#S P`: ids and hashes are left out. */
function kindOf(key: string): string {
  const [pk = '', sk = ''] = key.split(' ');
  const kinds = (part: string) => part.split('#').filter((name) => name.length < 12);
  // Which of its day's partitions an entry lies in follows from chance.
  if (pk.split('#')[2] === 'A') return 'entry';
  return `${kinds(pk).join('#')} ${kinds(sk).join('#')}`;
}

async function sameForAll(
  call: (email: string) => Promise<Answer>,
  before: (email: string) => Promise<unknown> = async () => undefined,
): Promise<Pick<Answer, 'status'>> {
  const seen = new Map<string, Awaited<ReturnType<typeof traced>>>();
  for (const name of CLASSES) {
    const email = addresses[name] ?? '';
    await before(email);
    seen.set(name, await traced(() => call(email)));
  }
  const first = seen.get('known');
  for (const [name, outcome] of seen) expect({ name, outcome }).toEqual({ name, outcome: first });
  return first ?? { status: 0 };
}

const post = (path: string, body: Json, sourceIp = source()) => service.call('POST', path, { body, sourceIp });

describe('nothing tells one address from another', () => {
  it('when a reset is asked for', async () => {
    const { status } = await sameForAll((email) => post('/v1/password-resets', { email }));
    expect(status).toBe(202);
    // Asked again within the minute.
    await sameForAll((email) => post('/v1/password-resets', { email }));
  });

  it('when a reset is asked for by the page', async () => {
    service.advance(60_000);
    const { status } = await sameForAll((email) =>
      service.call('POST', '/forgot-password', { form: { email }, sourceIp: source() }),
    );
    expect(status).toBe(200);
  });

  it('when a password is wrong', async () => {
    const { status } = await sameForAll((email) => post('/v1/sessions', { email, password: 'wrong' }));
    expect(status).toBe(401);
  });

  it('when a password is wrong for an org that is named', async () => {
    const { orgId } = service.seed;
    await sameForAll((email) => post('/v1/sessions', { email, password: 'wrong', orgId }));
  });

  it('when failures add up: the delay comes at the same count for all', async () => {
    // Counted before anything is compared: failing the read that follows spares the hashing. Two failures went before.
    const fail = async (email: string) => {
      service.faults.add({ service: 'dynamodb', operation: 'BatchGetItem', mode: 'fail-before' });
      for (let i = 0; i < 3; i++) expect((await post('/v1/sessions', { email, password: 'wrong' })).status).toBe(503);
      service.faults.clear();
    };
    const { status } = await sameForAll((email) => post('/v1/sessions', { email, password: PASSWORD }), fail);
    expect(status).toBe(429);
  });

  it('when a code is wrong', async () => {
    const password = 'a new umbrella in the snow';
    for (const [path, body] of [
      ['/v1/password-resets/complete', { code: 'AAAA-AAAA', password }],
      ['/v1/password-resets/complete', { code: '?', password }],
    ] as const) {
      const { status } = await sameForAll((email) => post(path, { email, ...body }));
      expect(status).toBe(410);
    }
    const { status } = await sameForAll(async (email) => {
      const form = { email, code: 'AAAA-AAAA', password };
      const { status, headers, body } = await service.call('POST', '/reset-password', { form, sourceIp: source() });
      // The page gives the address back as it was typed.
      return { status, headers, body: body.replaceAll(email, ''), json: undefined };
    });
    expect(status).toBe(410);
  });

  it('when somebody signed in starts a change to it, or has the letter sent again', async () => {
    const { token } = await activePerson(service, service.seed.orgId);
    const ids: string[] = [];
    // One after another, since each is an open change of the same person.
    const start = async (email: string) => {
      const answer = await service.call('POST', '/v1/contact-validations', { token, body: { email } });
      ids.push(answer.json.id);
      return withoutFacts(answer);
    };
    expect((await sameForAll(start)).status).toBe(202);
    const again = async () =>
      withoutFacts(await service.call('POST', `/v1/contact-validations/${ids.shift()}/resend`, { token }));
    expect((await sameForAll(again)).status).toBe(202);
  });

  it('when ids of another org, of nobody, or of no form are named', async () => {
    const token = await service.tokenFor();
    const foreign = await activePerson(service, otherOrg.orgId);
    const nobody = '01890000-0000-7000-8000-000000000000';
    for (const [method, suffix, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { profile: { title: 'x' } }],
      ['DELETE', '', undefined],
      ['POST', '/lock', { reason: 'x' }],
      ['GET', '/password-reset', undefined],
      ['POST', '/password-reset', undefined],
    ] as const) {
      const ask = (id: string) => traced(() => service.call(method, `/v1/users/${id}${suffix}`, { token, body }));
      const [theirs, none] = [await ask(foreign.id), await ask(nobody)];
      expect(theirs.status).toBe(404);
      expect(theirs).toEqual(none);
      expect(told(await service.call(method, `/v1/users/nonsense${suffix}`, { token, body })).body).toBe(theirs.body);
    }
    const byEmail = (email: string) => traced(() => service.call('GET', `/v1/users/by-email/${email}`, { token }));
    expect(await byEmail(foreign.email)).toEqual(await byEmail(newAddress()));
  });
});

/** An answer without the id and the moment that it gives out. */
function withoutFacts(answer: Answer): Answer {
  const { id, expiresAt } = answer.json;
  return { ...answer, body: answer.body.replace(id, '').replace(expiresAt, '') };
}
