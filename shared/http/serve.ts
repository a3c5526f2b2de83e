// From a Lambda event to an operation and back. The only owner of middy. One entry, one renderer of refusals, one line
// in the log per request.
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Context, Standing } from '../directory/context.ts';
import { readStanding } from '../directory/standing.ts';
import { describeError } from '../log.ts';
import { MAX_BODY_BYTES, parseJson } from '../model/json.ts';
import type { Principal } from '../model/principal.ts';
import { fail, type Problem, problemOf } from '../model/problem.ts';
import type { Services } from '../services.ts';
import { type Bucket, newBucket } from './bucket.ts';
import type { Operation } from './endpoint.ts';
import { type IdempotentCall, idempotentCall } from './idempotency.ts';
import { faultReply, problemReply } from './problem-json.ts';
import { API_HEADERS } from './reply.ts';
import { type HttpReply, type HttpRequest, sourceOf, toRequest, toResult } from './request.ts';
import { router } from './router.ts';

export type HttpHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

/** What a call becomes on its way through: the parts a log line and an error spelling need. */
interface Call {
  services: Services;
  requestId: string;
  started: number;
  request: HttpRequest;
  /** Where the surface begins for this caller. */
  surfaceUrl: string;
  operation?: Operation;
  /** How the surface says no where no operation was found. */
  spell?: Operation['spell'];
  principal?: Principal;
  problem?: Problem;
  /** What the edge still lets through, for surfaces that say so. */
  limits?: () => Record<string, string>;
}

/**
 * The handler of a surface's operations. A function that gives the services is asked for every request. With `mount` the
 * surface also answers at the root of a host name of its own: a path without the mount is taken as one behind it.
 */
export function serve(
  operations: readonly Operation[],
  given: Services | Promise<Services> | (() => Promise<Services>),
  { mount }: { mount?: string | undefined } = {},
): HttpHandler {
  const ready = () => Promise.resolve(typeof given === 'function' ? given() : given);
  // Begun while the instance initialises. A failing start is told to the first caller and the log, not to the process
  // as an unhandled rejection.
  ready().catch(() => undefined);
  const find = router(operations);
  // Another system's surface refuses in that system's way, also what is none of its operations.
  const spell = mount === undefined ? commonSpelling(operations) : operations[0]?.spell;
  const buckets = { read: newBucket(200, 500), write: newBucket(100, 500) };
  const calls = new WeakMap<APIGatewayProxyEventV2, Call>();

  const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .before(async ({ event }) => {
      const services = await ready();
      const asked = toRequest(event);
      const request = { ...asked, path: mounted(asked.path, mount), params: {} };
      const requestId = services.newRequestId();
      const surfaceUrl = surfaceUrlOf(services.config, asked.host, mount);
      const started = performance.now();
      calls.set(event, { services, request, surfaceUrl, requestId, started, ...(spell && { spell }) });
    })
    .after(({ event, response }) => {
      const call = calls.get(event);
      if (call && response) finish(call, response);
    })
    .onError((request) => {
      const call = calls.get(request.event);
      if (!call) return;
      request.response = toResult(refuse(call, request.error));
      finish(call, request.response);
    })
    .handler(async (event) => {
      const call = calls.get(event) as Call;
      // A path of no operation is told what a read of the surface would be.
      if (operations[0]) tellLimits(call, { ...operations[0], rate: 'read' }, sourceOf(event), buckets);
      const found = find(call.request.method, call.request.path);
      call.operation = found.operation;
      call.request = { ...call.request, params: found.params };
      tellLimits(call, found.operation, sourceOf(event), buckets);
      return toResult(await answer(call, found.operation, sourceOf(event), buckets));
    });
  return (event) => handler(event, {} as never) as Promise<APIGatewayProxyStructuredResultV2>;
}

const mounted = (path: string, mount = ''): string =>
  path === mount || path.startsWith(`${mount}/`) ? path : `${mount}${path}`;

