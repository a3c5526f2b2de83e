// Events as an HTTP API sends them (payload format 2.0), and what it makes of the function's answer.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Routed } from './routes.ts';

export interface WireRequest {
  method: string;
  /** Decoded, as API Gateway hands it on. */
  path: string;
  /** As it was sent, without the question mark. */
  query: string;
  /** Name and value in order; names in any case, repeated ones in a row or not. */
  headers: readonly (readonly [string, string])[];
  body: Buffer;
  sourceIp: string;
}

export interface WireReply {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** What concerns one connection, and cookies, which the event names apart. */
const NOT_PASSED_ON = new Set([
  'connection',
  'cookie',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function toEvent(request: WireRequest, routed: Routed, now: Date): APIGatewayProxyEventV2 {
  const { method, path, query, body, sourceIp } = request;
  const headers = passedOn(request);
  const cookies = valuesOf(request, 'cookie').flatMap((value) => value.split(/; */));
  const host = headers.host ?? '';
  return {
    version: '2.0',
    routeKey: routed.key,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(query !== '' && { queryStringParameters: joined([...new URLSearchParams(query)]) }),
    ...(Object.keys(routed.params).length > 0 && { pathParameters: routed.params }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: host,
      domainPrefix: host.split('.')[0] ?? '',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId: randomUUID(),
      routeKey: routed.key,
      stage: '$default',
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...bodyOf(body, headers['content-type']),
  };
}

function passedOn(request: WireRequest): Record<string, string> {
  const kept = request.headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !NOT_PASSED_ON.has(name));
  const headers = joined(kept);
  const forwarded = headers['x-forwarded-for'];
  return { ...headers, 'x-forwarded-for': forwarded ? `${forwarded}, ${request.sourceIp}` : request.sourceIp };
}

const valuesOf = ({ headers }: WireRequest, wanted: string): string[] =>
  headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);

/** Repeated names become one, their values joined by a comma. */
function joined(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

/** These travel as text; everything else, forms among it, and text that is not UTF-8, as base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml|[\w.-]+\+(json|xml))\s*(;|$))/i;

function bodyOf(body: Buffer, contentType = ''): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const plain = TEXT.test(contentType) && isUtf8(body);
  return { body: body.toString(plain ? 'utf8' : 'base64'), isBase64Encoded: !plain };
}

/** `22/Nov/2026:21:04:00 +0000`. */
function commonLogTime(now: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(now.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

/** Without a status code the answer is taken for the body of a 200, as API Gateway does. */
export function toReply(result: APIGatewayProxyStructuredResultV2 | string | undefined): WireReply {
  if (typeof result !== 'object' || result.statusCode === undefined) {
    const body = typeof result === 'string' ? result : JSON.stringify(result ?? null);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = result;
  const plain = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  return {
    status: statusCode,
    headers: { ...Object.fromEntries(plain), ...(cookies.length > 0 && { 'set-cookie': cookies }) },
    body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
  };
}

export const messageReply = (status: number, message: string): WireReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ message })),
});

/** Path and query of a request line. The path comes decoded; undefined when it cannot be. */
export function readTarget(target: string): { path: string; query: string } | undefined {
  // The absolute form is for proxies, but a server has to take it (RFC 9112 §3.2.2).
  const origin = target.replace(/^https?:\/\/[^/?#]*/i, '');
  const [rawPath = '', ...query] = origin.split('?');
  try {
    return { path: decodeURIComponent(rawPath) || '/', query: query.join('?') };
  } catch {
    return undefined;
  }
}
