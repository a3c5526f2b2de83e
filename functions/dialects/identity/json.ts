// The JSON binding: paths of our own making over the methods, since the service's own is SOAP, and `/rpc/{method}` for
// every method by its name.

import type { Context } from '../../../shared/directory/context.ts';
import type { Operation, Method as Verb } from '../../../shared/http/endpoint.ts';
import { emptyReply, jsonReply } from '../../../shared/http/reply.ts';
import type { HttpReply } from '../../../shared/http/request.ts';
import { readArguments, type Values } from './arguments.ts';
import { refuse } from './errors.ts';
import { identity } from './manner.ts';
import { METHODS, type Method, methodNamed } from './methods.ts';
import { membersOf } from './types.ts';

/** A path, and the method that it stands for. The last segment, or the query, names what the method is about. */
interface Path {
  verb: Verb;
  path: string;
  method: string;
  status: number;
  takesBody?: true;
  /** The arguments, from what the path, the query and the body say. */
  args(params: Record<string, string>, body: unknown, query: URLSearchParams): Values;
}

const named = ({ key = '' }: Record<string, string>) => ({ externalId: key });

const asObject = (body: unknown): Values =>
  typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Values)
    : refuse('ARG_INVALID_TYPE', 'body', 'must be an object');

/** The body of a change may name the key it is about; another one is a mistake. */
function about(params: Record<string, string>, body: unknown): Values {
  const key = named(params);
  const given = asObject(body);
  if (given.externalId !== undefined && given.externalId !== key.externalId) {
    refuse('ARG_INVALID_DATA', 'externalId', 'cannot be changed');
  }
  return { user: { ...given, ...key } };
}

/** `?lastName=Doe&roles=Agent&org=…`: each parameter a member of the sample. */
function sampleOf(query: URLSearchParams): Values {
  const sample: Values = {};
  for (const [name, value] of query) {
    if (name === 'org') continue;
    const member = membersOf('User')?.find(([known]) => known === name);
    if (!member) refuse('ARG_INVALID_DATA', name.slice(0, 100), 'is no field to look for');
    const many = member[2] === 'many';
    if (many && member[1] !== 'string') refuse('ARG_INVALID_DATA', name, 'cannot be asked for in an address');
    if (!many && name in sample) refuse('ARG_INVALID_DATA', name, 'is given twice');
    sample[name] = many ? [...((sample[name] as string[] | undefined) ?? []), ...value.split(',')] : value;
  }
  const org = query.get('org');
  return { sample, ...(org !== null && { org: { externalId: org } }) };
}

const request = (kind: string) => (params: Record<string, string>) => ({ [kind]: { id: params.id ?? '' } });

function newUser(body: unknown): Values {
  const { org, ...user } = asObject(body);
  return { user, ...(org !== undefined && { org }) };
}

const PATHS: readonly Path[] = [
  {
    verb: 'POST',
    path: '/users',
    method: 'createUser',
    status: 201,
    takesBody: true,
    args: (_params, body) => newUser(body),
  },
  { verb: 'GET', path: '/users', method: 'listUsers', status: 200, args: (_p, _b, query) => sampleOf(query) },
  { verb: 'GET', path: '/users/{key}', method: 'showUser', status: 200, args: (params) => ({ user: named(params) }) },
  ...(['PUT', 'PATCH'] as const).map(
    (verb): Path => ({ verb, path: '/users/{key}', method: 'changeUser', status: 200, takesBody: true, args: about }),
  ),
  {
    verb: 'DELETE',
    path: '/users/{key}',
    method: 'deleteUser',
    status: 204,
    args: (params) => ({ user: named(params) }),
  },
  { verb: 'GET', path: '/org', method: 'showOrg', status: 200, args: () => ({}) },
  ...(['PUT', 'PATCH'] as const).map(
    (verb): Path => ({
      verb,
      path: '/org',
      method: 'changeOrg',
      status: 200,
      takesBody: true,
      args: (_params, body) => ({ org: asObject(body) }),
    }),
  ),
  ...(
    [
      ['passwordResetRequest', 'PasswordResetRequest'],
      ['contactPointValidation', 'ContactPointValidation'],
    ] as const
  ).flatMap(([kind, Name]): Path[] => [
    {
      verb: 'POST',
      path: `/${kind}s`,
      method: `create${Name}`,
      status: 201,
      takesBody: true,
      args: (_params, body) => ({ [kind]: asObject(body) }),
    },
    { verb: 'GET', path: `/${kind}s/{id}`, method: `show${Name}`, status: 200, args: request(kind) },
    { verb: 'DELETE', path: `/${kind}s/{id}`, method: `delete${Name}`, status: 204, args: request(kind) },
  ]),
];

async function answered(
  ctx: Context,
  method: Method,
  given: unknown,
  status: number,
  wrap: boolean,
): Promise<HttpReply> {
  const result = await method.run(ctx, readArguments(method.args, given));
  if (wrap) return jsonReply(200, { ...(result !== undefined && { result }), warnings: [] });
  return method.result ? jsonReply(status, result) : emptyReply(status);
}

const paths = PATHS.map(({ verb, path, method: name, status, takesBody, args }) => {
  const method = methodNamed(name);
  return identity(`${verb} /v1${path}`, {
    summary: name,
    access: { permission: method.permission },
    ...(takesBody && { takesBody }),
    run: (ctx, { params, body, query }) => answered(ctx, method, args(params, body, query), status, false),
  });
});

const rpc = METHODS.map((method) =>
  identity(`POST /v1/rpc/${method.name}`, {
    summary: `${method.name} by name`,
    access: { permission: method.permission },
    takesBody: true,
    run: (ctx, { body }) => answered(ctx, method, body, 200, true),
  }),
);

export const jsonOperations: readonly Operation[] = [...paths, ...rpc];
