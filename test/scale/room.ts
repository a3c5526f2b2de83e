// A table with room for so many write units a second, as one in AWS has: it stands before the emulator, lets through what
// there is room for, and refuses the rest in DynamoDB's words. Says every second what it let through and what it refused.
//   node test/scale/room.ts <endpoint of the emulator> <write units a second> <milliseconds that each call takes at least>
import { createServer, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [target = '', unitsText, latencyText] = process.argv.slice(2);
const [perSecond, latency] = [Number(unitsText), Number(latencyText)];
const { hostname, port } = new URL(target);

const WRITES = /\.(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;

// A bucket of one second's units. What a write takes is known when it is done: the level may fall below nothing.
let level = perSecond;
let filledAt = performance.now();
const second = { written: 0, refused: 0 };

function hasRoom(): boolean {
  const now = performance.now();
  level = Math.min(perSecond, level + ((now - filledAt) / 1000) * perSecond);
  filledAt = now;
  return level > 0;
}

const refusal = (operation: string): string =>
  operation.endsWith('TransactWriteItems')
    ? JSON.stringify({
        __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
        Message: 'Transaction cancelled, please refer cancellation reasons for specific reasons [ThrottlingError]',
        CancellationReasons: [{ Code: 'ThrottlingError', Message: 'Throughput exceeds the current capacity.' }],
      })
    : JSON.stringify({
        __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
        message: 'Throughput exceeds the current capacity of your table or index.',
      });

type Headers = NodeJS.Dict<string | string[]>;

function forward(
  path: string,
  headers: Headers,
  body: string,
): Promise<{ status: number; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = { ...headers, 'content-length': String(Buffer.byteLength(body)) };
    const asked = request({ hostname, port, method: 'POST', path, headers: sent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const type = String(answer.headers['content-type']);
        resolve({ status: answer.statusCode ?? 502, type, text: Buffer.concat(parts).toString() });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function answer(path: string, headers: Headers, body: string) {
  const operation = String(headers['x-amz-target']);
  if (!WRITES.test(operation)) return forward(path, headers, body);
  if (!hasRoom()) {
    second.refused++;
    return { status: 400, type: 'application/x-amz-json-1.0', text: refusal(operation) };
  }
  const metered = JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: 'TOTAL' });
  const answered = await forward(path, headers, metered);
  const consumed = [JSON.parse(answered.text).ConsumedCapacity ?? []].flat() as { CapacityUnits?: number }[];
  const units = consumed.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  level -= units;
  second.written += units;
  return answered;
}

const server = createServer((asked, reply) => {
  const parts: Buffer[] = [];
  asked.on('data', (part: Buffer) => parts.push(part));
  asked.on('end', async () => {
    const [{ status, type, text }] = await Promise.all([
      answer(asked.url ?? '/', asked.headers, Buffer.concat(parts).toString()),
      sleep(latency),
    ]);
    reply.writeHead(status, { 'content-type': type }).end(text);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' && address?.port })}\n`);
});
setInterval(() => {
  process.stdout.write(`${JSON.stringify(second)}\n`);
  Object.assign(second, { written: 0, refused: 0 });
}, 1000);
