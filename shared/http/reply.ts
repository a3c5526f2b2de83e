// Replies and the headers that every one of them has.
import type { HttpReply } from './request.ts';

/** No answer of the API is cached, framed, sniffed or run. */
export const API_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
};

export function jsonReply(status: number, value: unknown, headers: Record<string, string> = {}): HttpReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** The `Retry-After` header (RFC 9110, section 10.2.3) of so many seconds, or none. */
export const retryAfter = (seconds: number | undefined): Record<string, string> =>
  seconds === undefined ? {} : { 'retry-after': String(seconds) };

export const emptyReply = (status: number, headers: Record<string, string> = {}): HttpReply => ({
  status,
  headers,
  body: '',
});

export const htmlReply = (status: number, body: string, headers: Record<string, string>): HttpReply => ({
  status,
  headers,
  body,
});
