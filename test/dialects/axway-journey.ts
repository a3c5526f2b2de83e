// A whole journey of the platform's own SDK, against any base: the tests drive it over a real port.
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import type { Json, TestService } from '../support/service.ts';
import { newAddress, PASSWORD, type World } from '../support/world.ts';

/** In a process that has a parent the SDK takes itself for its own reporter, and hangs up on the test runner. */
function loadSdk(): Json {
  const heard = process.listeners('message');
  const sdk = createRequire(import.meta.url)('@axway/amplify-sdk').default;
  for (const listener of process.listeners('message')) if (!heard.includes(listener)) process.off('message', listener);
  return sdk;
}
const AmplifySDK = loadSdk();

export interface Journey {
  service: TestService;
  world: World;
  /** Where the language is mounted: `http://127.0.0.1:4000/axway`. */
  base: string;
}

/** As the seeded machine client, or as another with its own proof: `clientSecret` or `secretFile`. */
export const sdkOf = (
  { base, world: { seed } }: Journey,
  as: Json = { clientId: seed.clientId, clientSecret: seed.clientSecret },
): Json =>
  new AmplifySDK({
    ...{ baseUrl: base, platformUrl: base, realm: 'Broker', serviceAccount: true, tokenStoreType: 'memory' },
    ...{ ...as, requestOptions: {} },
  });

/** A call as any HTTP client makes it: status and parsed body. */
export async function call(
  { base }: Journey,
  method: string,
  path: string,
  { token, body, headers }: { token?: string; body?: Json; headers?: Record<string, string> } = {},
): Promise<{ status: number; json: Json }> {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(answer.headers.get('set-cookie')).toBeNull();
  const text = await answer.text();
  return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) };
}

export async function result(answer: ReturnType<typeof call>): Promise<Json> {
  const { status, json } = await answer;
  expect(status, JSON.stringify(json)).toBe(200);
  expect(json.success).toBe(true);
  return json.result;
}

/** An account as the SDK keeps it, around a token that somebody brought. */
export async function accountOf(sdk: Json, token: string, orgGuid: string): Promise<Json> {
  const expires = { access: Date.now() + 600_000 };
  const auth = { env: 'prod', expires, tokens: { access_token: token } };
  const account = { name: 'brought', hash: 'brought', auth, user: { guid: null }, org: { guid: orgGuid } };
  return sdk.auth.findSession(account);
}

/** Invites by the SDK, activates by the mailed link, signs in. */
export async function comeIn(journey: Journey, sdk: Json, account: Json, roles = ['developer']): Promise<Json> {
  const { service } = journey;
  const email = newAddress();
  const { user } = await sdk.org.user.add(account, account.org.id, email, roles);
  expect(user).toMatchObject({ email, activated: false, active: true, firstname: '', lastname: '', roles });
  await service.deliver();
  const id = (await service.letters(email)).at(-1)?.token;
  const body = { id, firstname: 'Ada', lastname: 'Byron', password: PASSWORD };
  expect((await call(journey, 'POST', '/api/v1/auth/activate', { body })).status).toBe(204);
  return { ...user, email, link: id };
}

export const signInAs = (journey: Journey, username: string, password = PASSWORD): ReturnType<typeof call> =>
  call(journey, 'POST', '/api/v1/auth/login', { body: { username, password, from: 'cli' } });
