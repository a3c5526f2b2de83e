// Counts, exact: round trips and units of each operation, bytes of the items.
import { project } from '../../shared/directory/search/project.ts';
import { workerContext } from '../../shared/post-office.ts';
import { signCursor } from '../../shared/security/signed-cursor.ts';
import type { Item } from '../../shared/store/table.ts';
import type { Answer, CallOptions, Json } from '../support/service.ts';
import { type Line, line, reported } from './lines.ts';
import { inviteTokens, resetTokens } from './operations.ts';
import { hashOf, PASSWORD, type Stage, unique } from './stage.ts';
import { type Footprint, weigh } from './trips.ts';

export type Footprints = Record<string, Footprint>;

interface Probe {
  name: string;
  trips: number;
  /** Most write units, where the goals name them. */
  writes?: number;
  reads?: number;
  call(): [method: string, path: string, options?: CallOptions];
}

const NEXT = 'another long passphrase';

/** Weighs every operation once, alone. */
export async function countCalls(stage: Stage): Promise<{ lines: Line[]; footprints: Footprints }> {
  const footprints: Footprints = {};
  const lines: Line[] = [];
  for (const { name, trips, writes, reads, call } of await probes(stage)) {
    const [method, path, options] = call();
    let answer: Answer | undefined;
    const found = await weigh(stage.service, async () => {
      answer = await stage.service.call(method, path, options);
    });
    if (!answer || answer.status >= 300) throw new Error(`${name}: ${answer?.status} ${answer?.body}`);
    footprints[name] = found;
    const figure = `${found.trips} trips (${found.calls} calls)`;
    lines.push(line(1, `${name}: sequential trips`, figure, `${trips}`, found.trips <= trips));
    lines.push(unitsLine(name, found, writes, reads));
  }
  return { lines, footprints };
}

function unitsLine(name: string, { reads, writes }: Footprint, mostWrites?: number, mostReads?: number): Line {
  const figure = `${reads} RRU, ${writes} WRU`;
  if (mostWrites === undefined && mostReads === undefined) return reported(2, `${name}: units`, figure);
  const wanted = [mostReads !== undefined && `≤ ${mostReads} RRU`, mostWrites !== undefined && `≤ ${mostWrites} WRU`];
  const holds = writes <= (mostWrites ?? writes) && reads <= (mostReads ?? reads);
  return line(2, `${name}: units`, figure, wanted.filter(Boolean).join(', '), holds);
}

