// Addresses in answers lead back to where the client called: under a mount, or at the root of a host name of its own.
import { beforeAll, describe, expect, test } from 'vitest';
import { toEvent } from '../../infra/local/event.ts';
import { newHandlers } from '../../infra/local/handlers.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, newUserOf, newWorld, type World } from '../support/world.ts';

const HOSTS = { outreach: 'outreach.example', identity: 'identity.example', axway: 'axway.example' };

let service: TestService;
let world: World;
let handlers: ReturnType<typeof newHandlers>;
beforeAll(async () => {
  service = await testService({ config: { hosts: HOSTS } });
  world = await newWorld(service);
  handlers = newHandlers(service.services);
  await newUserOf(world);
  await newUserOf(world);
});

/** As API Gateway hands over a call that came to this host. */
async function get(surface: string, host: string, path: string, token = world.client): Promise<string> {
  const [at = '', query = ''] = path.split('?');
  const headers: [string, string][] = [
    ['host', host],
    ['authorization', `Bearer ${token}`],
  ];
  const request = { method: 'GET', path: at, query, headers, body: Buffer.alloc(0), sourceIp: '203.0.113.7' };
  const routed = { key: 'ANY /{proxy+}', params: {} };
  const handler = await handlers.http(surface);
  const { body = '' } = await handler(toEvent(request as never, routed as never, service.clock.now()));
  return body;
}

/** Every address anywhere in a document. */
const addressesIn = (text: string): string[] => text.match(/https?:\/\/[^"<]+/g) ?? [];

describe('a client of Outreach', () => {
  const list = '/users?page[offset]=1&page[limit]=2&include=role';

  test('at the root of its host follows every link to that root', async () => {
    const body = await get('outreach', 'outreach.example', `/api/v2${list}`);
    const links = addressesIn(body);
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter((link) => !link.startsWith('https://outreach.example/api/v2/'))).toEqual([]);
    const { next } = JSON.parse(await get('outreach', 'outreach.example', '/api/v2/users?page[size]=1')).links;
    const { pathname, search } = new URL(next);
    expect((JSON.parse(await get('outreach', 'outreach.example', pathname + search)) as Json).data).toHaveLength(1);
  });

  test.each(['rollcall.test', 'evil.example', 'identity.example', 'outreach.example.evil.example'])(
    'under the mount follows links to the mount, whatever name it calls: %s',
    async (host) => {
      const links = addressesIn(await get('outreach', host, `/outreach/api/v2${list}`));
      expect(links.length).toBeGreaterThan(30);
      expect(links.filter((link) => !link.startsWith('http://rollcall.test/outreach/api/v2/'))).toEqual([]);
    },
  );

  test('is told the address of somebody new there, too', async () => {
    const body = JSON.stringify({ data: { type: 'user', attributes: { email: 'located@example.test' } } });
    const headers: [string, string][] = [
      ['host', 'outreach.example'],
      ['authorization', `Bearer ${world.client}`],
      ['content-type', 'application/vnd.api+json'],
    ];
    const handler = await handlers.http('outreach');
    const call = { method: 'POST', path: '/api/v2/users', query: '', headers, body: Buffer.from(body) };
    const routed = { key: 'ANY /{proxy+}', params: {} };
    const made = await handler(
      toEvent({ ...call, sourceIp: '203.0.113.7' } as never, routed as never, service.clock.now()),
    );
    const { id } = JSON.parse(made.body ?? '').data;
    expect(made.headers?.location).toBe(`https://outreach.example/api/v2/users/${id}`);
  });
});

test('a client of the Identity service is told by the WSDL to call where it read it', async () => {
  const addressOf = (text: string) => /soap:address location="([^"]+)"/.exec(text)?.[1];
  expect(addressOf(await get('identity', 'identity.example', '/soap'))).toBe('https://identity.example/soap');
  for (const host of ['rollcall.test', 'evil.example']) {
    expect(addressOf(await get('identity', host, '/identity/soap'))).toBe('http://rollcall.test/identity/soap');
  }
});

test('a client of the Amplify Platform is sent back to its host when it signs out', async () => {
  const out = async (host: string, path: string) => {
    const { token } = await activePerson(service, service.seed.orgId);
    return (JSON.parse(await get('axway', host, path, token)) as Json).result;
  };
  expect(await out('axway.example', '/api/v1/auth/logout')).toBe('https://axway.example');
  expect(await out('evil.example', '/axway/api/v1/auth/logout')).toBe('http://rollcall.test');
});
