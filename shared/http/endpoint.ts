// An operation, declared once: what it is called, who may call it, what goes in and out, what it does. Router,
// authorization, OpenAPI, the local run and the sweeping tests read these values.
import * as v from 'valibot';
import type { Context } from '../directory/context.ts';
import { readBy } from '../model/parse.ts';
import type { Permission } from '../model/principal.ts';
import { fail, type Problem, type ProblemCode } from '../model/problem.ts';
import type { Write } from '../store/table.ts';
import type { Allowance } from './bucket.ts';
import { emptyReply, jsonReply } from './reply.ts';
import type { HttpReply, HttpRequest } from './request.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Route = `${Method} /${string}`;

/**
 * Who may call. `permission` is asked of the token, and of the caller's present roles before a change; with `platform`
 * a platform token may call too. `anyone` needs no token; `maybe` uses one if it is there; `person` is a signed-in
 * person acting on themselves.
 */
export type Access = { permission: Permission; platform?: boolean } | 'anyone' | 'maybe' | 'person' | 'platform';

/** `read` and `write` are limited per caller at the edge; `public` by counters that the flow keeps itself. */
export type RateClass = 'read' | 'write' | 'public';

/** Makes the write that keeps a reply under the request's Idempotency-Key. */
export type KeepReply = (reply: HttpReply) => Write;

interface Facts {
  tag: string;
  summary: string;
  description?: string;
  access: Access;
  rate: RateClass;
  /** `rows`: CSV or NDJSON, handed over unread as `{ format, text }`. */
  consumes?: 'json' | 'merge-patch' | 'form' | 'rows' | 'json-api' | 'xml';
  /** Bytes that a body may have: 64 KB unless told, 4 MB at most (a Lambda event ends at 6 MB, and quotes are escaped in it). */
  largestBody?: number;
}

/** What a surface that refuses in words of its own is told of the call. */
export interface RefusedCall {
  requestId: string;
  request: HttpRequest;
  /** The operation it was for; none where the surface has nothing at that address. */
  operation?: Operation | undefined;
}

/** What the router, the documents and the sweeps see of an operation. */
export interface Operation extends Facts {
  route: Route;
  method: Method;
  path: string;
  /** The codes worth documenting for this operation, beside those that follow from its declaration. */
  problems: readonly ProblemCode[];
  schemas: {
    params: Record<string, v.GenericSchema>;
    query?: v.GenericSchema;
    body?: v.GenericSchema;
    answer?: v.GenericSchema;
  };
  /** Takes If-Match and answers with ETag. */
  versioned: boolean;
  status: number;
  answerHeaders: readonly string[];
  /** Media type of the answer, where it is not JSON. */
  media?: string;
  /** Whose Idempotency-Key it honours: the token's bearer, the emailed link's record, nobody's. */
  idempotent?: 'caller' | 'link';
  handle(ctx: Context, request: HttpRequest, input: unknown, keepReply?: KeepReply): Promise<HttpReply>;
  /** Puts back what a kept reply leaves out. */
  revive?(ctx: Context, kept: HttpReply): HttpReply;
  /** How a refusal is spelt, where the surface has words of its own. */
  spell?(problem: Problem, call: RefusedCall): HttpReply;
  /** How it says that something went wrong here. */
  fault?(requestId: string): HttpReply;
  /** Headers of every answer that tell what the edge still lets through. */
  limits?(allowance: Allowance): Record<string, string>;
}

type Schemas = Record<string, v.GenericSchema>;
type Params<P extends Schemas> = { [Name in keyof P]: v.InferOutput<P[Name]> };
type Output<S extends v.GenericSchema | undefined> = S extends v.GenericSchema ? v.InferOutput<S> : undefined;

/** What `run` answers with; without a schema it is not looked at. */
type Answer<S extends v.GenericSchema | undefined> = S extends v.GenericSchema ? v.InferOutput<S> : unknown;

interface Input<P extends Schemas, Q extends v.GenericSchema | undefined, B extends v.GenericSchema | undefined> {
  params: Params<P>;
  query: Output<Q>;
  body: Output<B>;
  /** The version of If-Match; undefined without the header or with `*`. */
  version: number | undefined;
}

interface Declaration<
  P extends Schemas,
  Q extends v.GenericSchema | undefined,
  B extends v.GenericSchema | undefined,
  A extends v.GenericSchema | undefined,
> extends Facts {
  problems?: readonly ProblemCode[];
  params?: P;
  query?: Q;
  body?: B;
  answer?: A;
  /** 200 with an answer, 204 without, unless told. */
  status?: number;
  /** Takes If-Match; an answer carries its `version` as ETag. */
  versioned?: boolean;
  /** POSTs with an access token honour Idempotency-Key by themselves; those with a link's token say so. */
  idempotent?: 'link';
  location?(answer: Answer<A>): string;
  /** For an answer that shows a secret: what of it is kept, and how the secret comes back. */
  secret?: { strip(answer: Answer<A>): Answer<A>; revive(ctx: Context, kept: Answer<A>): Answer<A> };
  run(ctx: Context, input: Input<P, Q, B>): Promise<Answer<A>>;
}

