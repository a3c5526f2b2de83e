// The hand-over to SES, seen from the wire, and what its failures mean.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { classifySendFailure, createSender } from '../../shared/mail/ses.ts';

const LETTER = {
  raw: Buffer.from('From: a\r\n\r\nb'),
  from: 'no-reply@example.com',
  to: 'a@example.com',
  letterId: 'L-1',
};
const ACCEPTED =
  '<SendRawEmailResponse><SendRawEmailResult><MessageId>m-1</MessageId></SendRawEmailResult></SendRawEmailResponse>';
const refusal = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

const running: (() => void)[] = [];
afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

/** A stand-in for SES that keeps what it is asked. No answer means it never answers. */
async function ses(...answers: ([status: number, body: string] | undefined)[]) {
  const asked: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(new URLSearchParams(body));
    if (answer) response.writeHead(answer[0], { 'content-type': 'text/xml' }).end(answer[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { asked, client: { endpoint, region: 'eu-central-1', credentials } };
}

test('a letter goes to one destination, with its id as a tag and the configuration set', async () => {
  const { asked, client } = await ses([200, ACCEPTED]);
  const send = createSender({ client, configurationSet: 'rollcall-test' });
  expect(await send(LETTER)).toEqual({ sesId: 'm-1' });
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    Action: 'SendRawEmail',
    Source: 'no-reply@example.com',
    'Destinations.member.1': 'a@example.com',
    ConfigurationSetName: 'rollcall-test',
    'Tags.member.1.Name': 'letter',
    'Tags.member.1.Value': 'L-1',
    'RawMessage.Data': Buffer.from(LETTER.raw).toString('base64'),
  });
  expect(asked[0]?.has('Destinations.member.2')).toBe(false);
});

test('the hook sees the client before the first letter', async () => {
  const { asked, client } = await ses([200, ACCEPTED]);
  const send = createSender({
    client,
    hook: (sdk) =>
      sdk.middlewareStack.add(() => () => Promise.reject(new Error('switched off')), { step: 'initialize' }),
  });
  await expect(send(LETTER)).rejects.toThrow('switched off');
  expect(asked).toHaveLength(0);
});

test('a server error is tried twice and then left to the outbox', async () => {
  const { asked, client } = await ses([503, '<x/>']);
  const failure = await createSender({ client })(LETTER).catch((error: unknown) => error);
  expect(asked).toHaveLength(2);
  expect(classifySendFailure(failure)).toBe('retry');
});

test('an aborted hand-over rejects at once and is worth another try', async () => {
  const { client } = await ses(undefined);
  const failure = await createSender({ client })({ ...LETTER, signal: AbortSignal.timeout(100) }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(Error);
  expect(classifySendFailure(failure)).toBe('retry');
});

test('an SES that never answers is given up within 2 tries of 5 s', { timeout: 15_000 }, async () => {
  const { asked, client } = await ses(undefined);
  const before = Date.now();
  const failure = await createSender({ client })(LETTER).catch((error: unknown) => error);
  expect(classifySendFailure(failure)).toBe('retry');
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(Date.now() - before).toBeLessThan(11_500);
});

test.each([
  ['MessageRejected', 'Address is on the suppression list', 'permanent'],
  ['MessageRejected', 'Email address is not verified. The following identities failed the check', 'configuration'],
  ['MailFromDomainNotVerifiedException', 'x', 'configuration'],
  ['ConfigurationSetDoesNotExist', 'x', 'configuration'],
  ['ConfigurationSetDoesNotExistException', 'x', 'configuration'],
  ['AccountSendingPausedException', 'x', 'configuration'],
  ['ConfigurationSetSendingPausedException', 'x', 'configuration'],
  ['AccessDenied', 'x', 'configuration'],
  ['Throttling', 'Maximum sending rate exceeded.', 'retry'],
  ['Throttling', 'Daily message quota exceeded.', 'retry'],
  ['ServiceUnavailable', 'x', 'retry'],
])('SES saying %s (%s) means %s', async (code, message, meaning) => {
  const { client } = await ses([code === 'ServiceUnavailable' ? 503 : 400, refusal(code, message)]);
  const failure = await createSender({ client })(LETTER).catch((error: unknown) => error);
  expect(classifySendFailure(failure)).toBe(meaning);
});

test('what is no error of SES is worth another try', async () => {
  const gone = {
    client: {
      endpoint: 'http://127.0.0.1:9',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    },
  };
  expect(classifySendFailure(await createSender(gone)(LETTER).catch((error: unknown) => error))).toBe('retry');
  expect(classifySendFailure('thrown text')).toBe('retry');
  expect(classifySendFailure(undefined)).toBe('retry');
});
