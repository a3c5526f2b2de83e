import { simpleParser } from 'mailparser';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OrgId } from '../../shared/model/ids.ts';
import { deliverLetter, workerContext } from '../../shared/post-office.ts';
import { keys } from '../../shared/store/keys.ts';
import { accept, anotherOrg, inviteTo, newSource, refusal, type TestOrg } from '../support/invited.ts';
import { letterOfKey } from '../support/letter-keys.ts';
import {
  feedback,
  hardBounce,
  letterItem,
  letterItems,
  rejected,
  streamed,
  throttled,
  toNextHour,
} from '../support/mail.ts';
import type { SentLetter } from '../support/mailbox.ts';
import { type Json, type TestService, testService } from '../support/service.ts';
import { activePerson, NEW_PASSWORD, newAddress, newUserOf, ok, withLetters } from '../support/world.ts';

let service: TestService;
let org: TestOrg;

beforeAll(async () => {
  service = await testService();
  org = await anotherOrg(service, 'Letters');
});

const by = (method: string, path: string, body?: Json) =>
  service.call(method, path, { token: org.client, ...(body && { body }) });
const person = () => activePerson(service, org.id as OrgId);
const staged = (body: Json = {}): Promise<Json> =>
  newUserOf({ service, client: org.client } as Parameters<typeof newUserOf>[0], body);

async function askReset(email: string): Promise<SentLetter[]> {
  const asked = { body: { email }, sourceIp: newSource() };
  return (await withLetters(service, 'POST', '/v1/password-resets', asked)).letters;
}
const complete = (token: string | undefined) =>
  service.call('POST', '/v1/password-resets/complete', { body: { token, password: NEW_PASSWORD } });

describe('who asks for a password', () => {
  test('and is active gets a reset', async () => {
    const { email } = await person();
    const [letter, ...others] = await askReset(email);
    expect(others).toEqual([]);
    expect(letter?.link).toMatch(/^http:\/\/rollcall\.test\/reset-password\?token=/);
    expect((await complete(letter?.token)).status).toBe(204);
  });

  test('and is invited gets the way in, which still is the invite’s', async () => {
    const { email, letter } = await inviteTo(org);
    const [activation] = await askReset(email);
    expect(activation?.subject).not.toBe(letter.subject);
    expect(activation?.link).toContain('/accept-invite?');
    expect([activation?.token, activation?.code]).toEqual([letter.token, letter.code]);
    expect((await accept(service, { token: activation?.token })).status).toBe(200);
  });

  test('and was invited until the time ran out gets nothing: only the org gives more', async () => {
    const { email, letter } = await inviteTo(org, { expiresInSeconds: 90_000 });
    service.advance(90_001_000);
    org = await anotherOrg(service, 'Letters');
    expect(await askReset(email)).toEqual([]);
    expect((await accept(service, { token: letter.token })).status).toBe(410);
  });

  test('and was invited, deactivated and activated gets a new way in; the old one stays dead', async () => {
    const { email, letter, invite } = await inviteTo(org);
    await ok(by('POST', `/v1/users/${invite.userId}/deactivate`));
    await ok(by('POST', `/v1/users/${invite.userId}/activate`));
    const [activation] = await askReset(email);
    expect((await accept(service, { token: letter.token })).status).toBe(410);
    expect((await accept(service, { token: activation?.token })).status).toBe(200);
  });

  test.each(['deactivate', 'lock'])('and was stopped by %s gets a letter without a link', async (stop) => {
    const { email, id } = await person();
    await ok(by('POST', `/v1/users/${id}/${stop}`, stop === 'lock' ? { reason: 'secret reason' } : undefined));
    const [letter, ...others] = await askReset(email);
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ to: email });
    expect([letter?.link, letter?.code]).toEqual([undefined, undefined]);
    expect(letter?.raw.toString()).not.toMatch(/token=|secret reason/);
  });

  test('and is invited but locked gets no link either', async () => {
    const { email, invite } = await inviteTo(org);
    await ok(by('POST', `/v1/users/${invite.userId}/lock`, { reason: 'look' }));
    expect((await askReset(email)).map(({ link }) => link)).toEqual([undefined]);
  });

  test('and is staged, deleted, unknown, bounced or unwilling gets nothing', async () => {
    const deleted = await person();
    await ok(by('DELETE', `/v1/users/${deleted.id}`));
    const [bounced, unwilling] = [await person(), await person()];
    const sent = [(await askReset(bounced.email))[0], (await askReset(unwilling.email))[0]] as SentLetter[];
    await hardBounce(service, sent[0] as SentLetter);
    await feedback(service, sent[1] as SentLetter, 'Complaint');
    service.advance(61_000);
    const nobody = [(await staged()).email, deleted.email, newAddress(), bounced.email, unwilling.email];
    for (const email of nobody) expect([email, await askReset(email)]).toEqual([email, []]);
    const states = (await letterItems(service)).slice(-nobody.length).map(({ st }) => st);
    expect(states).toEqual(['voided', 'voided', 'voided', 'suppressed', 'suppressed']);
  });

  test('five times in an hour is heard no more in it, and is told the same', async () => {
    toNextHour(service);
    const { email } = await person();
    for (let i = 0; i < 7; i++) {
      expect(await askReset(email)).toHaveLength(i < 5 ? 1 : 0);
      service.advance(61_000);
    }
    service.advance(3_600_000);
    org = await anotherOrg(service, 'Letters');
    expect(await askReset(email)).toHaveLength(1);
  });
});