/** Declares a JSON operation. */
export function endpoint<
  P extends Schemas = Record<never, never>,
  Q extends v.GenericSchema | undefined = undefined,
  B extends v.GenericSchema | undefined = undefined,
  A extends v.GenericSchema | undefined = undefined,
>(route: Route, declared: Declaration<P, Q, B, A>): Operation {
  const { params, query, body, answer, run, location, secret, versioned = false, problems = [], ...facts } = declared;
  const [method, path] = route.split(' ') as [Method, string];
  const status = declared.status ?? (answer ? 200 : 204);
  const toReply = (value: Answer<A>, request?: HttpRequest): HttpReply => {
    const headers = {
      ...(request && linkToNext(request, value)),
      ...(versioned && answer && { etag: `"${(value as { version: number }).version}"` }),
      ...(location && { location: location(value) }),
    };
    // The answer's schema is the allow-list: what it does not name does not leave.
    return answer ? jsonReply(status, v.parse(answer, value), headers) : emptyReply(status, headers);
  };
  const toKept = (value: Answer<A>) => toReply(secret ? secret.strip(value) : value);
  const byCaller = method === 'POST' && facts.access !== 'anyone' && facts.access !== 'maybe';
  const idempotent = facts.idempotent ?? (byCaller ? 'caller' : undefined);
  return {
    ...facts,
    route,
    method,
    path,
    status,
    versioned,
    problems,
    idempotent,
    consumes: declared.consumes ?? (method === 'PATCH' ? 'merge-patch' : 'json'),
    schemas: { params: params ?? {}, ...(query && { query }), ...(body && { body }), ...(answer && { answer }) },
    answerHeaders: [...(versioned && answer ? ['ETag'] : []), ...(location ? ['Location'] : [])],
    async handle(ctx, request, input, keepReply) {
      const keep = keepReply && { keep: (value: unknown) => keepReply(toKept(value as Answer<A>)) };
      const value = await run(
        { ...ctx, ...keep },
        {
          params: parseParams(params, request.params) as Params<P>,
          query: parseQuery(query, request.query) as Output<Q>,
          body: (body ? parse(body, input) : undefined) as Output<B>,
          version: versioned ? wantedVersion(request.headers['if-match']) : undefined,
        },
      );
      return toReply(value, request);
    },
    ...(secret && {
      revive: (ctx, kept) => ({ ...kept, body: JSON.stringify(secret.revive(ctx, JSON.parse(kept.body))) }),
    }),
  };
}

/** Where a list goes on (RFC 8288), relative to the address of this page. */
export function linkToNext({ path, query }: HttpRequest, value: unknown): { link?: string } {
  const cursor = (value as { nextCursor?: string } | undefined)?.nextCursor;
  if (cursor === undefined) return {};
  const next = new URLSearchParams([...query].filter(([name]) => name !== 'cursor'));
  next.append('cursor', cursor);
  return { link: `<${path}?${next}>; rel="next"` };
}

interface RawDeclaration extends Facts {
  media: string;
  status?: number;
  query?: v.GenericSchema;
  body?: v.GenericSchema;
  answer?: v.GenericSchema;
  problems?: readonly ProblemCode[];
  run(ctx: Context, request: HttpRequest, input: unknown): Promise<HttpReply>;
  spell?: Operation['spell'];
  fault?: Operation['fault'];
  limits?: Operation['limits'];
}

/** Declares an operation that writes its own reply: pages, documents, OAuth's own shapes. */
export function rawEndpoint(route: Route, declared: RawDeclaration): Operation {
  const { query, body, answer, run, status = 200, problems = [], ...facts } = declared;
  const [method, path] = route.split(' ') as [Method, string];
  const schemas = { params: {}, ...(query && { query }), ...(body && { body }), ...(answer && { answer }) };
  return { ...facts, route, method, path, status, versioned: false, problems, schemas, answerHeaders: [], handle: run };
}

/** Parses by a schema or fails with `input-invalid`, every broken rule with its pointer. */
export function parse<S extends v.GenericSchema>(schema: S, input: unknown, at = ''): v.InferOutput<S> {
  const read = readBy(schema, input, at);
  return 'problem' in read ? fail(read.problem) : read.output;
}

/** An id of any other shape is an unknown id: 404, never 422. */
function parseParams(schemas: Schemas | undefined, values: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas ?? {}).map(([name, schema]) => {
      const result = v.safeParse(schema, values[name]);
      if (!result.success) fail('not-found');
      return [name, result.output];
    }),
  );
}

export function parseQuery<S extends v.GenericSchema | undefined>(schema: S, query: URLSearchParams): Output<S> {
  const given = [...query.keys()];
  const repeated = given.find((name, i) => given.indexOf(name) !== i);
  if (repeated !== undefined) {
    fail({ code: 'input-invalid', issues: [{ pointer: `/${repeated.slice(0, 100)}`, message: 'is given twice' }] });
  }
  return (schema && parse(schema, Object.fromEntries(query))) as Output<S>;
}

/** `"7"` is a version, `*` and no header are any; anything else matches nothing (RFC 9110 §13.1.1). */
function wantedVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const match = /^"(\d{1,15})"$/.exec(header.trim());
  return match ? Number(match[1]) : -1;
}
