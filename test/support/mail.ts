// What the mail side of the directory is fed in tests: stream records, SES events, and sending that fails.
import type { Item } from '../../shared/store/table.ts';
import type { SentLetter } from './mailbox.ts';
import type { Json, TestService } from './service.ts';

/** SES's refusals by name. */
export const throttled = () => Object.assign(new Error('Maximum sending rate exceeded'), { name: 'Throttling' });
export const rejected = () => Object.assign(new Error('Message contained a virus'), { name: 'MessageRejected' });

/** The item of a letter. */
export async function letterItem(service: TestService, id: string): Promise<Item | undefined> {
  return (await service.dump()).find(({ k, id: found }) => k === 'letter' && found === id);
}

/** The letters' items, oldest first. */
export const letterItems = async (service: TestService): Promise<Item[]> =>
  (await service.dump()).filter(({ k }) => k === 'letter').sort((a, b) => String(a.ca).localeCompare(String(b.ca)));

/** Hands the mailer stream records of new letters, as often as they are named. */
export const streamed = (service: TestService, ids: readonly string[]): Promise<Json> =>
  service.handlers.work('mailer', {
    Records: ids.map((id, i) => ({ dynamodb: { SequenceNumber: String(i), NewImage: { id: { S: id } } } })),
  });

/** SES reports on a letter it took. */
export function feedback(
  service: TestService,
  letter: Pick<SentLetter, 'letterId' | 'sesId' | 'to'>,
  eventType: string,
  more: Json = {},
): Promise<Json> {
  const mail = { messageId: letter.sesId, destination: [letter.to], tags: { letter: [letter.letterId] } };
  const Message = JSON.stringify({ eventType, mail, ...more });
  return service.handlers.work('mail-feedback', { Records: [{ Sns: { Message } }] });
}

export const hardBounce = (service: TestService, letter: SentLetter): Promise<Json> =>
  feedback(service, letter, 'Bounce', { bounce: { bounceType: 'Permanent' } });

/** Puts the clock to the start of the next hour, where every counter of an hour begins anew. */
export function toNextHour(service: TestService): void {
  const hour = 3_600_000;
  service.advance(hour - (service.clock.now().getTime() % hour));
}
