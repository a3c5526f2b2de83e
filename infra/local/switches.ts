// The development switches under /__dev/: time, faults, SES feedback, raw letters. Part of the local run only; no file
// under functions/ or shared/ knows of them.
import { durationMs, type LocalClock } from './clock.ts';
import type { WireReply, WireRequest } from './event.ts';
import type { FaultRule, Faults } from './faults.ts';
import { FEEDBACK_TYPES, type FeedbackInput, feedbackEvent } from './feedback.ts';
import type { SentLetters } from './sent-letters.ts';
import { withTimeout } from './timeout.ts';

export interface SwitchParts {
  clock: LocalClock;
  faults: Faults;
  letters: SentLetters;
  /** Waits until all that happened before has had its consequences. */
  settle(): Promise<void>;
  /** Does what is due by the clock now. */
  runDue(): Promise<void>;
  /** Hands an event to the function for mail feedback. */
  feedback(event: unknown): Promise<unknown>;
}

export type Switches = (request: WireRequest) => Promise<WireReply | undefined>;

const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/i;

/** Answers what lies under /__dev/ and nothing else. */
export function newSwitches(parts: SwitchParts): Switches {
  return async (request) => {
    if (request.path !== '/__dev' && !request.path.startsWith('/__dev/')) return undefined;
    const refusal = refuse(request);
    if (refusal) return answer(403, { message: refusal });
    try {
      return await act(parts, request);
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return answer(400, { message: error.message });
      throw error;
    }
  };
}

/** A page in a browser must not reach these, by its own name for this machine or by any other way. */
function refuse({ headers, method }: WireRequest): string | undefined {
  const values = (wanted: string) =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  const hosts = values('host');
  if (hosts.length !== 1 || !LOCAL_HOST.test(hosts[0] ?? '')) return 'Host must be 127.0.0.1 or localhost';
  if (values('origin').length > 0) return 'a request with an Origin comes from a browser';
  const type = values('content-type')[0] ?? '';
  if (method === 'POST' && !/^application\/json\s*(;|$)/i.test(type)) return 'Content-Type must be application/json';
  return undefined;
}

async function act(parts: SwitchParts, { method, path, body }: WireRequest): Promise<WireReply> {
  const raw = /^\/__dev\/letters\/([^/]+)\.eml$/.exec(path)?.[1];
  if (raw !== undefined && (method === 'GET' || method === 'HEAD')) return rawLetter(parts, raw);
  switch (`${method} ${path}`) {
    case 'GET /__dev/clock':
      return answer(200, time(parts));
    case 'POST /__dev/clock':
      return advance(parts, readJson(body));
    case 'DELETE /__dev/clock':
      parts.clock.reset();
      return answer(200, time(parts));
    case 'GET /__dev/faults':
      return answer(200, { rules: parts.faults.list() });
    case 'POST /__dev/faults':
      return addFaults(parts, readJson(body));
    case 'DELETE /__dev/faults':
      parts.faults.clear();
      return answer(200, { rules: [] });
    case 'POST /__dev/events':
      return report(parts, readJson(body));
    default:
      return answer(404, { message: 'no such switch' });
  }
}

type Members = Record<string, unknown>;

function readJson(body: Buffer): Members {
  const value: unknown = JSON.parse(body.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('the body is no object');
  return value as Members;
}

const time = ({ clock }: SwitchParts) => ({ now: clock.now().toISOString(), offsetSeconds: clock.offset() / 1000 });

const SETTLE_MS = 10_000;

async function advance(parts: SwitchParts, { advance: by }: Members): Promise<WireReply> {
  const ms = typeof by === 'string' ? durationMs(by) : undefined;
  if (ms === undefined) throw new TypeError('advance is an ISO 8601 duration of weeks, days, hours, minutes, seconds');
  // A letter being sent across the jump would look like one that its worker abandoned. One that a fault holds may.
  await withTimeout(parts.settle(), SETTLE_MS);
  parts.clock.advance(ms);
  await parts.runDue();
  return answer(200, time(parts));
}

function addFaults({ faults }: SwitchParts, body: Members): WireReply {
  const rules = Array.isArray(body.rules) ? body.rules : [body];
  faults.add(...(rules as FaultRule[]));
  return answer(200, { rules: faults.list() });
}

async function report(parts: SwitchParts, body: Members): Promise<WireReply> {
  const { sesMessageId, messageId = sesMessageId, type, ...rest } = body;
  const known = FEEDBACK_TYPES.find((candidate) => candidate === type);
  if (!known) throw new TypeError(`type is one of ${FEEDBACK_TYPES.join(', ')}`);
  const letter = parts.letters.find(String(messageId));
  if (!letter) return answer(404, { message: 'no letter with this SES message id was sent since the start' });
  const event = feedbackEvent(letter, { ...(rest as Partial<FeedbackInput>), type: known }, parts.clock.now());
  await parts.feedback(event);
  return answer(200, { delivered: true, event });
}

function rawLetter({ letters }: SwitchParts, sesId: string): WireReply {
  const letter = letters.find(sesId);
  if (!letter) return answer(404, { message: 'no letter with this SES message id was sent since the start' });
  return { status: 200, headers: { 'content-type': 'message/rfc822', 'cache-control': 'no-store' }, body: letter.raw };
}

const answer = (status: number, value: unknown): WireReply => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  body: Buffer.from(JSON.stringify(value)),
});