async function probes(stage: Stage): Promise<Probe[]> {
  const { service, token } = stage;
  const people = await stage.populate(30, { name: 'counted', hash: await hashOf() });
  await project(
    workerContext(service.services),
    people.map(({ id: userId }) => ({ orgId: stage.orgId, userId })),
  );
  const of = (n: number) => people[n] as (typeof people)[number];
  const path = (n: number) => `/v1/users/${of(n).id}`;
  const body = () => ({ email: `${unique()}@new.test`, profile: { givenName: 'Ngozi', familyName: 'Okafor' } });
  const signedIn: Json = await service.signIn(of(20).email, PASSWORD);
  const person = signedIn.accessToken as string;
  const [accept = ''] = await inviteTokens(stage, 1);
  const [reset = ''] = await resetTokens(stage, 1);
  const invite = async () => (await service.call('POST', '/v1/invites', { token, body: body() })).json.id as string;
  const [resent, extended, revoked] = [await invite(), await invite(), await invite()];
  await service.call('POST', `${path(5)}/deactivate`, { token });
  await service.call('POST', `${path(6)}/lock`, { token, body: { reason: 'counted' } });
  await service.call('DELETE', path(7), { token });
  const post = (at: string, input?: unknown) => (): ReturnType<Probe['call']> => [
    'POST',
    at,
    { token, ...(input !== undefined && { body: input }) },
  ];
  const anyone = (at: string, input: unknown) => (): ReturnType<Probe['call']> => ['POST', at, { body: input }];
  const keyed = { 'idempotency-key': 'counted' };
  const { cursors } = service.services.directory.keys;
  const changes = signCursor(cursors, ['delta', stage.orgId], ['2026']);
  const titled = { profile: { title: 'Counted' } };
  return [
    { name: 'get', trips: 1, reads: 1, call: () => ['GET', path(0), { token }] },
    { name: 'by e-mail', trips: 2, call: () => ['GET', `/v1/users/by-email/${of(0).email}`, { token }] },
    { name: 'list 50', trips: 1, call: () => ['GET', '/v1/users?limit=50', { token }] },
    { name: 'list 50 by name', trips: 1, call: () => ['GET', '/v1/users?limit=50&sort=familyName', { token }] },
    { name: 'typeahead', trips: 1, reads: 1, call: () => ['GET', '/v1/users/typeahead?q=okaf', { token }] },
    { name: 'count', trips: 1, reads: 1, call: () => ['GET', '/v1/users/count', { token }] },
    {
      name: 'page of 50 changes',
      trips: 1,
      reads: 10,
      call: () => ['GET', `/v1/users/delta?limit=50&cursor=${changes}`, { token }],
    },
    { name: 'create', trips: 2, writes: 20, call: post('/v1/users', body()) },
    {
      name: 'create with username and externalId',
      trips: 2,
      writes: 24,
      call: post('/v1/users', { ...body(), username: unique(), externalId: unique() }),
    },
    {
      name: 'create with Idempotency-Key',
      trips: 2,
      writes: 22,
      call: () => ['POST', '/v1/users', { token, body: body(), headers: keyed }],
    },
    { name: 'create with invite', trips: 2, call: post('/v1/users', { ...body(), invite: true }) },
    { name: 'update', trips: 2, call: () => ['PATCH', path(1), { token, body: titled }] },
    {
      name: 'change of address',
      trips: 2,
      call: () => ['PATCH', path(2), { token, body: { email: `${unique()}@new.test` } }],
    },
    { name: 'roles', trips: 2, call: () => ['PUT', `${path(3)}/roles`, { token, body: { roles: ['viewer'] } }] },
    { name: 'deactivate', trips: 2, call: post(`${path(4)}/deactivate`) },
    { name: 'activate', trips: 2, call: post(`${path(5)}/activate`) },
    { name: 'unlock', trips: 2, call: post(`${path(6)}/unlock`) },
    { name: 'restore', trips: 2, call: post(`${path(7)}/restore`) },
    { name: 'delete', trips: 2, call: () => ['DELETE', path(8), { token }] },
    { name: 'invite', trips: 2, call: post('/v1/invites', body()) },
    { name: 'resend', trips: 2, call: post(`/v1/invites/${resent}/resend`) },
    { name: 'extend', trips: 2, call: post(`/v1/invites/${extended}/extend`, { expiresInSeconds: 86_400 }) },
    { name: 'revoke', trips: 2, call: () => ['DELETE', `/v1/invites/${revoked}`, { token }] },
    { name: 'accept', trips: 2, call: anyone('/v1/invites/accept', { token: accept, password: NEXT }) },
    { name: 'reset ask', trips: 1, call: anyone('/v1/password-resets', { email: of(9).email }) },
    { name: 'reset by an admin', trips: 2, call: post(`${path(10)}/password-reset`) },
    {
      name: 'reset complete',
      trips: 2,
      call: anyone('/v1/password-resets/complete', { token: reset, password: NEXT }),
    },
    {
      name: 'sign in',
      trips: 3,
      reads: 2,
      writes: 5,
      call: anyone('/v1/sessions', { email: of(11).email, password: PASSWORD, client: 'web' }),
    },
    { name: 'refresh', trips: 1, call: anyone('/v1/sessions/refresh', { refreshToken: signedIn.refreshToken }) },
    { name: 'sign out', trips: 2, call: () => ['DELETE', '/v1/sessions/current', { token: person }] },
  ];
}

/** Bytes as DynamoDB counts them: UTF-8 of names and values, numbers by their digits. */
function sizeOf(value: unknown): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (value instanceof Uint8Array) return value.length;
  const parts = value instanceof Set || Array.isArray(value) ? [...value] : Object.values(value as object);
  const named = value instanceof Set || Array.isArray(value) ? [] : Object.keys(value as object);
  return 3 + parts.length + [...parts, ...named].reduce((sum: number, part) => sum + sizeOf(part), 0);
}

const bytesOf = (item: Item) =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value), 0);

/** The largest item of each kind that is on the table by now. */
export function itemBytes(items: readonly Item[]): Line[] {
  const largest = new Map<string, number>();
  for (const item of items) {
    if (String(item.pk).startsWith('F')) continue;
    const kind = String(item.k);
    largest.set(kind, Math.max(largest.get(kind) ?? 0, bytesOf(item)));
  }
  const core = largest.get('user') ?? 0;
  const others = [...largest].filter(([kind]) => kind !== 'user').sort(([a], [b]) => a.localeCompare(b));
  return [
    line(2, 'bytes of a user core', `${core}`, '≤ 1024', core <= 1024),
    reported(2, 'bytes of the other items, largest seen', others.map(([kind, bytes]) => `${kind} ${bytes}`).join(', ')),
  ];
}

/** A page's units beside what it read: a query of eventual consistency costs half a unit per 4 KB. */
export function pageLine(stage: Stage, items: readonly Item[], { reads }: Pick<Footprint, 'reads'>): Line {
  const bytes = items.filter(({ k, lp }) => k === 'user' && !String(lp).startsWith('F')).slice(0, 50);
  const read = bytes.reduce((sum, item) => sum + bytesOf(item), 0);
  const most = (2 * read) / 8192;
  const figure = `${reads} RRU for about ${Math.round(read / 1024)} KB`;
  return line(2, `page of 50 in an org of ${stage.size()}`, figure, `≤ ${most.toFixed(1)} RRU`, reads <= most);
}
