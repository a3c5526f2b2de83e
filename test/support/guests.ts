// Somebody of one org who is a member of another, and what the table remembers of a person.
import type { Item } from '../../shared/store/table.ts';
import type { Seed, TestService } from './service.ts';
import { activePerson, ok, type Person, withLetters } from './world.ts';

export interface Guest extends Person {
  /** Access token of a client of the guest's second org. */
  abroad: string;
}

/** An active person of the service's first org who has accepted an invite of another. */
export async function newGuest(service: TestService, other: Seed, roles = ['member']): Promise<Guest> {
  const person = await activePerson(service, service.seed.orgId);
  const abroad = await service.tokenFor(other.clientId, other.clientSecret);
  const body = { email: person.email, roles };
  const { letters } = await withLetters(service, 'POST', '/v1/invites', { token: abroad, body });
  const accept = { token: person.token, body: { token: letters[0]?.token } };
  await ok(service.call('POST', '/v1/invites/accept', accept));
  return { ...person, abroad };
}

/** The versions that audit entries of a person name in one org, in order. */
export function auditedVersions(items: readonly Item[], userId: string): unknown[] {
  const entries = items.filter(({ k, user, version }) => k === 'audit' && user === userId && version !== undefined);
  return entries.map(({ version }) => version).sort((a, b) => Number(a) - Number(b));
}

/** The types of the audit entries of a person, oldest first. */
export function auditedTypes(items: readonly Item[], userId: string): unknown[] {
  const entries = items.filter(({ k, user }) => k === 'audit' && user === userId);
  return entries.sort((a, b) => (String(a.sk) < String(b.sk) ? -1 : 1)).map(({ type }) => type);
}

/** 1 to n. */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
