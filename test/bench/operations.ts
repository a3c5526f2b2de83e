// The operations that service and floor both do: how each call is prepared, for either side.
import { createHash, randomBytes } from 'node:crypto';
import type { InviteId, LinkId } from '../../shared/model/ids.ts';
import { uuidV7 } from '../../shared/model/ids.ts';
import { linkToken } from '../../shared/security/link-token.ts';
import { readInviteItem } from '../../shared/store/invite-items.ts';
import { keys } from '../../shared/store/keys.ts';
import { type LinkRecord, linkItem, linkOrder } from '../../shared/store/secret-items.ts';
import { floorKeys } from './floor/floor.ts';
import { expectStatus, hashOf, PASSWORD, type Prepared, type Stage, unique } from './stage.ts';

export interface Measured {
  name: string;
  /** Calls per round and side. */
  calls: number;
  /** What a good answer's status is. */
  status: number;
  ours(count: number): Promise<Prepared[]>;
  floor(count: number): Promise<Prepared[]>;
}

const repeat = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const profile = { givenName: 'Ngozi', familyName: 'Okafor', title: 'Engineer', department: 'Support' };
const NEXT = 'another long passphrase';

/** Writes the people they need. Hashing must be stubbed or not for all of it alike. */
export async function operations(stage: Stage): Promise<Measured[]> {
  const { token, prepare } = stage;
  const people = await stage.populate(400, { name: 'person', hash: await hashOf() });
  await stage.populateFloor(people, PASSWORD);
  const someone = (i: number) => people[i % people.length] as (typeof people)[number];
  const same = (make: (count: number) => Prepared[]) => ({
    ours: async (n: number) => make(n),
    floor: async (n: number) => make(n),
  });
  const create = (path: string) => (count: number) =>
    repeat(count, () => prepare('POST', path, { token, body: { email: `${unique()}@new.test`, profile } }));
  return [
    {
      name: 'get',
      calls: 40,
      status: 200,
      ...same((count) => repeat(count, (i) => prepare('GET', `/v1/users/${someone(i).id}`, { token }))),
    },
    {
      name: 'list 50',
      calls: 12,
      status: 200,
      ...same((count) => repeat(count, () => prepare('GET', '/v1/users?limit=50', { token }))),
    },
    { name: 'create', calls: 16, status: 201, ...same(create('/v1/users')) },
    {
      name: 'update',
      calls: 16,
      status: 200,
      ...same((count) => {
        const body = { profile: { title: `Engineer ${unique()}` } };
        return repeat(count, (i) => prepare('PATCH', `/v1/users/${someone(i).id}`, { token, body }));
      }),
    },
    { name: 'invite', calls: 16, status: 201, ...same(create('/v1/invites')) },
    {
      name: 'accept',
      calls: 12,
      status: 200,
      ours: async (count) => spending(stage, '/v1/invites/accept', await inviteTokens(stage, count)),
      floor: async (count) => spending(stage, '/v1/invites/accept', await floorTokens(stage, count)),
    },
    {
      name: 'reset ask',
      calls: 24,
      status: 202,
      ...same((count) => {
        // Never the same address twice: a second ask within the minute is the same letter.
        const asked = repeat(count, () => someone(askedSoFar++ % people.length));
        return asked.map(({ email }) => prepare('POST', '/v1/password-resets', { body: { email } }));
      }),
    },
    {
      name: 'reset complete',
      calls: 12,
      status: 204,
      ours: async (count) => spending(stage, '/v1/password-resets/complete', await resetTokens(stage, count)),
      floor: async (count) => spending(stage, '/v1/password-resets/complete', await floorTokens(stage, count)),
    },
    {
      name: 'sign in',
      calls: 16,
      status: 200,
      ...same((count) =>
        repeat(count, (i) =>
          prepare('POST', '/v1/sessions', { body: { email: someone(i).email, password: PASSWORD } }),
        ),
      ),
    },
  ];
}

let askedSoFar = 0;

const spending = (stage: Stage, path: string, tokens: string[]): Prepared[] =>
  tokens.map((token) => stage.prepare('POST', path, { body: { token, password: NEXT } }));

/** Invites as the API makes them, with the token that their letter would carry. */
export async function inviteTokens({ lean, orgId, ours, prepare, token }: Stage, count: number): Promise<string[]> {
  const made = repeat(count, () =>
    prepare('POST', '/v1/invites', { token, body: { email: `${unique()}@new.test`, profile } }),
  );
  const ids: InviteId[] = [];
  for (const event of made) ids.push(JSON.parse(expectStatus(await ours(event), 201).body ?? '').id);
  const { table, keys: rings } = lean.directory;
  const items = await table.getMany(ids.map((id) => keys.invite(orgId, id)));
  return items.map((item) => {
    const { id, userOrgId, userId, nonce } = readInviteItem(item as NonNullable<typeof item>);
    return linkToken(rings.links, 'invite', [orgId, id, userOrgId, userId], nonce);
  });
}

/** People with a reset link as the mailer leaves it, each its own: a reset ends all links of its person. */
export async function resetTokens(stage: Stage, count: number): Promise<string[]> {
  const { lean, orgId } = stage;
  const people = await stage.populate(count, { name: 'forgetful', hash: await hashOf() });
  const links = people.map(({ id: userId, email = '', epoch }): LinkRecord => {
    const createdAt = new Date().toISOString();
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const id = uuidV7(Date.now(), randomBytes(10)) as LinkId;
    const nonce = randomBytes(16).toString('base64url');
    return { purpose: 'reset', orgId, userId, id, nonce, epoch, email, createdAt, expiresAt };
  });
  await stage.writer.write(
    links.flatMap((link) => {
      const pointer = {
        ...keys.currentLink(orgId, link.userId, 'reset'),
        k: 'current',
        cur: linkOrder(link),
        id: link.id,
      };
      return [linkItem(link), pointer];
    }),
  );
  return links.map(({ userId, id, nonce }) =>
    linkToken(lean.directory.keys.links, 'reset', [orgId, userId, id], nonce),
  );
}

async function floorTokens({ populate, populateFloor, writer }: Stage, count: number): Promise<string[]> {
  const people = await populate(count, { name: 'floor' });
  await populateFloor(people);
  const tokens = people.map(({ id }) => createHash('sha256').update(id).digest('base64url'));
  const expires = Date.now() + 3_600_000;
  await writer.write(people.map(({ id, email }, i) => ({ ...floorKeys.link(tokens[i] ?? ''), email, id, expires })));
  return tokens;
}
