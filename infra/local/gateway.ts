// API Gateway on a laptop: an HTTP server that chooses the surface, makes the event, and keeps the limits of an HTTP
// API (10 MB a body, 10,240 bytes of request line and headers, one answer or 503).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { HttpSurface } from '../../functions/surfaces/shape.ts';
import type { HttpHandler } from '../../shared/http/serve.ts';
import { messageReply, readTarget, toEvent, toReply, type WireReply, type WireRequest } from './event.ts';
import { type Lane, newLane } from './lanes.ts';
import { LOOPBACK } from './ports.ts';
import { gatewayRouter } from './routes.ts';
import { TIMED_OUT, withTimeout } from './timeout.ts';

export interface GatewayOptions {
  surfaces?: readonly HttpSurface[];
  handlerOf(surface: HttpSurface): Promise<HttpHandler>;
  /** Events that run at the same time in a surface; more of them wait. Default 64. */
  concurrencyOf?(surface: HttpSurface): number;
  clock(): Date;
  /** Answers before any route, or leaves the request to them. */
  first?(request: WireRequest): Promise<WireReply | undefined>;
  /** Sees what a handler threw. */
  onFault?(surface: string, error: unknown): void;
}

export interface Gateway {
  port: number;
  /** Ends open connections and stops listening. */
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEAD_BYTES = 10_240;
/** What a function may answer; API Gateway turns more into a 500. */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024;

/** Opens the port on the loopback interface only; 0 takes any free one. */
export async function openGateway(port: number, options: GatewayOptions): Promise<Gateway> {
  const answer = newAnswerer(options);
  const server = createServer({ maxHeaderSize: MAX_HEAD_BYTES, keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    receive(incoming, answer)
      .catch(() => messageReply(500, 'Internal Server Error'))
      .then((reply) => send(incoming, outgoing, reply));
  });
  server.on('clientError', refuseRaw);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port, exclusive: true }, resolve);
  });
  return { port: (server.address() as AddressInfo).port, stop: () => close(server) };
}

type Answerer = (request: WireRequest) => Promise<WireReply>;

function newAnswerer(options: GatewayOptions): Answerer {
  const route = gatewayRouter(options.surfaces);
  const { concurrencyOf = () => 64 } = options;
  const lanes = new Map<HttpSurface, Lane>();
  const laneOf = (surface: HttpSurface) => {
    const lane = lanes.get(surface) ?? newLane(concurrencyOf(surface));
    lanes.set(surface, lane);
    return lane;
  };
  return async (request) => {
    const early = await options.first?.(request);
    if (early) return early;
    const routed = route(request.method, request.path);
    if (!routed) return messageReply(404, 'Not Found');
    const { surface } = routed;
    const handler = await options.handlerOf(surface);
    const event = toEvent(request, routed, options.clock());
    const run = () => withTimeout(handler(event), surface.timeoutSeconds * 1000);
    try {
      const result = await laneOf(surface).run(run);
      if (result === TIMED_OUT) return messageReply(503, 'Service Unavailable');
      const reply = toReply(result);
      return reply.body.length > MAX_ANSWER_BYTES ? messageReply(500, 'Internal Server Error') : reply;
    } catch (error) {
      options.onFault?.(surface.name, error);
      return messageReply(500, 'Internal Server Error');
    }
  };
}

async function receive(incoming: IncomingMessage, answer: Answerer): Promise<WireReply> {
  const target = readTarget(incoming.url ?? '/');
  const body = await readBody(incoming);
  if (!body) return messageReply(413, 'Request Entity Too Large');
  if (!target?.path.startsWith('/')) return messageReply(400, 'Bad Request');
  const { rawHeaders, method = 'GET', socket } = incoming;
  const headers = rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ''] as const] : []));
  return answer({ method, ...target, headers, body, sourceIp: socket.remoteAddress ?? LOOPBACK });
}

/** All bytes of the body, or undefined when there are too many; those are not waited for. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += (chunk as Buffer).length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function send(incoming: IncomingMessage, outgoing: ServerResponse, { status, headers, body }: WireReply): void {
  const bodiless = incoming.method === 'HEAD' || status === 204 || status === 304;
  const length = bodiless ? {} : { 'content-length': String(body.length) };
  // Part of a body may still be on its way; the connection is of no more use.
  const closing = incoming.complete ? {} : { connection: 'close' };
  outgoing.writeHead(status, { ...headers, ...length, ...closing });
  outgoing.end(bodiless ? undefined : body);
}

/** A request that HTTP itself refuses never reaches a handler. */
function refuseRaw(error: NodeJS.ErrnoException, socket: Socket | object): void {
  const stream = socket as Socket;
  if (error.code === 'ECONNRESET' || !stream.writable) return void stream.destroy();
  const tooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const [status, text] = tooLong ? [431, 'Request Header Fields Too Large'] : [400, 'Bad Request'];
  const body = JSON.stringify({ message: text });
  const head = `HTTP/1.1 ${status} ${text}\r\nconnection: close\r\ncontent-type: application/json\r\n`;
  stream.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}