describe('the language of a letter', () => {
  const langOf = ({ raw, html }: SentLetter) => [
    /^Content-Language: (\S+)/m.exec(raw.toString())?.[1],
    /<html[^>]* lang="([^"]+)"/.exec(html)?.[1],
  ];

  test('is the person’s, else the invite’s, else the org’s', async () => {
    const french = await anotherOrg(service, 'Français', { defaultLocale: 'fr-FR' });
    expect(langOf((await inviteTo(french)).letter)).toEqual(['fr-FR', 'fr-FR']);
    expect(langOf((await inviteTo(french, { locale: 'de-DE' })).letter)).toEqual(['de-DE', 'de-DE']);
    const { email } = await staged({ preferences: { locale: 'pt-BR' } });
    expect(langOf((await inviteTo(org, { email, locale: 'de-DE' })).letter)).toEqual(['pt-BR', 'pt-BR']);
    expect(langOf((await inviteTo(org)).letter)).toEqual(['en-US', 'en-US']);
  });
});

describe('a letter that is no longer due is voided', () => {
  const voided = async (end: (invite: Json) => Promise<unknown>) => {
    const invite = await ok(by('POST', '/v1/invites', { email: newAddress() }));
    await end(invite);
    await service.deliver();
    return [
      (await service.letters(invite.email)).filter(({ link }) => link).length,
      (await ok(by('GET', `/v1/invites/${invite.id}`))).delivery.state,
    ];
  };

  test('when its invite was revoked, its person deleted, deactivated, locked or given another address', async () => {
    const user = (invite: Json, method: string, path: string, body?: Json) =>
      ok(by(method, `/v1/users/${invite.userId}${path}`, body));
    expect(await voided(({ id }) => ok(by('DELETE', `/v1/invites/${id}`)))).toEqual([0, 'voided']);
    expect(await voided((invite) => user(invite, 'DELETE', ''))).toEqual([0, 'voided']);
    expect(await voided((invite) => user(invite, 'POST', '/deactivate'))).toEqual([0, 'voided']);
    expect(await voided((invite) => user(invite, 'POST', '/lock', { reason: 'look' }))).toEqual([0, 'voided']);
    expect(await voided((invite) => user(invite, 'PATCH', '', { email: newAddress() }))).toEqual([0, 'voided']);
  });

  test('when a newer reset was sent before it; an unsent one kills nothing', async () => {
    const { email, id } = await person();
    const [first] = await askReset(email);
    const older = (await ok(by('POST', `/v1/users/${id}/password-reset`))) as Json;
    expect(older.id).toBeDefined();
    const before = await letterItems(service);
    const unsent = before.find(({ st, u }) => st === 'queued' && u === id);
    service.advance(61_000);
    const [newest] = await askReset(email);
    await deliverLetter(service.services, String(unsent?.id));
    expect((await letterItem(service, String(unsent?.id)))?.st).toBe('voided');
    expect(refusal(await complete(first?.token))).toEqual([410, 'link-not-usable']);
    expect((await complete(newest?.token)).status).toBe(204);
  });

  test('only when newer: the present link works while the next letter waits', async () => {
    const { email, id } = await person();
    const [first] = await askReset(email);
    await ok(by('POST', `/v1/users/${id}/password-reset`));
    expect((await complete(first?.token)).status).toBe(204);
    await service.deliver();
    const resets = (await service.letters(email)).filter(({ link }) => link?.includes('reset-password'));
    // The next letter opens its link as it goes out, so it is good although a reset came between.
    expect((await complete(resets.at(-1)?.token)).status).toBe(204);
  });
});

