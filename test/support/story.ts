// Whole journeys over the service as `npm start` runs it: its API by HTTP, its letters from the inbox, its pages in a
// real browser. Nothing here reaches around the front door but the wait for a letter to be sent.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalService, startLocal } from '../../infra/local/local-service.ts';
import type { Json } from './service.ts';

export interface StoryAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The answer parsed; throws when it is no JSON. */
  readonly json: Json;
}

export interface StoryCall {
  body?: unknown;
  form?: Record<string, string>;
  token?: string;
  headers?: Record<string, string>;
}

/** A letter as the inbox shows it, and what its reader would click or type. */
export interface InboxLetter {
  messageId: string;
  subject: string;
  text: string;
  html: string;
  /** Empty where the letter has none. */
  link: string;
  /** As it is printed: `ABCD-EFGH`. */
  code: string;
}

export interface Story {
  service: LocalService;
  base: string;
  /** The seeded org's client: an owner's permissions. */
  token: string;
  /** `path` of the service, or a whole address. */
  call(method: string, path: string, options?: StoryCall): Promise<StoryAnswer>;
  /** The same with the seeded client's token; throws unless the answer is a 2xx. Resolves to its JSON. */
  admin(method: string, path: string, body?: unknown): Promise<Json>;
  /** Throws unless the answer is a 2xx. */
  dev(method: string, path: string, body?: unknown): Promise<Json>;
  /** What the inbox holds for an address once everything due was sent, oldest first. */
  letters(to: string): Promise<InboxLetter[]>;
  /** The newest of them. */
  letter(to: string): Promise<InboxLetter>;
  /** Invites an address and reads the letter. */
  invite(email: string, more?: object): Promise<InboxLetter & { id: string }>;
  /** Invites and accepts by API. */
  person(email: string, password?: string, more?: object): Promise<void>;
  signIn(email: string, password?: string): Promise<StoryAnswer>;
  /** Another org with a client of its own: the client's token. */
  otherOrg(name: string, settings?: object): Promise<string>;
  stop(): Promise<void>;
}

export const PASSWORD = 'nine grey owls read at night';
export const OTHER_PASSWORD = 'seven green herons walk home';

export interface StoryOptions {
  /** Kept by the caller; without it a folder that is gone at the end. */
  dataDir?: string;
  /** Any free one unless given. Access tokens name it: they end with a change of port. */
  port?: number;
}

export async function openStory({ dataDir, port = 0 }: StoryOptions = {}): Promise<Story> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'rollcall-story-'));
  const service = await startLocal({
    dataDir: folder,
    port,
    inboxPort: 0,
    dynamoPort: 0,
    memory: dataDir === undefined,
  });
  const { baseUrl: base, credentials } = service;
  const call: Story['call'] = (method, path, options) => send(method, new URL(path, base), options);
  const newToken = () => clientToken(call, credentials.clientId ?? '', credentials.clientSecret);
  const token = await newToken();
  const letters = async (to: string) => {
    await service.settle();
    return readInbox(service.inboxUrl, to, base);
  };
  const letter = async (to: string) => {
    const newest = (await letters(to)).at(-1);
    if (!newest) throw new Error(`no letter to ${to}`);
    return newest;
  };
  const admin: Story['admin'] = async (method, path, body) => {
    // Tokens age with the clock.
    const valid = service.clock.offset() === 0 ? token : await newToken();
    return succeed(await call(method, path, { token: valid, body }));
  };
  const invite: Story['invite'] = async (email, more) => {
    const { id } = await admin('POST', '/v1/invites', { email, ...more });
    return { ...(await letter(email)), id };
  };
  return {
    ...{ service, base, token, call, admin, letters, letter, invite },
    dev: async (method, path, body) => succeed(await call(method, `/__dev/${path}`, { body: body ?? {} })),
    async person(email, password = PASSWORD, more) {
      const { link } = await invite(email, more);
      succeed(await call('POST', '/v1/invites/accept', { body: { token: tokenOf(link), password } }));
    },
    signIn: (email, password = PASSWORD) => call('POST', '/v1/sessions', { body: { email, password } }),
    otherOrg: async (name, settings = {}) => {
      const platform = await clientToken(call, credentials.platformClientId, credentials.platformClientSecret);
      const org = succeed(await call('POST', '/v1/orgs', { token: platform, body: { name, settings } }));
      const permissions = ['users:invite', 'users:read', 'users:write'];
      const body = { name: 'Tests', permissions };
      const client = succeed(await call('POST', `/v1/orgs/${org.id}/clients`, { token: platform, body }));
      return clientToken(call, client.clientId, client.clientSecret);
    },
    async stop() {
      await service.stop();
      if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const tokenOf = (link: string): string => new URL(link).searchParams.get('token') ?? '';

async function send(method: string, url: URL, { body, form, token, headers }: StoryCall = {}): Promise<StoryAnswer> {
  const carries = method !== 'GET' && method !== 'HEAD';
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const payload = form ? new URLSearchParams(form).toString() : body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(carries && payload !== undefined && { 'content-type': type }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(carries && payload !== undefined && { body: payload }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

function succeed(answer: StoryAnswer): Json {
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text}`);
  return answer.text === '' ? undefined : answer.json;
}

async function clientToken(call: Story['call'], id: string, secret: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const form = { grant_type: 'client_credentials' };
  return succeed(await call('POST', '/oauth/token', { form, headers: { authorization } })).access_token;
}

interface StoredEmail {
  messageId: string;
  subject: string;
  destination: { to: string[] };
  body: { text?: string; html?: string };
}

async function readInbox(inboxUrl: string, to: string, base: string): Promise<InboxLetter[]> {
  const { emails } = (await (await fetch(`${inboxUrl}/store`)).json()) as { emails: StoredEmail[] };
  return emails
    .filter(({ destination }) => destination.to.includes(to))
    .map(({ messageId, subject, body: { text = '', html = '' } }) => {
      const links = text.match(/https?:\/\/[^\s<>]+/g) ?? [];
      const link = links.find((url) => url.startsWith(base) && tokenOf(url) !== '') ?? '';
      const code = /^\s*([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})\s*$/m.exec(text)?.[1] ?? '';
      return { messageId, subject, text, html, link, code };
    });
}