/** What a client says of the host is believed where it is the one that the deployment gave this surface. */
function surfaceUrlOf({ baseUrl, hosts = {} }: Services['config'], host: string, mount = ''): string {
  const own = hosts[mount.slice(1)];
  return own !== undefined && own.toLowerCase() === host ? `https://${own}` : `${baseUrl}${mount}`;
}

/** A surface whose operations all refuse in one way refuses so what is none of them: a mistyped page is a page. */
function commonSpelling(operations: readonly Operation[]): Operation['spell'] {
  const spell = operations[0]?.spell;
  return operations.every((operation) => operation.spell === spell) ? spell : undefined;
}

type Buckets = Record<'read' | 'write', Bucket>;

/** Asked when the answer is ready; of a caller whose token did not hold, by their address. */
function tellLimits(call: Call, { limits, rate }: Operation, source: string, buckets: Buckets): void {
  if (!limits || rate === 'public') return;
  const { clock, config } = call.services;
  call.limits = () =>
    limits(buckets[rate].allowance(call.principal?.id ?? source, clock().getTime(), config.limitScale));
}

async function answer(call: Call, operation: Operation, source: string, buckets: Buckets): Promise<HttpReply> {
  const { services, request } = call;
  const now = services.clock();
  const principal = await authenticate(operation, request, services, now);
  if (principal) call.principal = principal;
  const caller = principal?.id ?? source;
  if (operation.rate !== 'public') {
    const wait = buckets[operation.rate].take(caller, now.getTime(), services.config.limitScale);
    if (wait > 0) fail({ code: 'too-many-requests', retryAfterSeconds: wait });
  }
  const input = readBody(operation, request);
  const ctx = newContext(call, operation, now, source, principal);
  const kept = idempotentCall(ctx, operation, request, input);
  return withStanding(ctx, principal !== undefined && operation.method !== 'GET', () =>
    kept ? replaying(ctx, operation, kept, request, input) : operation.handle(ctx, request, input),
  );
}

/** Runs beside the check of the caller's standing. If that fails, its refusal is the answer, whatever else failed. */
async function withStanding<T>(ctx: Context, changes: boolean, run: () => Promise<T>): Promise<T> {
  if (!changes) return run();
  const [standing, result] = await Promise.allSettled([ctx.standing(), run()]);
  if (standing.status === 'rejected') throw standing.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/**
 * With an Idempotency-Key every refusal first looks whether this very request was answered before. A large request looks
 * before it is worked on: it keeps its rows before its commit could be refused.
 */
async function replaying(
  ctx: Context,
  operation: Operation,
  kept: IdempotentCall,
  request: HttpRequest,
  input: unknown,
): Promise<HttpReply> {
  const given = async (): Promise<HttpReply | undefined> => {
    const reply = await kept.find();
    if (reply && ctx.principal) await ctx.standing();
    return reply && (operation.revive?.(ctx, reply) ?? reply);
  };
  const before = operation.largestBody && (await given());
  if (before) return before;
  try {
    return await operation.handle(ctx, request, input, kept.keepReply);
  } catch (error) {
    const reply = problemOf(error) && (await given());
    if (!reply) throw error;
    return reply;
  }
}

async function authenticate(operation: Operation, request: HttpRequest, services: Services, now: Date) {
  const { access } = operation;
  if (access === 'anyone') return undefined;
  const header = request.headers.authorization;
  if (header === undefined && access === 'maybe') return undefined;
  // A JWT's own letters, without padding: one token has one spelling.
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '')?.[1];
  if (token === undefined) fail(header === undefined ? 'token-missing' : 'token-invalid');
  const principal = await services.verifyAccessToken(token, now);
  if (principal === undefined) fail('token-invalid');
  if (!mayCall(operation, principal)) fail(access === 'person' ? 'person-only' : 'permission-missing');
  return principal;
}