describe('a worker', () => {
  const due = async () => {
    const email = newAddress();
    const calls = await service.trace(() => ok(by('POST', '/v1/invites', { email })));
    const id = calls.flatMap(({ keys: named }) => named).flatMap((key) => letterOfKey(key) ?? [])[0];
    return { email, id: id as string };
  };
  const sentTo = async (email: string) => (await service.letters(email)).length;

  test('sends a letter once, however many have it at once', async () => {
    const { email, id } = await due();
    const states = await Promise.all(Array.from({ length: 5 }, () => deliverLetter(service.services, id)));
    expect(states.filter(Boolean)).toEqual(['sent']);
    expect(await sentTo(email)).toBe(1);
  });

  test('sends nothing twice when stream records come ten times, alone and in batches', async () => {
    const letters = [await due(), await due(), await due()];
    const ids = letters.map(({ id }) => id);
    const batch = Array.from({ length: 10 }, () => ids).flat();
    for (const answer of [await streamed(service, batch), await streamed(service, batch)]) {
      expect(answer).toEqual({ batchItemFailures: [] });
    }
    await Promise.all(Array.from({ length: 5 }, () => streamed(service, ids)));
    await service.deliver();
    for (const { email } of letters) expect(await sentTo(email)).toBe(1);
  });

  test('that died leaves the letter to the next one, after its lease', async () => {
    const { email, id } = await due();
    service.faults.add({ service: 'dynamodb', operation: 'BatchGetItem', mode: 'fail-before' });
    service.faults.add({
      service: 'dynamodb',
      operation: 'UpdateItem',
      key: id,
      mode: 'fail-before',
      nth: 2,
      times: 9,
    });
    await expect(deliverLetter(service.services, id)).rejects.toThrow();
    service.faults.clear();
    expect(await deliverLetter(service.services, id)).toBeUndefined();
    service.advance(119_000);
    expect(await deliverLetter(service.services, id)).toBeUndefined();
    service.advance(2_000);
    expect(await deliverLetter(service.services, id)).toBe('sent');
    expect(await sentTo(email)).toBe(1);
  });

  test('tries again later, not at once, with the same link', async () => {
    const { email, id } = await due();
    const tokens: string[] = [];
    const { sendLetter } = service.services;
    service.services.sendLetter = async ({ raw }) => {
      const { text = '' } = await simpleParser(Buffer.from(raw));
      tokens.push(/token=([\w-]+)/.exec(text)?.[1] ?? '');
      throw throttled();
    };
    expect(await deliverLetter(service.services, id)).toBe('queued');
    expect(await deliverLetter(service.services, id)).toBeUndefined();
    service.advance(40_000);
    expect(await deliverLetter(service.services, id)).toBe('queued');
    service.services.sendLetter = sendLetter;
    service.advance(80_000);
    expect(await deliverLetter(service.services, id)).toBe('sent');
    const [letter] = await service.letters(email);
    expect(new Set([...tokens, letter?.token]).size).toBe(1);
    expect((await accept(service, { token: letter?.token })).status).toBe(200);
  });

  test('gives a letter up after a day', async () => {
    const { id } = await due();
    service.mailbox.fail(throttled());
    service.advance(86_401_000);
    expect(await deliverLetter(service.services, id)).toBe('abandoned');
    service.mailbox.fail();
    org = await anotherOrg(service, 'Letters');
  });

  test('ends the one letter in a hundred that SES rejects, and sends the others', async () => {
    const bad = newAddress();
    await service.deliver();
    const emails = [...Array.from({ length: 50 }, newAddress), bad, ...Array.from({ length: 49 }, newAddress)];
    for (let at = 0; at < 100; at += 20) {
      await Promise.all(emails.slice(at, at + 20).map((email) => ok(by('POST', '/v1/invites', { email }))));
    }
    const { sendLetter } = service.services;
    service.services.sendLetter = async (outgoing) => {
      if (outgoing.to === bad) throw rejected();
      return sendLetter(outgoing);
    };
    const sent = await service.deliver();
    service.services.sendLetter = sendLetter;
    expect(sent.map(({ to }) => to).sort()).toEqual(emails.filter((email) => email !== bad).sort());
    const abandoned = (await letterItems(service)).filter(({ st }) => st === 'abandoned');
    const line = service.log.findLast(({ message }) => message === 'letter not sent: permanent');
    expect(line).toMatchObject({ level: 'error', letterId: abandoned.at(-1)?.id });
  });

  test.each([
    ['a header', 'victim@example.com\r\nBcc: evil@evil.test'],
    ['a second recipient', 'victim@example.com, evil@evil.test'],
    ['a name', 'Evil <evil@evil.test>'],
  ])('sends nothing to a recipient poisoned with %s in the table', async (_, poison) => {
    const { id } = await due();
    const notice = await ok(by('POST', '/v1/users', { email: newAddress() }));
    await ok(by('PATCH', `/v1/users/${notice.id}`, { email: newAddress() }));
    const { table } = workerContext(service.services);
    const told = (await letterItems(service)).findLast(({ kind }) => kind === 'address-changed');
    const invite = (await letterItem(service, id))?.i;
    await table.change({ update: keys.letter(String(told?.id)), set: { to: poison } }, 'poison');
    const item = (await service.dump()).find(({ k, i }) => k === 'invite' && i === invite);
    await table.change({ update: { pk: item?.pk ?? '', sk: 'I' }, set: { em: poison } }, 'poison');
    const user = (await service.dump()).find(({ k, inv }) => k === 'user' && inv === invite);
    await table.change({ update: { pk: user?.pk ?? '', sk: 'U' }, set: { em: poison } }, 'poison');
    const before = service.mailbox.sent.length;
    expect(await deliverLetter(service.services, String(told?.id))).toBe('abandoned');
    expect(await deliverLetter(service.services, id)).toBe('abandoned');
    expect(service.mailbox.sent.length).toBe(before);
    expect(JSON.stringify(service.log)).not.toContain('evil.test');
  });

  test('leaves one audit entry for an ask, also when SES reports faster than the mark', async () => {
    const { email, id } = await person();
    const { sendLetter } = service.services;
    service.services.sendLetter = async (outgoing) => {
      const { sesId } = await sendLetter(outgoing);
      await feedback(service, { letterId: outgoing.letterId, sesId, to: outgoing.to }, 'Delivery');
      return { sesId };
    };
    const [letter] = await askReset(email);
    service.services.sendLetter = sendLetter;
    expect((await letterItem(service, letter?.letterId ?? ''))?.st).toBe('delivered');
    const entries = (await service.dump()).filter(({ k, user }) => k === 'audit' && user === id);
    expect(entries.filter(({ type }) => type === 'password-reset-asked')).toHaveLength(1);
    expect((await complete(letter?.token)).status).toBe(204);
  });

  test('that meets a broken record lets the next letters pass', async () => {
    const [broken, whole] = [await due(), await due()];
    const { table } = workerContext(service.services);
    const invite = (await letterItem(service, broken.id))?.i;
    const item = (await service.dump()).find(({ k, i }) => k === 'invite' && i === invite);
    await table.change({ update: { pk: item?.pk ?? '', sk: 'I' }, set: { u: 7 } }, 'broken');
    await service.deliver();
    expect(await sentTo(whole.email)).toBe(1);
    expect((await letterItem(service, broken.id))?.st).toBe('queued');
  });
});
