// What an operation sees of a call, and what it answers with: API Gateway's shapes end here.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export interface HttpRequest {
  method: string;
  /** Host name that the client called, as it says: to be compared with those known, never to be repeated. */
  host: string;
  path: string;
  /** Values of the route's placeholders, as they stand in the path. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** Lower-case names. API Gateway joins repeated headers with a comma. */
  headers: Record<string, string>;
  /** The body's bytes, decoded and measured. */
  body: Buffer;
}

export interface HttpReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function toRequest(event: APIGatewayProxyEventV2): Omit<HttpRequest, 'params'> {
  const headers = Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']);
  return {
    method: event.requestContext.http.method,
    host: event.requestContext.domainName.toLowerCase(),
    path: event.rawPath,
    query: new URLSearchParams(event.rawQueryString ?? ''),
    headers: Object.fromEntries(headers),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

export function toResult({ status, headers, body }: HttpReply): APIGatewayProxyStructuredResultV2 {
  return { statusCode: status, headers, ...(body !== '' && { body }) };
}

/** The caller's address for limits; IPv6 cut to its /64, since one customer holds at least that many. */
export function sourceOf(event: APIGatewayProxyEventV2): string {
  const ip = event.requestContext.http.sourceIp.toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(ip);
  if (mapped?.[1]) return mapped[1];
  if (!ip.includes(':')) return ip;
  const [head = '', tail] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length;
  const full = [
    ...groups,
    ...Array<string>(Math.max(missing, 0)).fill('0'),
    ...(tail ?? '').split(':').filter(Boolean),
  ];
  return `${full
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
