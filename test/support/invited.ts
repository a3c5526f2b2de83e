// Orgs and invites for tests: an org is a token and an id, an invite is its answer with the letter it made.
import { PERMISSIONS } from '../../shared/model/principal.ts';
import type { SentLetter } from './mailbox.ts';
import type { Answer, CallOptions, Json, TestService } from './service.ts';
import { newAddress, ok, PASSWORD, withLetters } from './world.ts';

export interface TestOrg {
  service: TestService;
  id: string;
  /** Access token of a machine client with every permission in the org. */
  client: string;
}

export async function firstOrg(service: TestService): Promise<TestOrg> {
  return { service, id: service.seed.orgId, client: await service.tokenFor() };
}

/** One more org, made by the platform. */
export async function anotherOrg(service: TestService, name = 'Another', settings: Json = {}): Promise<TestOrg> {
  const token = await service.platformToken();
  const { id } = await ok(service.call('POST', '/v1/orgs', { token, body: { name, settings } }));
  const body = { name: 'all', permissions: [...PERMISSIONS] };
  const made = await ok(service.call('POST', `/v1/orgs/${id}/clients`, { token, body }));
  return { service, id, client: await service.tokenFor(made.clientId, made.clientSecret) };
}

export interface Invited {
  invite: Json;
  letter: SentLetter;
  email: string;
}

/** Invites a new address, unless the body names one, and sends the letter. */
export async function inviteTo(
  { service, client }: TestOrg,
  body: Json = {},
  token: string = client,
): Promise<Invited> {
  const email = body.email ?? newAddress();
  const { answer, letters } = await withLetters(service, 'POST', '/v1/invites', { token, body: { ...body, email } });
  const [letter] = letters;
  if (!letter) throw new Error('the invite sent no letter');
  return { invite: answer, letter, email };
}

/** Accepts with a good password unless the body says otherwise. */
export const accept = (service: TestService, body: Json, options: Omit<CallOptions, 'body'> = {}): Promise<Answer> =>
  service.call('POST', '/v1/invites/accept', { body: { password: PASSWORD, ...body }, ...options });

/** Somebody of the org who came in by invite. */
export async function joined(org: TestOrg, body: Json = {}): Promise<{ user: Json; email: string }> {
  const { letter, email } = await inviteTo(org, body);
  return { user: await ok(accept(org.service, { token: letter.token })), email };
}

/** Status and code of a refusal. */
export const refusal = ({ status, json }: Answer): [number, string] => [status, json.code];

let source = 0;
/** A caller's address that no other test has used. */
export const newSource = (): string => `198.51.${Math.floor(++source / 250)}.${source % 250}`;
