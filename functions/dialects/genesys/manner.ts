// The ways that all operations of this language share: how it answers, what its ids and pages look like.
import * as v from 'valibot';
import { type Manner, speaking } from '../../../shared/dialect/dialect.ts';
import type { Context } from '../../../shared/directory/context.ts';
import { emptyReply, jsonReply } from '../../../shared/http/reply.ts';
import type { HttpReply } from '../../../shared/http/request.ts';
import { UserId } from '../../../shared/model/ids.ts';
import { fail } from '../../../shared/model/problem.ts';
import { fault, refuse, spell } from './errors.ts';
import { isObject } from './fields.ts';

const manner: Manner = {
  tag: 'Genesys Cloud',
  mount: '/genesys',
  media: 'application/json',
  consumes: 'json',
  spell,
  fault,
  limits: ({ limit, remaining }) => ({
    'inin-ratelimit-allowed': String(limit),
    'inin-ratelimit-count': String(limit - remaining),
  }),
};

export const genesys = speaking(manner);

const correlated = ({ requestId }: Context) => ({ 'inin-correlation-id': requestId });

export const answer = (ctx: Context, value: unknown, status = 200): HttpReply =>
  jsonReply(status, value, correlated(ctx));

export const nothing = (ctx: Context): HttpReply => emptyReply(204, correlated(ctx));

/** A path id of any other shape is an unknown one. */
export function idIn<Id extends v.GenericSchema>(schema: Id, given: unknown): v.InferOutput<Id> {
  const read = v.safeParse(schema, given);
  return read.success ? read.output : fail('not-found');
}

export const idOf = ({ userId, id = userId }: Record<string, string>): UserId => idIn(UserId, id);

/** A segment of the path as it was meant. */
export function segment(text = ''): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail('not-found');
  }
}

export const objectIn = (body: unknown): Record<string, unknown> =>
  isObject(body) ? body : refuse('general.bad.request', 'body', 'must be an object');

/** At most as many as one call may name there. */
export function listIn(body: unknown, most: number): unknown[] {
  if (!Array.isArray(body)) refuse('general.bad.request', 'body', 'must be an array');
  if (body.length > most) refuse('general.bad.request', 'body', `must have at most ${most} elements`);
  return body;
}

/** An array parameter: the key again and again, or one value with commas. */
export const listed = (query: URLSearchParams, name: string): string[] =>
  query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter(Boolean);
