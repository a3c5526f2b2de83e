// Somebody of whom the table holds as much as it may: for what must find all of it again, or none.
import { inflateRawSync } from 'node:zlib';
import { h } from '../../shared/store/keys.ts';
import type { Item } from '../../shared/store/table.ts';
import { hardBounce } from './mail.ts';
import type { Json } from './service.ts';
import { newAddress, newUserOf, ok, PASSWORD, type World, withLetters } from './world.ts';

export interface Rich {
  id: string;
  email: string;
  /** The address before this one. */
  old: string;
  token: string;
  /** Those who report to them. */
  reports: string[];
  /** What is personal, as it stands in items, and the hashes that keys are made of. */
  traces: string[];
}

let made = 0;

function personalOf(n: number) {
  const profile = {
    givenName: `Wilhelmina${n}`,
    familyName: `Quackenbush${n}`,
    displayName: `Willyduck${n}`,
    title: `Head of Ducks ${n}`,
    department: `Pond ${n} West`,
    skills: [`diving-${n}`],
    biography: { biography: `Born near lake ${n}` },
  };
  return {
    username: `wduck${n}`,
    externalId: `EXT-${n}-4711`,
    profile,
    contact: { phone: { countryCode: '49', number: `30123450${n}` } },
    custom: { custom1: `secret hobby ${n}` },
    provisioning: { externalIds: [0, 1, 2].map((i) => ({ authority: `crm-${n}`, key: `K-${n}-${i}` })) },
    preferences: { locale: 'de-DE' },
  };
}

/**
 * A guest of the second org and in a team there, invited by the third under two addresses, manager of two, in teams and
 * groups, with keys of other systems, sessions, failed sign-ins, resets and proofs asked for, letters sent and bounced.
 */
export async function richPerson(home: World, second: World, third: World): Promise<Rich> {
  const { service } = home;
  const n = ++made;
  const call = (method: string, path: string, body?: Json, by: World = home) =>
    ok(service.call(method, path, { token: by.client, ...(body !== undefined && { body }) }));
  const [old, email, wanted] = ['old', 'new', 'wanted'].map((it) => `wilhelmina.${it}${n}@example.test`) as [
    string,
    string,
    string,
  ];
  const personal = personalOf(n);
  const { givenName, familyName } = personal.profile;
  const invite = async (by: World, to: string) => {
    const body = { email: to, note: `Dear duck ${n}`, profile: { givenName, familyName } };
    const { letters } = await withLetters(service, 'POST', '/v1/invites', { token: by.client, body });
    return letters.at(-1)?.token as string;
  };
  const accept = (token: string, more: Json, by?: string) =>
    ok(service.call('POST', '/v1/invites/accept', { body: { token, ...more }, ...(by && { token: by }) }));
  const join = async (kind: string, by: World) => {
    const unit = await call('POST', `/v1/${kind}`, { name: `${kind} ${newAddress()}` }, by);
    await call('PUT', `/v1/${kind}/${unit.id}/members/${id}`, undefined, by);
  };
  const { id } = await accept(await invite(home, old), { password: PASSWORD });
  await call('PATCH', `/v1/users/${id}`, personal);
  await call('PATCH', `/v1/users/${id}/presence`, { current: { message: `at the pier ${n}` } });
  for (const kind of ['teams', 'teams', 'groups']) await join(kind, home);
  const reports = [
    await newUserOf(home, { profile: { managerId: id } }),
    await newUserOf(home, { profile: { managerId: id, title: 'Diver' } }),
  ];
  const { accessToken } = await service.signIn(old, PASSWORD);
  await accept(await invite(second, old), {}, accessToken);
  await join('teams', second);
  await invite(third, old);
  await service.call('POST', '/v1/sessions', { body: { email: old, password: 'quite a wrong password' } });
  await ok(service.call('POST', '/v1/password-resets', { body: { email: old } }));
  await call('POST', `/v1/users/${id}/password-reset`);
  const proof = { token: accessToken, body: { email: wanted, currentPassword: PASSWORD } };
  await ok(service.call('POST', '/v1/contact-validations', proof));
  await service.deliver();
  const bounce = async (address: string) => {
    for (const letter of (await service.letters(address)).slice(-1)) await hardBounce(service, letter);
  };
  await bounce(old);
  // Set by somebody else: the old address is told, and the second org has to invite again.
  await call('PATCH', `/v1/users/${id}`, { email });
  await ok(service.call('POST', '/v1/password-resets', { body: { email } }));
  await call('POST', `/v1/users/${id}/contact-validations`, { email });
  await service.deliver();
  await bounce(email);
  await invite(third, email);
  await ok(service.call('POST', '/v1/password-resets', { body: { email } })).catch(() => undefined);
  const { accessToken: token } = await service.signIn(email, PASSWORD);
  const crm = personal.provisioning.externalIds.map(({ authority, key }) => h(authority, key));
  const hashed = [old, email, wanted, personal.username, personal.externalId].map((value) => h(value));
  const texts = ['Wilhelmina', 'wilhelmina', 'Quackenbush', 'quackenbush', 'Willyduck', 'wduck'].map((it) => it + n);
  const more = [`Ducks ${n}`, `Pond ${n}`, `diving-${n}`, `lake ${n}`, `hobby ${n}`, `duck ${n}`, `pier ${n}`];
  const values = [old, email, wanted, `EXT-${n}-`, `crm-${n}`, `K-${n}-`, `30123450${n}`, `@example.test#${id}`];
  return {
    id,
    email,
    old,
    token,
    reports: reports.map((it) => it.id),
    traces: [...values, ...texts, ...more, ...hashed, ...crm],
  };
}

/** Every text of an item, also of what lies there deflated. */
export function textOf(item: Item): string {
  return JSON.stringify(item, (_name, value: unknown) => {
    if (value instanceof Set) return [...value];
    return value instanceof Uint8Array ? inflateRawSync(value).toString('utf8') : value;
  });
}

/** Items that hold one of the traces, with what they hold. */
export const found = (items: readonly Item[], traces: readonly string[]): string[] =>
  items.flatMap((item) => {
    const text = textOf(item);
    const held = traces.filter((trace) => text.includes(trace));
    return held.length > 0 ? [`${item.k} ${item.pk} ${item.sk}: ${held.join(', ')}`] : [];
  });
