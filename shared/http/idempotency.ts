// Idempotency-Key: a 2xx answer is kept in the operation's own commit and given again, byte for byte, for a day.
import { createHmac } from 'node:crypto';
import type { Context } from '../directory/context.ts';
import { fail } from '../model/problem.ts';
import { keepAnswer, readKept } from '../store/idempotency-items.ts';
import { keys } from '../store/keys.ts';
import type { KeepReply, Operation } from './endpoint.ts';
import type { HttpReply, HttpRequest } from './request.ts';

export interface IdempotentCall {
  keepReply: KeepReply;
  /** The answer kept for this very request; fails with `idempotency-key-reused` for one of another. */
  find(): Promise<HttpReply | undefined>;
}

/** The call under its key; undefined where there is no key or the operation ignores it. */
export function idempotentCall(
  ctx: Context,
  operation: Operation,
  request: HttpRequest,
  input: unknown,
): IdempotentCall | undefined {
  const key = request.headers['idempotency-key'];
  const caller = operation.idempotent === 'link' ? linkCaller(input) : callerOf(ctx);
  if (key === undefined || operation.idempotent === undefined || caller === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) fail('malformed-request');
  // Bodies hold passwords. Keyed by what only the caller knows, the fingerprint gives a reader of the table nothing to
  // try passwords against.
  const query = request.query.size > 0 ? [`${request.query}`] : [];
  const fingerprint = createHmac('sha256', `${caller} ${key}`)
    .update([request.method, request.path, request.headers['if-match'] ?? '', ...query].join('\n'))
    .update('\n')
    .update(request.body)
    .digest('base64url');
  return {
    keepReply: (reply) => keepAnswer(caller, key, { fingerprint, ...reply }, ctx.now),
    async find() {
      const kept = readKept(await ctx.table.get(keys.idempotency(caller, key)), ctx.now);
      if (kept === undefined) return undefined;
      if (kept.fingerprint !== fingerprint) fail('idempotency-key-reused');
      const { status, headers, body } = kept;
      return { status, headers, body };
    },
  };
}

/** A person is another caller in another org: what one org answered is nothing to the other. */
function callerOf({ principal }: Context): string | undefined {
  return principal && `${principal.id} ${principal.is === 'platform' ? '' : principal.orgId}`;
}

/** Whoever holds the link is its caller: the token, or the address or id with the code. */
function linkCaller(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const { token, email, id, code } = input as Record<string, unknown>;
  return `link:${JSON.stringify([token, email, id, code])}`;
}