function mayCall({ access }: Operation, principal: Principal): boolean {
  if (access === 'maybe' || access === 'person') return principal.is === 'person';
  if (access === 'platform') return principal.is === 'platform';
  if (access === 'anyone') return true;
  if (principal.is === 'platform') return access.platform === true;
  return principal.permissions.includes(access.permission);
}

const MEDIA: Record<NonNullable<Operation['consumes']>, RegExp> = {
  json: /^application\/json$/,
  'merge-patch': /^application\/(merge-patch\+)?json$/,
  form: /^application\/x-www-form-urlencoded$/,
  rows: /^(text\/csv|application\/(x-)?ndjson)$/,
  'json-api': /^application\/vnd\.api\+json$/,
  xml: /^(text\/xml|application\/soap\+xml)$/,
};

function readBody(operation: Operation, { headers, body }: HttpRequest): unknown {
  if (!operation.schemas.body) return undefined;
  if (body.length > (operation.largestBody ?? MAX_BODY_BYTES)) fail('body-too-large');
  const consumes = operation.consumes ?? 'json';
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  const encoding = headers['content-encoding'];
  const plain = encoding === undefined || encoding === 'identity';
  if (!MEDIA[consumes].test(type) || !plain || (charset && !/^charset="?utf-8"?$/.test(charset))) {
    fail('media-type-unsupported');
  }
  if (consumes === 'form') return readForm(body);
  if (consumes === 'xml') return readText(body);
  if (consumes === 'rows') return { format: type === 'text/csv' ? 'csv' : 'ndjson', text: readText(body) };
  return parseJson(body);
}

function readText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    return fail('malformed-request', error);
  }
}

function readForm(body: Buffer): Record<string, string> {
  const fields = new URLSearchParams(body.toString('utf8'));
  const names = [...fields.keys()];
  if (new Set(names).size !== names.length || [...fields.values()].some((value) => value.includes('\0'))) {
    fail('malformed-request');
  }
  return Object.fromEntries(fields);
}

function newContext(call: Call, operation: Operation, now: Date, source: string, principal?: Principal): Context {
  const { services, requestId, surfaceUrl } = call;
  let standing: Promise<Standing> | undefined;
  const ctx: Context = {
    ...services.directory,
    now,
    requestId,
    source,
    surfaceUrl,
    ...(principal && { principal }),
    standing() {
      standing ??= readStanding(ctx, typeof operation.access === 'object' ? operation.access : undefined);
      return standing;
    },
  };
  return ctx;
}

function refuse(call: Call, error: unknown): HttpReply {
  const { services, operation, requestId, request } = call;
  const problem = problemOf(error);
  if (!problem) {
    services.log({ level: 'error', message: 'fault', requestId, error: describeError(error) });
    return operation?.fault?.(requestId) ?? faultReply(requestId);
  }
  call.problem = problem;
  if (problem.code === 'store-unavailable') {
    services.log({ level: 'warn', message: 'store unavailable', requestId, error: describeError(error) });
  }
  const reply =
    (operation ?? call).spell?.(problem, { requestId, request, operation }) ?? problemReply(problem, requestId);
  const allow = problem.code === 'method-not-allowed' && { allow: problem.detail ?? '' };
  return { ...reply, headers: { ...reply.headers, ...allow } };
}

function finish(call: Call, response: APIGatewayProxyStructuredResultV2): void {
  const { services, operation, requestId, principal, problem, request } = call;
  response.headers = { ...API_HEADERS, ...call.limits?.(), 'x-request-id': requestId, ...response.headers };
  if (request.method === 'HEAD') delete response.body;
  services.log({
    level: (response.statusCode ?? 200) >= 500 ? 'error' : 'info',
    message: 'request',
    requestId,
    route: operation?.route ?? 'none',
    status: response.statusCode ?? 200,
    ms: Math.round((performance.now() - call.started) * 10) / 10,
    ...(problem && { code: problem.code }),
    ...(principal && { principal: principal.id }),
  });
}
