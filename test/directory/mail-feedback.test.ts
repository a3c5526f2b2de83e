import { beforeAll, describe, expect, test } from 'vitest';
import type { OrgId } from '../../shared/model/ids.ts';
import { anotherOrg, inviteTo, newSource, type TestOrg } from '../support/invited.ts';
import { feedback, hardBounce, letterItem } from '../support/mail.ts';
import type { SentLetter } from '../support/mailbox.ts';
import { type TestService, testService } from '../support/service.ts';
import { activePerson, ok, withLetters } from '../support/world.ts';

let service: TestService;
let org: TestOrg;

beforeAll(async () => {
  service = await testService();
  org = await anotherOrg(service, 'Feedback');
});

const stateOf = async (letter: SentLetter) => (await letterItem(service, letter.letterId))?.st;
const shown = async (invite: { id: string }) =>
  (await ok(service.call('GET', `/v1/invites/${invite.id}`, { token: org.client }))).delivery.state;
const DELAY = ['DeliveryDelay', 'delayed'] as const;
const DELIVERY = ['Delivery', 'delivered'] as const;
const BOUNCE = ['Bounce', 'bounced'] as const;
const COMPLAINT = ['Complaint', 'complained'] as const;
const REJECT = ['Reject', 'abandoned'] as const;

describe('what SES reports', () => {
  test.each([DELAY, DELIVERY, BOUNCE, COMPLAINT, REJECT])('%s is shown on letter and invite', async (event, state) => {
    const { letter, invite } = await inviteTo(org);
    await feedback(service, letter, event);
    expect([await stateOf(letter), await shown(invite)]).toEqual([state, state]);
  });

  test.each([
    [[DELAY, DELIVERY], 'delivered'],
    [[DELIVERY, DELAY], 'delivered'],
    [[DELIVERY, DELIVERY, DELIVERY], 'delivered'],
    [[BOUNCE, DELIVERY], 'bounced'],
    [[DELIVERY, BOUNCE], 'bounced'],
    [[DELIVERY, COMPLAINT, DELIVERY, DELAY], 'complained'],
    [[BOUNCE, COMPLAINT, BOUNCE], 'complained'],
    [[REJECT, DELIVERY], 'abandoned'],
  ] as const)('late and repeated, ends the same: %j', async (events, state) => {
    const { letter, invite } = await inviteTo(org);
    for (const [event] of events) await feedback(service, letter, event);
    expect([await stateOf(letter), await shown(invite)]).toEqual([state, state]);
  });

  test('of messages that were never ours, or letters unknown, changes nothing', async () => {
    const { letter, invite } = await inviteTo(org);
    await feedback(service, { ...letter, sesId: 'somebody-elses' }, 'Bounce');
    await feedback(service, { ...letter, letterId: 'nothing' }, 'Bounce');
    await feedback(service, letter, 'Open');
    const records = ['no json', '{}', '[]', 'null', JSON.stringify({ eventType: 'Bounce', mail: { messageId: 7 } })];
    const event = { Records: records.map((Message) => ({ Sns: { Message } })) };
    expect(await service.handlers.work('mail-feedback', event)).toEqual({});
    expect([await stateOf(letter), await shown(invite)]).toEqual(['sent', 'sent']);
  });

  test('of a letter that was not sent yet changes nothing', async () => {
    const email = 'queued@example.test';
    const invite = await ok(service.call('POST', '/v1/invites', { token: org.client, body: { email } }));
    const item = (await service.dump()).find(({ k, i }) => k === 'letter' && i === invite.id);
    await feedback(service, { letterId: String(item?.id), sesId: 'early', to: email }, 'Delivery');
    expect(await shown(invite)).toBe('queued');
    await service.deliver();
    expect(await shown(invite)).toBe('sent');
  });

  test('before the letter is marked as sent is kept by the mark', async () => {
    const { sendLetter } = service.services;
    service.services.sendLetter = async (outgoing) => {
      const { sesId } = await sendLetter(outgoing);
      await feedback(service, { letterId: outgoing.letterId, sesId, to: outgoing.to }, 'Delivery');
      return { sesId };
    };
    const { letter, invite } = await inviteTo(org);
    service.services.sendLetter = sendLetter;
    expect([await stateOf(letter), await shown(invite)]).toEqual(['delivered', 'delivered']);
    expect((await letterItem(service, letter.letterId))?.lp).toBeUndefined();
    await service.deliver();
    expect(await service.letters(letter.to)).toHaveLength(1);
  });

  test('of an older letter is not shown on an invite that was sent again', async () => {
    const { letter, invite } = await inviteTo(org);
    const path = `/v1/invites/${invite.id}/resend`;
    await withLetters(service, 'POST', path, { token: org.client });
    await hardBounce(service, letter);
    expect([await stateOf(letter), await shown(invite)]).toEqual(['bounced', 'sent']);
  });
});

describe('an address', () => {
  const ask = async (email: string) => {
    service.advance(61_000);
    const options = { body: { email }, sourceIp: newSource() };
    return (await withLetters(service, 'POST', '/v1/password-resets', options)).letters;
  };
  const proof = async (id: string, email: string) => {
    const options = { token: org.client, body: { email } };
    return (await withLetters(service, 'POST', `/v1/users/${id}/contact-validations`, options)).letters;
  };

  test('that bounced for good gets no resets until a letter reaches it again', async () => {
    const me = await activePerson(service, org.id as OrgId);
    const [first] = await ask(me.email);
    await hardBounce(service, first as SentLetter);
    expect(await ask(me.email)).toEqual([]);
    const [letter] = await proof(me.id, me.email);
    await feedback(service, letter as SentLetter, 'Delivery');
    expect(await ask(me.email)).toHaveLength(1);
  });

  test('that bounced for the moment gets the next letter', async () => {
    const me = await activePerson(service, org.id as OrgId);
    const [first] = await ask(me.email);
    await feedback(service, first as SentLetter, 'Bounce', { bounce: { bounceType: 'Transient' } });
    expect(await ask(me.email)).toHaveLength(1);
  });

  test('whose reader complained gets no letter more, and keeps its account', async () => {
    const me = await activePerson(service, org.id as OrgId);
    const [first] = await ask(me.email);
    await feedback(service, first as SentLetter, 'Complaint');
    expect([await ask(me.email), await proof(me.id, me.email)]).toEqual([[], []]);
    const user = await ok(service.call('GET', `/v1/users/${me.id}`, { token: org.client }));
    expect(user).toMatchObject({ state: 'active', version: 1 });
  });

  test('that bounced may be invited again, one that complained may not', async () => {
    const bounced = await inviteTo(org);
    await hardBounce(service, bounced.letter);
    const complained = await inviteTo(org);
    await feedback(service, complained.letter, 'Complaint');
    const resend = async ({ id }: { id: string }) =>
      (await withLetters(service, 'POST', `/v1/invites/${id}/resend`, { token: org.client })).letters.length;
    expect([await resend(bounced.invite), await resend(complained.invite)]).toEqual([1, 0]);
    expect(await shown(complained.invite)).toBe('suppressed');
  });
});
